"""The database that is read: one that is there, or a new one that is filled."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.comparison.servers import Database
from bench.filling import fill_if_empty
from server.store.connection import Store, connect
from server.store.embedded import EmbeddedMongo


@asynccontextmanager
async def mongo(uri: str | None) -> AsyncIterator[str]:
    """The address of a MongoDB: the given one, or one that runs meanwhile."""
    if uri is not None:
        yield uri
        return
    with tempfile.TemporaryDirectory(prefix="virtgraph-bench-") as directory:
        async with EmbeddedMongo(Path(directory)) as embedded:
            yield embedded.uri


@asynccontextmanager
async def fleet(uri: str, name: str, vms: int, *, quiet: bool) -> AsyncIterator[tuple[Database, Store]]:
    """A database with VMs in it; an empty one is filled with so many first."""
    store = await connect(uri, name)
    try:
        await _fill_if_empty(store, vms, quiet=quiet)
        yield Database(uri, name), store
    finally:
        await store.close()


async def _fill_if_empty(store: Store, vms: int, *, quiet: bool) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as shown:
        task = shown.add_task(f"Filling {store.database.name}", total=vms)
        filled = await fill_if_empty(store, vms, lambda done, total: shown.update(task, completed=done, total=total))
    if not filled:
        return
    # MongoDB writes what was filled to disk now rather than while servers are measured.
    await store.client.admin.command("fsync")
    await asyncio.sleep(1)
