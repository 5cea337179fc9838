"""Any number of hosts, each watched independently of the others."""

import asyncio
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from server.collector.hosts import Host
from server.collector.inventory import Inventory
from server.collector.watch import HostWatch, Pace, Progress


class Collector:
    """Watches hosts and tells the inventory: `run()` until cancelled, or `async with` around the time it is wanted."""

    def __init__(
        self, hosts: Iterable[Host], inventory: Inventory, pace: Pace | None = None, progress: Progress | None = None
    ) -> None:
        self._hosts = list(hosts)
        self._inventory = inventory
        self._pace = pace or Pace()
        self._progress = progress
        self._running: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Watch until cancelled; connections are then closed and every host is let go of within five seconds."""
        async with asyncio.TaskGroup() as group:
            for host in self._hosts:
                watch = HostWatch(host, self._inventory, self._pace, self._progress)
                group.create_task(watch.run(), name=f"host-{host.id}")
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
