"""Which hosts this collector may watch, where several collectors are given the same ones."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Protocol

log = logging.getLogger(__name__)

RENEWALS = 3.3
"""How often a lease is renewed in its time: two renewals may fail before it ends."""
TRIES = 5
"""How often at least another's lease is looked at in its time."""
TAKEN_AT_ONCE = 8
"""Leases that are asked for at the same time."""
RELEASE_SECONDS = 1.0


class Ownership(Protocol):
    """Says when a host may be watched, and when no longer.

    `run` goes on beside the watches. Of each host, `acquired` comes first, then `lost` or `release`, then `acquired`
    once more.
    """

    async def run(self) -> None:
        """Keep what is owned, and try for what is wanted, until cancelled."""
        ...

    async def acquired(self, host_id: str) -> None:
        """Return once the host is owned."""
        ...

    async def lost(self, host_id: str) -> None:
        """Return when another collector has taken the host over."""
        ...

    async def release(self, host_id: str) -> None:
        """Let another collector have the host at once, or try for it again oneself; never raises."""
        ...


class Sole:
    """The only collector: owns every host, and loses none."""

    async def run(self) -> None:
        """See `Ownership`; there is nothing to do."""

    async def acquired(self, host_id: str) -> None:
        """See `Ownership`; at once."""

    async def lost(self, host_id: str) -> None:
        """See `Ownership`; never."""
        await asyncio.Event().wait()

    async def release(self, host_id: str) -> None:
        """See `Ownership`; there is nobody else."""


class Leases(Protocol):
    """Leases of hosts, kept where all collectors see them. Any exception means "not now"."""

    seconds: float
    """How long one is good for after it was taken or renewed."""

    async def free(self, host_ids: Collection[str]) -> set[str]:
        """Those hosts that nobody has a lease of that is good."""
        ...

    async def take(self, host_id: str) -> bool:
        """Take a free lease, or renew one's own; whether it is one's own now."""
        ...

    async def renew(self, host_ids: Collection[str]) -> set[str]:
        """Renew one's own leases of these hosts; those that are another's now are left out of the result."""
        ...

    async def release(self, host_id: str) -> None:
        """Give back a lease; another's is left alone."""
        ...


class Leased:
    """Owns the hosts that it holds leases of: each has one owner among all collectors.

    A lease is renewed three times in its time. While MongoDB is away hosts stay owned: nobody can take them over then,
    and if somebody did before, what is written afterwards is refused. Of the clocks of this machine only the loop's
    takes part, which never jumps.
    """

    def __init__(self, leases: Leases) -> None:
        self._leases = leases
        self._wanted: dict[str, asyncio.Event] = {}
        """Set when the host is acquired."""
        self._owned: dict[str, asyncio.Event] = {}
        """Set when the host is lost."""
        self._news = asyncio.Event()

    async def run(self) -> None:
        """See `Ownership`."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep(), name="leases-kept")
            group.create_task(self._try(), name="leases-tried")

    async def acquired(self, host_id: str) -> None:
        """See `Ownership`."""
        acquired = self._wanted[host_id] = asyncio.Event()
        self._news.set()
        try:
            await acquired.wait()
        finally:
            self._wanted.pop(host_id, None)

    async def lost(self, host_id: str) -> None:
        """See `Ownership`."""
        if lost := self._owned.get(host_id):
            await lost.wait()

    async def release(self, host_id: str) -> None:
        """See `Ownership`; a lease that cannot be given back ends by itself."""
        if self._owned.pop(host_id, None) is None:
            return
        try:
            async with asyncio.timeout(RELEASE_SECONDS):
                await self._leases.release(host_id)
        except Exception as error:
            log.debug("The lease of host %s was not given back: %s", host_id, error)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._leases.seconds / RENEWALS)
            await self._insist(self._renew)

    async def _renew(self) -> None:
        if not (owned := list(self._owned)):
            return
        ours = await self._leases.renew(owned)
        for host_id in set(owned) - ours:
            # One that was released meanwhile is nobody's loss.
            if lost := self._owned.pop(host_id, None):
                lost.set()

    async def _try(self) -> None:
        while True:
            # Collectors that began together drift apart.
            pause = self._leases.seconds / TRIES * _spread()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause if self._wanted else None):
                    await self._news.wait()
            self._news.clear()
            await self._insist(self._take_free)

    async def _take_free(self) -> None:
        if not self._wanted:
            return
        free = list(await self._leases.free(list(self._wanted)))
        # Collectors that find the same leases free share them.
        random.shuffle(free)
        for start in range(0, len(free), TAKEN_AT_ONCE):
            await asyncio.gather(*(self._take(host_id) for host_id in free[start : start + TAKEN_AT_ONCE]))

    async def _take(self, host_id: str) -> None:
        if await self._leases.take(host_id) and (acquired := self._wanted.pop(host_id, None)):
            self._owned[host_id] = asyncio.Event()
            acquired.set()

    async def _insist(self, step: Callable[[], Awaitable[None]]) -> None:
        """Repeat a step until MongoDB answers."""
        told = False
        while True:
            try:
                return await step()
            except Exception as error:
                if not told:
                    log.warning("Leases of hosts wait for MongoDB: %s", error)
                    told = True
            await asyncio.sleep(_spread())


def _spread() -> float:
    """A factor, or seconds, that differs from collector to collector."""
    return random.uniform(0.5, 1)  # noqa: S311 - no secret
