"""Resources that only names are known of: found among what VMs and other resources name and nobody answers to."""

from typing import Any

from schema.edges import SPACES, referenced
from schema.element import Document
from schema.graph.context import Page

from .conflict_stages import unanswered
from .filters import resource_query
from .joins import Joins
from .pages import BadCursor, packed, unpacked
from .texts import begins, storable

_REFERENCED = "referenced"


class ReferencedReads(Joins):
    """Reads of `ReferencedResource`s; the index on the keys that VMs name finds them, a kind at a time."""

    async def referenced_page(
        self, kind: str, condition: Any, host_id: str | None, limit: int, after: str | None
    ) -> Page:
        """Part of the resources of a kind that are only named, by key."""
        stages = _stages(kind, condition, host_id, None if after is None else _place(after))
        stages += [{"$sort": {"_id": 1}}, *unanswered(), {"$limit": limit + 1}, {"$project": {"_id": 1}}]
        found = [one["_id"] for one in await self._aggregate("vms", stages)]
        kept = found[:limit]

        def cursor(number: int) -> str:
            return packed([_REFERENCED, kept[number]])

        return Page([referenced(key) for key in kept], cursor, after is not None, len(found) > limit)

    async def referenced_count(self, kind: str, condition: Any, host_id: str | None) -> int:
        """How many resources of a kind are only named."""
        stages = [*_stages(kind, condition, host_id, None), *unanswered(), {"$count": "number"}]
        counted = await self._aggregate("vms", stages)
        return counted[0]["number"] if counted else 0


def _stages(kind: str, condition: Any, host_id: str | None, after: str | None) -> list[Document]:
    """Stages that give each key of these spaces that VMs or resources name, once, as `_id`."""
    spaces = [space for space in SPACES.values() if space.kind == kind and space.scope != "VM"]
    ranges = [begins(f"{space.name}|") for space in spaces]

    def named(field: str) -> list[Document]:
        within = [{f"{field}.key": one} for one in ranges]
        key: Document = {"$project": {"key": f"${field}.key"}}
        found: list[Document] = [
            {"$match": {"$or": [{field: {"$elemMatch": {"key": one}}} for one in ranges]}},
            {"$unwind": f"${field}"},
            {"$match": {"$or": within}},
            key,
        ]
        return found

    stages = [*named("attachments"), {"$unionWith": {"coll": "resources", "pipeline": named("links")}}]
    if after is not None:
        stages.append({"$match": {"key": {"$gt": after}}})
    stages.append({"$group": {"_id": "$key"}})
    if condition is not None or host_id is not None:
        parts = {"$split": ["$_id", "|"]}
        rest = {"$add": [2, {"$sum": [{"$strLenCP": {"$arrayElemAt": [parts, number]}} for number in (0, 1)]}]}
        label = {"$substrCP": ["$_id", rest, {"$strLenCP": "$_id"}]}
        stages.append({"$set": {"hostId": {"$arrayElemAt": [parts, 1]}, "label": label}})
        stages.append({"$match": resource_query(None, condition, host_id)})
    return stages


def _place(cursor: str) -> str:
    match unpacked(cursor):
        case [name, str(key)] if name == _REFERENCED and storable(key):
            return key
    raise BadCursor
