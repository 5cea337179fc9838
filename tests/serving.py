"""The API behind a real server on loopback, and changes that come the way the collector's do."""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import websockets
from starlette.applications import Starlette

from server.app import create_app
from server.collector.inventory import Observation
from server.execution.trusted import ANY_DOCUMENT, Policy
from server.listener import api_server, drop_idle_readers, send_at_once
from server.store.collections import prepare
from server.store.connection import Store, connect
from server.store.embedded import EmbeddedMongo
from server.store.feed import ChangeFeed
from server.store.inventory import MongoInventory

TRANSPORT_WS = websockets.Subprotocol("graphql-transport-ws")


@asynccontextmanager
async def listening(application: Starlette, *, port: int = 0, unread_seconds: float = 30) -> AsyncIterator[str]:
    """Serve an application; gives its address, such as `http://127.0.0.1:8000`."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        # A small buffer, which connections inherit, lets a client that does not read be noticed at once.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * 1024)
        drop_idle_readers(listener, unread_seconds)
        send_at_once(listener)
        server = api_server(application)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        await until(lambda: server.started)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


@dataclass
class Api:
    """A running API, what it answers from, and how to change that."""

    address: str
    feed: ChangeFeed
    inventory: MongoInventory

    @property
    def url(self) -> str:
        return f"{self.address}/graphql"

    @property
    def websocket_url(self) -> str:
        return self.url.replace("http", "ws", 1)

    async def observe(self, name: str, state: str = "RUNNING", description: str = "") -> None:
        """A host says this about a domain."""
        xml = f"<domain type='test'><name>{name}</name><description>{description}</description></domain>"
        await self.inventory.vms_observed("lab", [Observation(name, state, xml)])

    def subscribers(self) -> int:
        """How many read the feed of changes now."""
        return self.feed.followers

    async def subscribed(self, number: int = 1) -> None:
        """Wait until so many read the feed."""
        await until(lambda: self.subscribers() == number)


@asynccontextmanager
async def empty_store(mongo: EmbeddedMongo) -> AsyncIterator[Store]:
    """A store that several tests share: making one takes longer than most tests."""
    store = await connect(mongo.uri, f"test-{uuid.uuid4().hex}")
    await prepare(store)
    yield store
    await store.client.drop_database(store.database.name)
    await store.close()


@asynccontextmanager
async def serving(
    store: Store,
    *,
    port: int = 0,
    capacity: int = 1024,
    unread_seconds: float = 30,
    policy: Policy = ANY_DOCUMENT,
) -> AsyncIterator[Api]:
    """The whole application over a store; a subscriber may leave `capacity` events unread."""
    stopping = asyncio.Event()
    async with ChangeFeed(store) as feed:
        application = create_app(store, feed, query_seconds=10, stopping=stopping, capacity=capacity, policy=policy)
        async with listening(application, port=port, unread_seconds=unread_seconds) as address:
            try:
                yield Api(address, feed, MongoInventory(store))
            finally:
                stopping.set()


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for a condition; TimeoutError when it does not come."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (what is waited for has no event)
            await asyncio.sleep(0.01)
