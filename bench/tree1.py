"""The full tree of one VM, another one each time: virtgraph beside other GraphQL servers over the same documents."""

from collections.abc import Sequence

from bench.comparison.command import Comparison, command
from bench.workloads import named

COMPARISON = Comparison("tree1", named.tree1, vms=1000, floor=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or one JSON object with `--json`."""
    command(COMPARISON, __doc__, arguments)


if __name__ == "__main__":
    main()
