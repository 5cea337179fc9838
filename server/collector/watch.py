"""The life of one host with the collector: reach it, read it, follow it, lose it, reach it again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, wait_random_exponential

from server.collector.calls import Calls
from server.collector.deliveries import PASSING, deliver, failure
from server.collector.files import Directory
from server.collector.hosts import Host
from server.collector.hypervisor import Connector
from server.collector.inventory import Cause, Inventory, NotOwner, Observation
from server.collector.readings import MOST_HUNG
from server.collector.resource_watch import ResourceWatch
from server.collector.source import HostLost, Source

log = logging.getLogger(__name__)
Result = TypeVar("Result")

BATCH = 200
SETTLE_SECONDS = 1.0
"""A domain is given up when it is missing twice, this far apart: a restarted daemon can deny one for a moment."""
YOUNG_SECONDS = 10.0
"""Age of a connection up to which a changed domain that is not found is looked for a second time."""
FAREWELL_SECONDS = 1.0

Progress = Callable[[str, int, int], None]
"""Called with a host's id, the domains read so far and the domains there are, while a host is read after connecting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How hard and how patiently hosts are asked; the settings of the same names, with their defaults."""

    calls_per_host: int = 4
    reconcile_seconds: float = 300
    keepalive_seconds: int = 5
    reconnect_seconds: float = 30


