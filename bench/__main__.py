"""Run every benchmark, or those named, and print their tables.

A run of all comparisons with other servers writes what they found to bench/RESULTS.md.
"""

import argparse
from collections.abc import Callable, Sequence

from bench import build, codec, comparisons, drawn, fanout, feed_loss, memory, pages, sync

BENCHES: dict[str, Callable[[Sequence[str]], None]] = {
    "codec": codec.main,
    "build": build.main,
    "fanout": fanout.main,
    "feed_loss": feed_loss.main,
    "drawn": drawn.main,
    "pages": pages.main,
    "memory": memory.main,
    "sync": sync.main,
}
"""Benchmarks of their own; the comparisons run together, over one MongoDB."""


def main() -> None:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = [*comparisons.COMPARISONS, *BENCHES]
    which = f"benchmarks to run; all where none is named: {', '.join(names)}"
    parser.add_argument("name", nargs="*", choices=[*names, []], metavar="NAME", help=which)
    comparisons.options(parser)
    given = parser.parse_args()
    wanted = given.name or names
    compared = [name for name in comparisons.COMPARISONS if name in wanted]
    if compared:
        comparisons.main(compared, given, write=given.write or set(compared) == set(comparisons.COMPARISONS))
    for name in BENCHES:
        if name in wanted:
            BENCHES[name]([])


if __name__ == "__main__":
    main()
