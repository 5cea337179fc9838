"""The command of one comparison: its options, its progress, its result as a table or as JSON."""

import argparse
import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo.errors import PyMongoError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bench.comparison.answers import Disagreement, agree
from bench.comparison.fleet import fleet, mongo
from bench.comparison.load import LoadFailed
from bench.comparison.node import Node
from bench.comparison.rounds import Effort, measured, steps
from bench.comparison.servers import FLOOR, OURS, RIVALS, Database, prepared_node, running
from bench.comparison.table import tables
from bench.workloads.named import MakeWorkloads
from server.store.connection import Store
from server.store.errors import StoreError

ERRORS = (Disagreement, LoadFailed, LookupError, RuntimeError, StoreError, PyMongoError, TimeoutError, ValueError)
"""What ends a comparison with a sentence."""


@dataclass(slots=True)
class Trial:
    """What a comparison runs with."""

    node: Node
    database: Database
    store: Store
    effort: Effort
    directory: Path
    """For what servers print."""
    quiet: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Workloads that servers are compared by."""

    name: str
    workloads: MakeWorkloads
    vms: int
    """How many a database is filled with when the command does not say."""
    floor: bool = False
    """Whether the hand-written server can answer."""
    also: Callable[[Trial], Awaitable[dict[str, Any]]] | None = None
    """What is measured besides."""


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options that all comparisons share."""
    parser.add_argument("--rounds", type=_positive(int), default=5, help="pairs of measurements of each rival (5)")
    parser.add_argument("--seconds", type=_positive(float), default=3, help="seconds of each measurement (3)")
    parser.add_argument("--connections", type=_positive(int), default=4, help="requests under way at a time (4)")
    parser.add_argument("--vms", type=_positive(int), help="VMs that an empty database is filled with")
    parser.add_argument("--mongodb-uri", help="a MongoDB to use; without it one is started, and gone afterwards")
    parser.add_argument("--database", help="its database, filled if it is empty (virtgraph-bench-VMS)")
    parser.add_argument("--rivals", nargs="+", choices=[*RIVALS, FLOOR], help="servers to compare with (all)")


def _positive(kind: type[int] | type[float]) -> Callable[[str], float]:
    def number(text: str) -> float:
        if (value := kind(text)) <= 0:
            raise argparse.ArgumentTypeError(f"{text} is not above 0")
        return value

    return number


async def run(comparison: Comparison, given: argparse.Namespace, uri: str, *, quiet: bool) -> dict[str, Any]:
    """Compare the servers over a MongoDB."""
    effort = Effort(given.rounds, given.seconds, given.connections)
    vms = given.vms or comparison.vms
    database = given.database or f"virtgraph-bench-{vms}"
    names = [name for name in given.rivals or (*RIVALS, FLOOR) if name != FLOOR or comparison.floor]
    node = await asyncio.to_thread(prepared_node)
    with tempfile.TemporaryDirectory(prefix="virtgraph-bench-") as directory:
        async with fleet(uri, database, vms, quiet=quiet) as (where, store):
            trial = Trial(node, where, store, effort, Path(directory), quiet)
            found: dict[str, Any] = {
                "workload": comparison.name,
                "vms": await store.vms.estimated_document_count(),
                "rounds": effort.rounds,
                "seconds": effort.seconds,
                "connections": effort.connections,
            }
            found |= await _compared(comparison, trial, names)
            if comparison.also is not None:
                found |= await comparison.also(trial)
    return found


async def _compared(comparison: Comparison, trial: Trial, names: Sequence[str]) -> dict[str, Any]:
    workloads = await comparison.workloads(trial.store)
    parts: dict[str, dict[str, Any]] = {}
    async with running([OURS, *names], trial.database, trial.directory) as urls:
        with progress_bar(quiet=trial.quiet) as shown:
            task = shown.add_task(comparison.name, total=len(workloads) * steps(urls, trial.effort))
            for workload in workloads:
                _say(shown, task, f"{workload.name}: comparing answers")
                await agree(workload, urls[OURS], {name: urls[name] for name in names})

                def progress(name: str, about: str = workload.name) -> None:
                    _say(shown, task, f"{about}: {name}")
                    shown.advance(task)

                parts[workload.name] = await measured(trial.node, urls, workload, trial.effort, progress)
    if len(parts) == 1:
        return next(iter(parts.values()))
    # Of several parts the worst ratio stands for all.
    return {"parts": parts, "ratios": {name: min(part["ratios"][name] for part in parts.values()) for name in names}}


def progress_bar(*, quiet: bool) -> Progress:
    """A bar on standard error, which leaves standard output to the result."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet)


def _say(shown: Progress, task: TaskID, text: str) -> None:
    shown.update(task, description=text)


def command(comparison: Comparison, description: str | None, arguments: Sequence[str] | None) -> None:
    """Print the table, or one JSON object with `--json`."""
    parser = argparse.ArgumentParser(prog=f"python -m bench.{comparison.name}", description=description)
    options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(arguments)

    async def compare() -> dict[str, Any]:
        async with mongo(given.mongodb_uri) as uri:
            return await run(comparison, given, uri, quiet=given.json)

    found = run_to_end(compare())
    if given.json:
        print(json.dumps(found))
        return
    for table in tables(found):
        Console().print(table)


def run_to_end(work: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    """Run; Ctrl-C, SIGTERM and failures end all that was started, and the command with a sentence."""

    async def main() -> dict[str, Any]:
        task = asyncio.current_task()
        assert task
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    try:
        return asyncio.run(main())
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit("Stopped.")
    except ERRORS as error:
        sys.exit(str(error) or repr(error))
