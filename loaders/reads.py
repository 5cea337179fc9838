"""What all reads of MongoDB have in common: bounds in time, small answers, failures in words, and batching."""

from typing import Any

from pymongo.client_session import ClientSession

from schema.element import Document
from schema.graph.context import Paths

from .batching import Load, Loader
from .decoding import BATCH
from .projections import projection
from .reading import Reading
from .texts import storable

_BY_ID = [("_id", 1)]


class Reads:
    """Reads of a database within the time of a request; they raise ReadFailed."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def _find(
        self,
        collection: str,
        query: Document,
        paths: Paths = None,
        *,
        sort: list[tuple[str, int]] | None = None,
        limit: int = 0,
        about: int = 0,
        raw: bool = False,
    ) -> list[Document]:
        """The documents that a query finds; with `raw`, as MongoDB's bytes.

        Without a limit it is all, and `about` so many where that is known.
        """
        shown = projection(paths, about or limit or None)
        return await self._found(collection, limit, about=about, raw=raw, filter=query, projection=shown, sort=sort)

    async def _found(
        self, collection: str, limit: int, *, about: int = 0, raw: bool = False, **asked: Any
    ) -> list[Document]:
        """What the driver's `find` finds with these arguments; `limit` and `about` are as of `_find`."""
        return await self._reading.find(collection, limit, asked, raw, about or limit)

    async def _count(self, collection: str, query: Document) -> int:
        # All documents would be read to count them all.
        hint: Document = {} if query else {"hint": _BY_ID}

        def count(session: ClientSession) -> int:
            documents = self._reading.database[collection]
            return documents.count_documents(query, session, maxTimeMS=self._reading.budget.milliseconds(), **hint)

        return await self._reading.run(count)

    async def _aggregate(self, collection: str | None, stages: list[Document]) -> list[Document]:
        """What the stages make of a collection; of None, where they begin with documents of their own."""
        database = self._reading.database

        def aggregate(session: ClientSession) -> list[Document]:
            of = database if collection is None else database[collection]
            milliseconds = self._reading.budget.milliseconds()
            with of.aggregate(stages, session=session, batchSize=BATCH, maxTimeMS=milliseconds) as cursor:
                return list(cursor)

        return await self._reading.run(aggregate)

    def _loader(self, collection: str, paths: Paths, *, raw: bool = False) -> Loader[str, Document | None]:
        return self._reading.loaders.of(self._load_by_id, (collection, paths, raw))

    def _load_by_id(self, request: tuple[str, Paths, bool]) -> Load[str, Document | None]:
        """For a loader: documents of a collection, as far as they are wanted, by their ids."""
        collection, paths, raw = request

        async def load(ids: list[str]) -> list[Document | None]:
            known = [one for one in ids if storable(one)]
            found = await self._find(collection, {"_id": {"$in": known}}, paths, limit=len(known), raw=raw)
            if len(ids) == 1:  # the only one found is it: to ask would decode the bytes of a `raw` one
                return [*found, None][:1]
            by_id = {document["_id"]: document for document in found}
            return [by_id.get(one) for one in ids]

        return load
