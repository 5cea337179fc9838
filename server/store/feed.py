"""Who changed: one change stream for the whole process, handed on to any number of subscribers."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

from motor.motor_asyncio import AsyncIOMotorChangeStream
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

from server.store.connection import Document, Store
from server.store.errors import StoreError

_LOGGER = logging.getLogger(__name__)

_AWAIT_MILLISECONDS = 500
"""How long one read waits for a change, and so how long closing can take; a change ends the wait at once."""

_LONGEST_PAUSE = 5.0
_CANNOT_RESUME = {136, 222, 260, 280, 286, 10334}
"""CappedPositionLost, CloseChangeStream, InvalidResumeToken, ChangeStreamFatalError, ChangeStreamHistoryLost,
BSONObjectTooLarge: there the same event would fail again."""

_FIELDS = ("hostId", "sourceKey", "name", "revision", "changedAt")

_PIPELINE: list[Document] = [
    {
        "$match": {
            "$or": [
                {"operationType": {"$in": ["insert", "replace", "delete", "invalidate"]}},
                # Promotion rewrites documents without a change of the VM: its updates leave the revision alone.
                {"operationType": "update", "updateDescription.updatedFields.revision": {"$exists": True}},
            ]
        }
    },
    {
        "$project": {
            "operationType": 1,
            "documentKey": 1,
            "wallTime": 1,
            **{
                f"{part}.{field}": 1
                for part in ("fullDocument", "fullDocumentBeforeChange", "updateDescription.updatedFields")
                for field in _FIELDS
            },
        }
    },
]


class Operation(StrEnum):
    """What happened to a VM."""

    ADDED = "ADDED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


_OPERATIONS = {
    "insert": Operation.ADDED,
    "replace": Operation.CHANGED,
    "update": Operation.CHANGED,
    "delete": Operation.REMOVED,
}


@dataclass(frozen=True, slots=True)
class VmChange:
    """A VM was added, changed or removed; for a removal, name and revision are the last ones."""

    operation: Operation
    vm_id: str
    host_id: str
    source_key: str
    name: str | None
    revision: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Lagged:
    """Changes are missing here: the subscriber was too slow, or the stream could not be resumed."""

    missed: int | None
    """How many; None when nobody knows."""


FeedEvent = VmChange | Lagged


class Subscription:
    """One subscriber's events, in order.

    When `capacity` events wait, further ones are dropped and counted; the subscriber gets what waits, then one
    `Lagged` with the number, then what came after it has caught up.
    """

    def __init__(self, capacity: int) -> None:
        self._queue: asyncio.Queue[FeedEvent | None] = asyncio.Queue(capacity)
        self._missed = 0
        self._unknown = False
        self._closed = False

    def publish(self, event: FeedEvent) -> None:
        """Hand over an event without waiting."""
        if not self._missed and not self._queue.full():
            self._queue.put_nowait(event)
            return
        self._missed += 1
        self._unknown = self._unknown or isinstance(event, Lagged)

    def close(self) -> None:
        """End the subscription once what waits has been read."""
        self._closed = True
        if not self._queue.full():
            self._queue.put_nowait(None)

    def __aiter__(self) -> AsyncIterator[FeedEvent]:
        return self

    async def __anext__(self) -> FeedEvent:
        if self._queue.empty():
            if self._missed:
                lagged = Lagged(None if self._unknown else self._missed)
                self._missed, self._unknown = 0, False
                return lagged
            if self._closed:
                raise StopAsyncIteration
        event = await self._queue.get()
        if event is None:
            raise StopAsyncIteration
        return event


class VmFeed:
    """The changes of all VMs from the moment the feed was entered: `async with VmFeed(store) as feed`.

    MongoDB may go away meanwhile: the stream resumes where it was, and where it cannot, every subscriber gets
    `Lagged(None)`. Entering raises `StoreError` when the stream cannot be opened.
    """

    def __init__(self, store: Store, *, capacity: int = 4096) -> None:
        self._store = store
        self._capacity = capacity
        self._subscriptions: set[Subscription] = set()
        self._task: asyncio.Task[None] | None = None
        self._token: Mapping[str, Any] | None = None
        self._gap = False
        self._closing = asyncio.Event()
        self.problem: str | None = None
        """Why no changes come now; None while they do."""

    async def __aenter__(self) -> Self:
        try:
            stream = await self._open()
        except PyMongoError as error:
            raise StoreError(f"The changes of {self._store.uri} cannot be watched: {error}.") from error
        self._task = asyncio.create_task(self._run(stream), name="vm-feed")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._task is not None
        # Not cancelled at once: a read that was begun goes on in its thread, and closing under it leaves a cursor.
        self._closing.set()
        await asyncio.wait([self._task], timeout=4 * _AWAIT_MILLISECONDS / 1000)
        self._task.cancel()
        await asyncio.wait([self._task])
        for subscription in self._subscriptions:
            subscription.close()

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[Subscription]:
        """Every event from now on."""
        subscription = Subscription(self._capacity)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def _publish(self, event: FeedEvent) -> None:
        for subscription in self._subscriptions:
            subscription.publish(event)

    async def _open(self) -> AsyncIOMotorChangeStream[Document]:
        stream: AsyncIOMotorChangeStream[Document] = self._store.vms.watch(
            _PIPELINE,
            resume_after=self._token,
            full_document_before_change="whenAvailable",
            max_await_time_ms=_AWAIT_MILLISECONDS,
        )
        # motor opens the stream with its first read.
        event = await stream.try_next()
        if self._gap:
            # Only now: whoever reads everything anew because of it will not miss what comes next.
            self._gap = False
            self._publish(Lagged(None))
        self._handle(event)
        self._token = stream.resume_token
        self.problem = None
        return stream

    async def _run(self, opened: AsyncIOMotorChangeStream[Document]) -> None:
        stream: AsyncIOMotorChangeStream[Document] | None = opened
        pause = 0.1
        try:
            while not self._closing.is_set():
                try:
                    if stream is None:
                        stream = await self._open()
                        _LOGGER.info("Changes are read from MongoDB again")
                    await self._read(stream)
                except (PyMongoError, _Ended) as error:
                    if stream is not None:
                        pause = 0.1
                        await stream.close()
                        stream = None
                    self._interrupted(error)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        finally:
            if stream is not None:
                await stream.close()

    async def _read(self, stream: AsyncIOMotorChangeStream[Document]) -> None:
        while not self._closing.is_set():
            self._handle(await stream.try_next())
            if not stream.alive:  # type: ignore[truthy-function]  # motor's stub forgets that it is a property
                raise _Ended("the collection was dropped")
            self._token = stream.resume_token

    def _handle(self, event: Document | None) -> None:
        if event is not None and event["operationType"] in _OPERATIONS:
            self._publish(_vm_change(event))

    def _interrupted(self, error: Exception) -> None:
        if self.problem is None:
            _LOGGER.warning("Changes cannot be read from MongoDB: %s", error)
        self.problem = str(error)
        resumable = isinstance(error, ConnectionFailure) or (
            isinstance(error, OperationFailure)
            and error.code not in _CANNOT_RESUME
            and not error.has_error_label("NonResumableChangeStreamError")
        )
        if not resumable:
            _LOGGER.warning("Changes were missed: the stream cannot be resumed where it was")
            self._token = None
            self._gap = True


class _Ended(Exception):
    """MongoDB closed the stream for good."""


def _vm_change(event: Document) -> VmChange:
    before = event.get("fullDocumentBeforeChange") or {}
    updated = event.get("updateDescription", {}).get("updatedFields", {})
    vm: Document = {**before, **updated, **(event.get("fullDocument") or {})}
    vm_id: str = event["documentKey"]["_id"]
    host_id, _, source_key = vm_id.partition("/")
    removed = event["operationType"] == "delete"
    return VmChange(
        operation=_OPERATIONS[event["operationType"]],
        vm_id=vm_id,
        host_id=vm.get("hostId", host_id),
        source_key=vm.get("sourceKey", source_key),
        name=vm.get("name"),
        revision=vm.get("revision", 0),
        at=event["wallTime"] if removed or "changedAt" not in vm else vm["changedAt"],
    )
