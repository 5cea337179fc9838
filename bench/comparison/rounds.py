"""Rounds of load: ours and a rival, one after the other, so that a machine's moods meet both."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.comparison.load import Load, load
from bench.comparison.node import Node
from bench.comparison.servers import OURS
from bench.workloads import Workload

_WARM_UP_SECONDS = 2.0
"""Time for a server to compile what it will; no more than a measurement takes."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    rounds: int
    seconds: float
    """Of load on each of a pair in each round."""
    connections: int


async def measured(
    node: Node, urls: Mapping[str, str], workload: Workload, effort: Effort, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Of each server requests a second and times in ms; `ratios`: our requests a second by the rival's.

    Both are medians of the rounds, the ratios of those of pairs.
    """
    loads: defaultdict[str, list[Load]] = defaultdict(list)
    ratios: defaultdict[str, list[float]] = defaultdict(list)

    async def one(name: str, seconds: float) -> Load:
        progress(name)
        return await load(node, urls[name], workload, seconds=seconds, connections=effort.connections)

    for name in urls:
        await one(name, min(_WARM_UP_SECONDS, effort.seconds))
    for number in range(effort.rounds):
        for rival in (name for name in urls if name != OURS):
            # Who is first takes turns, too.
            pair = (OURS, rival) if number % 2 == 0 else (rival, OURS)
            found = {name: await one(name, effort.seconds) for name in pair}
            for name in pair:
                loads[name].append(found[name])
            ratios[rival].append(found[OURS].rps / found[rival].rps)
    return {
        "servers": {name: _median(loads[name]) for name in urls},
        "ratios": {name: round(statistics.median(some), 3) for name, some in ratios.items()},
    }


def steps(urls: Mapping[str, str], effort: Effort) -> int:
    """How often `measured` tells its progress."""
    return len(urls) + 2 * effort.rounds * (len(urls) - 1)


def _median(loads: Sequence[Load]) -> dict[str, float]:
    return {
        "rps": round(statistics.median(one.rps for one in loads), 2),
        "p50": statistics.median(one.p50 for one in loads),
        "p99": statistics.median(one.p99 for one in loads),
    }
