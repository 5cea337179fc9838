"""A GraphQL client as anyone would write it: HTTP for queries, `graphql-transport-ws` for subscriptions."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import websockets

Json = dict[str, Any]
SECONDS = 20


class Client:
    """Speaks to the API at an address such as `http://127.0.0.1:8000`."""

    def __init__(self, http: httpx.AsyncClient, address: str) -> None:
        self.http = http
        self.address = address

    async def execute(self, query: str, variables: Json | None = None) -> Json:
        """The whole response."""
        response = await self.http.post("/graphql", json={"query": query, "variables": variables or {}})
        body: Json = response.json()
        return body

    async def query(self, query: str, variables: Json | None = None) -> Json:
        """The data of a response without errors."""
        body = await self.execute(query, variables)
        assert "errors" not in body, body["errors"]
        data: Json = body["data"]
        return data

    async def vms(self, fields: str) -> list[Json]:
        """These fields of every VM, read page by page."""
        found: list[Json] = []
        after = None
        query = (
            "query Vms($after: String) { vms(first: 500, after: $after)"
            f" {{ nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        )
        while True:
            page = (await self.query(query, {"after": after}))["vms"]
            found += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    async def until(self, query: str, condition: Callable[[Json], bool], seconds: float = SECONDS) -> Json:
        """Ask until the data meets a condition; responses with errors do not."""
        deadline = time.monotonic() + seconds
        while True:
            body = await self.execute(query)
            if "errors" not in body and condition(body["data"]):
                data: Json = body["data"]
                return data
            assert time.monotonic() < deadline, f"Not within {seconds:g} seconds; the last answer was {body}"
            await asyncio.sleep(0.05)

    async def synchronized(self, seconds: float = SECONDS) -> None:
        """Wait for the one host of the program: from when its document is there to when all of it has been stored."""
        await self.until(
            "{ hosts { synchronizedAt } }",
            lambda data: [host["synchronizedAt"] is not None for host in data["hosts"]] == [True],
            seconds,
        )

    @asynccontextmanager
    async def subscribe(self, query: str) -> AsyncIterator["Subscription"]:
        """Start a subscription; it stands when this is entered."""
        url = f"ws{self.address.removeprefix('http')}/graphql"
        protocol = websockets.Subprotocol("graphql-transport-ws")
        async with websockets.connect(url, subprotocols=[protocol], proxy=None) as socket:
            assert socket.subprotocol == "graphql-transport-ws"
            subscription = Subscription(socket)
            await subscription.begin(query)
            yield subscription


class Subscription:
    """The events of one subscription, as they arrive."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket
        self._early: list[Json] = []
        self.seen: list[Json] = []

    async def begin(self, query: str) -> None:
        """Say hello and subscribe.

        The protocol does not acknowledge a subscription: a query that is sent after it and has gone to MongoDB and
        back stands for that.
        """
        await self._send(type="connection_init")
        assert (await self._receive())["type"] == "connection_ack"
        await self._send(type="subscribe", id="changes", payload={"query": query})
        await self._send(type="subscribe", id="hosts", payload={"query": "{ hosts { id } }"})
        while (message := await self._receive()) != {"type": "complete", "id": "hosts"}:
            if message["id"] == "changes":
                self._early.append(message)

    async def next(self, seconds: float = SECONDS) -> Json:
        """The data of the next event."""
        async with asyncio.timeout(seconds):
            message = self._early.pop(0) if self._early else await self._receive()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message["payload"]
        data: Json = message["payload"]["data"]
        return data

    async def until(self, condition: Callable[[Json], bool], seconds: float = SECONDS) -> Json:
        """The first event from now on whose `changes` meets a condition."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    event: Json = (await self.next(seconds))["changes"]
                    self.seen.append(event)
                    if condition(event):
                        return event
        except TimeoutError:
            last = json.dumps(self.seen[-3:], indent=1)
            raise AssertionError(
                f"No such event within {seconds:g} seconds; of {len(self.seen)} the last: {last}"
            ) from None

    async def _send(self, **message: Any) -> None:
        await self._socket.send(json.dumps(message))

    async def _receive(self) -> Json:
        while True:
            message: Json = json.loads(await self._socket.recv())
            if message["type"] != "ping":
                return message
            await self._send(type="pong")


@asynccontextmanager
async def client(address: str) -> AsyncIterator[Client]:
    """A client of the API at an address; no proxy is asked."""
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=60) as http:
        yield Client(http, address)
