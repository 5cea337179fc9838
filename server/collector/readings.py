"""Readings of scopes that may hang, each in a thread, none made twice while it hangs."""

import asyncio
import time
from collections.abc import Callable, Iterator

from server.collector.calls import Calls
from server.collector.inventory import Cause, ResourceObservation
from server.collector.scopes import BELOW, Scopes
from server.collector.source import ScopeFailed

Steps = Callable[[], Iterator[ResourceObservation]]
"""The blocking calls of a reading, which yields what each resource turned out to be."""

MOST_HUNG = 4
"""Readings that may hang at once; each has a thread and a connection."""
MOST_ALIKE = 3
"""Readings of one family that may hang at once: several dead NFS servers leave the networks to be read."""


class _Reading:
    """A reading that tells when it last got an answer."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self.heard = time.monotonic()

    def __call__(self) -> list[ResourceObservation]:
        found = []
        for one in self._steps():
            found.append(one)
            self.heard = time.monotonic()
        return found


class Readings:
    """Reads scopes for one connection.

    A reading may take any time as long as each of its calls is answered within `seconds`. One that hangs keeps its
    thread and is not begun again before it ends; its scope is then reported, to be read anew.
    """

    def __init__(self, calls: Calls, scopes: Scopes, seconds: float) -> None:
        self._calls = calls
        self._scopes = scopes
        self._seconds = seconds
        self._hung: dict[str, asyncio.Future[list[ResourceObservation]]] = {}
        self._skipped: set[str] = set()

    async def read(self, scope: str, steps: Steps) -> list[ResourceObservation]:
        """What the steps yield; raises what they raise, and `ScopeFailed` while they hang."""
        if scope in self._hung:
            raise ScopeFailed(self._hanging())
        alike = sum(_family(hung) == _family(scope) for hung in self._hung)
        if len(self._hung) >= MOST_HUNG or alike >= MOST_ALIKE:
            self._skipped.add(scope)
            raise ScopeFailed("It is not asked for, as too many calls of libvirt hang.")
        reading = _Reading(steps)
        future = self._calls.submit(reading)
        try:
            while (left := reading.heard + self._seconds - time.monotonic()) > 0:
                await asyncio.wait([future], timeout=left)
                if future.done():
                    return future.result()
        except asyncio.CancelledError:
            future.cancel()
            raise
        self._hung[scope] = future
        future.add_done_callback(lambda _: self._ended(scope))
        raise ScopeFailed(self._hanging())

    def close(self) -> None:
        """Forget what hangs; the threads end when their calls do."""
        for future in list(self._hung.values()):
            future.cancel()

    def _ended(self, scope: str) -> None:
        future = self._hung.pop(scope)
        if not future.cancelled():
            # What it brings is as old as the hanging was long.
            self._scopes.report(scope, *self._skipped, cause=Cause.RECONCILIATION)
            self._skipped.clear()

    def _hanging(self) -> str:
        return f"libvirt does not answer: a call hangs for more than {self._seconds:.0f} seconds."


def _family(scope: str) -> str:
    """The listing that a scope belongs to, or follows from."""
    listing = scope.partition("/")[0]
    return next((above for above, below in BELOW.items() if below == listing), listing)
