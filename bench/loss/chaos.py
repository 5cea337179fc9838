"""What goes wrong during the loss test: kills and freezes at random, never so many that no majority is left."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bench.loss.processes import Supervised
from bench.loss.replica_set import ReplicaSet

PAUSE_SECONDS = (5.0, 9.0)
"""Shortest and longest time between two disturbances."""
FREEZE_SECONDS = (3.0, 8.0)
FAILOVER_SECONDS = 60
SECONDS_PER_KILL = 18
"""A run has at least one kill for so many of its seconds."""


def fewest_kills(seconds: float) -> int:
    """How many kills a run of this length has at least."""
    return int(seconds // SECONDS_PER_KILL)


@dataclass(frozen=True, slots=True)
class Disturbance:
    """Something that was done to a process, at a moment in seconds since 1970."""

    what: str
    at: float


@dataclass
class Chaos:
    """Disturbs the primary, the API processes and the collectors in random order, each kind equally often."""

    replica_set: ReplicaSet
    apis: Sequence[Supervised]
    collectors: Sequence[Supervised]
    chance: random.Random
    done: list[Disturbance] = field(default_factory=list)

    async def run(self) -> None:
        """Disturb until cancelled; what is frozen then is thawed."""
        while True:
            for disturb in self._round():
                await asyncio.sleep(self.chance.uniform(*PAUSE_SECONDS))
                await disturb()

    def _round(self) -> Sequence[Callable[[], Awaitable[None]]]:
        """Two kills of each kind and one of the freezes."""
        kills = [self._kill_primary, self._kill_api, self._kill_collector]
        steps = [*kills, *kills, self.chance.choice([self._freeze_primary, self._freeze_collector])]
        self.chance.shuffle(steps)
        return steps

    async def _kill_primary(self) -> None:
        self._kill("kill primary", await self._primary())

    async def _kill_api(self) -> None:
        self._kill("kill api", self.chance.choice([api for api in self.apis if api.running] or self.apis))

    async def _kill_collector(self) -> None:
        collectors = [collector for collector in self.collectors if collector.running]
        self._kill("kill collector", self.chance.choice(collectors or self.collectors))

    async def _freeze_primary(self) -> None:
        await self._freeze("freeze primary", await self._primary())

    async def _freeze_collector(self) -> None:
        await self._freeze("freeze collector", self.chance.choice(self.collectors))

    async def _primary(self) -> Supervised:
        """The primary of a set that is whole: with a second member away, nobody could write."""
        while True:
            await self.replica_set.until_whole(FAILOVER_SECONDS)
            if primary := await self.replica_set.primary():
                return primary

    def _kill(self, what: str, victim: Supervised) -> None:
        if victim.running:
            victim.kill()
            self.done.append(Disturbance(what, time.time()))

    async def _freeze(self, what: str, victim: Supervised) -> None:
        self.done.append(Disturbance(what, time.time()))
        victim.freeze()
        try:
            await asyncio.sleep(self.chance.uniform(*FREEZE_SECONDS))
        finally:
            victim.thaw()
