"""However a client leaves an operation, MongoDB does not go on with what it was to read."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
import websockets
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from strawberry.dataloader import DataLoader

from loaders import RequestLoaders
from schema.element import Document
from server.context import RequestContext
from server.endpoint import GraphQLEndpoint
from server.store.connection import Store
from server.store.feed import ChangeFeed
from tests.serving import TRANSPORT_WS, listening
from tests.slow import MINUTES, become, fill

QUERIES = ["{ vms { totalCount } }", "{ hosts { name } }"]


class Slow(RequestLoaders):
    """Loaders of which some reads take minutes."""

    async def vm_count(self, condition: Any, host_id: str | None) -> int:
        """Read here."""
        return await self._count("vms", MINUTES)

    async def hosts(self) -> Sequence[Document]:
        """Read in a task of a DataLoader, which nobody cancels."""

        async def load(_: list[str]) -> list[list[Document]]:
            return [await self._find("vms", MINUTES)]

        return await DataLoader(load).load("all")


@pytest.fixture
async def address(store: Store) -> AsyncIterator[str]:
    """The endpoint over such loaders."""
    await fill(store)
    feed = ChangeFeed(store)
    endpoint = GraphQLEndpoint(lambda: RequestContext(feed, lambda: Slow(store.database, 100)), asyncio.Event())
    routes = [Route("/graphql", endpoint), WebSocketRoute("/graphql", endpoint)]
    async with listening(Starlette(routes=routes)) as address:
        yield address


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("query", QUERIES)
async def test_a_request_over_http(
    store: Store, address: str, query: str, accept: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with httpx.AsyncClient(base_url=address) as http:
        asked = asyncio.create_task(http.post("/graphql", json={"query": query}, headers={"accept": accept}))
        await become(store, 1)
        asked.cancel()
        await become(store, 0)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("query", QUERIES)
async def test_an_operation_of_a_websocket(
    store: Store, address: str, query: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = address.replace("http", "ws") + "/graphql"
    async with websockets.connect(url, subprotocols=[TRANSPORT_WS]) as connection:
        await connection.send('{"type": "connection_init"}')
        for name in "12":
            await connection.send(json.dumps({"type": "subscribe", "id": name, "payload": {"query": query}}))
        await become(store, 2)
        await connection.send('{"type": "complete", "id": "1"}')
        await become(store, 1)
    await become(store, 0)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
