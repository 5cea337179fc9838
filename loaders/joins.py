"""Joins between keys that one side names and keys that the other answers to, many at once and all within MongoDB."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from motor.motor_asyncio import AsyncIOMotorDatabase
from strawberry.dataloader import DataLoader

from schema.edges import host_of
from schema.element import Document

from .errors import clear_failures
from .pages import BATCH
from .texts import storable

_MOST_ALIKE = 1000
"""Volumes that are taken to be the same as one on shared storage."""

Request = TypeVar("Request")
Key = TypeVar("Key")
Found = TypeVar("Found")


def batched(
    loaders: dict[Request, DataLoader[Key, Found]],
    request: Request,
    make: Callable[[Request], Callable[[list[Key]], Any]],
) -> DataLoader[Key, Found]:
    """The loader that gathers what is asked for alike; another one where anything but the key differs."""
    if request not in loaders:
        loaders[request] = DataLoader(make(request))
    return loaders[request]


class Joins:
    """What reads of resources and attachments have in common; each read takes at most `milliseconds`."""

    def __init__(self, database: AsyncIOMotorDatabase[Document], milliseconds: int) -> None:
        self._database = database
        self._milliseconds = milliseconds

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
            for one in await self._aggregate(self._database, stages):
                found[one["_id"]].append(one["found"])
        return found

    async def _aggregate(self, of: Any, stages: list[Document]) -> list[Document]:
        with clear_failures():
            cursor = of.aggregate(stages, batchSize=BATCH, maxTimeMS=self._milliseconds)
            return [document async for document in cursor]


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
