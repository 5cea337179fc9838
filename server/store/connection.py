"""The connection to MongoDB, made once at start and carried by the lifespan."""

import asyncio
import re
import uuid
from dataclasses import dataclass, replace
from typing import Any

import pymongo
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ConfigurationError, OperationFailure, PyMongoError, ServerSelectionTimeoutError

from loaders.reading import AT_ONCE
from server.store.errors import StoreError
from server.store.redaction import without_password, without_password_of

Document = dict[str, Any]

OLDEST_VERSION = (6, 0)
"""The oldest release that virtgraph is tried with."""

_LEAVE_SECONDS = 1.0
_UNAUTHORIZED, _AUTHENTICATION_FAILED = 13, 18


@dataclass(frozen=True, slots=True)
class Store:
    """A database that is known to be usable: a member of a replica set or a mongos, recent enough, readable."""

    client: AsyncIOMotorClient[Document]
    database: AsyncIOMotorDatabase[Document]
    uri: str
    """Where it is, without the password."""
    version: str
    """MongoDB's release, such as `6.0.5`."""
    client_name: str = "virtgraph"
    """What MongoDB's lists of operations and sessions call this process."""
    direct: AsyncDatabase[Document] | None = None
    """The database by way of a client of the event loop, which small reads are cheaper with than in threads."""

    @property
    def hosts(self) -> AsyncIOMotorCollection[Document]:
        """One document per libvirt connection."""
        return self.database["hosts"]

    @property
    def vms(self) -> AsyncIOMotorCollection[Document]:
        """One document per domain per host: the definition in force."""
        return self.database["vms"]

    @property
    def definitions(self) -> AsyncIOMotorCollection[Document]:
        """The other definition of a domain, under the same `_id`: the persistent one of a running VM."""
        return self.database["definitions"]

    @property
    def resources(self) -> AsyncIOMotorCollection[Document]:
        """One document per storage pool, network, device … of a host."""
        return self.database["resources"]

    @property
    def changes(self) -> AsyncIOMotorCollection[Document]:
        """One record per change of a VM or resource, `key@revision`: what became of what."""
        return self.database["changes"]

    @property
    def earlier(self) -> AsyncIOMotorCollection[Document]:
        """Documents as they stood at a revision to which no record leads back."""
        return self.database["earlier"]

    @property
    def leases(self) -> AsyncIOMotorCollection[Document]:
        """One document per host: which collector may write what it sees there, and the sequence of its records."""
        return self.database["leases"]

    @property
    def history(self) -> AsyncIOMotorCollection[Document]:
        """One document, `retention`: changes before its `since` are deleted."""
        return self.database["history"]

    async def check(self, seconds: float = 2) -> None:
        """Ask the primary for a sign of life; `StoreError` when there is none within `seconds`."""
        try:
            with pymongo.timeout(seconds):
                await self.database.command("ping")
        except PyMongoError as error:
            raise StoreError(f"MongoDB at {self.uri} does not answer: {_reason(error)}.") from error

    async def close(self) -> None:
        """Close every connection."""
        if self.direct is not None:
            with pymongo.timeout(_LEAVE_SECONDS):
                await self.direct.client.close()
        await close(self.client)


async def close(client: AsyncIOMotorClient[Document]) -> None:
    """Close a client off the event loop: it takes leave of the server, and waits for one that is gone."""
    with pymongo.timeout(_LEAVE_SECONDS):
        await asyncio.to_thread(client.close)


def _reason(error: Exception) -> str:
    """The part of a driver's message that a person can use."""
    return re.split(r" \(configured timeouts:|, full error:|, Timeout: ", str(error))[0].strip().rstrip(".")


async def connect(uri: str, database: str, *, seconds: float = 10) -> Store:
    """Connect and make sure that the server is one virtgraph can work with.

    `seconds` bounds the search for a server, here and later. Raises `StoreError`, one sentence naming the address
    without its password: unreachable, refused, standalone, not initiated, too old.
    """
    shown = without_password(uri)
    client_name = f"virtgraph {uuid.uuid4().hex}"
    milliseconds = int(seconds * 1000)
    options: dict[str, Any] = {
        "appname": client_name,
        "tz_aware": True,
        "w": "majority",
        "journal": True,
        "retryWrites": True,
        "readConcernLevel": "majority",
        "serverSelectionTimeoutMS": milliseconds,
        "connectTimeoutMS": milliseconds,
    }
    try:
        # In a thread because `mongodb+srv` asks the name service.
        client: AsyncIOMotorClient[Document] = await asyncio.to_thread(
            AsyncIOMotorClient,
            uri,
            io_loop=asyncio.get_running_loop(),
            **options,
        )
    except (PyMongoError, ValueError, TypeError) as error:
        reason = without_password_of(uri, _reason(error))
        raise StoreError(f"{shown} is not a usable MongoDB address: {reason}.") from None
    try:
        store = await _checked(client, database, shown, client_name)
    except PyMongoError as error:
        sentence = _sentence(error, client, shown)
        await close(client)
        raise StoreError(sentence) from error
    except BaseException:
        await close(client)
        raise
    # It connects with the first read.
    direct: AsyncMongoClient[Document] = AsyncMongoClient(uri, maxPoolSize=AT_ONCE, **options)
    return replace(store, direct=direct[database])


async def _checked(client: AsyncIOMotorClient[Document], database: str, shown: str, client_name: str) -> Store:
    hello: Document = await client.admin.command("hello")
    version: str = (await client.server_info())["version"]
    if sentence := refusal(hello, version, shown):
        raise StoreError(sentence)
    try:
        store = Store(client, client[database], shown, version, client_name)
    except PyMongoError as error:
        raise StoreError(f"{database!r} cannot be the name of a MongoDB database: {_reason(error)}.") from error
    await store.hosts.find_one({}, {"_id": 1})
    return store


def refusal(hello: Document, version: str, shown: str) -> str | None:
    """Why virtgraph cannot work with the server that answers `hello` so; None when it can."""
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_VERSION:
        return f"MongoDB at {shown} is release {version}; virtgraph needs 6.0 or newer."
    if "setName" in hello or hello.get("msg") == "isdbgrid":
        return None
    return (
        f"MongoDB at {shown} is a standalone server, which has neither transactions nor change streams: "
        "restart its mongod with `--replSet rs0` and run `rs.initiate()` once in mongosh."
    )


def _sentence(error: PyMongoError, client: AsyncIOMotorClient[Document], shown: str) -> str:
    if isinstance(error, OperationFailure):
        if error.code == _AUTHENTICATION_FAILED:
            return f"MongoDB at {shown} refuses the user name or the password."
        if error.code == _UNAUTHORIZED:
            return f"MongoDB at {shown} wants a user with the roles readWrite and dbAdmin on the database."
    if isinstance(error, ServerSelectionTimeoutError):
        servers = client.delegate.topology_description.server_descriptions().values()
        kinds = {server.server_type_name for server in servers}
        if "RSGhost" in kinds:
            return f"MongoDB at {shown} is not an initiated replica set: run `rs.initiate()` once in mongosh."
        if "RSSecondary" in kinds:
            return f"The replica set at {shown} has no primary: a majority of its members must be reachable."
        return f"MongoDB at {shown} cannot be reached: {_reason(error)}."
    if isinstance(error, ConfigurationError):
        return f"MongoDB at {shown} cannot be used: {_reason(error)}; virtgraph needs 6.0 or newer."
    return f"MongoDB at {shown} cannot be used: {_reason(error)}."
