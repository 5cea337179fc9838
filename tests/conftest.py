"""Fixtures that tests of every part share: a real MongoDB, a database of one's own, a store on it, a real libvirtd."""

import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from motor.motor_asyncio import AsyncIOMotorClient

from server.store.collections import prepare
from server.store.connection import Document, Store, close, connect
from server.store.embedded import EmbeddedMongo
from server.store.errors import StoreError
from server.store.mongod import find_mongod
from tests.hypervisor import Libvirtd, private_libvirtd

E2E = Path(__file__).parent / "e2e"
FIGURE = "figure"

Say = Callable[[str], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of the processes that share the tests, one runs all of a file, and one those with guests, one after another.

    A test may name a group of its own.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is not None:
            continue
        group = E2E if item.path.is_relative_to(E2E) else item.path
        item.add_marker(pytest.mark.xdist_group(str(group)))


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Say:
    """Shows a figure at the end, where the reader of a passing run sees it, whichever process ran the test."""

    def remember(text: str) -> None:
        request.node.user_properties.append((FIGURE, text))

    return remember


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests said."""
    reports = [one for group in terminalreporter.stats.values() for one in group if isinstance(one, pytest.TestReport)]
    said = [said for one in reports if one.when == "call" for said in one.user_properties]
    figures = [str(text) for name, text in said if name == FIGURE]
    if figures:
        terminalreporter.section("figures")
    for text in figures:
        terminalreporter.write_line(text)


@pytest.fixture(scope="session")
def mongod_binary() -> Path:
    """The mongod program; without it tests fail in CI and are skipped elsewhere."""
    try:
        return find_mongod()
    except StoreError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
async def mongo(mongod_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedMongo]:
    """One mongod for the whole session; `mongo.uri` is its address. Tests that kill it start one of their own."""
    async with EmbeddedMongo(tmp_path_factory.mktemp("mongo"), binary=mongod_binary) as running:
        yield running


@pytest.fixture
async def database(mongo: EmbeddedMongo) -> AsyncIterator[str]:
    """The name of a database that does not exist yet and is dropped afterwards."""
    name = f"test-{uuid.uuid4().hex}"
    yield name
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(mongo.uri)
    await client.drop_database(name)
    await close(client)


@pytest.fixture
async def store(mongo: EmbeddedMongo, database: str) -> AsyncIterator[Store]:
    """A prepared, empty store in the database `database`."""
    connected = await connect(mongo.uri, database)
    await prepare(connected)
    yield connected
    await connected.close()


@pytest.fixture(scope="session")
def daemon() -> Iterator[Libvirtd]:
    """A daemon that tests share and leave running, without guests."""
    with private_libvirtd() as daemon:
        connection = daemon.connect()
        connection.getVersion()  # makes the daemon learn QEMU's capabilities
        connection.close()
        yield daemon


@pytest.fixture
def own_daemon(daemon: Libvirtd) -> Iterator[Libvirtd]:
    """A daemon that one test may kill and freeze."""
    with private_libvirtd(like=daemon) as own:
        yield own
