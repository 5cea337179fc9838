"""A page of 50 VMs by a device's attribute: virtgraph beside other GraphQL servers over the same documents.

Three values, which 0.01 %, 1 % and 50 % of the fleet have. Besides, ours alone, at the whole fleet and at a small one:
`growth`.
"""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from bench.comparison.command import Comparison, Trial, command
from bench.comparison.fleet import fleet
from bench.comparison.load import load
from bench.comparison.servers import OURS, running
from bench.workloads import named

SMALL = 1000


async def growth(trial: Trial) -> dict[str, Any]:
    """Our mean time for an answer at the whole fleet by that at a small one, for each share."""
    name = f"virtgraph-bench-{SMALL}"
    effort = trial.effort
    ratios: defaultdict[str, list[float]] = defaultdict(list)
    small_directory = trial.directory / "small"
    small_directory.mkdir()
    async with (
        fleet(trial.database.uri, name, SMALL, quiet=trial.quiet) as (small, _),
        running([OURS], small, small_directory) as small_urls,
        running([OURS], trial.database, trial.directory) as urls,
    ):
        for workload in await named.page(trial.store):
            for _ in range(effort.rounds + 1):
                at_small, at_large = [
                    await load(trial.node, url, workload, seconds=effort.seconds, connections=effort.connections)
                    for url in (small_urls[OURS], urls[OURS])
                ]
                ratios[workload.name].append(at_small.rps / at_large.rps)
    vms = await trial.store.vms.estimated_document_count()
    # The first round of each warms up.
    return {
        "growth": {name: round(statistics.median(some[1:]), 3) for name, some in ratios.items()},
        "growth_vms": [SMALL, vms],
    }


COMPARISON = Comparison("page", named.page, vms=100_000, also=growth)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or one JSON object with `--json`."""
    command(COMPARISON, __doc__, arguments)


if __name__ == "__main__":
    main()
