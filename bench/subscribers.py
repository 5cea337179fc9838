"""A process full of WebSocket subscribers: connects them, notes when each event reaches which, and tells at the end."""

import asyncio
import json
import multiprocessing
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

_AT_A_TIME = 25
"""Connections that one process opens at once."""


class Arrival(NamedTuple):
    """An event at a subscriber."""

    name: str
    revision: int
    at: float
    """By this machine's monotonic clock."""


class Subscribers:
    """Subscribers in a process of their own, one for each payload of a `subscribe` message."""

    def __init__(self, url: str, payloads: Sequence[dict[str, Any]]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(url, payloads, theirs), daemon=True)

    async def _told(self) -> Any:
        return await asyncio.to_thread(self._pipe.recv)

    async def start(self) -> None:
        """Connect; returns when every subscription stands."""
        await asyncio.to_thread(self._process.start)
        await self._told()

    async def arrived(self) -> int:
        """How many events have arrived so far."""
        self._pipe.send("count")
        number: int = await self._told()
        return number

    async def stop(self) -> list[list[Arrival]]:
        """Disconnect; what arrived at each."""
        self._pipe.send("stop")
        arrivals: list[list[Arrival]] = await self._told()
        await asyncio.to_thread(self._process.join)
        return arrivals


@asynccontextmanager
async def subscribers(url: str, payloads: Sequence[dict[str, Any]], processes: int) -> AsyncIterator[list[Subscribers]]:
    """Subscribers in several processes, all of which stand; whoever leaves has stopped them."""
    parts = [Subscribers(url, payloads[number::processes]) for number in range(processes)]
    await asyncio.gather(*(part.start() for part in parts))
    yield parts


def _serve(url: str, payloads: Sequence[dict[str, Any]], pipe: Connection) -> None:
    asyncio.run(_subscribe(url, payloads, pipe))


async def _subscribe(url: str, payloads: Sequence[dict[str, Any]], pipe: Connection) -> None:
    clients = [_Client(url, payload) for payload in payloads]
    connecting = asyncio.Semaphore(_AT_A_TIME)

    async def begin(client: _Client) -> None:
        async with connecting:
            await client.begin()

    await asyncio.gather(*map(begin, clients))
    pipe.send("ready")
    while await asyncio.to_thread(pipe.recv) == "count":
        pipe.send(sum(len(client.events) for client in clients))
    for client in clients:
        client.end()
    # What an event says is read only now: the clients share the machine with what is measured.
    pipe.send([[_arrival(*event) for event in client.events] for client in clients])


class _Client(asyncio.Protocol):
    """One WebSocket with one subscription, without compression; it takes as little time as can be."""

    def __init__(self, url: str, payload: dict[str, Any]) -> None:
        self._uri = parse_uri(url)
        self._payload = payload
        self._socket = ClientProtocol(self._uri, subprotocols=[Subprotocol("graphql-transport-ws")])
        self._transport: asyncio.Transport
        self._begun = asyncio.get_running_loop().create_future()
        self.events: list[tuple[float, bytes]] = []
        """When each message arrived, and what it was."""

    async def begin(self) -> None:
        """Connect and subscribe."""
        await asyncio.get_running_loop().create_connection(lambda: self, self._uri.host, self._uri.port)
        await self._begun

    def end(self) -> None:
        """Disconnect."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._socket.send_request(self._socket.connect())
        self._send()

    def data_received(self, data: bytes) -> None:
        """Note what has arrived, and when."""
        at = time.monotonic()
        self._socket.receive_data(data)
        for event in self._socket.events_received():
            if isinstance(event, Response):
                # The answer to a ping comes after what was begun before it.
                subscribe = {"type": "subscribe", "id": "1", "payload": self._payload}
                for message in ({"type": "connection_init"}, subscribe, {"type": "ping"}):
                    self._socket.send_text(json.dumps(message).encode())
            elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                if self._begun.done():
                    self.events.append((at, bytes(event.data)))
                elif json.loads(bytes(event.data))["type"] == "pong":
                    self._begun.set_result(None)
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        """Fail where it did not begin."""
        if not self._begun.done():
            self._begun.set_exception(self._socket.handshake_exc or error or ConnectionError("The API hung up."))

    def _send(self) -> None:
        for data in self._socket.data_to_send():
            self._transport.write(data)


def _arrival(at: float, message: bytes) -> Arrival:
    change = json.loads(message)["payload"]["data"]["changes"]
    return Arrival(change["name"], change["revision"], at)
