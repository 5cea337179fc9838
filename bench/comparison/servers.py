"""Servers of the same database, started one process each and ended together."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.comparison.node import Node, find_node

ROOT = Path(__file__).parent.parent.parent
DIRECTORY = ROOT / "bench" / "rivals"
OURS = "virtgraph"
OLDEST_NODE = 22

_NODE = {
    "mercurius-jit": "mercurius.mjs",
    "yoga-jit": "yoga.mjs",
    "apollo": "apollo.mjs",
    "compose-mongoose": "compose.mjs",
}
_PYTHON = {
    "strawberry": "bench.rivals.plain_strawberry",
    "ariadne": "bench.rivals.plain_ariadne",
    "floor": "bench.rivals.floor",
}
FLOOR = "floor"
RIVALS = ("mercurius-jit", "yoga-jit", "apollo", "strawberry", "ariadne", "compose-mongoose")

_START_SECONDS = 90
_STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Database:
    """Where the servers read."""

    uri: str
    name: str

    def arguments(self) -> tuple[str, ...]:
        """The options that tell a server so."""
        return "--mongodb-uri", self.uri, "--database", self.name


def prepared_node() -> Node:
    """Node with the packages of the rivals; LookupError without Node, RuntimeError where npm fails."""
    node = find_node(OLDEST_NODE)
    node.install(DIRECTORY)
    return node


@asynccontextmanager
async def running(names: Sequence[str], database: Database, directory: Path) -> AsyncIterator[Mapping[str, str]]:
    """The servers of these names by their URLs; what they print goes to files of the directory."""
    node = prepared_node() if any(name in _NODE for name in names) else None
    async with AsyncExitStack() as stack:
        started = {
            name: await stack.enter_async_context(_server(_command(name, database, node), directory / f"{name}.log"))
            for name in names
        }
        yield {name: await _url(name, process, directory / f"{name}.log") for name, process in started.items()}


def _command(name: str, database: Database, node: Node | None) -> tuple[str | Path, ...]:
    arguments = (*database.arguments(), "--port", "0")
    if name in _NODE:
        assert node
        return node.program, DIRECTORY / _NODE[name], *arguments
    if name in _PYTHON:
        return sys.executable, "-m", _PYTHON[name], *arguments
    if name == OURS:
        return sys.executable, "-m", "server", "serve", "--no-collector", *arguments
    raise ValueError(f"There is no server {name!r}: {OURS}, {', '.join((*RIVALS, FLOOR))}.")


@asynccontextmanager
async def _server(command: Sequence[str | Path], log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("VIRTGRAPH_")}
    environment = kept | {"NODE_ENV": "production", "COLUMNS": "1000"}
    with log.open("w") as output:
        # A session of its own, so that Ctrl-C comes to us alone and the servers end in their turn.
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process
    finally:
        await _stop(process)


async def _url(name: str, process: asyncio.subprocess.Process, log: Path) -> str:
    async with asyncio.timeout(_START_SECONDS):
        while (found := re.search(r"http://\S+/graphql", said := await asyncio.to_thread(log.read_text))) is None:
            if process.returncode is not None:
                raise RuntimeError(f"The server {name} did not start:\n{said}")
            await asyncio.sleep(0.05)
    return found[0]


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), _STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
