"""Any number of hosts, each watched independently of the others."""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from server.collector.hosts import Host
from server.collector.inventory import Inventory, NotOwner
from server.collector.ownership import Ownership, Sole
from server.collector.watch import HostWatch, Pace, Progress

log = logging.getLogger(__name__)


class Collector:
    """Watches hosts and tells the inventory: `run()` until cancelled, or `async with` around the time it is wanted.

    Of several collectors that are given the same hosts, `ownership` says which one watches a host; the others stand by.
    """

    def __init__(
        self,
        hosts: Iterable[Host],
        inventory: Inventory,
        pace: Pace | None = None,
        progress: Progress | None = None,
        *,
        ownership: Ownership | None = None,
    ) -> None:
        self._hosts = list(hosts)
        self._inventory = inventory
        self._pace = pace or Pace()
        self._progress = progress
        self._ownership = ownership or Sole()
        self._running: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Watch until cancelled; connections are then closed and every host is let go of within five seconds."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._ownership.run(), name="ownership")
            for host in self._hosts:
                group.create_task(self._look_after(host), name=f"host-{host.id}")
            await asyncio.Event().wait()

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self.run(), name="collector")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._running:
            self._running.cancel()
            await asyncio.wait([self._running])
            if not self._running.cancelled():
                self._running.result()

    async def _look_after(self, host: Host) -> None:
        """Watch the host whenever it is owned."""
        while True:
            try:
                await self._ownership.acquired(host.id)
                with suppress(NotOwner):
                    await self._watch(host)
                log.warning("Host %s is watched by another collector now.", host.id)
            finally:
                await self._ownership.release(host.id)

    async def _watch(self, host: Host) -> None:
        """Watch the host until it is lost; raises `NotOwner` where that is heard from the inventory."""
        watch = HostWatch(host, self._inventory, self._pace, self._progress)
        watching = asyncio.create_task(watch.run(), name=f"watch-{host.id}")
        losing = asyncio.create_task(self._ownership.lost(host.id))
        try:
            await asyncio.wait([watching, losing], return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await _cancelled(watching)
            # Only a host that is still ours is said to be left; and it is left before another takes it.
            await watch.farewell()
            raise
        finally:
            await _cancelled(losing)
            await _cancelled(watching)
        if not watching.cancelled():
            watching.result()


async def _cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.wait([task])
