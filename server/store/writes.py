"""Writing VMs and resources: many in one transaction, none lost because another is refused, none by a former owner."""

import asyncio
import errno
import logging
import os
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import bson
from bson.errors import BSONError
from bson.int64 import Int64
from bson.raw_bson import RawBSONDocument
from motor.motor_asyncio import AsyncIOMotorClientSession, AsyncIOMotorCollection
from pymongo import DeleteOne, InsertOne, ReplaceOne, ReturnDocument, UpdateOne
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    DuplicateKeyError,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_random_exponential

from server.collector.inventory import NotOwner
from server.store.connection import Document, Store
from server.store.errors import StoreError

_LOGGER = logging.getLogger(__name__)

Operation = InsertOne[Document] | ReplaceOne[Document] | UpdateOne | DeleteOne

LARGEST_BATCH = 200
"""VMs or resources in one transaction: a first synchronisation is some nine times faster than with one each."""

LARGEST_BYTES = 8 * 1024 * 1024
"""Bytes of earlier documents that are read at once and written in one transaction, if one alone does not exceed it."""

_ATTEMPTS = 5
"""How often a transaction of several changes may be rolled back: what takes too much of MongoDB's cache always is."""

_COMMIT_MILLISECONDS = 30_000
_LONGEST_SECONDS = 120
"""As long as the driver itself repeats a transaction."""

_DUPLICATE_KEY = 11000
_TRANSIENT = ("TransientTransactionError", "UnknownTransactionCommitResult")

EXPIRED = datetime(1970, 1, 1, tzinfo=UTC)
"""`until` of a lease that anybody may take."""


def encoded(document: Document) -> Document:
    """The document as BSON, to be written in its place; unchanged where it cannot be encoded: its write says why."""
    try:
        return cast(Document, RawBSONDocument(bson.encode(document)))
    except (BSONError, OverflowError, RecursionError, UnicodeError):
        return document


class Outdated(Exception):
    """A stored document is no longer the one the change was computed from."""


class _RolledBack(Exception):
    """MongoDB rolled a transaction back again and again."""


@dataclass(frozen=True, slots=True)
class Fence:
    """Lets only the owner of a host write: every transaction changes the host's lease, found by its owner's token.

    A lease that was only read would let an owner that stood still for a while commit after another one took over.
    """

    host_id: str
    owner: str
    """The token of a lease that was taken; empty for tools that write without one where no collector owns the host."""

    async def passed(self, store: Store, session: AsyncIOMotorClientSession, records: int = 0) -> int:
        """Pass within a transaction, its first operation; the sequence before the first of its records.

        Raises `NotOwner`.
        """
        try:
            lease = await store.leases.find_one_and_update(
                {"_id": self.host_id, "owner": self.owner},
                {"$inc": {"sequence": Int64(records), "writes": Int64(1)}, "$setOnInsert": {"until": EXPIRED}},
                upsert=not self.owner,
                return_document=ReturnDocument.AFTER,
                session=session,
            )
        except DuplicateKeyError:
            lease = None
        if lease is None:
            raise self.refusal()
        return int(lease["sequence"]) - records

    async def seen(self, store: Store, session: AsyncIOMotorClientSession) -> None:
        """Make sure, without a write, that the host was ours when the transaction began; raises `NotOwner`."""
        lease = await store.leases.find_one({"_id": self.host_id}, {"owner": 1}, session=session)
        if (lease["owner"] if lease else "") != self.owner:
            raise self.refusal()

    def refusal(self) -> NotOwner:
        """What is raised where the fence cannot be passed."""
        return NotOwner(f"Another collector watches {self.host_id}.")


@dataclass(frozen=True, slots=True)
class Change:
    """What is written for one VM or resource, all of it or nothing."""

    key: str
    """The `_id` of what is written."""
    vm: Operation | None = None
    definition: Operation | None = None
    resource: Operation | None = None
    record: Document | None = None
    """The change record, but for its `sequence`; None where nothing changed that anybody is told of."""
    earlier: Sequence[Document] = ()
    """Documents as they stood until now, for `earlier`."""
    instead: Callable[[str], "Change | None"] | None = None
    """Makes what is written when MongoDB refuses this change, from the reason; without it the change is skipped."""


async def write(store: Store, changes: Sequence[Change], fence: Fence | None = None) -> int:
    """Write all changes, up to `LARGEST_BATCH` per transaction; the number of changes that MongoDB refused.

    Records need a fence, which gives them their sequence. Raises `Outdated` when another writer was faster and
    `NotOwner` when another collector owns the host (nothing of that transaction is written then), and `StoreError`
    when MongoDB cannot be reached for two minutes or its disk is full. What `Change.instead` raises is passed on.
    """
    refusals = 0
    heavy = any(change.earlier for change in changes)
    for batch in await asyncio.to_thread(list, _batches(changes)) if heavy else _batches(changes):
        refusals += await _isolated(store, batch, fence)
    return refusals


