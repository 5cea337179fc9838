"""Who follows the changes of a process: each with a bounded queue, and each change compared once per condition."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from schema.changes.condition import ChangeCondition
from server.store.stream import Entry

LARGEST_QUEUE = 32 * 1024 * 1024
"""Bytes of the records that may wait for one reader, however few they are."""


class Follower:
    """One reader's queue of at most `capacity` changes, and `LARGEST_QUEUE` bytes of records.

    Changes that do not fit are counted and left out, and so are all after them; what waits can still be read. While
    the follower is `catching_up` nothing is counted: it drops what waits, and reads it from MongoDB's log instead.
    """

    def __init__(self, capacity: int, head: str) -> None:
        self._capacity = capacity
        self._entries: deque[Entry] = deque()
        self._size = 0
        self._arrived = asyncio.Event()
        self.catching_up = False
        self.head = head
        """The resume token after which all changes came to the queue; None of them where it has `overflowed`."""
        self.overflowed = False
        self.missed = 0
        """How many changes were left out."""
        self.lost_since: datetime | None = None
        """The moment up to which all came, where it ends because nobody knows what came then."""
        self.ended = False
        """Whether nothing will come any more."""

    def offer(self, entry: Entry) -> None:
        """Hand over a change without waiting."""
        if self.ended:
            return
        has_room = len(self._entries) < self._capacity and self._size + entry.size <= LARGEST_QUEUE
        if self.catching_up:
            if not has_room:
                self._overflow()
            if not self.overflowed:
                self._put(entry)
            return
        if self.missed or not has_room:
            self.missed += 1
        else:
            self._put(entry)
        self._arrived.set()

    def restart(self, head: str) -> None:
        """Begin to queue anew, with what comes after a resume token."""
        self._empty()
        self.overflowed = False
        self.head = head

    def lose(self, since: datetime) -> None:
        """What came since a moment is not known; whoever catches up may yet find it in the log."""
        if self.catching_up:
            self._overflow()
        elif not self.ended:
            self.lost_since = since
            self.end()

    def end(self) -> None:
        """Nothing comes any more: what waits is the last."""
        self.ended = True
        self._arrived.set()

    async def next(self) -> Entry | None:
        """The next change; None where some are missing here, or nothing comes any more."""
        while not self._entries:
            if self.missed or self.ended:
                return None
            self._arrived.clear()
            await self._arrived.wait()
        entry = self._entries.popleft()
        self._size -= entry.size
        return entry

    def _put(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._size += entry.size

    def _overflow(self) -> None:
        self.overflowed = True
        self._empty()

    def _empty(self) -> None:
        self._entries.clear()
        self._size = 0


class Followers:
    """All followers, by what they want to hear of."""

    def __init__(self) -> None:
        self._by_condition: dict[ChangeCondition, set[Follower]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._by_condition.values()))

    @contextmanager
    def following(self, condition: ChangeCondition, follower: Follower) -> Iterator[None]:
        """Hand over to the follower every change that meets the condition."""
        same = self._by_condition.setdefault(condition, set())
        same.add(follower)
        try:
            yield
        finally:
            same.discard(follower)
            if not same and self._by_condition.get(condition) is same:
                del self._by_condition[condition]

    def tell(self, entry: Entry) -> None:
        """Hand a change to all whom it concerns."""
        for condition, followers in self._by_condition.items():
            if condition.matches(entry.change.record):
                for follower in followers:
                    follower.offer(entry)

    def __iter__(self) -> Iterator[Follower]:
        for followers in self._by_condition.values():
            yield from followers


class News:
    """Who wants to know no more than that something changed."""

    def __init__(self) -> None:
        self._flags: dict[str | None, set[asyncio.Event]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._flags.values()))

    @contextmanager
    def of(self, key: str | None) -> Iterator[asyncio.Event]:
        """A flag that is set whenever there is news of a key; of None, of anything."""
        flag = asyncio.Event()
        same = self._flags.setdefault(key, set())
        same.add(flag)
        try:
            yield flag
        finally:
            same.discard(flag)
            if not same and self._flags.get(key) is same:
                del self._flags[key]

    def tell(self, key: str | None) -> None:
        """There is news of a key, or of something that has none."""
        for flag in (*self._flags.get(None, ()), *(self._flags.get(key, ()) if key is not None else ())):
            flag.set()

    def tell_all(self) -> None:
        """There may be news of anything."""
        for flags in self._flags.values():
            for flag in flags:
                flag.set()
