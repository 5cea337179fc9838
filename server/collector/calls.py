"""Blocking calls of one host, off the event loop and bounded in number and time."""

import asyncio
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

Result = TypeVar("Result")


class Calls:
    """At most `limit` threads that make blocking calls for one host.

    The threads are daemons, which `concurrent.futures` does not offer: a call that hangs in a frozen libvirtd must
    neither occupy another host's threads nor keep the process from ending.
    """

    def __init__(self, host_id: str, limit: int) -> None:
        self._host_id = host_id
        self.limit = limit
        self._loop = asyncio.get_running_loop()
        self._jobs: SimpleQueue[tuple[asyncio.Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._threads = 0
        self._unfinished = 0

    def submit(self, call: Callable[[], Result]) -> asyncio.Future[Result]:
        """Queue a call; cancelling the future skips a call that has not begun and drops the result of one that has."""
        future: asyncio.Future[Result] = self._loop.create_future()
        self._unfinished += 1
        self._jobs.put((future, call))
        if self._threads < min(self.limit, self._unfinished):
            self._threads += 1
            Thread(target=self._work, name=f"host-{self._host_id}", daemon=True).start()
        return future

    async def run(self, call: Callable[[], Result], seconds: float) -> Result:
        """Make a call; raises what it raises, and TimeoutError when it did not return in time."""
        async with asyncio.timeout(seconds):
            return await self.submit(call)

    def close(self) -> None:
        """Let every thread end when its last call has returned."""
        for _ in range(self._threads):
            self._jobs.put(None)

    def _work(self) -> None:
        while job := self._jobs.get():
            future, call = job
            result, error = None, None
            try:
                if not future.cancelled():
                    result = call()
            except Exception as caught:  # handed to whoever waits
                error = caught
            try:
                self._loop.call_soon_threadsafe(self._settle, future, result, error)
            except RuntimeError:
                return  # the loop was closed while the call hung
            # A finished job must not keep a closed connection alive while the thread waits for the next one.
            del job, future, call, result, error

    def _settle(self, future: asyncio.Future[Any], result: object, error: Exception | None) -> None:
        self._unfinished -= 1
        if future.done():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
            future.exception()  # seen, even when nobody waits any more
