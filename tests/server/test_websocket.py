"""Subscriptions over real WebSockets: shared, ended in a way that says to come again, and not delayed by others."""

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
import websockets
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from loaders import RequestLoaders
from server.context import RequestContext
from server.endpoint import GraphQLEndpoint
from server.store.connection import Store
from server.store.embedded import EmbeddedMongo
from server.store.feed import ChangeFeed
from server.websocket import FAREWELL
from tests.server.test_endpoint import BIG_CHANGES, CHANGES, Socket, connected, slow_client
from tests.serving import Api, empty_store, listening, serving


@pytest_asyncio.fixture(scope="module")
async def shared_store(mongo: EmbeddedMongo) -> AsyncIterator[Store]:
    """A store that these tests share; nobody expects it to be empty."""
    async with empty_store(mongo) as store:
        yield store


async def subscribed(stack: AsyncExitStack, api: Api, number: int) -> list[Socket]:
    """So many WebSockets with the same subscription, each under a name of its own."""
    opened = [await stack.enter_async_context(connected(api.address)) for _ in range(number)]
    for index, one in enumerate(opened):
        await one.subscribe(CHANGES, f'"{index}"')
    await api.subscribed()
    # Each has been heard: the answer to a ping comes after what was begun before it.
    for one in opened:
        await one.send({"type": "ping"})
        assert await one.receive() == {"type": "pong"}
    return opened


async def test_identical_subscriptions_of_several_connections_are_one(shared_store: Store) -> None:
    async with serving(shared_store) as api, AsyncExitStack() as stack:
        opened = await subscribed(stack, api, 5)
        await api.observe("shared")
        payload = {"data": {"changes": {"name": "shared"}}}
        for index, one in enumerate(opened):
            assert await one.receive() == {"type": "next", "id": f'"{index}"', "payload": payload}
        assert api.subscribers() == 1


async def test_nothing_is_compressed_for_each_client_again(shared_store: Store) -> None:
    async with serving(shared_store) as api, connected(api.address, compression="deflate") as opened:
        response = opened._connection.response
        assert response is not None
        assert "sec-websocket-extensions" not in response.headers


async def test_a_stopping_server_tells_its_clients_to_come_again(
    shared_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async with AsyncExitStack() as stack:
        async with serving(shared_store) as api:
            opened = await subscribed(stack, api, 3)
            silent = await stack.enter_async_context(connected(api.address))
            before = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - before < 3
        # No `complete`, which would say that there is nothing more to come.
        assert [await one.closed() for one in (*opened, silent)] == [(1012, FAREWELL)] * 4
    assert caplog.records == []


async def test_who_comes_while_the_server_stops_is_told_at_once(shared_store: Store) -> None:
    stopping = asyncio.Event()
    async with ChangeFeed(shared_store) as feed:
        endpoint = GraphQLEndpoint(
            lambda: RequestContext(feed, lambda: RequestLoaders(shared_store.database, 10)), stopping
        )
        async with listening(Starlette(routes=[WebSocketRoute("/graphql", endpoint)])) as address:
            async with connected(address) as first:
                stopping.set()
                assert (await first.closed())[0] == 1012
            url = address.replace("http", "ws", 1) + "/graphql"
            async with websockets.connect(url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]) as late:
                assert await Socket(late).closed() == (1012, FAREWELL)


async def test_a_client_that_never_reads_delays_nobody(shared_store: Store, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(shared_store, unread_seconds=4) as api, AsyncExitStack() as stack:
        (reading,) = await subscribed(stack, api, 1)
        frozen = await stack.enter_async_context(_Frozen(api.address))
        await frozen.subscribe(BIG_CHANGES, "shared")
        await frozen.subscribe(BIG_CHANGES.replace("cursor", ""), "own")
        await reading.subscribe(BIG_CHANGES, "big")
        await api.subscribed(3)
        loop = asyncio.get_running_loop()
        for number in range(20):
            begun = loop.time()
            await api.observe(f"never-{number}", description=secrets.token_hex(50_000))
            names = {(await reading.receive())["id"] for _ in range(2)}
            assert names == {'"0"', "big"}
            assert loop.time() - begun < 2
        # The kernel ends the connection of the one that does not read; the other one's goes on.
        await api.subscribed(2)
        await reading.send({"type": "complete", "id": "big"})
        await api.subscribed(1)
        await api.observe("never-ended")
        assert (await reading.receive())["payload"] == {"data": {"changes": {"name": "never-ended"}}}
    assert caplog.records == []


class _Frozen:
    """A WebSocket on a raw socket, of which nothing is read after the handshake."""

    def __init__(self, address: str) -> None:
        self._socket: socket.socket = slow_client(address)

    async def __aenter__(self) -> "_Frozen":
        loop = asyncio.get_running_loop()
        head = (
            "GET /graphql HTTP/1.1",
            "Host: localhost",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol: graphql-transport-ws",
        )
        await loop.sock_sendall(self._socket, "\r\n".join((*head, "", "")).encode())
        assert b"101" in await loop.sock_recv(self._socket, 4096)
        await self._send({"type": "connection_init"})
        return self

    async def __aexit__(self, *_: object) -> None:
        self._socket.close()

    async def subscribe(self, query: str, name: str) -> None:
        await self._send({"type": "subscribe", "id": name, "payload": {"query": query}})

    async def _send(self, message: object) -> None:
        text = json.dumps(message).encode()
        # A masked text frame; with a mask of zeros, the text is what it is.
        length = bytes([0x80 | len(text)]) if len(text) < 126 else bytes([0xFE]) + len(text).to_bytes(2, "big")
        await asyncio.get_running_loop().sock_sendall(self._socket, b"\x81" + length + bytes(4) + text)
