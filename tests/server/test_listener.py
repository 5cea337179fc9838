"""What only the server can hold connections to."""

import asyncio
import socket

import pytest
from starlette.applications import Starlette

from server.listener import LARGEST_MESSAGE, Joined, send_at_once
from tests.serving import listening


def test_a_connection_inherits_that_it_sends_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        send_at_once(listening)
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def send(writer: asyncio.StreamWriter, number: int) -> None:
    """Write so many bytes; raises ConnectionError when nobody takes them."""
    async with asyncio.timeout(20):
        for _ in range(number // 65536):
            writer.write(b"x" * 65536)
            await writer.drain()


@pytest.mark.parametrize(
    "begin",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: ",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Long: ",
    ],
)
async def test_a_request_that_never_ends_ends_its_connection(begin: bytes) -> None:
    async with listening(Starlette()) as address:
        _, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
        writer.write(begin)
        with pytest.raises(ConnectionError):
            await send(writer, 4 * LARGEST_MESSAGE)
        writer.close()


async def test_requests_one_after_another_are_bounded_each_for_itself() -> None:
    body = b"x" * (LARGEST_MESSAGE // 2)
    request = b"POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    async with listening(Starlette()) as address:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
        for _ in range(5):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"404" in head
            await reader.readexactly(len(b"Not Found"))
        writer.close()


class Written(asyncio.Transport):
    """A transport that keeps what it is to send."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


async def test_a_head_is_sent_with_its_body() -> None:
    written = Written()
    joined = Joined(written, asyncio.get_running_loop())
    for piece in (b"head ", b"body", b"more"):
        joined.write(piece)
    await asyncio.sleep(0)
    assert written.sent == [b"head body", b"more"]


async def test_a_head_without_a_body_is_sent_in_the_next_turn() -> None:
    written = Written()
    joined = Joined(written, asyncio.get_running_loop())
    joined.write(b"head")
    await asyncio.sleep(0)
    joined.write(b"event")
    assert written.sent == [b"head", b"event"]


async def test_what_is_closed_is_sent_before() -> None:
    written = Written()
    joined = Joined(written, asyncio.get_running_loop())
    joined.write(b"head")
    joined.close()
    assert (written.sent, joined.is_closing()) == ([b"head"], True)


async def test_a_large_body_is_not_copied() -> None:
    written = Written()
    joined = Joined(written, asyncio.get_running_loop())
    joined.write(b"head")
    joined.write(b"x" * 100_000)
    await asyncio.sleep(0)
    assert [len(one) for one in written.sent] == [4, 100_000]
