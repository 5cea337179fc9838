"""Which events of libvirt tell that a scope has changed."""

import logging
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import libvirt

log = logging.getLogger(__name__)


class _Events(NamedTuple):
    """The events of one driver: how they are registered, and which scopes an object's event is about."""

    driver: str
    """The prefix of the connection's methods: `networkEventRegisterAny`."""
    constants: tuple[str, ...]
    scopes: Callable[[Any], Iterable[str]]


EVENTS = (
    _Events(
        "storagePool",
        ("VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE", "VIR_STORAGE_POOL_EVENT_ID_REFRESH"),
        lambda pool: ("pools", f"volumes/{pool.UUIDString()}"),
    ),
    _Events(
        "network",
        ("VIR_NETWORK_EVENT_ID_LIFECYCLE", "VIR_NETWORK_EVENT_ID_METADATA_CHANGE"),
        lambda network: ("networks", f"ports/{network.UUIDString()}"),
    ),
    _Events(
        "nodeDevice",
        ("VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE", "VIR_NODE_DEVICE_EVENT_ID_UPDATE"),
        lambda _device: ("node-devices",),
    ),
    _Events(
        "secret",
        ("VIR_SECRET_EVENT_ID_LIFECYCLE", "VIR_SECRET_EVENT_ID_VALUE_CHANGED"),
        lambda _secret: ("secrets",),
    ),
)

PLUGGING = frozenset({"DEVICE_ADDED", "DEVICE_REMOVED", "LIFECYCLE"})
"""Events of domains with which ports of networks and bindings of filters come and go."""


def register(connection: Any, attempt: Callable[..., object], report: Callable[..., None]) -> None:
    """Register every event that the connection knows; `report` gets scopes, in libvirt's thread."""
    for events in EVENTS:

        def changed(_connection: Any, one: Any, *_details: Any, events: _Events = events) -> None:
            report(*events.scopes(one))

        for constant in events.constants:
            if (number := getattr(libvirt, constant, None)) is not None:
                attempt(getattr(connection, f"{events.driver}EventRegisterAny"), None, number, changed, None)


def deregister(connection: Any, attempt: Callable[..., object]) -> None:
    """Take every registration back: each holds the connection open on the side of the daemon."""
    for events in EVENTS:
        for callback in list(getattr(connection, f"{events.driver}EventCallbackID", ())):
            attempt(getattr(connection, f"{events.driver}EventDeregisterAny"), callback)
