"""All comparisons with other servers, over one MongoDB, and the page of their results."""

import argparse
import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import counts, drawn, edges, page, tree1, tree100
from bench.comparison import command
from bench.comparison.fleet import mongo
from bench.comparison.node import Node, find_node
from bench.comparison.servers import DIRECTORY, OLDEST_NODE
from bench.comparison.table import markdown, tables
from server import __version__
from server.store.connection import connect

RESULTS = Path(__file__).parent / "RESULTS.md"
COMPARISONS = {one.name: one for one in (module.COMPARISON for module in (tree1, tree100, edges, page, counts))}

_PYTHON = ("strawberry-graphql", "graphql-core", "ariadne", "starlette", "uvicorn", "motor", "pymongo", "orjson")

_METHOD = """\
Every server is one process and answers from the same database; all are started as their documentation recommends for
production, and none keeps responses or documents. They serve the part of virtgraph's SDL that the queries ask for, so
that one text of a query runs on all. Before anything is timed, each answer of each server is compared with
virtgraph's: values, and the order of keys.

autocannon keeps {connections} requests under way. For each rival there are {rounds} rounds; in each, virtgraph and the
rival are loaded for {seconds:g} seconds one after the other, and take turns in being first. The ratio is virtgraph's
requests a second by the rival's, the median of the rounds: above 1, virtgraph is faster. Load and MongoDB share the
machine's processors with the server. `floor` is no rival: it is the answer to this one query, written by
hand and without GraphQL."""


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of comparisons, and `--write`."""
    command.options(parser)
    parser.add_argument("--write", action="store_true", help="write bench/RESULTS.md also when only some are named")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each comparison")


def main(names: Sequence[str], given: argparse.Namespace, *, write: bool) -> None:
    """Run comparisons, print each when it is done, and write the page of results."""
    found = command.run_to_end(_run(names, given))
    if write:
        page_of_results = results(found["comparisons"], found["drawn"], found["mongodb"], find_node(OLDEST_NODE))
        RESULTS.write_text(page_of_results)
        Console(stderr=True).print(f"Written: bench/{RESULTS.name}")


async def _run(names: Sequence[str], given: argparse.Namespace) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    async with mongo(given.mongodb_uri) as uri:
        store = await connect(uri, "virtgraph-bench")
        await store.close()
        for name in names:
            one = await command.run(COMPARISONS[name], given, uri, quiet=given.json)
            found.append(one)
            if given.json:
                print(json.dumps(one), flush=True)
                continue
            for table in tables(one):
                Console().print(table)
        random_ones = await drawn.measured(uri, None, drawn.VMS, drawn.new_seed(), quiet=given.json)
        if given.json:
            print(json.dumps(random_ones), flush=True)
        else:
            drawn.show(random_ones)
    return {"comparisons": found, "drawn": random_ones, "mongodb": store.version}


def results(found: Sequence[Mapping[str, Any]], random_ones: Mapping[str, Any], mongodb: str, node: Node) -> str:
    """The page: what was found, how, on what, and of which versions."""
    measured = found[0]
    method = _METHOD.format(**{name: measured[name] for name in ("connections", "rounds", "seconds")})
    lines = [
        "# virtgraph beside other GraphQL servers",
        "",
        f"Measured on {datetime.now(UTC):%Y-%m-%d} by `scripts/bench`.",
        "",
        method,
        *map(markdown, found),
        "",
        *drawn.markdown(random_ones),
        "",
        "## Machine and versions",
        "",
        f"{os.cpu_count()} processors ({_processor()}), {_memory_gib()} GiB of memory, {platform.system()}.",
        "",
        "| | version |",
        "|---|---|",
        *(f"| {name} | {one} |" for name, one in _versions(mongodb, node).items()),
    ]
    return "\n".join(lines) + "\n"


def _versions(mongodb: str, node: Node) -> dict[str, str]:
    packages: dict[str, str] = json.loads((DIRECTORY / "package.json").read_text())["dependencies"]
    ours = {"virtgraph": __version__, "MongoDB": mongodb, "Python": platform.python_version(), "Node": node.version()}
    return ours | {name: version(name) for name in _PYTHON} | packages


def _processor() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else "of an unknown model"


def _memory_gib() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
