"""How the API listens: uvicorn with the bounds that only a server can hold."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.bounds import LARGEST_REQUEST

FAREWELL_SECONDS = 5
"""How long open requests may take to end when the server stops."""

UNREAD_SECONDS = 30
"""How long a client may leave unread what was sent to it."""


LARGEST_MESSAGE = 16 * LARGEST_REQUEST
"""Bytes of a request, head and all, at which its connection ends; smaller ones are told that they are too large."""


_LARGE = 64 * 1024
"""Bytes of a body that are better sent apart than copied."""


class Joined(asyncio.Transport):
    """The transport of one response, whose head waits for its body: to send both at once takes half the time.

    It waits for nothing but what the application does in the same turn of the event loop.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._head: bytes | None = None
        self._late: asyncio.Handle | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send what the application sends; its first piece, the head, with the second one."""
        if self._late is None:
            self._head = bytes(data)
            self._late = self._loop.call_soon(self._send_head)
        elif self._head is not None and len(data) < _LARGE:
            data, self._head = self._head + data, None
            self._late.cancel()
            self._transport.write(data)
        else:
            self._send_head()
            self._transport.write(data)

    def close(self) -> None:
        """End the connection when everything is sent."""
        self._send_head()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether it ends."""
        return self._transport.is_closing()

    def _send_head(self) -> None:
        if self._head is not None:
            head, self._head = self._head, None
            self._transport.write(head)


class Connection(HttpToolsProtocol):
    """A connection whose requests are bounded as a whole: the parser would gather a head without end."""

    _received = 0

    def on_message_begin(self) -> None:
        """A request begins."""
        self._received = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A response to the request begins with the next turn of the event loop."""
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:
            self.cycle.transport = Joined(self.transport, self.loop)

    def data_received(self, data: bytes) -> None:
        """Take in what came, unless it is too much for one request."""
        self._received += len(data)
        if self._received > LARGEST_MESSAGE:
            self.transport.close()
        else:
            super().data_received(data)


class Server(uvicorn.Server):
    """uvicorn without its own handling of signals: whoever runs it ends everything in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def api_server(application: Starlette) -> Server:
    """A server for the application: `await server.serve(sockets=[...])` until `server.should_exit`."""
    return Server(
        uvicorn.Config(
            application,
            log_config=None,
            log_level="warning",
            access_log=False,  # it would be worked out before its level is looked at
            lifespan="off",
            http=Connection,
            ws="websockets-sansio",
            ws_max_size=LARGEST_REQUEST,
            # The memory of a compressor for each of thousands of connections, and its work for each message that
            # all of them get, would cost more than the bytes that it saves.
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=FAREWELL_SECONDS,
        )
    )


def send_at_once(listening: socket.socket) -> None:
    """Let the kernel send on connections of this socket what is written, without waiting for more.

    uvicorn writes the head of a response and its body apart. asyncio asks for this only on sockets that were made for
    TCP by number; without it a body waits up to 40 ms for a client to acknowledge the head.
    """
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def drop_idle_readers(listening: socket.socket, seconds: float = UNREAD_SECONDS) -> None:
    """Let the kernel end connections of this socket whose client reads nothing for so long.

    uvicorn waits without end for such a client, and with it its subscription: closing waits for what is unread, too.
    """
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))
