"""What a host reported since it was last read."""

import asyncio
from collections.abc import Iterable

CONFIRM_SECONDS = 1.0
REST_SECONDS = 0.1
"""A domain is not read again sooner than this, however often it changes: what is read then is its last state."""


class Changes:
    """The domains to read again, each at most once, and the news that the host is lost.

    The first change of a domain is news at once; those that follow closely are one. Every change is followed by one
    more reading a second later: libvirt reports a hot-plug before it has stored the persistent definition, and a daemon
    that was just restarted can deny a domain for a moment.
    Used on the event loop only; other threads hand their news over with `call_soon_threadsafe`.
    """

    def __init__(self) -> None:
        self.lost: str | None = None
        self._news = asyncio.Event()
        self._reported: set[str] = set()
        self._to_confirm: set[str] = set()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._rested: dict[str, float] = {}
        """When a domain that was read a moment ago may be read again."""
        self._resting: dict[str, asyncio.TimerHandle] = {}

    def report(self, source_key: str) -> None:
        """The domain changed."""
        loop = asyncio.get_running_loop()
        if (rested := self._rested.get(source_key, 0)) <= loop.time():
            self._reported.add(source_key)
            self._news.set()
        elif source_key not in self._resting:
            self._resting[source_key] = loop.call_at(rested, self._report_rested, source_key)

    def lose(self, reason: str) -> None:
        """The host is gone; the first reason is the one that counts."""
        self.lost = self.lost or reason
        self._news.set()

    def confirm_later(self, source_keys: Iterable[str]) -> None:
        """Have these domains read once more when they have been quiet for a second."""
        loop = asyncio.get_running_loop()
        for key in source_keys:
            if timer := self._timers.pop(key, None):
                timer.cancel()
            self._timers[key] = loop.call_later(CONFIRM_SECONDS, self._confirm, key)

    async def wait(self, seconds: float) -> None:
        """Return when there is news, or after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return

    def take(self, limit: int) -> tuple[set[str], set[str]]:
        """Take at most `limit` domains that were reported, and `limit` that are due for confirmation."""
        reported = {self._reported.pop() for _ in range(min(limit, len(self._reported)))}
        now = asyncio.get_running_loop().time()
        self._rested = {key: rested for key, rested in self._rested.items() if rested > now}
        self._rested |= dict.fromkeys(reported, now + REST_SECONDS)
        self._to_confirm -= reported
        confirmed = {self._to_confirm.pop() for _ in range(min(limit, len(self._to_confirm)))}
        if not (self._reported or self._to_confirm or self.lost):
            self._news.clear()
        return reported, confirmed

    def close(self) -> None:
        """Forget what was planned."""
        for timer in (*self._timers.values(), *self._resting.values()):
            timer.cancel()
        self._timers.clear()
        self._resting.clear()

    def _report_rested(self, source_key: str) -> None:
        del self._resting[source_key]
        self._reported.add(source_key)
        self._news.set()

    def _confirm(self, source_key: str) -> None:
        del self._timers[source_key]
        self._to_confirm.add(source_key)
        self._news.set()
