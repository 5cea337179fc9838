"""Fixtures that tests of every part share: a real MongoDB, a database of one's own, a store on it, a real libvirtd."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from motor.motor_asyncio import AsyncIOMotorClient

from server.store.collections import prepare
from server.store.connection import Document, Store, close, connect
from server.store.embedded import EmbeddedMongo
from server.store.errors import StoreError
from server.store.mongod import find_mongod
from tests.hypervisor import Libvirtd, private_libvirtd


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
