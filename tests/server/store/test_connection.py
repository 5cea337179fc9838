import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import PyMongoError

from server.store.collections import prepare
from server.store.connection import Document, close, connect, refusal
from server.store.embedded import EmbeddedMongo
from server.store.errors import StoreError
from tests.server.store.conftest import PlainMongod, free_port


async def test_a_replica_set_is_accepted(mongo: EmbeddedMongo, database: str) -> None:
    store = await connect(mongo.uri, database)
    assert store.version == "6.0.5"
    assert store.uri == mongo.uri
    assert store.vms.write_concern.document == {"w": "majority", "j": True}
    assert store.client.delegate.options.pool_options.metadata["application"] == {"name": store.client_name}
    await store.check()
    await store.close()


async def test_a_standalone_is_refused_with_the_way_out(plain_mongod: PlainMongod) -> None:
    async with plain_mongod() as port:
        with pytest.raises(StoreError, match=r"127.0.0.1:\d+/ is a standalone .* `--replSet rs0` .* `rs.initiate\(\)`"):
            await connect(f"mongodb://127.0.0.1:{port}/", "virtgraph")
        with pytest.raises(StoreError, match=r"cannot be reached: .*replica set"):
            await connect(f"mongodb://127.0.0.1:{port}/?replicaSet=rs0", "virtgraph", seconds=0.5)


async def test_a_replica_set_that_was_never_initiated_is_named(plain_mongod: PlainMongod) -> None:
    async with plain_mongod("--replSet", "rs0") as port:
        with pytest.raises(StoreError, match=r"not an initiated replica set: run `rs.initiate\(\)`"):
            await connect(f"mongodb://127.0.0.1:{port}/", "virtgraph", seconds=0.5)


async def test_an_unreachable_server_is_named_without_the_password() -> None:
    port = free_port()
    with pytest.raises(StoreError) as raised:
        await connect(f"mongodb://ann:s3cret@127.0.0.1:{port}/", "virtgraph", seconds=0.3)
    assert str(raised.value).startswith(f"MongoDB at mongodb://ann@127.0.0.1:{port}/ cannot be reached: ")
    assert "Connection refused" in str(raised.value)
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1/", "mongodb://ann:s3/cret@127.0.0.1/", "mongodb://a:b:c/", "", "mongodb://"]
)
async def test_what_is_no_address_is_refused(uri: str) -> None:
    with pytest.raises(StoreError, match="is not a usable MongoDB address") as raised:
        await connect(uri, "virtgraph")
    assert "s3" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("name", ["", "a b", "a.b", "a$b"])
async def test_what_is_no_database_name_is_refused(mongo: EmbeddedMongo, name: str) -> None:
    with pytest.raises(StoreError, match="cannot be the name of a MongoDB database"):
        await connect(mongo.uri, name)


def test_releases_before_6_are_refused() -> None:
    assert refusal({"setName": "rs0"}, "5.0.31", "mongodb://a/") == (
        "MongoDB at mongodb://a/ is release 5.0.31; virtgraph needs 6.0 or newer."
    )
    assert refusal({"setName": "rs0"}, "6.0.0-rc1", "mongodb://a/") is None
    assert refusal({"msg": "isdbgrid"}, "8.0.4", "mongodb://a/") is None


async def test_users_and_their_rights(plain_mongod: PlainMongod, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("virtgraphtest")
    key.chmod(0o600)
    async with plain_mongod("--replSet", "rs0", "--keyFile", str(key)) as port:
        await _users(port)
        host = f"127.0.0.1:{port}"
        with pytest.raises(StoreError, match="wants a user with the roles readWrite and dbAdmin"):
            await connect(f"mongodb://{host}/", "virtgraph")
        with pytest.raises(StoreError, match=f"mongodb://ann@{host}/ refuses the user name or the password") as raised:
            await connect(f"mongodb://ann:s3cret@{host}/", "virtgraph")
        assert "s3cret" not in str(raised.value)

        reader = await connect(f"mongodb://reader:pass@{host}/", "virtgraph")
        with pytest.raises(StoreError, match="may not prepare the database 'virtgraph': it needs the roles"):
            await prepare(reader)
        await reader.close()

        writer = await connect(f"mongodb://writer:pass@{host}/", "virtgraph")
        await prepare(writer)
        await prepare(writer)
        await writer.close()


async def _initiated(port: int) -> AsyncIOMotorClient[Document]:
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient("127.0.0.1", port, directConnection=True)
    members = [{"_id": 0, "host": f"127.0.0.1:{port}"}]
    await client.admin.command({"replSetInitiate": {"_id": "rs0", "members": members}})
    while not (await client.admin.command("hello"))["isWritablePrimary"]:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return client


async def _users(port: int) -> None:
    """Make the users, the first of them as whoever connects first from this machine may."""
    client = await _initiated(port)
    await client.admin.command({"createUser": "root", "pwd": "pass", "roles": ["root"]})
    await close(client)
    client = AsyncIOMotorClient(f"mongodb://root:pass@127.0.0.1:{port}/?directConnection=true")
    for user, role in (("reader", "read"), ("writer", "readWrite")):
        await client.admin.command({"createUser": user, "pwd": "pass", "roles": [{"role": role, "db": "virtgraph"}]})
    await close(client)


async def test_check_says_when_mongodb_is_gone(plain_mongod: PlainMongod) -> None:
    async with plain_mongod("--replSet", "rs0") as port:
        await close(await _initiated(port))
        store = await connect(f"mongodb://127.0.0.1:{port}/", "virtgraph")
        await store.check()
    with pytest.raises(StoreError, match=f"MongoDB at mongodb://127.0.0.1:{port}/ does not answer: "):
        await store.check(0.5)
    await store.close()


async def test_errors_of_the_driver_keep_their_cause() -> None:
    with pytest.raises(StoreError) as raised:
        await connect(f"mongodb://127.0.0.1:{free_port()}/", "virtgraph", seconds=0.1)
    assert isinstance(raised.value.__cause__, PyMongoError)


def test_motor_gets_threads_enough_for_many_readers() -> None:
    code = "import server.app, motor.frameworks.asyncio as motor; print(motor._EXECUTOR._max_workers)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={})
    assert said.stdout.strip() == "32"
