"""What VMs hold that no declaration knows, counted by MongoDB out of the list `untyped` of their documents.

The index on `untyped.path` finds the VMs that hold any; those that hold none are not read.
"""

from schema.coverage import LONGEST_PATH
from schema.element import Document
from schema.graph.context import Page

from .pages import BadCursor, packed, unpacked
from .reads import Reads
from .texts import begins, storable

_LIST = "untyped"
"""Stands first in the cursors of this list."""

_INT64 = range(2**63)


class CoverageReads(Reads):
    """Reads of what no declaration knows; see `schema.graph.context.Coverage`."""

    async def paths(self, host_id: str | None, prefix: str, limit: int, after: str | None) -> Page:
        """Part of the untyped paths with this prefix: `{path, vmCount, pieceCount, example}`, the example a VM's key.

        Those of the most VMs come first, equals by path.
        """
        grouped = {
            "_id": "$untyped.path",
            "vmCount": {"$sum": 1},
            "pieceCount": {"$sum": "$untyped.count"},
            "example": {"$min": "$_id"},
        }
        stages: list[Document] = [*_holding(host_id, prefix), {"$group": grouped}]
        if after is not None:
            stages.append({"$match": _beyond(after)})
        stages += [{"$sort": {"vmCount": -1, "_id": 1}}, {"$limit": limit + 1}]
        stages.append({"$project": {"_id": 0, "path": "$_id", "vmCount": 1, "pieceCount": 1, "example": 1}})
        found = await self._aggregate("vms", stages)
        more = len(found) > limit
        found = found[:limit]
        cursors = [packed([_LIST, one["vmCount"], one["path"]]) for one in found]
        return Page(found, cursors.__getitem__, after is not None, more)

    async def path_count(self, host_id: str | None, prefix: str) -> int:
        """How many different untyped paths there are with this prefix."""
        counted = await self._aggregate(
            "vms", [*_holding(host_id, prefix), {"$group": {"_id": "$untyped.path"}}, {"$count": "paths"}]
        )
        return counted[0]["paths"] if counted else 0

    async def vm_count(self, host_id: str | None) -> int:
        """How many VMs there are."""
        return await self._count("vms", _on(host_id))

    async def unreadable_count(self, host_id: str | None) -> int:
        """How many VMs have XML that cannot be read."""
        return await self._count("vms", {**_on(host_id), "error": {"$exists": True}})

    async def untyped_vm_count(self, host_id: str | None, prefix: str) -> int:
        """How many VMs hold an untyped path with this prefix."""
        return await self._count("vms", _held(host_id, prefix))


def _on(host_id: str | None) -> Document:
    if host_id is None:
        return {}
    if not storable(host_id):
        raise ValueError("`host` is not valid Unicode.")
    return {"hostId": host_id}


def _begins(prefix: str) -> Document:
    """The condition on a path that begins so; ValueError for a prefix that no path can have."""
    if len(prefix) > LONGEST_PATH:
        raise ValueError(f"`pathPrefix` takes at most {LONGEST_PATH} characters: no path is longer.")
    if not storable(prefix):
        raise ValueError("`pathPrefix` is not valid Unicode.")
    return begins(prefix)


def _held(host_id: str | None, prefix: str) -> Document:
    """The query for VMs that hold such a path; one path must lie in the whole range."""
    return {**_on(host_id), "untyped": {"$elemMatch": {"path": _begins(prefix)}}}


def _holding(host_id: str | None, prefix: str) -> list[Document]:
    """Stages that give each such path of each VM: `{_id, untyped: {path, count}}`."""
    unwound: list[Document] = [{"$match": _held(host_id, prefix)}, {"$unwind": "$untyped"}]
    return [*unwound, {"$match": {"untyped.path": _begins(prefix)}}] if prefix else unwound


def _beyond(cursor: str) -> Document:
    """The condition on counted paths after a cursor; raises BadCursor."""
    match unpacked(cursor):
        case [name, int(count), str(path)] if (
            name == _LIST and type(count) is int and count in _INT64 and storable(path)
        ):
            return {"$or": [{"vmCount": {"$lt": count}}, {"vmCount": count, "_id": {"$gt": path}}]}
    raise BadCursor
