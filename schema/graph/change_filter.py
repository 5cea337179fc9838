"""`ChangeFilter`: which changes somebody wants to read or to hear of."""

from collections.abc import Collection, Iterable
from enum import Enum
from typing import Any

import strawberry
from strawberry import UNSET

from ..changes.condition import ChangeCondition
from ..devices import DeviceKind
from ..node import parse_node_id
from .changed_path import changed_path

MOST_NAMED = 500
"""Hosts, VMs or resources that a filter names at most."""


@strawberry.enum(description="What a change is about.")
class ChangeSubject(Enum):
    """What a change is about."""

    VM = strawberry.enum_value("VM", description="A virtual machine: its state or one of its definitions.")
    RESOURCE = strawberry.enum_value("RESOURCE", description="What VMs use and share, such as a pool or a network.")


@strawberry.enum(description="What became of a VM, of a resource, or of a definition as a whole.")
class ChangeOperation(Enum):
    """What became of something as a whole."""

    ADDED = strawberry.enum_value("ADDED", description="It was seen for the first time, or again after it was gone.")
    CHANGED = strawberry.enum_value("CHANGED", description="It was there before, and something of it is different now.")
    REMOVED = strawberry.enum_value("REMOVED", description="The host no longer knows it, or is not watched any more.")


@strawberry.input(
    description="Conditions on changes; all that are given must hold. An empty list is met by nothing, a missing one "
    "by everything."
)
class ChangeFilter:
    """Conditions on changes."""

    hosts: list[str] | None = strawberry.field(
        description=f"Names of the hosts on which it happens, at most {MOST_NAMED}.", default=UNSET
    )
    vms: list[strawberry.ID] | None = strawberry.field(
        description=f"Opaque ids of VMs, at most {MOST_NAMED}, also of ones that are gone. With `resources`, changes "
        "of any of both.",
        default=UNSET,
    )
    resources: list[strawberry.ID] | None = strawberry.field(
        description=f"Opaque ids of resources, at most {MOST_NAMED}, also of ones that are gone. With `vms`, changes "
        "of any of both.",
        default=UNSET,
    )
    subjects: list[ChangeSubject] | None = strawberry.field(
        description="Whether changes of VMs are wanted, or of resources.", default=UNSET
    )
    operations: list[ChangeOperation] | None = strawberry.field(
        description="What became of the VM or resource as a whole.", default=UNSET
    )
    device_kinds: list[DeviceKind] | None = strawberry.field(  # type: ignore[valid-type]
        description="Kinds of devices, of which one came, changed, moved or went.", default=UNSET
    )
    path: str | None = strawberry.field(
        description="Where a value changed, as in `PathChange.path`: it or anything below it, such as "
        "`devices.disks.driver`. What came or went as a whole counts for all that it holds; `persistent` is the other "
        "definition of a VM that came or went.",
        default=UNSET,
    )


def change_condition(where: ChangeFilter | None) -> ChangeCondition:
    """The condition that a filter makes; raises ValueError with a sentence for the client."""
    if where is None:
        return ChangeCondition()
    return ChangeCondition(
        subjects=_words(where.subjects),
        host_ids=_set("hosts", where.hosts),
        vm_ids=_keys("vms", where.vms, "VirtualMachine", "a virtual machine"),
        resource_ids=_keys("resources", where.resources, "Resource", "a resource that a host lists"),
        operations=_words(where.operations),
        device_kinds=_words(where.device_kinds),
        path=changed_path(where.path) if isinstance(where.path, str) else None,
    )


def _keys(name: str, opaque: Collection[str] | None, of: str, what: str) -> frozenset[str] | None:
    if (wanted := _set(name, opaque)) is None:
        return None
    keys = {one: stored_key(one, of) for one in wanted}
    if (wrong := next((one for one, key in keys.items() if key is None), None)) is not None:
        shown = wrong if len(wrong) <= 50 else f"{wrong[:50]}…"
        raise ValueError(f"`{name}` has `{shown}`, which is not the id of {what}.")
    return frozenset(key for key in keys.values() if key is not None)


def stored_key(opaque: str, of: str) -> str | None:
    """The key in the opaque id of a stored thing of a type; None for any other text."""
    match parse_node_id(opaque):
        case found, (key,) if found == of:
            return key
    return None


def _set(name: str, given: Collection[str] | None) -> frozenset[str] | None:
    if given is None or given is UNSET:
        return None
    if len(given) > MOST_NAMED:
        raise ValueError(f"`{name}` takes at most {MOST_NAMED} entries, not {len(given)}.")
    return frozenset(given)


def _words(given: Iterable[Any] | None) -> frozenset[str] | None:
    return None if given is None or given is UNSET else frozenset(str(one.value) for one in given)
