"""Writes of one collector about its hosts: fenced, and one transaction per host at a time."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial

from motor.motor_asyncio import AsyncIOMotorClientSession, AsyncIOMotorCollection
from pymongo import DeleteOne, UpdateOne

from server.store.connection import Document, Store
from server.store.errors import StoreError
from server.store.writes import LARGEST_BATCH, LARGEST_BYTES, Change, Fence, Outdated, transaction, write

_AT_ONCE = 4
"""Transactions under way at the same time, of all hosts: more would only make each longer, and its locks with it."""
_ATTEMPTS = 5
"""How often a batch is computed anew because another process wrote the same documents."""


class OwnWrites:
    """Writes as the owner of hosts; each raises `NotOwner` where another collector owns the host.

    Domains and resources of a host are read at the same time: their transactions wait for each other here, for in
    MongoDB they would fail each other over the host's lease.
    """

    def __init__(self, store: Store, owner: str) -> None:
        self.store = store
        self._owner = owner
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def changes(self, host_id: str, compute: Callable[[], Awaitable[Sequence[Change]]]) -> None:
        """Write what `compute` returns; compute it anew where the documents that it read were changed meanwhile.

        Raises `StoreError` when that happens again and again.
        """
        for _ in range(_ATTEMPTS):
            changes = await compute()
            try:
                async with self._locks[host_id], self._turns:
                    await write(self.store, changes, Fence(host_id, self._owner))
            except Outdated:
                continue
            return
        raise StoreError(f"Another process keeps writing what {host_id} has: one collector per host.")

    async def changes_in_turn(
        self, host_id: str, calls: Sequence[Callable[[], Awaitable[Sequence[Change]]]], ahead: Callable[[], int]
    ) -> None:
        """Write what each of the calls returns, one after the other; up to `ahead` further ones run meanwhile."""
        waiting = deque(calls)
        begun: deque[tuple[Callable[[], Awaitable[Sequence[Change]]], asyncio.Future[Sequence[Change]]]] = deque()
        try:
            while waiting or begun:
                while waiting and len(begun) <= ahead():
                    begun.append((waiting[0], asyncio.ensure_future(waiting.popleft()())))
                call, result = begun[0]
                await self.changes(host_id, partial(_first_of, [result], call))
                begun.popleft()
        finally:
            for _, result in begun:
                result.cancel()
            await asyncio.gather(*(result for _, result in begun), return_exceptions=True)

    async def host(self, host_id: str, *updates: UpdateOne | DeleteOne) -> None:
        """Write to `hosts`, all or nothing."""
        fence = Fence(host_id, self._owner)

        async def operations(session: AsyncIOMotorClientSession) -> None:
            await fence.passed(self.store, session)
            await self.store.hosts.bulk_write(list(updates), session=session)

        async with self._locks[host_id], self._turns:
            await transaction(self.store, operations)

    async def host_seen(self, host_id: str, update: Document) -> None:
        """Update the document of a host, and write nothing else: not for what a former owner must never write."""
        fence = Fence(host_id, self._owner)

        async def operations(session: AsyncIOMotorClientSession) -> None:
            await fence.seen(self.store, session)
            await self.store.hosts.update_one({"_id": host_id}, update, session=session)

        async with self._turns:
            await transaction(self.store, operations)


async def _first_of(
    results: list[asyncio.Future[Sequence[Change]]], call: Callable[[], Awaitable[Sequence[Change]]]
) -> Sequence[Change]:
    """What was begun ahead, the first time; afterwards it is begun anew."""
    return await (results.pop() if results else call())


async def portions(
    collections: Sequence[AsyncIOMotorCollection[Document]], ids: Sequence[str]
) -> AsyncIterator[list[str]]:
    """Those of the ids that the first of the collections has, in portions that may be read and written at once.

    A portion has up to `LARGEST_BATCH` ids, whose documents in all the collections take up to `LARGEST_BYTES`.
    """
    portion: list[str] = []
    total = 0
    for start in range(0, len(ids), LARGEST_BATCH):
        query = {"_id": {"$in": list(ids[start : start + LARGEST_BATCH])}}
        sizes: list[dict[str, int]] = []
        for collection in collections:
            cursor = collection.find(query, {"size": {"$bsonSize": "$$ROOT"}})
            sizes.append({document["_id"]: document["size"] async for document in cursor})
        for one in sorted(sizes[0]):
            size = sum(found.get(one, 0) for found in sizes)
            if portion and (len(portion) == LARGEST_BATCH or total + size > LARGEST_BYTES):
                yield portion
                portion, total = [], 0
            portion.append(one)
            total += size
    if portion:
        yield portion
