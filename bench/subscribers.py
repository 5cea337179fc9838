"""A process full of WebSocket subscribers: connects them, notes when each event reaches which, and tells at the end."""

import asyncio
import json
import multiprocessing
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import websockets

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
    arrivals: list[list[tuple[float, bytes]]] = [[] for _ in payloads]
    connecting = asyncio.Semaphore(_AT_A_TIME)
    async with AsyncExitStack() as stack:

        async def begin(payload: dict[str, Any], events: list[tuple[float, bytes]]) -> None:
            async with connecting:
                connection = await stack.enter_async_context(
                    websockets.connect(
                        url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")], compression=None
                    )
                )
                await connection.send('{"type":"connection_init"}')
                await connection.recv()
                await connection.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
                # The answer comes after the subscription was begun.
                await connection.send('{"type":"ping"}')
                await connection.recv()
            reading.append(asyncio.create_task(_read(connection, events)))

        reading: list[asyncio.Task[None]] = []
        await asyncio.gather(*map(begin, payloads, arrivals))
        pipe.send("ready")
        while await asyncio.to_thread(pipe.recv) == "count":
            pipe.send(sum(map(len, arrivals)))
        for task in reading:
            task.cancel()
        await asyncio.wait(reading)
    pipe.send([[_arrival(*event) for event in events] for events in arrivals])


async def _read(connection: websockets.ClientConnection, events: list[tuple[float, bytes]]) -> None:
    # What an event says is read at the end: the clients share the machine with what is measured.
    while True:
        message = await connection.recv(decode=False)
        events.append((time.monotonic(), message))


def _arrival(at: float, message: bytes) -> Arrival:
    change = json.loads(message)["payload"]["data"]["changes"]
    return Arrival(change["name"], change["revision"], at)
