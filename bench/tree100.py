"""The device trees of a hundred VMs, as a page that draws them asks for them: virtgraph beside other GraphQL servers.

Besides, in this process and without HTTP, beside the same answer written by hand: `in_process_ratio`.
"""

from collections.abc import Sequence
from typing import Any

from bench.comparison.command import Comparison, Trial, command
from bench.comparison.in_process import ours, ratio
from bench.rivals.floor import tree_of_many
from bench.workloads import named

_PAIRS = 15


async def in_process(trial: Trial) -> dict[str, Any]:
    """Our time by that of the floor."""
    (workload,) = await named.tree100(trial.store)
    (operation,) = workload.operations
    first: int = operation.variables["first"]
    found = await ratio(ours(trial.store, operation), lambda: tree_of_many(trial.store.database, first), _PAIRS)
    return {"in_process_ratio": round(found, 3)}


COMPARISON = Comparison("tree100", named.tree100, vms=1000, floor=True, also=in_process)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or one JSON object with `--json`."""
    command(COMPARISON, __doc__, arguments)


if __name__ == "__main__":
    main()
