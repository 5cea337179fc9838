"""Joins between keys that one side names and keys that the other answers to, many at once and all within MongoDB."""

from collections.abc import Sequence

from schema.edges import host_of
from schema.element import Document

from .reads import Reads
from .texts import storable

_MOST_ALIKE = 1000
"""Volumes that are taken to be the same as one on shared storage."""


class Joins(Reads):
    """What reads of resources and attachments have in common."""

    async def _join(
        self, many: Sequence[Sequence[str]], collection: str, field: str, inner: list[Document], *, alike: int = 0
    ) -> list[list[Document]]:
        """For each list of keys, what of a collection has one of them in `field`, taken through the stages `inner`.

        With `alike`, the other keys of volumes that share a key count as well: 1 asks only where a key is known on
        all hosts, so that a volume on shared storage is one volume; 2 always, as for keys that came from a VM.
        """
        documents = [
            {"_id": number, "keys": some}
            for number, keys in enumerate(many)
            if (some := [key for key in keys if storable(key)])  # none would be joined to whatever lacks the field
        ]
        stages: list[Document] = [{"$documents": documents}]
        if alike == 2 or (alike == 1 and any(not host_of(key) for keys in many for key in keys)):
            stages += _alike(alike)
        join = {"from": collection, "localField": "keys", "foreignField": field, "let": {"keys": "$keys"}}
        stages += [{"$lookup": {**join, "pipeline": inner, "as": "found"}}, {"$unwind": "$found"}]
        stages.append({"$project": {"found": 1}})
        found: list[list[Document]] = [[] for _ in many]
        if documents:
            for one in await self._aggregate(None, stages):
                found[one["_id"]].append(one["found"])
        return found


def _alike(depth: int) -> list[Document]:
    """Stages that add to `keys` the keys of the volumes that have one of them."""
    found = {
        "from": "resources",
        "startWith": "$keys",
        "connectFromField": "keys",
        "connectToField": "keys",
        "as": "alike",
        "maxDepth": depth - 1,
        "restrictSearchWithMatch": {"kind": "STORAGE_VOLUME"},
    }
    together = {"$reduce": {"input": {"$slice": ["$alike.keys", _MOST_ALIKE]}, "initialValue": "$keys", "in": {
        "$setUnion": ["$$value", "$$this"]
    }}}  # fmt: skip
    return [{"$graphLookup": found}, {"$set": {"keys": together}}, {"$unset": "alike"}]
