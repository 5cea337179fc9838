"""How the API listens: uvicorn with the bounds that only a server can hold."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from server.bounds import LARGEST_REQUEST

FAREWELL_SECONDS = 5
"""How long open requests may take to end when the server stops."""

UNREAD_SECONDS = 30
"""How long a client may leave unread what was sent to it."""


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
            lifespan="off",
            ws="websockets-sansio",
            ws_max_size=LARGEST_REQUEST,
            # The memory of a compressor for each of thousands of connections, and its work for each message that
            # all of them get, would cost more than the bytes that it saves.
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=FAREWELL_SECONDS,
        )
    )


def drop_idle_readers(listening: socket.socket, seconds: float = UNREAD_SECONDS) -> None:
    """Let the kernel end connections of this socket whose client reads nothing for so long.

    uvicorn waits without end for such a client, and with it its subscription: closing waits for what is unread, too.
    """
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))
