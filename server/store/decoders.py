"""Processes that compute what a first synchronisation writes, beside the one that reads and writes."""

import asyncio
import gc
import logging
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from typing import Any, TypeVar

_LOGGER = logging.getLogger(__name__)
_Result = TypeVar("_Result")

_MOST = 4
"""Processes; MongoDB, which they feed, has no use for more."""

_IDLE_SECONDS = 15.0


class Decoders:
    """Makes pure computations in processes of its own, as soon as they run, and in threads until then.

    Decoding XML holds the interpreter's lock, so threads would do it one at a time. The processes are started when
    they are asked for and end when they had nothing to do for a while; where there is one processor, or the system
    gives no processes, everything is done in threads.
    """

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._ready: Future[int] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._under_way = 0
        self._unavailable = len(os.sched_getaffinity(0)) < 2

    @property
    def parallel(self) -> int:
        """How many computations are made at the same time."""
        return min(_MOST, len(os.sched_getaffinity(0))) if self._running() else 1

    def start(self) -> None:
        """Have processes, a second or two from now."""
        if self._unavailable or self._pool is not None:
            return
        processes = min(_MOST, len(os.sched_getaffinity(0)))
        try:
            # Forked, they would have the locks of threads that they do not have.
            pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin)
            self._ready = pool.submit(os.getpid)
        except (OSError, ImportError) as error:
            _LOGGER.info("Definitions are decoded in this process alone: %s", error)
            self._unavailable = True
            return
        self._pool = pool
        self._rest()

    async def run(self, function: Callable[..., _Result], *arguments: Any) -> _Result:
        """What the function returns; it, its arguments and its result can be pickled."""
        pool = self._pool
        if pool is None or not self._running():
            return await asyncio.to_thread(function, *arguments)
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, function, *arguments)
        except BrokenProcessPool as error:
            _LOGGER.warning("Definitions are decoded in this process alone for now: %s", error)
            if self._pool is pool:
                self.close()
            return await asyncio.to_thread(function, *arguments)
        finally:
            self._under_way -= 1
            self._rest()

    def close(self) -> None:
        """End the processes once they have done what they were given."""
        if self._idle is not None:
            self._idle.cancel()
        if self._pool is not None:
            self._pool.shutdown(wait=False)
        self._pool = self._ready = self._idle = None

    def _running(self) -> bool:
        return self._ready is not None and self._ready.done() and self._ready.exception() is None

    def _rest(self) -> None:
        """Close after a while in which nothing is asked for."""
        if self._idle is not None:
            self._idle.cancel()
        if self._pool is not None:
            self._idle = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._close_idle)

    def _close_idle(self) -> None:
        if self._under_way:
            self._rest()
        else:
            self.close()


def _begin() -> None:
    """In a new process: Ctrl-C in the terminal is for the parent, whose end is the end of this one too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()  # what was imported stays
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(0)
