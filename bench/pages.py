"""What a page of VMs costs in a large fleet and in a small one: 50 VMs by one equality on a device, in turn.

Both fleets are read by the same process through the loaders of a request, one page of each by turns. A page is
compared with one of the small fleet that has as many VMs.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from itertools import groupby, product
from pathlib import Path
from typing import Any, NamedTuple

import strawberry
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.conditions import vm_filter
from bench.filling import MARKED, fill_if_empty
from loaders.requests import RequestLoaders
from schema.graph.context import Order, PageRequest
from server.endpoint import served_schema
from server.store.connection import Store, connect
from server.store.embedded import EmbeddedMongo

PAGE = 50
_SECONDS = 30.0

_PATHS = frozenset(
    {
        *("name", "state", "devices.disks.id", "devices.disks.kind", "devices.disks.target", "devices.disks.driver"),
        *("devices.disks.source", "devices.disks.serial", "devices.interfaces.id", "devices.interfaces.kind"),
        *("devices.interfaces.mac", "devices.interfaces.model", "devices.interfaces.source"),
    }
)
"""Of a query for the disks and interfaces of each VM."""

_ORDERS = ("name", "hostId", "state", "changedAt")

_Read = Callable[[RequestLoaders], Awaitable[int]]


class _Case(NamedTuple):
    name: str
    share: float
    read: _Read


def _page(condition: Any, field: str) -> _Read:
    async def read(loaders: RequestLoaders) -> int:
        page = await loaders.vms(condition, None, PageRequest(Order(field), PAGE), _PATHS)
        return len(page.documents)

    return read


def _count(condition: Any) -> _Read:
    return lambda loaders: loaders.vm_count(condition, None)


def _cases(schema: strawberry.Schema) -> list[_Case]:
    filters = [(one.share, vm_filter(schema, one.filter)) for one in MARKED]
    pages = [
        _Case(f"page by {field}", share, _page(condition, field)) for field in _ORDERS for share, condition in filters
    ]
    return pages + [_Case("totalCount", share, _count(condition)) for share, condition in filters]


async def measured(
    small: Store, large: Store, repetitions: int, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> list[dict[str, Any]]:
    """Medians of each read in both fleets, and the ratio of a page to the one of the small fleet with as many VMs."""
    cases = _cases(served_schema())
    stores = {"small": small, "large": large}
    took: defaultdict[tuple[_Case, str], list[float]] = defaultdict(list)
    rows: dict[tuple[_Case, str], int] = {}
    # Reads of one sort by turns, so that whatever else the machine does slows all of them alike. Each sort by itself:
    # counting reads so many documents that MongoDB's cache has no others left.
    sorts = [list(of_sort) for _, of_sort in groupby(cases, key=lambda case: case.name)]
    for number, of_sort in enumerate(sorts):
        for repetition in range(repetitions + 1):
            progress(number * (repetitions + 1) + repetition, len(sorts) * (repetitions + 1))
            for case, (name, store) in product(of_sort, stores.items()):
                # As in the server, a request has loaders of its own.
                loaders = RequestLoaders(store.database, _SECONDS)
                begun = time.perf_counter()
                rows[case, name] = await case.read(loaders)
                took[case, name].append(1000 * (time.perf_counter() - begun))
    progress(1, 1)
    found: list[dict[str, Any]] = [
        {
            "read": case.name,
            "share": case.share,
            **{f"{name}_rows": rows[case, name] for name in stores},
            # The first of each warms up.
            **{f"{name}_ms": round(statistics.median(took[case, name][1:]), 3) for name in stores},
        }
        for case in cases
    ]
    for one in found:
        alike = [other for other in found if (other["read"], other["small_rows"]) == (one["read"], one["large_rows"])]
        # Of several that have a page full, the one that this is a larger fleet's.
        best = next((other for other in alike if other["share"] == one["share"]), alike[0] if alike else None)
        one["ratio"] = round(one["large_ms"] / best["small_ms"], 2) if best else None
    return found


async def _run(options: argparse.Namespace) -> list[dict[str, Any]]:
    async with AsyncExitStack() as stack:
        shown = stack.enter_context(Progress(console=Console(stderr=True)))

        async def opened(directory: Path, vms: int) -> Store:
            mongo = await stack.enter_async_context(EmbeddedMongo(directory))
            store = await connect(mongo.uri, "virtgraph")
            stack.push_async_callback(store.close)
            task = shown.add_task(f"Filling {directory}", total=vms)
            await fill_if_empty(store, vms, lambda done, _: shown.update(task, completed=done))
            shown.remove_task(task)
            return store

        small = await opened(options.directory / "small", options.small)
        large = await opened(options.directory / "large", options.large)
        task = shown.add_task("Reading")
        return await measured(
            small, large, options.repetitions, lambda done, total: shown.update(task, completed=done, total=total)
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or one JSON object with `--json`."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--small", type=int, default=1000, help="VMs of the small fleet (1000)")
    parser.add_argument("--large", type=int, default=100_000, help="VMs of the large fleet (100000)")
    parser.add_argument("--repetitions", type=int, default=50, help="how often each page is read (50)")
    parser.add_argument(
        "--directory", type=Path, help="where the fleets are kept for the next time, filled where there are none"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="virtgraph-bench-") as directory:
        options.directory = options.directory or Path(directory)
        found = asyncio.run(_run(options))
    if options.json:
        print(json.dumps({"small": options.small, "large": options.large, "reads": found}))
        return
    columns = ["read", "share", "small_rows", "large_rows", "small_ms", "large_ms", "ratio"]
    table = Table(*columns, title=f"{options.large:,} VMs against {options.small:,}")
    for one in found:
        table.add_row(*(str(one[column]) for column in columns))
    Console().print(table)


if __name__ == "__main__":
    main()