class HostWatch:
    """Keeps the inventory of one host true until it is cancelled, whatever the host or the inventory does."""

    def __init__(self, host: Host, inventory: Inventory, pace: Pace, progress: Progress | None = None) -> None:
        self._host = host
        self._inventory = inventory
        self._pace = pace
        self._progress = progress
        self._calls = Calls(host.id, pace.calls_per_host)
        self._resource_calls = Calls(host.id, MOST_HUNG + 1)
        self._connector = Connector(host, self._calls, self._resource_calls, pace.keepalive_seconds)
        self._reason: str | None = None
        self._missing_once: set[str] = set()
        self._young_until = 0.0
        self._read_again = False

    async def run(self) -> None:
        """Watch the host until cancelled; it is then let go of within seconds.

        Raises `NotOwner` when the inventory says that another collector owns the host now.
        """
        host = self._host
        reaching = AsyncRetrying(
            retry=PASSING,
            wait=wait_random_exponential(multiplier=0.5, min=0.1, max=self._pace.reconnect_seconds),
            before_sleep=self._unreached,
        )
        try:
            await self._deliver(partial(self._inventory.host_connecting, host.id, host.uri))
            while True:
                source: Source = await reaching(self._reach)
                resources = ResourceWatch(host.id, source, self._inventory, self._pace.reconnect_seconds)
                reading = asyncio.create_task(resources.run(), name=f"resources-{host.id}")
                try:
                    await self._follow(source)
                except Exception as error:
                    if isinstance(error, NotOwner) or resources.disowned:
                        raise NotOwner(host.id) from error
                    await self._disconnected(source.changes.lost or self._told(error))
                finally:
                    reading.cancel()
                    await asyncio.wait([reading])
                    await source.close()
        finally:
            self._connector.close()
            self._calls.close()
            self._resource_calls.close()

    async def farewell(self) -> None:
        """Mark the host disconnected, once `run` was cancelled because the collector stops."""
        if self._reason:
            return
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self._inventory.host_disconnected(self._host.id, self._host.uri, "The collector was stopped.")
        except Exception as error:
            log.debug("Host %s could not be marked disconnected: %s", self._host.id, error)

    async def _reach(self) -> Source:
        source = await self._connect()
        try:
            facts = await source.facts()
            await self._deliver(partial(self._inventory.host_connected, self._host.id, self._host.uri, facts))
            self._reason = None
            self._young_until = asyncio.get_running_loop().time() + YOUNG_SECONDS
            log.info("Host %s is connected.", self._host.id)
            await self._synchronize(source, self._progress)
        except BaseException:
            await source.close()
            raise
        return source

    async def _connect(self) -> Source:
        if not (path := self._host.directory):
            return await self._connector.connect()
        directory = Directory(path, self._calls, self._resource_calls)
        await directory.open()
        return directory

    async def _synchronize(self, source: Source, progress: Progress | None = None) -> None:
        """Read every domain, and forget those that are gone; the resources are to be read after them.

        What is known is asked before what exists, so that a domain defined meanwhile is never taken for gone.
        """
        host_id = self._host.id
        self._read_again = False
        known = await self._deliver(partial(self._inventory.source_keys, host_id))
        listed = await source.source_keys()
        missing = known.difference(listed)
        for start in range(0, len(listed), BATCH):
            batch = listed[start : start + BATCH]
            missing |= known.intersection(await self._observe(source, batch, Cause.RECONCILIATION))
            if progress:
                progress(host_id, start + len(batch), len(listed))
            await self._apply_changes(source)
        if missing:
            await asyncio.sleep(SETTLE_SECONDS)
            returned = missing.intersection(await source.source_keys())
            await self._vanished(missing - returned, Cause.RECONCILIATION)
            for start in range(0, len(listed := sorted(returned)), BATCH):
                await self._observe(source, listed[start : start + BATCH], Cause.RECONCILIATION)
        await self._deliver(partial(self._inventory.host_synchronized, host_id))
        source.scopes.report(*source.whole(), cause=Cause.RECONCILIATION)

    async def _follow(self, source: Source) -> None:
        """Apply what the host reports, and read it completely now and then; ends by raising `HostLost`."""
        loop = asyncio.get_running_loop()
        complete_reading = loop.time() + self._pace.reconcile_seconds
        while True:
            await source.changes.wait(0 if self._read_again else complete_reading - loop.time())
            await self._apply_changes(source)
            if self._read_again or loop.time() >= complete_reading:
                await self._synchronize(source)
                complete_reading = loop.time() + self._pace.reconcile_seconds

    async def _apply_changes(self, source: Source) -> None:
        if source.changes.lost:
            raise HostLost(source.changes.lost)
        reported, due = source.changes.take(BATCH // 2)
        if not (keys := reported | due):
            return
        absent = await self._observe(source, keys, Cause.EVENT)
        in_doubt = set[str]()
        if asyncio.get_running_loop().time() < self._young_until:
            in_doubt = absent - self._missing_once
        self._missing_once = (self._missing_once - keys) | in_doubt
        await self._vanished(absent - in_doubt, Cause.EVENT)
        source.changes.confirm_later(reported - absent | in_doubt)
        source.scopes.report(*source.scopes_of(keys))

    async def _observe(self, source: Source, keys: Iterable[str], cause: Cause) -> set[str]:
        """Read these domains and hand them over; returns those that do not exist."""
        asked = list(keys)
        observations: Sequence[Observation] = await source.read(asked, cause)
        if observations:
            await self._deliver(partial(self._inventory.vms_observed, self._host.id, observations, cause))
        return set(asked) - {seen.source_key for seen in observations}

    async def _vanished(self, keys: set[str], cause: Cause) -> None:
        if keys:
            await self._deliver(partial(self._inventory.vms_vanished, self._host.id, keys, cause))

    async def _deliver(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """Repeat a call of the inventory until it is accepted; the host is then read again completely."""

        def refused() -> None:
            self._read_again = True

        return await deliver(self._host.id, call, self._pace.reconnect_seconds, refused)

    async def _unreached(self, attempt: RetryCallState) -> None:
        if error := failure(attempt):
            await self._disconnected(self._told(error))

    async def _disconnected(self, reason: str) -> None:
        if reason == self._reason:
            return
        self._reason = reason
        log.warning("Host %s is disconnected: %s", self._host.id, reason)
        await self._deliver(partial(self._inventory.host_disconnected, self._host.id, self._host.uri, reason))

    def _told(self, error: Exception) -> str:
        if isinstance(error, HostLost):
            return str(error)
        log.error("Host %s is read again after a mistake in the collector.", self._host.id, exc_info=error)
        return f"{self._host.uri} could not be read: {type(error).__name__}."
