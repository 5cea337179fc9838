"""What followers missed, read back from MongoDB's log: once for all who missed it, and with one stream at a time."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from pymongo.errors import PyMongoError

from server.store.connection import Store
from server.store.stream import Entry, Stream, Unresumable, committed

_LOGGER = logging.getLogger(__name__)

_MOST, _LARGEST = 500, 4 * 1024 * 1024
"""Changes in a segment, and bytes of their records."""

_MOST_KEPT, _LARGEST_KEPT = 32, 16 * 1024 * 1024
"""Segments that are kept for those who come a little later, and bytes of their records."""

_IDLE_SECONDS = 1.0
_AWAIT_MILLISECONDS = 50
_PATIENCE_SECONDS, _PATIENCE_SEGMENTS = 1.0, 8
"""So long somebody waits while others, who are further behind, come first."""

_NEARBY = timedelta(minutes=1)
"""A stream reads on over this much of what nobody waits for, rather than being opened anew further on."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


@dataclass(frozen=True, slots=True)
class Segment:
    """All changes after one resume token up to another one."""

    start: str
    end: str
    entries: list[Entry]
    size: int
    """Bytes of its records."""

    def reaches(self, token: str) -> bool:
        """Whether it has what comes next after a token."""
        return self.start <= token < self.end


@dataclass(eq=False, slots=True)
class _Waiter:
    """Somebody who wants to know what comes after a token."""

    token: str
    since: float
    answer: "asyncio.Future[Segment | None]" = field(default_factory=asyncio.Future)


class CatchUp:
    """Reads segments of the log for whoever waits for one, the furthest behind first.

    `head` tells the resume token up to which the changes are known, and so the end of what is read.
    """

    def __init__(self, store: Store, head: Callable[[], str]) -> None:
        self._store = store
        self._head = head
        self._waiting: list[_Waiter] = []
        self._kept: deque[Segment] = deque()
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stream: Stream | None = None
        self._closing = asyncio.Event()
        self._pause = _FIRST_PAUSE
        self._in_turn = 0

    async def after(self, token: str) -> Segment | None:
        """A segment with what comes next after a token that is before the head; None when this is closed.

        Waits for a MongoDB that is away. Raises `Unresumable` where the log does not reach back to the token, and
        `RefusedToken`.
        """
        for segment in self._kept:
            if segment.reaches(token):
                await asyncio.sleep(0)  # others have their turn even where there is nothing to wait for
                return segment
        if self._closing.is_set():
            return None
        waiter = _Waiter(token, asyncio.get_running_loop().time())
        self._waiting.append(waiter)
        self._arrived.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._serve(), name="catch-up")
        try:
            return await waiter.answer
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)

    async def close(self) -> None:
        """End the reading; whoever waits gets None."""
        self._closing.set()
        self._arrived.set()
        await self._close_stream()
        if self._task is not None:
            # A MongoDB that does not answer is not waited for.
            await asyncio.wait([self._task], timeout=_IDLE_SECONDS)
            self._task.cancel()
            await asyncio.wait([self._task])
        for waiter in self._waiting:
            waiter.answer.set_result(None)
        self._waiting.clear()

    async def _serve(self) -> None:
        try:
            while self._waiting and not self._closing.is_set():
                while await self._is_wanted():
                    await self._answer(*self._most_urgent())
                self._kept.clear()
                await self._close_stream()
        finally:
            await self._close_stream()

    async def _answer(self, waiter: _Waiter, nearby: timedelta) -> None:
        """Read on for somebody, and tell all whom it concerns."""
        try:
            self._keep(await self._segment(waiter.token, nearby))
            self._pause = _FIRST_PAUSE
        except PyMongoError as error:
            _LOGGER.debug("What was missed cannot be read now: %s", error)
            await self._close_stream()
            waiter.since = asyncio.get_running_loop().time()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._pause)
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        except Exception as error:
            await self._close_stream()
            if waiter in self._waiting:
                self._waiting.remove(waiter)
                waiter.answer.set_exception(error)

    async def _is_wanted(self) -> bool:
        """Whether somebody waits, or comes soon."""
        if not self._waiting:
            self._arrived.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), _IDLE_SECONDS)
        return bool(self._waiting) and not self._closing.is_set()

    def _most_urgent(self) -> tuple[_Waiter, timedelta]:
        """For whom to read now, and over how much of what only others need."""
        oldest = min(self._waiting, key=lambda waiter: waiter.since)
        waited = asyncio.get_running_loop().time() - oldest.since
        if waited > _PATIENCE_SECONDS and self._in_turn >= _PATIENCE_SEGMENTS:
            self._in_turn = 0
            return oldest, timedelta()
        self._in_turn += 1
        return min(self._waiting, key=lambda waiter: waiter.token), _NEARBY

    async def _segment(self, token: str, nearby: timedelta) -> Segment:
        """The next segment after a token, or after one before it."""
        if self._stream is not None and not _is_near(self._stream.position, token, nearby):
            await self._close_stream()
        if self._stream is not None:
            try:
                return await self._read(self._stream, self._stream.position)
            except Unresumable:
                # The log may not reach back to where this stream is, and yet to the token.
                await self._close_stream()
        self._stream = await Stream.open(self._store, token, milliseconds=_AWAIT_MILLISECONDS)
        # It may have gone beyond the token already, over what is no change.
        return await self._read(self._stream, token)

    async def _read(self, stream: Stream, start: str) -> Segment:
        entries = await stream.until(self._head(), most=_MOST, largest=_LARGEST)
        return Segment(start, stream.position, entries, sum(entry.size for entry in entries))

    def _keep(self, segment: Segment) -> None:
        self._kept.append(segment)
        while len(self._kept) > _MOST_KEPT or sum(kept.size for kept in self._kept) > _LARGEST_KEPT:
            self._kept.popleft()
        for waiter in [waiter for waiter in self._waiting if segment.reaches(waiter.token)]:
            self._waiting.remove(waiter)
            waiter.answer.set_result(segment)

    async def _close_stream(self) -> None:
        if self._stream is not None:
            stream, self._stream = self._stream, None
            await stream.close()


def _is_near(position: str, token: str, nearby: timedelta) -> bool:
    """Whether a stream at a position reads on to a token rather than being opened there."""
    if position >= token:
        return position == token
    before, then = committed(position), committed(token)
    return before is not None and then is not None and then - before < nearby
