"""How often VMs have which value, counted by MongoDB."""

from typing import Any

from schema.element import Document
from schema.graph.context import Page, StoredPath

from .filters import vm_query
from .pages import BadCursor, packed, unpacked
from .reads import Reads
from .texts import storable

_FLEET = "fleet"

LONGEST_VALUE = 1024
"""Characters of a value; longer ones are cut, and those that begin alike are counted as one."""

_INT64 = range(2**63)


class FleetReads(Reads):
    """Counts over all VMs; see `schema.graph.context.Fleet`."""

    async def groups(self, path: StoredPath, condition: Any, limit: int, after: str | None) -> tuple[Page, int]:
        """Part of the values of a path, those of the most VMs first, equals by value; and how many there are."""
        beyond: list[Document] = [] if after is None else [{"$match": _beyond(after)}]
        page = [*beyond, {"$sort": {"vmCount": -1, "_id": 1}}, {"$limit": limit + 1}]
        stages = [{"$match": vm_query(condition)}, *_counted(path), {"$facet": {"page": page, "all": _NUMBER}}]
        (answer,) = await self._aggregate("vms", stages)
        found = [{"value": one["_id"], "vmCount": one["vmCount"], "count": one["count"]} for one in answer["page"]]
        kept = found[:limit]
        cursors = [packed([_FLEET, path.path, one["vmCount"], one["value"]]) for one in kept]
        total = answer["all"][0]["number"] if answer["all"] else 0
        return Page(kept, cursors.__getitem__, after is not None, len(found) > limit), total


_NUMBER = [{"$count": "number"}]


def _counted(path: StoredPath) -> list[Document]:
    """Stages that give each value once: `{_id, vmCount, count}`. What has no value counts as null."""
    stages: list[Document] = [{"$project": {path.path: 1}}]
    if not path.lists:
        # A VM has one value: there is nothing to put together of each.
        each = {"_id": _text(f"${path.path}"), "vmCount": {"$sum": 1}, "count": {"$sum": 1}}
        return [*stages, {"$group": each}]
    stages += [{"$unwind": {"path": f"${one}", "preserveNullAndEmptyArrays": True}} for one in path.lists]
    per_vm = {"_id": {"vm": "$_id", "value": _text(f"${path.path}")}, "count": {"$sum": 1}}
    stages.append({"$group": per_vm})
    stages.append({"$group": {"_id": "$_id.value", "vmCount": {"$sum": 1}, "count": {"$sum": "$count"}}})
    return stages


def _text(value: str) -> Document:
    """A value as text, null where there is none."""
    shortened = {"$concat": [{"$substrCP": ["$$text", 0, LONGEST_VALUE - 1]}, "…"]}
    short = {"$lte": [{"$strLenCP": {"$ifNull": ["$$text", ""]}}, LONGEST_VALUE]}
    text = {"$convert": {"input": value, "to": "string", "onNull": None}}
    return {"$let": {"vars": {"text": text}, "in": {"$cond": [short, "$$text", shortened]}}}


def _beyond(cursor: str) -> Document:
    """The condition on counted values after a cursor; raises BadCursor."""
    match unpacked(cursor):
        case [name, str(), int(count), value] if name == _FLEET and type(count) is int and count in _INT64:
            if value is None:
                return {"$or": [{"vmCount": {"$lt": count}}, {"vmCount": count, "_id": {"$ne": None}}]}
            if isinstance(value, str) and storable(value):
                return {"$or": [{"vmCount": {"$lt": count}}, {"vmCount": count, "_id": {"$gt": value}}]}
    raise BadCursor