def _batches(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    start = size = 0
    for number, change in enumerate(changes):
        more = sum(len(bson.encode(document)) for document in change.earlier)
        if number - start == LARGEST_BATCH or (number > start and size + more > LARGEST_BYTES):
            yield changes[start:number]
            start, size = number, 0
        size += more
    if start < len(changes):
        yield changes[start:]


async def _isolated(store: Store, changes: Sequence[Change], fence: Fence | None) -> int:
    """Write a batch; halve one that MongoDB refuses, or rolls back again and again, until the cause stands alone.

    What stands in for a refused change is written in its place.
    """
    attempts = 0

    async def operations(session: AsyncIOMotorClientSession) -> None:
        nonlocal attempts
        attempts += 1
        if attempts > _ATTEMPTS and len(changes) > 1:
            raise _RolledBack
        await _write(store, session, changes, fence)

    try:
        await transaction(store, operations)
    except (Outdated, NotOwner):
        raise
    except (_RolledBack, PyMongoError, BSONError, OverflowError, RecursionError, UnicodeError) as error:
        if _is_transient(error):
            raise StoreError(f"MongoDB at {store.uri} did not take a write: {reason(error)}.") from error
        if os.strerror(errno.ENOSPC) in reason(error):
            # A mongod refuses writes so until its next checkpoint, over which it ends.
            raise StoreError(f"The disk of MongoDB at {store.uri} is full.") from error
        if len(changes) > 1:
            half = len(changes) // 2
            return await _isolated(store, changes[:half], fence) + await _isolated(store, changes[half:], fence)
        (change,) = changes
        _LOGGER.warning("MongoDB refuses the document of %s: %s", change.key, reason(error))
        if change.instead is not None and (stand_in := change.instead(reason(error))) is not None:
            await _isolated(store, [stand_in], fence)
        return 1
    return 0


async def _write(
    store: Store, session: AsyncIOMotorClientSession, changes: Sequence[Change], fence: Fence | None
) -> None:
    records = [change.record for change in changes if change.record is not None]
    sequence = await fence.passed(store, session, len(records)) if fence is not None else 0
    guarded = (
        (store.vms, [change.vm for change in changes if change.vm is not None]),
        (store.resources, [change.resource for change in changes if change.resource is not None]),
    )
    told = [{**record, "sequence": Int64(sequence + number)} for number, record in enumerate(records, 1)]
    others: tuple[tuple[AsyncIOMotorCollection[Document], list[Operation]], ...] = (
        (store.definitions, [change.definition for change in changes if change.definition is not None]),
        (store.earlier, [_kept(document) for change in changes for document in change.earlier]),
        (store.changes, [InsertOne(record) for record in told]),
    )
    try:
        for collection, writes in guarded:
            if writes:
                result = await collection.bulk_write(writes, session=session)
                if result.matched_count < sum(isinstance(operation, ReplaceOne) for operation in writes):
                    raise Outdated
                if result.deleted_count < sum(isinstance(operation, DeleteOne) for operation in writes):
                    raise Outdated
        for collection, writes in others:
            if writes:
                await collection.bulk_write(writes, session=session)
    except BulkWriteError as error:
        if any(failure.get("code") == _DUPLICATE_KEY for failure in error.details.get("writeErrors", [])):
            raise Outdated from error
        raise


def _kept(document: Document) -> UpdateOne:
    """The first document of a revision stays: the records before it lead back from that one.

    There may be one already, for promotion rewrites a document under its revision. Until when it is of use moves on.
    """
    rest = {key: value for key, value in document.items() if key not in ("_id", "at")}
    return UpdateOne({"_id": document["_id"]}, {"$setOnInsert": rest, "$max": {"at": document["at"]}}, upsert=True)


async def transaction(
    store: Store, operations: Callable[[AsyncIOMotorClientSession], Coroutine[Any, Any, None]]
) -> None:
    """Do all of it or nothing, for up to two minutes again where a repetition may help.

    `operations` may run several times, even after it was committed: its writes must find that out by what they match.
    """
    # motor repeats what failed inside a transaction, not its commit. Written twice it finds `Outdated` and no more.
    async for attempt in AsyncRetrying(
        retry=retry_if_exception(lambda error: _is_interrupted(error) or isinstance(error, ConfigurationError)),
        stop=stop_after_delay(_LONGEST_SECONDS),
        wait=wait_random_exponential(0.05, max=1),
        reraise=True,
    ):
        with attempt:
            async with await store.client.start_session() as session:
                await session.with_transaction(operations, max_commit_time_ms=_COMMIT_MILLISECONDS)


def _is_interrupted(error: BaseException) -> bool:
    return isinstance(error, PyMongoError) and any(error.has_error_label(label) for label in _TRANSIENT)


def _is_transient(error: Exception) -> bool:
    """Whether it is not the document that MongoDB refuses: what it says of one is an OperationFailure."""
    # To the driver a connection that was opened while its server became or ceased to be the primary has no sessions for
    # the rest of its life, and it says that the configuration is wrong. Another one of the pool may do.
    if isinstance(error, PyMongoError) and not isinstance(error, OperationFailure):
        return True
    return isinstance(error, ExecutionTimeout | WTimeoutError) or _is_interrupted(error)


def reason(error: Exception) -> str:
    """Why MongoDB, or the driver before it, refused: without the document and without the driver's dump."""
    if isinstance(error, BulkWriteError):
        failures = error.details.get("writeErrors") or [{}]
        return str(failures[0].get("errmsg", "the write failed")).rstrip(".")
    return str(error).partition(", full error:")[0].partition(" (configured timeouts:")[0].rstrip(".")
