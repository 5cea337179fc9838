"""Counts over the whole fleet: virtgraph beside other GraphQL servers over the same documents."""

from collections.abc import Sequence

from bench.comparison.command import Comparison, command
from bench.workloads import named

COMPARISON = Comparison("counts", named.counts, vms=10_000)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or one JSON object with `--json`."""
    command(COMPARISON, __doc__, arguments)


if __name__ == "__main__":
    main()
