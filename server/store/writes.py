"""Writing VMs and resources: many in one transaction, and none lost because another one is refused."""

import errno
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bson.errors import BSONError
from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError, ConnectionFailure, ExecutionTimeout, PyMongoError, WTimeoutError
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_random_exponential

from server.store.connection import Document, Store
from server.store.errors import StoreError

_LOGGER = logging.getLogger(__name__)

Operation = InsertOne[Document] | ReplaceOne[Document] | UpdateOne | DeleteOne

LARGEST_BATCH = 200
"""VMs or resources in one transaction: a first synchronisation is some nine times faster than with one each."""

_COMMIT_MILLISECONDS = 30_000
_LONGEST_SECONDS = 120
"""As long as the driver itself repeats a transaction."""

_DUPLICATE_KEY = 11000
_TRANSIENT = ("TransientTransactionError", "UnknownTransactionCommitResult")


class Outdated(Exception):
    """A stored document is no longer the one the change was computed from."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is written for one VM or resource, all of it or nothing."""

    key: str
    """The `_id` of what is written."""
    vm: Operation | None = None
    definition: Operation | None = None
    resource: Operation | None = None
    instead: Callable[[str], "Change | None"] | None = None
    """Makes what is written when MongoDB refuses this change, from the reason; without it the change is skipped."""


async def write(store: Store, changes: Sequence[Change]) -> int:
    """Write all changes, up to `LARGEST_BATCH` per transaction; the number of changes that MongoDB refused.

    Raises `Outdated` when another writer was faster (nothing of that transaction is written) and `StoreError` when
    MongoDB cannot be reached for two minutes or its disk is full. What `Change.instead` raises is passed on.
    """
    refusals = 0
    for start in range(0, len(changes), LARGEST_BATCH):
        refusals += await _isolated(store, changes[start : start + LARGEST_BATCH])
    return refusals


async def _isolated(store: Store, changes: Sequence[Change]) -> int:
    """Write a batch; halve it until the change that is refused stands alone, and write what stands in for that one."""
    try:
        await _transaction(store, changes)
    except Outdated:
        raise
    except (PyMongoError, BSONError, OverflowError, RecursionError, UnicodeError) as error:
        if _is_transient(error):
            raise StoreError(f"MongoDB at {store.uri} did not take a write: {reason(error)}.") from error
        if os.strerror(errno.ENOSPC) in reason(error):
            # A mongod refuses writes so until its next checkpoint, over which it ends.
            raise StoreError(f"The disk of MongoDB at {store.uri} is full.") from error
        if len(changes) > 1:
            half = len(changes) // 2
            return await _isolated(store, changes[:half]) + await _isolated(store, changes[half:])
        (change,) = changes
        _LOGGER.warning("MongoDB refuses the document of %s: %s", change.key, reason(error))
        if change.instead is not None and (stand_in := change.instead(reason(error))) is not None:
            await _isolated(store, [stand_in])
        return 1
    return 0


async def _transaction(store: Store, changes: Sequence[Change]) -> None:
    guarded = (
        (store.vms, [change.vm for change in changes if change.vm is not None]),
        (store.resources, [change.resource for change in changes if change.resource is not None]),
    )
    definitions = [change.definition for change in changes if change.definition is not None]

    async def operations(session: AsyncIOMotorClientSession) -> None:
        try:
            for collection, writes in guarded:
                if writes:
                    result = await collection.bulk_write(writes, session=session)
                    if result.matched_count < sum(isinstance(operation, ReplaceOne) for operation in writes):
                        raise Outdated
            if definitions:
                await store.definitions.bulk_write(definitions, session=session)
        except BulkWriteError as error:
            if any(failure.get("code") == _DUPLICATE_KEY for failure in error.details.get("writeErrors", [])):
                raise Outdated from error
            raise

    # motor repeats what failed inside a transaction, not its commit. Written twice it finds `Outdated` and no more.
    async for attempt in AsyncRetrying(
        retry=retry_if_exception(_is_interrupted),
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
    return isinstance(error, (ConnectionFailure, ExecutionTimeout, WTimeoutError)) or _is_interrupted(error)


def reason(error: Exception) -> str:
    """Why MongoDB, or the driver before it, refused: without the document and without the driver's dump."""
    if isinstance(error, BulkWriteError):
        failures = error.details.get("writeErrors") or [{}]
        return str(failures[0].get("errmsg", "the write failed")).rstrip(".")
    return str(error).partition(", full error:")[0].partition(" (configured timeouts:")[0].rstrip(".")
