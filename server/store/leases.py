"""Leases of hosts in MongoDB: which collector watches a host, and until when.

A lease is one document, `{_id: host, owner, client, until, sequence}`: `owner` is the token of a collector, `client`
what MongoDB calls its process. Whether it is good is said by MongoDB's clock alone. Every transaction of a collector
changes it, first thing, with the token in the filter: an owner that was stopped, and goes on after another took over,
writes nothing.
"""

import logging
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import pymongo
from bson import Int64
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError, PyMongoError
from pymongo.read_concern import ReadConcern

from server.store.connection import Document, Store
from server.store.errors import StoreError
from server.store.writes import EXPIRED, reason

_LOGGER = logging.getLogger(__name__)

_FREE = {"owner": "", "until": EXPIRED}


class Leases:
    """The leases of one collector, told from all others by its `owner`; see `server.collector.ownership.Leases`.

    `seconds` is how long a lease is good for. Every method raises `StoreError` when MongoDB does not answer
    within half of that.
    """

    def __init__(self, store: Store, owner: str | None = None, seconds: float = 10) -> None:
        self._store = store
        self._leases = store.leases
        self.owner = owner or uuid.uuid4().hex
        self.seconds = seconds
        self._patience = seconds / 8
        self._until = {"$add": ["$$NOW", int(seconds * 1000)]}

    async def free(self, host_ids: Collection[str]) -> set[str]:
        """Those hosts that no other collector has a good lease of; one read, and no write."""
        good = {"$expr": {"$gt": ["$until", "$$NOW"]}}
        query = {"_id": {"$in": list(host_ids)}, "owner": {"$ne": self.owner}, **good}
        with self._explained(), pymongo.timeout(self._patience):
            taken = [lease["_id"] async for lease in self._leases.find(query, {"_id": 1})]
        return set(host_ids).difference(taken)

    async def take(self, host_id: str) -> bool:
        """Take the lease if nobody has a good one, or renew one's own; whether it is one's own now."""
        with self._explained():
            try:
                return await self._take(host_id)
            except PyMongoError as error:
                if not error.timeout:
                    raise
                # A collector that died within a transaction left the lease locked behind it.
                return await self._end_stalled_transactions(host_id) and await self._take(host_id)

    async def renew(self, host_ids: Collection[str]) -> set[str]:
        """Renew one's own leases, all in one write; those of these hosts that are one's own."""
        ours: Document = {"_id": {"$in": list(host_ids)}, "owner": self.owner}
        with self._explained(), pymongo.timeout(2 * self._patience):
            result = await self._leases.update_many(ours, [{"$set": {"until": self._until}}])
            if result.matched_count == len(host_ids):
                return set(host_ids)
            return {lease["_id"] async for lease in self._leases.find(ours, {"_id": 1})}

    async def release(self, host_id: str) -> None:
        """Let another collector take the host at once; a lease of another's is left alone."""
        with self._explained(), pymongo.timeout(self._patience):
            await self._leases.update_one({"_id": host_id, "owner": self.owner}, {"$set": _FREE})

    async def _take(self, host_id: str) -> bool:
        free = {"$lte": [{"$ifNull": ["$until", EXPIRED]}, "$$NOW"]}
        ours = {"$or": [{"$eq": ["$owner", self.owner]}, free]}
        values = {
            "owner": {"$cond": [ours, self.owner, "$owner"]},
            "client": {"$cond": [ours, self._store.client_name, "$client"]},
            "until": {"$cond": [ours, self._until, "$until"]},
            # Goes on from owner to owner, or a gap among the records of a host could not be told.
            "sequence": {"$ifNull": ["$sequence", Int64(0)]},
        }
        while True:
            try:
                with pymongo.timeout(self._patience):
                    lease = await self._leases.find_one_and_update(
                        {"_id": host_id}, [{"$set": values}], upsert=True, return_document=ReturnDocument.AFTER
                    )
            except DuplicateKeyError:
                continue  # another made the document at the same moment
            return bool(lease["owner"] == self.owner)

    async def _end_stalled_transactions(self, host_id: str) -> bool:
        """End what the owner of a lease that has run out left open; whether the lease may be taken.

        A collector that was killed does not end its transaction, which holds on to all that it wrote, the lease before
        anything else; MongoDB would wait for a minute. One that was only slow begins it anew, and is refused. A user of
        MongoDB may end what the same user began.
        """
        over = {"_id": host_id, "$expr": {"$lte": ["$until", "$$NOW"]}}
        admin = self._store.client.get_database("admin", read_concern=ReadConcern("local"))
        with pymongo.timeout(2 * self._patience):
            lease = await self._leases.find_one(over, {"client": 1})
            if lease is None or "client" not in lease:
                return False
            stalled = {
                "desc": "inactive transaction",
                "appName": lease["client"],
                # The former owner may be well and hold other leases, and write as their owner.
                "transaction.timeInactiveMicros": {"$gte": int(self.seconds / 2 * 1_000_000)},
            }
            stages = [{"$currentOp": {"allUsers": False, "idleSessions": True}}, {"$match": stalled}]
            sessions = [{"id": operation["lsid"]["id"]} async for operation in admin.aggregate(stages)]
            if sessions:
                _LOGGER.warning("Ending %d transactions that the last owner of %s left open", len(sessions), host_id)
                await admin.command({"killSessions": sessions})
        return True

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except PyMongoError as error:
            raise StoreError(f"MongoDB at {self._store.uri} keeps no leases: {reason(error)}.") from error


async def release_all(store: Store) -> None:
    """End every lease, where it is certain that no other collector runs."""
    await store.leases.update_many({}, {"$set": _FREE})
