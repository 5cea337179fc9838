"""What happens to VMs and resources: one change stream for the whole process, handed on to any number of followers."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from pymongo.errors import PyMongoError

from loaders.change_cursor import ChangeCursor
from loaders.pages import BadCursor
from schema.changes.condition import ChangeCondition
from schema.graph.context import Change, CursorExpired, Lagged
from server.store.catch_up import CatchUp
from server.store.connection import Store
from server.store.errors import StoreError
from server.store.followers import Follower, Followers, News
from server.store.stream import Entry, HostsChanged, RefusedToken, Stream, Unresumable, committed

_LOGGER = logging.getLogger(__name__)

_AWAIT_MILLISECONDS = 500
"""How long one read waits for a change, and so how long closing can take; a change ends the wait at once."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_NEWS_PAUSE = 1.0

_OVERLAP = timedelta(minutes=5)
"""A change is committed later than it was observed: so much is read again where a cursor has expired."""

_LONGEST_CURSOR = 16_384
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class ChangeFeed:
    """The changes of all VMs and resources: `async with ChangeFeed(store) as feed`.

    A follower may leave `capacity` changes unread. Records are shared by all followers: nobody may alter them.
    MongoDB may go away meanwhile: all goes on where it was, and where MongoDB's log no longer has what comes next,
    every follower gets `CursorExpired`. Entering raises `StoreError` when the stream cannot be opened.
    """

    def __init__(self, store: Store, *, capacity: int = 4096) -> None:
        self._store = store
        self._capacity = capacity
        self._followers = Followers()
        self._news = News()
        self._catch_up = CatchUp(store, lambda: self._head)
        self._head = ""
        self._head_at = datetime.now(UTC)
        self._gap = False
        self._task: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self.problem: str | None = None
        """Why no changes come now; None while they do."""

    async def __aenter__(self) -> Self:
        try:
            stream = await self._open(None)
        except (PyMongoError, Unresumable) as error:
            raise StoreError(f"The changes of {self._store.uri} cannot be watched: {error}.") from error
        self._task = asyncio.create_task(self._run(stream), name="change-feed")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._task is not None
        # Not cancelled at once: a read that was begun goes on in its thread.
        self._closing.set()
        await asyncio.wait([self._task], timeout=4 * _AWAIT_MILLISECONDS / 1000)
        self._task.cancel()
        await asyncio.wait([self._task])
        await self._catch_up.close()
        for follower in self._followers:
            follower.end()
        self._news.tell_all()

    @property
    def followers(self) -> int:
        """How many follow changes or wait for news now."""
        return len(self._followers) + len(self._news)

    def cursor(self) -> str:
        """The cursor of now: what is read from here on has all that happened up to it."""
        return ChangeCursor(self._head_at, "", 0, self._head).pack()

    async def follow(
        self, condition: ChangeCondition, after: str | None
    ) -> AsyncGenerator[Change | Lagged | CursorExpired, None]:
        """Every change that meets the condition after a cursor, or from now on; in order, none twice, none left out.

        Ends after `Lagged` and `CursorExpired`, and with the feed. ValueError for a cursor that no feed gave.
        """
        if self._closing.is_set():
            return
        at, position = (self._head_at, self._head) if after is None else self._place(after)
        last = self.cursor() if after is None else after
        follower = Follower(self._capacity, self._head)
        with self._followers.following(condition, follower):
            follower.catching_up = position < follower.head
            while follower.catching_up:
                try:
                    segment = await self._catch_up.after(position)
                except RefusedToken as error:
                    raise _no_cursor("MongoDB does not know its place") from error
                except Unresumable:
                    # The clock of a collector may be fast.
                    seen_until = min(at, committed(position) or at)
                    if (expired := await self._expired(seen_until)) is not None:
                        yield expired
                    return
                if segment is None:
                    return
                for entry in segment.entries:
                    if entry.token > position and condition.matches(entry.change.record):
                        position, at, last = entry.token, entry.change.record["at"], entry.change.cursor
                        yield entry.change
                position = max(position, segment.end)
                if position >= follower.head:
                    if follower.overflowed:
                        follower.restart(self._head)
                    follower.catching_up = position < follower.head
            while (next_entry := await follower.next()) is not None:
                if next_entry.token > position:
                    position, last = next_entry.token, next_entry.change.cursor
                    yield next_entry.change
            if follower.missed:
                yield Lagged(follower.missed, last)
            elif follower.lost_since is not None and (expired := await self._expired(follower.lost_since)) is not None:
                yield expired

    async def news(self, vm_id: str | None, *, pause: float = _NEWS_PAUSE) -> AsyncGenerator[None, None]:
        """Yields when a VM changed, or where None is given when anything did: once for all since the last time.

        Of anything there is news at most once in `pause` seconds.
        """
        with self._news.of(vm_id) as flag:
            while not self._closing.is_set():
                await flag.wait()
                flag.clear()
                if self._closing.is_set():
                    return
                yield
                if vm_id is None:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._closing.wait(), pause)

    def _place(self, cursor: str) -> tuple[datetime, str]:
        """When and where a cursor is; raises ValueError."""
        if len(cursor) > _LONGEST_CURSOR:
            raise _no_cursor("it is too long")
        try:
            at, _, _, token = ChangeCursor.unpack(cursor)
        except BadCursor:
            raise _no_cursor("take `changeCursor`, or the cursor of an event") from None
        if token is None:
            raise _no_cursor("it is one of the query; take `changeCursor`, or the cursor of an event")
        written = committed(token)
        if written is None or at < _EARLIEST:
            raise _no_cursor("take `changeCursor`, or the cursor of an event")
        if written > datetime.now(UTC) + _OVERLAP and written > self._head_at + _OVERLAP:
            raise _no_cursor("it lies in the future")
        return at, token

    async def _expired(self, at: datetime) -> CursorExpired | None:
        """What somebody is told who has seen everything up to a moment; None when the feed ends before it is known."""
        pause = _FIRST_PAUSE
        while not self._closing.is_set():
            try:
                retention = await self._store.database["history"].find_one({"_id": "retention"}, {"since": 1})
            except PyMongoError:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
                continue
            since: datetime | None = None if retention is None else retention.get("since")
            readable = at - _OVERLAP
            return CursorExpired(readable if since is None else max(readable, since), since is not None and since > at)
        return None

    async def _open(self, after: str | None) -> Stream:
        stream = await Stream.open(self._store, after, milliseconds=_AWAIT_MILLISECONDS, anew=self._gap)
        if self._gap:
            # Only now: whoever reads everything anew because of it will not miss what comes next.
            self._gap = False
            for follower in self._followers:
                follower.lose(self._head_at)
            self._news.tell_all()
        if stream.position:
            self._reached(stream.position)
        else:
            await self._advance(stream)
        self.problem = None
        return stream

    async def _run(self, opened: Stream) -> None:
        stream: Stream | None = opened
        pause = _FIRST_PAUSE
        try:
            while not self._closing.is_set():
                try:
                    if stream is None:
                        stream = await self._open(None if self._gap else self._head)
                        _LOGGER.info("Changes are read from MongoDB again")
                    await self._read(stream)
                except Exception as error:
                    if stream is not None:
                        pause = _FIRST_PAUSE
                        await stream.close()
                        stream = None
                    self._interrupted(error)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        finally:
            if stream is not None:
                await stream.close()

    async def _read(self, stream: Stream) -> None:
        while not self._closing.is_set():
            await self._advance(stream)

    async def _advance(self, stream: Stream) -> None:
        match await stream.next():
            case Entry() as entry:
                self._followers.tell(entry)
                record = entry.change.record
                self._news.tell(record["key"] if record["subject"] == "VM" else None)
            case HostsChanged():
                self._news.tell(None)
        self._reached(stream.position)

    def _reached(self, token: str) -> None:
        self._head = token
        # MongoDB's clock counts: those of several API processes may differ, and jump.
        self._head_at = committed(token) or self._head_at

    def _interrupted(self, error: Exception) -> None:
        if self.problem is None:
            _LOGGER.warning("Changes cannot be read from MongoDB: %s", error)
        self.problem = str(error)
        if isinstance(error, PyMongoError):
            return
        if not isinstance(error, Unresumable | RefusedToken):
            _LOGGER.error("The feed of changes made a mistake", exc_info=error)
        if not self._gap:
            _LOGGER.warning("Changes were missed: the stream cannot be resumed where it was")
            self._gap = True


def _no_cursor(reason: str) -> ValueError:
    return ValueError(f"`after` is not a cursor of this feed: {reason}.")
