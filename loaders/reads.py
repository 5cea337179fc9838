"""What all reads of MongoDB have in common: bounds in time, small answers, failures in words, and batching."""

from collections.abc import Callable
from typing import Any, TypeVar

from motor.motor_asyncio import AsyncIOMotorDatabase
from strawberry.dataloader import DataLoader

from schema.element import Document
from schema.graph.context import Paths

from .errors import clear_failures
from .pages import BATCH
from .texts import storable

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


def projection(paths: Paths) -> Document | None:
    """What MongoDB is told to show of documents; None for all of them."""
    return None if paths is None else dict.fromkeys(sorted(paths), 1)


class Reads:
    """Reads of a database, each of at most `milliseconds`; they raise ReadFailed."""

    def __init__(self, database: AsyncIOMotorDatabase[Document], milliseconds: int) -> None:
        self._database = database
        self._milliseconds = milliseconds

    async def _find(
        self,
        collection: str,
        query: Document,
        paths: Paths = None,
        *,
        sort: list[tuple[str, int]] | None = None,
        limit: int = 0,
    ) -> list[Document]:
        cursor = self._database[collection].find(
            query, projection(paths), batch_size=BATCH, limit=limit, max_time_ms=self._milliseconds
        )
        if sort is not None:
            cursor = cursor.sort(sort)
        with clear_failures():
            return [document async for document in cursor]

    async def _count(self, collection: str, query: Document) -> int:
        with clear_failures():
            count: int = await self._database[collection].count_documents(query, maxTimeMS=self._milliseconds)
        return count

    async def _aggregate(self, collection: str | None, stages: list[Document]) -> list[Document]:
        """What the stages make of a collection; of None, where they begin with documents of their own."""
        of = self._database if collection is None else self._database[collection]
        with clear_failures():
            cursor = of.aggregate(stages, batchSize=BATCH, maxTimeMS=self._milliseconds)
            return [document async for document in cursor]

    def _load_by_id(self, request: tuple[str, Paths]) -> Callable[[list[str]], Any]:
        """For `batched`: documents of a collection, as far as they are wanted, by their ids."""
        collection, paths = request

        async def load(ids: list[str]) -> list[Document | None]:
            found = await self._find(collection, {"_id": {"$in": [one for one in ids if storable(one)]}}, paths)
            by_id = {document["_id"]: document for document in found}
            return [by_id.get(one) for one in ids]

        return load
