"""A mongod with arguments of a test's own, and a store that tells which commands it sends."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from server.store.collections import prepare
from server.store.connection import Document, Store, close, connect
from server.store.embedded import EmbeddedMongo

WRITES = {"insert", "update", "delete", "bulkWrite", "findAndModify"}

PlainMongod = Callable[..., AbstractAsyncContextManager[int]]


async def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    """Wait until the condition holds; TimeoutError when it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        port: int = candidate.getsockname()[1]
        return port


@pytest.fixture
def plain_mongod(mongod_binary: Path, tmp_path: Path) -> PlainMongod:
    """`async with plain_mongod("--replSet", "rs0") as port`: a mongod that nobody configured."""

    @asynccontextmanager
    async def run(*arguments: str, data: Path | None = None) -> AsyncIterator[int]:
        port = free_port()
        directory = data or tmp_path / f"plain-{port}"
        directory.mkdir(exist_ok=True)
        with (tmp_path / f"plain-{port}.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(mongod_binary, "--dbpath", directory, "--port", str(port), "--bind_ip", "127.0.0.1"),
                *("--nounixsocket", "--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "16", *arguments),
                stdout=log,
            )
            try:
                while True:
                    assert process.returncode is None, (tmp_path / f"plain-{port}.log").read_text()[-2000:]
                    try:
                        _, writer = await asyncio.open_connection("127.0.0.1", port)
                    except OSError:
                        await asyncio.sleep(0.05)
                    else:
                        writer.close()
                        await writer.wait_closed()
                        break
                yield port
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()

    return run


@asynccontextmanager
async def own_store(directory: Path) -> AsyncIterator[tuple[EmbeddedMongo, Store]]:
    """A mongod that the test may kill, and a prepared store in it."""
    async with EmbeddedMongo(directory) as mongo:
        store = await connect(mongo.uri, "virtgraph")
        await prepare(store)
        try:
            yield mongo, store
        finally:
            await store.close()


@dataclass
class Commands(CommandListener):
    """The commands a client sent, by name, and whole."""

    sent: list[tuple[str, Document]] = field(default_factory=list, repr=False)

    def started(self, event: CommandStartedEvent) -> None:
        self.sent.append((event.command_name, dict(event.command)))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass

    def names(self) -> list[str]:
        return [name for name, _ in self.sent]

    def writes(self) -> list[str]:
        """The writes, each with its collection: `update vms`."""
        return [f"{name} {command[name]}" for name, command in self.sent if name in WRITES]


@pytest.fixture
async def commands() -> Commands:
    return Commands()


@pytest.fixture
async def watched(mongo: EmbeddedMongo, store: Store, commands: Commands) -> AsyncIterator[Store]:
    """The store, through a client whose commands are recorded in `commands`."""
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
        mongo.uri, tz_aware=True, w="majority", event_listeners=[commands]
    )
    yield Store(client, client[store.database.name], store.uri, store.version)
    await close(client)
