"""A page of 50 VMs by a device's attribute: virtgraph beside other GraphQL servers over the same documents.

Three values, which 0.01 %, 1 % and 50 % of the fleet have. Besides, ours alone, at the whole fleet and at a small one:
`growth`, by the same filter and by one that finds as many VMs in the small fleet, where 1 % are no page of 50.
"""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import httpx

from bench.comparison.answers import answer
from bench.comparison.command import Comparison, Trial, command
from bench.comparison.fleet import fleet
from bench.comparison.load import load
from bench.comparison.servers import OURS, running
from bench.workloads import Workload, named

SMALL = 1000


async def growth(trial: Trial) -> dict[str, Any]:
    """Our mean time for an answer at the whole fleet by that at a small one, for each share."""
    name = f"virtgraph-bench-{SMALL}"
    effort = trial.effort
    seconds: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    small_directory = trial.directory / "small"
    small_directory.mkdir()
    async with (
        fleet(trial.database.uri, name, SMALL, quiet=trial.quiet) as (small, _),
        running([OURS], small, small_directory) as small_urls,
        running([OURS], trial.database, trial.directory) as large_urls,
    ):
        urls = {"small": small_urls[OURS], "large": large_urls[OURS]}
        workloads = await named.page(trial.store)
        rows = {
            (workload.name, size): await _rows(url, workload) for workload in workloads for size, url in urls.items()
        }
        for _ in range(effort.rounds + 1):
            for workload in workloads:
                for size, url in urls.items():
                    found = await load(
                        trial.node, url, workload, seconds=effort.seconds, connections=effort.connections
                    )
                    seconds[workload.name, size].append(1 / found.rps)

    def ratio(large: str, small: str) -> float:
        pairs = zip(seconds[large, "large"], seconds[small, "small"], strict=True)
        # The first round warms up.
        return round(statistics.median([one / other for one, other in pairs][1:]), 3)

    names = [workload.name for workload in workloads]
    grown: dict[str, dict[str, Any]] = {}
    for name in names:
        as_long = [other for other in names if rows[other, "small"] == rows[name, "large"]]
        # Of several that find as many, the filter itself.
        other = name if name in as_long else next(iter(as_long), None)
        grown[name] = {
            "vms_found": [rows[name, "small"], rows[name, "large"]],
            "same_filter": ratio(name, name),
            "as_many_vms": other and ratio(name, other),
        }
    return {"growth": grown, "growth_vms": [SMALL, await trial.store.vms.estimated_document_count()]}


async def _rows(url: str, workload: Workload) -> int:
    (operation,) = workload.operations
    async with httpx.AsyncClient() as client:
        found = await answer(client, url, operation)
    return len(found["data"]["vms"]["nodes"])


COMPARISON = Comparison("page", named.page, vms=100_000, also=growth)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or one JSON object with `--json`."""
    command(COMPARISON, __doc__, arguments)


if __name__ == "__main__":
    main()
