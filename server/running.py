"""What `virtgraph serve` and `virtgraph collect` run, from the first check to the last goodbye."""

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from starlette.applications import Starlette

from server.app import create_app
from server.collector.collector import Collector
from server.collector.hosts import parse_hosts
from server.collector.ownership import Leased
from server.collector.watch import Pace
from server.execution.trusted import Policy, TrustedDocument, read_trusted
from server.listener import api_server, drop_idle_readers, send_at_once
from server.security.origins import Origin, refuse_unless_loopback
from server.settings import Settings
from server.store.collections import prepare
from server.store.connection import Store, connect
from server.store.embedded import EmbeddedMongo
from server.store.feed import ChangeFeed
from server.store.hosts import forget, other_hosts
from server.store.inventory import MongoInventory
from server.store.leases import Leases, release_all
from server.store.promotion import promote
from server.store.retention import Retention
from server.store.trusted import stored_documents

console = Console(stderr=True)

_GARBAGE = (50_000, 20, 100)
"""Objects after which a young generation is looked through, and how often before an older one is."""

IN_MONGODB = "mongodb:"
"""What stands before the name of a collection of trusted documents."""


class StartError(Exception):
    """Why the program cannot start, in one sentence for the operator."""


class Bars:
    """Progress bars in the terminal, one for each long piece of work, gone when it is done; elsewhere a line each."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def show(self, what: str, done: int, total: int) -> None:
        """Say how far a piece of work is."""
        if done >= total:
            if (task := self._tasks.pop(what, None)) is not None:
                self._progress.remove_task(task)
            self._progress.console.print(f"{what}: {total} done", highlight=False, markup=False)
            return
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total)
        self._progress.update(self._tasks[what], completed=done, total=total)


@contextmanager
def _bars() -> Iterator[Bars]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        yield Bars(progress)


def _bind(listen: str, port: int) -> socket.socket:
    """A listening socket; raises StartError."""
    try:
        refuse_unless_loopback(listen)
    except ValueError as error:
        raise StartError(str(error)) from None
    family = socket.AF_INET6 if ":" in listen else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    drop_idle_readers(bound)
    send_at_once(bound)
    try:
        bound.bind((listen.removeprefix("[").removesuffix("]"), port))
    except OSError as error:
        bound.close()
        raise StartError(
            f"Cannot listen on {listen} port {port}: {error.strerror}. Choose another with --port."
        ) from None
    return bound


async def run(settings: Settings, *, answer: bool, collect: bool) -> None:
    """Serve until SIGINT or SIGTERM, then stop in order.

    `answer` opens the API, `collect` watches the hosts. Raises StartError, HostError, StoreError or TrustError, each
    with one sentence.
    """
    _log_to_stderr()
    hosts = parse_hosts(settings.hosts)
    trusted, collection = _trusted(settings.trusted_documents)
    async with AsyncExitStack() as stack:
        bound = _bind(settings.listen, settings.port) if answer else None
        if bound is not None:
            stack.callback(bound.close)
            for origin in settings.allowed_origins:
                _check_origin(origin)
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        opening = asyncio.create_task(_open(stack, settings, {host.id for host in hosts} if collect else None))
        store = await _unless(stop, opening)
        if store is None:
            return
        bars = stack.enter_context(_bars())
        await promote(store, lambda done, total: bars.show("bringing stored documents up to date", done, total))
        if collect:
            pace = Pace(
                calls_per_host=settings.calls_per_host,
                reconcile_seconds=settings.reconcile_seconds,
                keepalive_seconds=settings.keepalive_seconds,
                reconnect_seconds=settings.reconnect_seconds,
            )
            leases = Leases(store, seconds=settings.lease_seconds)
            collector = Collector(
                hosts,
                MongoInventory(store, owner=leases.owner),
                pace,
                lambda host, done, total: bars.show(f"reading the domains of {host}", done, total),
                ownership=Leased(leases),
            )
            await stack.enter_async_context(Retention(store, settings.history_days, settings.history_megabytes))
            await stack.enter_async_context(collector)
            if not hosts:
                console.print("No host is watched yet: `--host qemu:///system` names one, `--sample` shows some.")
        if bound is None:
            await stop.wait()
            return
        if collection is not None:
            trusted = await stored_documents(store, collection)
        feed = await stack.enter_async_context(ChangeFeed(store, capacity=settings.subscriber_queue))
        application = create_app(
            store,
            feed,
            query_seconds=settings.query_seconds,
            listen=settings.listen,
            allowed_origins=settings.allowed_origins,
            stopping=stop,
            capacity=settings.subscriber_queue,
            policy=Policy(tuple(trusted), settings.trusted_only, settings.persisted_queries),
        )
        await _serve(application, bound, settings.listen, stop)


def _trusted(source: str | None) -> tuple[list[TrustedDocument], str | None]:
    """The documents of a path, or the collection that has them; raises TrustError."""
    if source is None:
        return [], None
    if source.startswith(IN_MONGODB):
        return [], source.removeprefix(IN_MONGODB)
    return read_trusted(Path(source)), None


async def _unless(stop: asyncio.Event, opening: asyncio.Task[Store]) -> Store | None:
    """The result of the start, or None when the operator ends it before."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([opening, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if opening.done():
        return opening.result()
    opening.cancel()
    await asyncio.wait([opening])
    return None


