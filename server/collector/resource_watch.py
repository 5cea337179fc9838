"""The resources of one connected host, kept true beside its domains."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from server.collector.deliveries import deliver
from server.collector.inventory import Cause, Inventory, NotOwner, ResourceObservation
from server.collector.source import HostLost, ScopeFailed, Source

log = logging.getLogger(__name__)

GRACE_SECONDS = 0.5


class ResourceWatch:
    """Reads the scopes that a source reports, and all of them when it is told so.

    It runs beside the watch of the domains: storage that does not answer delays no news of a VM. Scopes are read one
    after the other, over one connection; one that hangs delays the others once, until it is given up.
    """

    def __init__(self, host_id: str, source: Source, inventory: Inventory, longest_pause: float) -> None:
        self._host_id = host_id
        self._source = source
        self._inventory = inventory
        self._longest_pause = longest_pause
        self.disowned = False
        """Whether the inventory said that another collector owns the host."""

    async def run(self) -> None:
        """Read until cancelled; a host that is lost is told by the source's `changes`.

        Ends when the inventory says that another collector owns the host; `changes` and `disowned` tell it.
        """
        scopes = self._source.scopes
        try:
            while True:
                scope, cause = await scopes.next()
                read = False
                try:
                    read = await self._read(scope, cause)
                finally:
                    scopes.done(scope, read=read)
        except HostLost as lost:
            # The end of the connection, told a moment later, has the better reason; the first one counts.
            await asyncio.sleep(GRACE_SECONDS)
            self._source.changes.lose(str(lost))
        except NotOwner:
            self.disowned = True
            self._source.changes.lose("Another collector owns the host now.")

    async def _read(self, scope: str, cause: Cause) -> bool:
        """Whether the scope could be read; either way the inventory is told."""
        inventory, host_id = self._inventory, self._host_id
        try:
            seen = await self._seen(scope)
        except ScopeFailed as failed:
            log.info("Host %s: %s could not be read: %s", host_id, scope, failed)
            # A driver lists the ports of all networks or of none.
            told = scope.partition("/")[0] if failed.unsupported else scope
            call = partial(inventory.scope_failed, host_id, told, str(failed), unsupported=failed.unsupported)
            await self._deliver(scope, cause, call)
            read = False
        else:
            read = True
            call = partial(inventory.resources_observed, host_id, scope, seen, cause)
            await self._deliver(scope, cause, call)
        self._source.scopes.report(*self._source.scopes_below(scope), cause=cause)
        return read

    async def _seen(self, scope: str) -> list[ResourceObservation]:
        try:
            return await self._source.read_scope(scope)
        except (HostLost, ScopeFailed):
            raise
        except Exception as error:  # One scope that brings a fault of ours to light must not cost the host its VMs.
            log.exception("Host %s: a mistake in the collector over %s", self._host_id, scope)
            raise ScopeFailed(f"The collector made a mistake: {type(error).__name__}.") from error

    async def _deliver(self, scope: str, cause: Cause, call: Callable[[], Awaitable[None]]) -> None:
        again = partial(self._source.scopes.report, scope, cause=cause)
        await deliver(self._host_id, call, self._longest_pause, again)
