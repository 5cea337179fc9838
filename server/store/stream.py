"""MongoDB's change stream over change records and hosts, read in a thread of its own."""

import asyncio
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self, TypeVar

from bson import Timestamp
from pymongo.errors import OperationFailure

from loaders.change_cursor import ChangeCursor
from schema.graph.context import Change
from server.store.connection import Document, Store
from server.store.worker import Worker

_BATCH = 100
"""Events per answer of MongoDB; larger ones hold the event loop for too long while they are decoded."""

_CLOSE_SECONDS = 2.0
_LONGEST_READ_SECONDS = 2.0

_CANNOT_RESUME = {136, 222, 280, 286, 10334}
"""CappedPositionLost, CloseChangeStream, ChangeStreamFatalError, ChangeStreamHistoryLost, BSONObjectTooLarge:
there the same place would fail again."""

_NO_TOKEN = {2, 9, 14, 15, 260}
"""BadValue, FailedToParse, TypeMismatch, Overflow, InvalidResumeToken; beside them, codes without a name."""

_TOKEN = re.compile(r"82([0-9A-F]{8})[0-9A-F]{8}(?:[0-9A-F]{2}){1,4096}")
"""The first part is a timestamp, whose first half is in seconds since 1970. So tokens are ordered as texts are."""

_RECORD: Document = {"$eq": ["$ns.coll", "changes"]}

# All streams have the same stages: MongoDB finds the event of a token only where the stages let it through.
_PIPELINE: list[Document] = [
    {
        "$match": {
            "$or": [
                {"ns.coll": "changes", "operationType": "insert"},
                {"ns.coll": "hosts", "operationType": {"$in": ["insert", "replace", "update", "delete"]}},
                {"operationType": "invalidate"},
            ]
        }
    },
    {
        "$match": {
            "$or": [
                {"operationType": {"$ne": "update"}},
                {"updateDescription.removedFields.0": {"$exists": True}},
                {
                    "$expr": {
                        "$ne": [
                            {
                                "$map": {
                                    "input": {"$objectToArray": "$updateDescription.updatedFields"},
                                    "in": "$$this.k",
                                }
                            },
                            ["synchronizedAt"],
                        ]
                    }
                },
            ]
        }
    },
    {
        "$project": {
            "operationType": 1,
            "fullDocument": {"$cond": [_RECORD, "$fullDocument", "$$REMOVE"]},
            "size": {"$cond": [_RECORD, {"$bsonSize": "$fullDocument"}, "$$REMOVE"]},
        }
    },
]


_Result = TypeVar("_Result")


class Unresumable(Exception):
    """MongoDB's log no longer has the place to go on from."""


class RefusedToken(Exception):
    """MongoDB does not take it for a resume token."""


class Entry(NamedTuple):
    """A change with its place in the stream."""

    token: str
    change: Change
    size: int
    """Bytes of the record."""


class HostsChanged(NamedTuple):
    """What is known of a host became different."""

    token: str


def committed(token: str) -> datetime | None:
    """About when what stands at a resume token was written, by MongoDB's clock; None for what is no token."""
    match = _TOKEN.fullmatch(token)
    return None if match is None else datetime.fromtimestamp(int(match[1], 16), UTC)


class Stream:
    """A change stream; it goes on by itself after a short interruption and when the database was dropped.

    Everything raises PyMongoError where MongoDB cannot be read now, and `Unresumable`, after which the stream is of no
    use. It must be closed.
    """

    def __init__(self, store: Store, milliseconds: int) -> None:
        self._store = store
        self._milliseconds = milliseconds
        self._worker = Worker("change-stream")
        self._stream: Any = None
        self._closing = False
        self.position = ""
        """The resume token up to which everything has been read; empty where a new stream begins with a change."""

    @classmethod
    async def open(cls, store: Store, after: str | None, *, milliseconds: int, anew: bool = False) -> Self:
        """Open a stream after a resume token, or from now on; one read waits `milliseconds` for something to come.

        From now on may mean with the newest change that there is, but not if `anew`. Raises RefusedToken too.
        """
        stream = cls(store, milliseconds)
        try:
            await stream._call(stream._open, after, anew)
        except BaseException:
            await stream.close()
            raise
        return stream

    async def next(self) -> Entry | HostsChanged | None:
        """What comes next; None when nothing came in time."""
        return await self._call(self._next)

    async def until(self, token: str, *, most: int, largest: int) -> list[Entry]:
        """The changes up to a token; fewer when they are too many, too large (in bytes), or take too long."""
        return await self._call(self._until, token, most, largest)

    async def close(self) -> None:
        """Close it when the read that was begun has ended, but do not wait for a MongoDB that does not answer."""
        self._closing = True
        closing = self._worker.call(self._close)
        self._worker.end()
        await asyncio.wait([closing], timeout=_CLOSE_SECONDS)
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)

    async def _call(self, function: Callable[..., _Result], *arguments: Any) -> _Result:
        try:
            return await self._worker.call(function, *arguments)
        except OperationFailure as error:
            if _is_final(error):
                raise Unresumable(str(error)) from error
            raise

    def _open(self, after: str | None, anew: bool = False) -> None:
        self._close()
        database = self._store.database.delegate
        self._stream = self._watch(after, _newest(database) if after is None and not anew else None)
        token = self._stream.resume_token
        self.position = "" if token is None else token["_data"]

    def _watch(self, after: str | None, moment: Timestamp | None) -> Any:
        try:
            return self._store.database.delegate.watch(
                _PIPELINE,
                # Not `resume_after`: where the database was dropped the log goes on, which that one denies.
                start_after=None if after is None else {"_data": after},
                start_at_operation_time=moment,
                max_await_time_ms=self._milliseconds,
                batch_size=_BATCH,
            )
        except OperationFailure as error:
            nameless = str((error.details or {}).get("codeName", "")).startswith("Location")
            if after is not None and (nameless or error.code in _NO_TOKEN):
                raise RefusedToken(str(error)) from error
            raise

    def _next(self) -> Entry | HostsChanged | None:
        event = self._stream.try_next()
        if event is not None and event["operationType"] == "invalidate":
            self._open(event["_id"]["_data"])
            return None
        self.position = self._stream.resume_token["_data"]
        if event is None:
            return None
        token = event["_id"]["_data"]
        if "fullDocument" not in event:
            return HostsChanged(token)
        record = event["fullDocument"]
        cursor = ChangeCursor(record["at"], record["hostId"], record["sequence"], token)
        return Entry(token, Change(record, cursor.pack()), event["size"])

    def _until(self, token: str, most: int, largest: int) -> list[Entry]:
        entries: list[Entry] = []
        size = 0
        end = time.monotonic() + _LONGEST_READ_SECONDS
        while self.position < token and len(entries) < most and size < largest:
            entry = self._next()
            if isinstance(entry, Entry):
                entries.append(entry)
                size += entry.size
            if self._closing or time.monotonic() > end:
                break
        return entries

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def _newest(database: Any) -> Timestamp:
    """The moment of the newest write that a majority has.

    A stream that begins with no moment given is said to stand a little after all writes, where others do not get
    before the next one.
    """
    find = {"find": "changes", "projection": {"_id": 1}, "limit": 1, "singleBatch": True}
    answer: Document = database.command({**find, "readConcern": {"level": "majority"}})
    newest: Timestamp = answer["operationTime"]
    return newest


def _is_final(error: OperationFailure) -> bool:
    return error.code in _CANNOT_RESUME or error.has_error_label("NonResumableChangeStreamError")
