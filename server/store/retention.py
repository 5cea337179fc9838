"""How far back the history is kept: by age, and by the room that it takes."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo.errors import PyMongoError

from server.store.connection import Document, Store
from server.store.errors import StoreError

_LOGGER = logging.getLogger(__name__)

_BATCH = 500
"""Documents that are looked at, and deleted, at once."""
_PAUSE_SECONDS = 0.05
"""Between batches: whoever writes and reads meanwhile comes first."""
_MILLISECOND = timedelta(milliseconds=1)


async def prune(store: Store, *, days: float, megabytes: int) -> int:
    """Delete the change records older than `days`, then the oldest until all take no more than `megabytes`.

    The earlier documents that only they led back from go with them. Before anything is deleted, `since` of the document
    `retention` in `history` is moved on: everything from then on is there. Returns the number of records deleted; any
    number of processes may do this at once. Raises the driver's errors.
    """
    deleted = 0
    horizon = datetime.now(UTC) - timedelta(days=days)
    while (end := await _end(store, before=horizon)) is not None:
        deleted += await _delete(store, end)
    while (excess := await _size(store) - megabytes * 1024 * 1024) > 0:
        end = await _end(store, excess=excess)
        if end is None:
            break
        deleted += await _delete(store, end)
    return deleted


async def _end(store: Store, *, before: datetime | None = None, excess: int | None = None) -> datetime | None:
    """The time of the last document of the next batch to delete; None where there is nothing to delete.

    Only of those `before` a moment, and no more than take `excess` bytes.
    """
    query = {} if before is None else {"at": {"$lt": before}}
    batches = [await _oldest(collection, query) for collection in (store.changes, store.earlier)]
    found = sorted((one["at"], one["size"]) for batch in batches for one in batch)
    # What lies beyond the end of a full batch has yet to be looked at.
    ends = [batch[-1]["at"] for batch in batches if len(batch) == _BATCH]
    end: datetime | None = None
    for at, size in found:
        if ends and at > min(ends):
            break
        end = at
        if excess is not None:
            excess -= size
            if excess <= 0:
                break
    return end


async def _oldest(collection: AsyncIOMotorCollection[Document], query: Document) -> list[Document]:
    fields = {"_id": 0, "at": 1, "size": {"$bsonSize": "$$ROOT"}}
    return await collection.find(query, fields).sort("at", 1).limit(_BATCH).to_list(None)


async def _delete(store: Store, end: datetime) -> int:
    """Delete what was at a moment and before, a batch at a time."""
    since = {"$max": {"since": end + _MILLISECOND}}
    await store.history.update_one({"_id": "retention"}, since, upsert=True)
    gone = {"at": {"$lte": end}}
    result = await store.changes.delete_many(gone)
    await store.earlier.delete_many(gone)
    await asyncio.sleep(_PAUSE_SECONDS)
    return result.deleted_count


async def _size(store: Store) -> int:
    """Bytes that records and earlier documents take, uncompressed."""
    sizes = [await store.database.command({"collStats": name}) for name in (store.changes.name, store.earlier.name)]
    return sum(int(one["size"]) for one in sizes)


class Retention:
    """Prunes the history again and again: `async with Retention(store, days, megabytes)`.

    When MongoDB does not answer it is tried again the next time.
    """

    def __init__(self, store: Store, days: float, megabytes: int, every_seconds: float = 600) -> None:
        self._store = store
        self._days = days
        self._megabytes = megabytes
        self._every_seconds = every_seconds
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="retention")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        while True:
            try:
                if deleted := await prune(self._store, days=self._days, megabytes=self._megabytes):
                    _LOGGER.info("Deleted %d change records that are no longer kept", deleted)
            except (PyMongoError, StoreError) as error:
                _LOGGER.warning("The history cannot be pruned now: %s", error)
            await asyncio.sleep(self._every_seconds)