async def _open(stack: AsyncExitStack, settings: Settings, watched: set[str] | None) -> Store:
    """MongoDB, ours or the operator's, ready to be used."""
    if settings.mongodb_uri is not None:
        store = await connect(settings.mongodb_uri, settings.database)
        stack.push_async_callback(store.close)
        await prepare(store)
        return store
    mongo = await stack.enter_async_context(
        EmbeddedMongo(settings.data_directory, oplog_megabytes=settings.oplog_megabytes)
    )
    store = await connect(mongo.uri, settings.database)
    stack.push_async_callback(store.close)
    await prepare(store)
    # Whoever held leases here has ended: nobody else is let in while we run.
    await release_all(store)
    for host_id in await other_hosts(store, watched or set()):
        count = await forget(store, host_id)
        console.print(f"forgot {host_id} and its {count} virtual machines: it is not watched any more")
    return store


async def _serve(application: Starlette, bound: socket.socket, listen: str, stop: asyncio.Event) -> None:
    # What is there now stays. The schema alone is some hundred thousand objects: to look through them for garbage
    # again and again would make every subscriber wait, and garbage among what they bring would be let lie for long.
    gc.collect()
    gc.freeze()
    # One answer is thousands of objects, of which hardly any outlives it or is part of a circle.
    gc.set_threshold(*_GARBAGE)
    server = api_server(application)
    serving = asyncio.create_task(server.serve(sockets=[bound]), name="api")
    stopping = asyncio.create_task(stop.wait())
    while not server.started and not serving.done():  # noqa: ASYNC110 (uvicorn has no event for it)
        await asyncio.sleep(0.01)
    host = f"[{listen}]" if ":" in listen else listen
    address = f"http://{host}:{bound.getsockname()[1]}"
    console.print(f"virtgraph answers at {address}/graphql; explore it at {address}/graphiql", soft_wrap=True)
    await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    await serving


def _check_origin(origin: str) -> None:
    try:
        Origin.parse(origin)
    except ValueError as error:
        raise StartError(str(error)) from None


def _log_to_stderr() -> None:
    """In colours for a terminal; in plain whole lines for a journal."""
    if console.is_terminal:
        handler: logging.Handler = RichHandler(console=console, show_path=False, omit_repeated_times=False)
        logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler], force=True)
    else:
        logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", force=True)


async def forget_host(settings: Settings, host_id: str) -> int | None:
    """Remove a host and its VMs; the number of VMs, or None where there is no such host."""
    assert settings.mongodb_uri is not None
    store = await connect(settings.mongodb_uri, settings.database)
    try:
        return await forget(store, host_id)
    finally:
        await store.close()
