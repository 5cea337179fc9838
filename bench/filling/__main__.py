"""`python -m bench.filling`: fill a database with a fleet."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from pymongo.errors import PyMongoError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from bench.filling import VMS_PER_HOST, NotEmpty, fill
from server.store.connection import connect
from server.store.embedded import EmbeddedMongo
from server.store.errors import StoreError


class _Rate(TextColumn):
    """How many VMs are written each second."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Text:
        """The rate, once there is one."""
        return Text(f"{task.speed or 0:,.0f} VMs/s" if task.completed else "")


async def _filled(options: argparse.Namespace) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeElapsedColumn())
    async with AsyncExitStack() as stack:
        uri = options.mongodb_uri
        if uri is None:
            uri = (await stack.enter_async_context(EmbeddedMongo(options.data_directory))).uri
        store = await connect(uri, options.database)
        stack.push_async_callback(store.close)
        shown = stack.enter_context(Progress(*columns, console=Console(stderr=True)))
        task = shown.add_task("Templates", total=options.vms)

        def progress(done: int, total: int) -> None:
            shown.update(task, completed=done, description="VMs" if done < total else "Indexes")

        await fill(store, options.vms, options.hosts or max(1, options.vms // VMS_PER_HOST), progress)
        shown.update(task, description="VMs")


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill a database and tell how far it is; Ctrl-C leaves it empty."""
    parser = argparse.ArgumentParser(prog="python -m bench.filling", description=__doc__)
    parser.add_argument("--vms", type=int, required=True, help="VMs, of 20 devices each")
    parser.add_argument("--hosts", type=int, help=f"hosts that they are on (one for {VMS_PER_HOST} VMs)")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--mongodb-uri", help="a MongoDB that runs")
    where.add_argument("--data-directory", type=Path, help="where an embedded MongoDB keeps its data")
    parser.add_argument("--database", default="virtgraph", help="the database, which must be empty (virtgraph)")
    try:
        asyncio.run(_filled(parser.parse_args(arguments)))
    except KeyboardInterrupt:
        sys.exit("Stopped; the database is empty.")
    except (NotEmpty, StoreError, PyMongoError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
