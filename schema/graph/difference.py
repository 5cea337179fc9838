"""`DefinitionDifference`: what differs between two definitions of a VM, device by device and path by path.

The documents are those of change records and of `schema.difference`: paths of devices are relative to the device.
"""

import asyncio
from collections.abc import Collection, Iterator
from enum import Enum
from typing import Any

import strawberry

from ..changes.difference import is_spelling
from ..device import DEVICES
from ..devices import Device, DeviceKind
from ..element import Document, derived
from ..node import node_id
from ..scalars import Json
from .context import Info
from .selection import Selected, device_paths, other_device_paths
from .virtual_machine import device_of

_SPELLING = "spelling"
"""The key under which documents keep how XML wrote their values; it is nothing that the API shows."""


@strawberry.enum(description="What became of a device.")
class DeviceOperation(Enum):
    """What became of a device."""

    ADDED = strawberry.enum_value("ADDED", description="The device was plugged in, or came with its VM.")
    CHANGED = strawberry.enum_value("CHANGED", description="Something of the device has another value.")
    REMOVED = strawberry.enum_value("REMOVED", description="The device was unplugged, or went with its VM.")
    MOVED = strawberry.enum_value(
        "MOVED", description="The device stands at another place among those of its kind; it may have changed besides."
    )


@strawberry.enum(description="Why a value is not told.")
class Withheld(Enum):
    """Why a value is not told."""

    SECRET = strawberry.enum_value("SECRET", description="The value is a secret, such as a password, or may hold one.")
    TOO_LARGE = strawberry.enum_value(
        "TOO_LARGE", description="The value would make the record of the change too long."
    )


@strawberry.type(description="A value that is not what it was.")
class PathChange:
    """A changed value; the document holds the full path."""

    path: str = strawberry.field(
        description="Where the value stands, as fields of the API: `devices.disks.driver.cache`; a "
        "number is a place in a list, from 0. Of a device that came or went, the list of its kind: `devices.disks`."
    )
    withheld: Withheld | None = strawberry.field(
        description="Why neither the old nor the new value is told; null where they are."
    )

    @derived("The value before; null where there was none.", graphql_type=Json | None)
    def old(document: strawberry.Parent[Document]) -> Any:  # noqa: D102
        return _shown(document.get("old"))

    @derived("The value since then; null where there is none any more.", graphql_type=Json | None)
    def new(document: strawberry.Parent[Document]) -> Any:  # noqa: D102
        return _shown(document.get("new"))

    @derived("Whether the same entries of a list now stand in another order.")
    def moved(document: strawberry.Parent[Document]) -> bool:  # noqa: D102
        return bool(document.get("moved"))


@strawberry.type(description="What became of one device of a VM.")
class DeviceChange:
    """A changed device; the document holds whose it is as well."""

    operation: DeviceOperation = strawberry.field(description="Whether the device came, changed, moved or went.")
    kind: DeviceKind = strawberry.field(  # type: ignore[valid-type]
        description="Which of libvirt's device elements it is, or was."
    )

    @derived("The place that a device which moved had among those of its kind, from 0; null for any other.")
    def moved_from(document: strawberry.Parent[Document]) -> int | None:  # noqa: D102
        return document.get("from")

    @derived("The place that a device which moved has had since then; null for any other.")
    def moved_to(document: strawberry.Parent[Document]) -> int | None:  # noqa: D102
        return document.get("to")

    @derived("Opaque id of the device; `node` finds the device by it while it exists.")
    def device_id(document: strawberry.Parent[Document]) -> strawberry.ID:  # noqa: D102
        which = ("persistent",) if document["other"] else ()
        return node_id("Device", document["key"], document["device"], *which)

    @derived("The device as it is now; null when it is gone.", graphql_type=Device | None)
    async def device(document: strawberry.Parent[Document], info: Info) -> Any:  # noqa: D102
        selected = Selected.below(info)
        loaders, key = info.context.loaders, document["key"]
        if not document["other"]:
            vm = await loaders.vm(key, device_paths(selected))
            return None if vm is None else device_of(vm, document["device"])
        definition, vm = await asyncio.gather(
            loaders.other_definition(key), loaders.vm(key, other_device_paths(selected))
        )
        return None if definition is None or vm is None else device_of({**definition, "vm": vm}, document["device"])

    @derived("What of the device is not what it was; empty for one that only moved.")
    def paths(document: strawberry.Parent[Document]) -> list[PathChange]:  # noqa: D102
        return list(_public(document["changes"], f"devices.{DEVICES[document['kind'].lower()].array}"))


@strawberry.type
class DifferenceFields:
    """What all differences have in common."""

    @derived("The devices that came, changed, moved or went.", graphql_type=list[DeviceChange])
    def devices(document: strawberry.Parent[Document]) -> Any:  # noqa: D102
        return [
            {**one, "key": document["key"], "other": one["operation"] in document.get("other", ())}
            for one in document["devices"]
            if not _only_spelling(one)
        ]

    @derived("What else is not what it was, beside the devices.")
    def paths(document: strawberry.Parent[Document]) -> list[PathChange]:  # noqa: D102
        return list(_public(document["changes"]))


@strawberry.type(description="What differs between two definitions of a VM.")
class DefinitionDifference(DifferenceFields):
    """What differs between two definitions."""


def difference_document(difference: Document | None, key: str, other: Collection[str] = ()) -> Document:
    """The document of a `DefinitionDifference` of the VM with this key; of definitions that are equal, an empty one.

    Devices with which one of the operations `other` happened are to be found in the VM's other definition.
    """
    return {**(difference or {"devices": [], "changes": []}), "key": key, "other": other}


def tells_something(difference: Document) -> bool:
    """Whether a difference has anything that the API shows."""
    return any(not _only_spelling(one) for one in difference["devices"]) or any(_public(difference["changes"]))


def _only_spelling(device: Document) -> bool:
    """Whether a device is as it was, but for how its XML is written."""
    return device["operation"] == "CHANGED" and not any(_public(device["changes"]))


def _public(changes: list[Document], at: str = "") -> Iterator[Any]:
    """The changes of values that the API shows, each with its full path."""
    for change in changes:
        if not is_spelling(change["path"]):
            yield {**change, "path": ".".join(part for part in (at, change["path"]) if part)}


def _shown(value: Any) -> Any:
    """A value as the API shows it: without how the XML wrote it."""
    if isinstance(value, dict):
        return {key: _shown(inner) for key, inner in value.items() if key != _SPELLING}
    return [_shown(inner) for inner in value] if isinstance(value, list) else value
