"""The feed of changes while things break: nothing may be lost, nothing may come twice.

A replica set of three mongods, two collectors, two API processes and simulated domains on four hosts, all of them
real processes. A driver changes the domains at random and writes into a file of its own what each must finally be,
while the primary, an API process or a collector is killed every few seconds. Eight subscribers follow the feed and
come again with their cursors. At the end each must have got every revision of every VM once, and both APIs must
answer what the file says; otherwise the exit status is 1.
"""

import argparse
import asyncio
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bench.loss.api import Unanswered
from bench.loss.chaos import fewest_kills
from bench.loss.trial import Invalid, Plan, run_trial
from bench.loss.trial import Progress as Report
from bench.loss.verdict import Verdict

_SHOWN = 20


@contextmanager
def _bar(seconds: float, *, quiet: bool) -> Iterator[Report]:
    columns = (TextColumn("feed_loss"), BarColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, transient=True, disable=quiet) as progress:
        task = progress.add_task("starting", total=seconds)
        yield lambda what, done: progress.update(task, description=what, completed=done)


def passed(figures: dict[str, Any], verdict: Verdict) -> bool:
    """Whether nothing was lost, repeated or mistaken, and enough was killed for that to mean something."""
    mistakes = figures["tracebacks"] + figures["refusals"]
    return verdict.clean and not mistakes and figures["kills"] >= fewest_kills(figures["seconds"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or one JSON object with `--json`; exits with 1 where something was lost or came twice."""
    parser = argparse.ArgumentParser(prog="python -m bench.feed_loss", description=__doc__)
    parser.add_argument("--seconds", type=float, default=180, help="how long the fleet changes (180)")
    parser.add_argument("--domains", type=int, default=200, help="simulated domains (200)")
    parser.add_argument("--rate", type=float, default=20, help="changes a second, on average (20)")
    parser.add_argument("--seed", type=int, help="number that all random choices follow from (another each time)")
    parser.add_argument("--keep", type=Path, metavar="DIRECTORY", help="keep logs and ledger in this new directory")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    seed = random.SystemRandom().randrange(2**32) if options.seed is None else options.seed
    plan = Plan(options.seconds, options.domains, options.rate, seed)
    if options.keep:
        options.keep.mkdir(parents=True)
    directory = options.keep or Path(tempfile.mkdtemp(prefix="virtgraph-loss-"))
    try:
        with _bar(plan.seconds, quiet=options.json) as report:
            figures, verdict = asyncio.run(run_trial(plan, directory, report))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)
    except (Invalid, Unanswered, TimeoutError) as error:
        sys.exit(f"feed_loss: {error}")
    finally:
        for data in directory.glob("mongod-*/data"):
            shutil.rmtree(data, ignore_errors=True)
        if not options.keep:
            shutil.rmtree(directory, ignore_errors=True)
    _print(figures, verdict, as_json=options.json)
    if not passed(figures, verdict):
        sys.exit(1)


def _print(figures: dict[str, Any], verdict: Verdict, *, as_json: bool) -> None:
    errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    for finding in verdict.findings[:_SHOWN]:
        errors.print(finding)
    if (more := len(verdict.findings) - _SHOWN) > 0:
        errors.print(f"… and {more} more")
    if as_json:
        print(json.dumps(figures))
        return
    table = Table("what", "figure", title=f"the feed of changes, disturbed for {figures['seconds']:g} seconds")
    for name, value in figures.items():
        shown = ", ".join(f"{key}: {one}" for key, one in value.items()) if isinstance(value, dict) else str(value)
        table.add_row(name.replace("_", " "), shown or "none")
    Console().print(table)


if __name__ == "__main__":
    main()
