"""VMs as they were, and what differs between two moments, or between the two definitions of a VM."""

import asyncio
from collections.abc import Collection
from datetime import datetime

from ..changes.difference import difference
from ..changes.pending import pending
from ..coverage import untyped_counts
from ..element import Document
from .context import Info
from .difference import DeviceOperation, difference_document

PERSISTENT = "persistent"
"""The key at which a VM of the past has its other definition, or None; one of the present has no such key."""

_OF_DEFINITION = frozenset({"name", "uuid", "domain", "devices", "error", "rawXml"})
_OF_VM = _OF_DEFINITION | {"state"}
_ADDED = frozenset({DeviceOperation.ADDED.name})


async def vm_at(info: Info, vm_id: str, at: datetime) -> Document | None:
    """The document of a `VirtualMachine` as it was at a moment; None where there was none.

    Raises ValueError for a moment that the history does not reach back to.
    """
    found = await info.context.loaders.history.vm_at(vm_id, at)
    if found is None:
        return None
    other = found.get(PERSISTENT)
    return {**found, PERSISTENT: None if other is None else {**other, "untyped": untyped_counts(other)}}


async def other_definition(vm: Document, info: Info) -> Document | None:
    """The other definition of a VM of the present or of the past; None where it has none."""
    if PERSISTENT in vm:
        found: Document | None = vm[PERSISTENT]
        return found
    return await info.context.loaders.other_definition(vm["_id"])


async def difference_of_moments(vm_id: str, info: Info, before: datetime, after: datetime | None) -> Document:
    """The document of a `DefinitionDifference` between what a VM was at two moments; now, where the second is None.

    Raises ValueError where there was no such VM, and for a moment that the history does not reach back to.
    """
    history = info.context.loaders.history
    one, other = await asyncio.gather(
        history.vm_at(vm_id, before),
        info.context.loaders.vm(vm_id) if after is None else history.vm_at(vm_id, after),
    )
    for moment, found in ((before, one), (after, other)):
        if found is None:
            when = "now" if moment is None else f"at {moment.isoformat()}"
            raise ValueError(f"The VM does not exist {when}: `history` lists when it came and went.")
    return difference_document(difference(_content(one, _OF_VM), _content(other, _OF_VM)), vm_id)


async def difference_of_next_start(vm: Document, info: Info) -> Document | None:
    """The document of a `DefinitionDifference` from a VM as it runs to what its next start makes of it.

    None where the VM has no other definition, and where one of the two cannot be read.
    """
    other = await other_definition(vm, info)
    if other is None or "error" in other or "error" in vm:
        return None
    return difference_document(
        pending(_content(vm, _OF_DEFINITION), _content(other, _OF_DEFINITION)), vm["_id"], _ADDED
    )


def _content(document: Document | None, keys: Collection[str]) -> Document:
    """What a definition says, without what is kept with it and what answers remember in it."""
    return {key: value for key, value in (document or {}).items() if key in keys}
