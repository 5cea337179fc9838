"""Building the GraphQL schema in a fresh process: how long, and how many types it has.

There is no rival: nobody else declares these types. The time of importing the declarations is counted apart.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

_BUILD = """
import json, time
start = time.perf_counter()
from schema.graph.schema import build_schema
imported = time.perf_counter()
types = build_schema()._schema.type_map.values()
built = time.perf_counter()
kinds = {}
for each in types:
    name = next(cls.__name__ for cls in type(each).__mro__ if cls.__name__.startswith("GraphQL"))
    kinds[name] = kinds.get(name, 0) + 1
print(json.dumps({"import": imported - start, "build": built - imported, "types": kinds}))
"""


def measure(rounds: int, *, quiet: bool = False) -> dict[str, Any]:
    """Seconds of importing and of building, medians of the rounds, and the types by their kind."""
    runs = [
        json.loads(subprocess.run([sys.executable, "-c", _BUILD], capture_output=True, check=True).stdout)
        for _ in track(range(rounds), "build", transient=True, disable=quiet)
    ]
    seconds = {part: statistics.median(run[part] for run in runs) for part in ("import", "build")}
    return {"rounds": rounds, "seconds": seconds, "types": runs[0]["types"]}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or one JSON object with `--json`."""
    parser = argparse.ArgumentParser(prog="python -m bench.build", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="processes that are started (5)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    found = measure(options.rounds, quiet=options.json)
    if options.json:
        print(json.dumps(found))
        return
    table = Table(
        "what", "count or seconds", title=f"building the GraphQL schema, median of {found['rounds']} processes"
    )
    for kind, count in found["types"].items():
        table.add_row(kind, str(count))
    table.add_row("all types", str(sum(found["types"].values())))
    for part, seconds in found["seconds"].items():
        table.add_row(f"seconds to {part}", f"{seconds:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
