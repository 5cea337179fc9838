"""The Host and Origin check, seen through real requests to a real server."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
import pytest_asyncio
import uvicorn
import websockets
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from server.security.origins import HostAndOriginGuard, Origin, refuse_unless_loopback

FRIEND = "https://fleet.example"


async def _answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse("reached")


async def _talk(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("reached")
    await websocket.close()


@asynccontextmanager
async def serving(allowed_origins: list[str]) -> AsyncIterator[int]:
    """A guarded application on a free port; gives the port."""
    guard = Middleware(HostAndOriginGuard, allowed_hosts=["vm-api.internal"], allowed_origins=allowed_origins)
    routes = [Route("/graphql", _answer, methods=["GET", "POST"]), WebSocketRoute("/graphql", _talk)]
    application = Starlette(routes=routes, middleware=[guard])
    server = uvicorn.Server(uvicorn.Config(application, log_level="error"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await running


@pytest_asyncio.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    async with serving([FRIEND]) as port:
        yield port


async def send(port: int, method: str = "POST", **headers: str) -> httpx.Response:
    """One request; `_` in a header's name stands for `-`, and `PORT` in a value for the server's port."""
    written = {name.replace("_", "-"): value.replace("PORT", str(port)) for name, value in headers.items()}
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.request(method, f"http://127.0.0.1:{port}/graphql", headers=written)


@pytest.mark.parametrize(
    "host", ["127.0.0.1:PORT", "localhost:PORT", "LOCALHOST", "[::1]:PORT", "127.9.9.9:1", "vm-api.internal:8000"]
)
async def test_our_own_names_are_answered(port: int, host: str) -> None:
    response = await send(port, host=host)
    assert (response.status_code, response.text) == (200, "reached")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:PORT", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.0.7", "0.0.0.0"],
)
async def test_a_name_pointed_at_us_is_not_answered(port: int, host: str) -> None:
    response = await send(port, host=host)
    assert response.status_code == 421
    assert "does not answer for the host name" in response.text


@pytest.mark.parametrize("host", ["", "user@localhost", "localhost:http", "localhost/graphql", "a, localhost", "[::1"])
async def test_a_malformed_host_is_refused(port: int, host: str) -> None:
    response = await send(port, host=host)
    assert response.status_code == 400


async def test_two_hosts_are_refused(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /graphql HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:PORT", "http://localhost:PORT"),
        ("127.0.0.1:PORT", "http://127.0.0.1:PORT"),
        ("localhost", "http://localhost:80"),
        ("[::1]:PORT", "http://[::1]:PORT"),
        ("localhost:PORT", FRIEND),
        ("localhost:PORT", f"{FRIEND}:443"),
    ],
)
async def test_our_own_and_allowed_pages_may_call(port: int, host: str, origin: str) -> None:
    response = await send(port, host=host, origin=origin)
    assert response.status_code == 200


REFUSED_ORIGINS = [
    "http://evil.example",
    "https://localhost:PORT",
    "http://localhost:1",
    "http://localhost",
    "http://127.0.0.1:PORT",
    "http://fleet.example",
    "https://fleet.example.evil.example",
    "null",
    "",
    "file://",
    "http://localhost:PORT@evil.example",
    "http://localhost:none",
]


@pytest.mark.parametrize("origin", REFUSED_ORIGINS)
async def test_other_pages_may_not_call(port: int, origin: str) -> None:
    response = await send(port, host="localhost:PORT", origin=origin)
    assert response.status_code == 403
    assert "may not call this API" in response.text
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_other_pages_may_not_embed_a_query(port: int, site: str) -> None:
    embedded = await send(port, "GET", sec_fetch_site=site, sec_fetch_mode="no-cors", sec_fetch_dest="script")
    framed = await send(port, "GET", sec_fetch_site=site, sec_fetch_mode="navigate", sec_fetch_dest="iframe")
    submitted = await send(port, "POST", sec_fetch_site=site, sec_fetch_mode="navigate", sec_fetch_dest="document")
    assert [answer.status_code for answer in (embedded, framed, submitted)] == [403, 403, 403]


async def test_links_from_other_pages_work(port: int) -> None:
    followed = await send(
        port, "GET", sec_fetch_site="cross-site", sec_fetch_mode="navigate", sec_fetch_dest="document"
    )
    typed = await send(port, "GET", sec_fetch_site="none", sec_fetch_mode="navigate", sec_fetch_dest="document")
    own = await send(port, "POST", sec_fetch_site="same-origin", host="localhost:PORT", origin="http://localhost:PORT")
    assert [answer.status_code for answer in (followed, typed, own)] == [200, 200, 200]


async def test_an_allowed_page_gets_cors_headers(port: int) -> None:
    preflight = await send(
        port,
        "OPTIONS",
        origin=FRIEND,
        access_control_request_method="POST",
        access_control_request_headers="content-type",
    )
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == FRIEND
    assert "content-type" in preflight.headers["access-control-allow-headers"].lower()
    answer = await send(port, origin=FRIEND, sec_fetch_site="cross-site")
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, FRIEND)


async def test_a_preflight_of_another_page_is_refused(port: int) -> None:
    preflight = await send(port, "OPTIONS", origin="http://evil.example", access_control_request_method="POST")
    assert preflight.status_code == 403


async def test_without_allowed_origins_nobody_else_may_call() -> None:
    async with serving([]) as port:
        assert (await send(port, origin=FRIEND)).status_code == 403
        assert (await send(port, host="localhost:PORT", origin="http://localhost:PORT")).status_code == 200


async def _handshake(port: int, origin: str | None) -> str:
    written = None if origin is None else websockets.Origin(origin.replace("PORT", str(port)))
    async with websockets.connect(f"ws://127.0.0.1:{port}/graphql", origin=written, proxy=None) as websocket:
        return str(await websocket.recv())


async def test_a_websocket_to_a_name_pointed_at_us_is_refused(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"GET /graphql HTTP/1.1\r\nHost: evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    answer = await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 421 ")


@pytest.mark.parametrize("origin", [None, "http://127.0.0.1:PORT", FRIEND])
async def test_websockets_of_our_own_are_accepted(port: int, origin: str | None) -> None:
    assert await _handshake(port, origin) == "reached"


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:1", "null", "https://127.0.0.1:PORT"])
async def test_websockets_of_other_pages_are_refused(port: int, origin: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refusal:
        await _handshake(port, origin)
    assert refusal.value.response.status_code == 403
    assert b"may not call this API" in (refusal.value.response.body or b"")


async def test_a_websocket_refused_where_the_server_cannot_send_a_body() -> None:
    sent: list[object] = []

    async def send(message: object) -> None:
        sent.append(message)

    guard = HostAndOriginGuard(Starlette(), [], [])
    scope = {"type": "websocket", "scheme": "ws", "headers": [(b"host", b"evil.example")]}
    await guard(scope, lambda: asyncio.sleep(0), send)  # type: ignore[arg-type, return-value]
    assert sent == [
        {
            "type": "websocket.close",
            "code": 1008,
            "reason": "This server does not answer for the host name 'evil.example'.",
        }
    ]


@pytest.mark.parametrize("origin", ["*", "fleet.example", "https://fleet.example/page", "ftp://fleet.example", "null"])
def test_a_malformed_setting_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="is not a web origin"):
        HostAndOriginGuard(Starlette(), [], [origin])


def test_an_origin_is_written_as_a_browser_does() -> None:
    written = ["https://fleet.example:443", "http://[::1]:8000/", "HTTP://Fleet.Example:80"]
    assert [str(Origin.parse(text)) for text in written] == [
        "https://fleet.example",
        "http://[::1]:8000",
        "http://fleet.example",
    ]


@pytest.mark.parametrize("listen", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "::ffff:127.0.0.1"])
def test_loopback_may_be_listened_on(listen: str) -> None:
    refuse_unless_loopback(listen)


@pytest.mark.parametrize("listen", ["0.0.0.0", "::", "", "192.168.0.7", "::ffff:192.168.0.7", "fe80::1"])
def test_other_addresses_may_not(listen: str) -> None:
    with pytest.raises(ValueError, match="no authentication yet, so it listens on loopback only"):
        refuse_unless_loopback(listen)


def test_a_name_without_an_address_is_refused() -> None:
    with pytest.raises(ValueError, match="the name has no address"):
        refuse_unless_loopback("no-such-name.invalid")


def looked_up(*addresses: str) -> Callable[..., list[tuple[int, int, int, str, tuple[str, int]]]]:
    """A resolver that gives these addresses for any name."""
    return lambda *_: [(0, 0, 0, "", (address, 0)) for address in addresses]


def test_a_name_must_mean_loopback_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", looked_up("127.0.1.1", "::1"))
    refuse_unless_loopback("this-machine")
    monkeypatch.setattr("socket.getaddrinfo", looked_up("127.0.1.1", "192.168.0.7"))
    with pytest.raises(ValueError, match="loopback only"):
        refuse_unless_loopback("this-machine")
