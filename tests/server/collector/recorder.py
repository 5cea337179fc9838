"""An inventory in memory that remembers what the collector told it."""

import asyncio
from collections.abc import Callable, Collection, Sequence

from server.collector.inventory import Cause, HostFacts, HostState, Observation, ResourceObservation


class Recorder:
    """Implements `Inventory`; refuses every call while `away` is set."""

    def __init__(self) -> None:
        self.vms: dict[str, dict[str, Observation]] = {}
        self.states: dict[str, list[HostState]] = {}
        self.facts: dict[str, HostFacts] = {}
        self.reasons: list[str] = []
        self.synchronized: list[str] = []
        self.batches: list[int] = []
        self.history: list[Observation] = []
        self.vanished: list[str] = []
        self.refused = 0
        self.resources: dict[str, dict[str, dict[str, ResourceObservation]]] = {}
        self.scopes_read: list[str] = []
        self.unread: dict[str, dict[str, str]] = {}
        self.unsupported: set[str] = set()
        self.away = False
        self.causes: list[tuple[str, Cause]] = []
        """Of each VM and scope that was told, why it was read."""
        self._changed = asyncio.Event()

    async def until(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """Wait for a condition that depends on what was recorded."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def state(self, host_id: str) -> HostState | None:
        return self.states[host_id][-1] if self.states.get(host_id) else None

    def named(self, host_id: str, name: str) -> Observation | None:
        """The domain of this name as last seen."""
        for seen in self.vms.get(host_id, {}).values():
            if f"<name>{name}</name>" in str(seen.xml):
                return seen
        return None

    async def host_connecting(self, host_id: str, uri: str) -> None:
        self._accept()
        self.states.setdefault(host_id, []).append(HostState.CONNECTING)

    async def host_connected(self, host_id: str, uri: str, facts: HostFacts) -> None:
        self._accept()
        self.states[host_id].append(HostState.CONNECTED)
        self.facts[host_id] = facts

    async def host_disconnected(self, host_id: str, uri: str, reason: str) -> None:
        self._accept()
        self.states[host_id].append(HostState.DISCONNECTED)
        self.reasons.append(reason)

    async def host_synchronized(self, host_id: str) -> None:
        self._accept()
        self.synchronized.append(host_id)

    async def vms_observed(
        self, host_id: str, observations: Sequence[Observation], cause: Cause = Cause.RECONCILIATION
    ) -> None:
        self._accept()
        self.causes.extend((seen.source_key, cause) for seen in observations)
        self.batches.append(len(observations))
        self.history.extend(observations)
        self.vms.setdefault(host_id, {}).update({seen.source_key: seen for seen in observations})

    async def vms_vanished(
        self, host_id: str, source_keys: Collection[str], cause: Cause = Cause.RECONCILIATION
    ) -> None:
        self._accept()
        self.causes.extend((key, cause) for key in source_keys)
        for key in source_keys:
            self.vms.get(host_id, {}).pop(key, None)
            self.vanished.append(key)

    async def resources_observed(
        self,
        host_id: str,
        scope: str,
        observations: Sequence[ResourceObservation],
        cause: Cause = Cause.RECONCILIATION,
    ) -> None:
        self._accept()
        self.causes.append((scope, cause))
        self.scopes_read.append(scope)
        self.unread.setdefault(host_id, {}).pop(scope, None)
        self.resources.setdefault(host_id, {})[scope] = {seen.source_key: seen for seen in observations}

    async def scope_failed(self, host_id: str, scope: str, reason: str, *, unsupported: bool = False) -> None:
        self._accept()
        self.unread.setdefault(host_id, {})[scope] = reason
        if unsupported:
            self.unsupported.add(scope)

    async def source_keys(self, host_id: str) -> set[str]:
        self._accept()
        return set(self.vms.get(host_id, {}))

    def _accept(self) -> None:
        self._changed.set()
        if self.away:
            self.refused += 1
            raise ConnectionError("the database is away")
