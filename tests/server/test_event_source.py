"""`GET /changes` over a real server: what is told, what is refused, and that coming again loses nothing."""

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import Route

from loaders import RequestLoaders
from loaders.change_cursor import ChangeCursor
from schema.node import node_id
from server.context import RequestContext
from server.endpoint import GraphQLEndpoint
from server.event_source import ChangeEvents
from server.store.connection import Store
from server.store.embedded import EmbeddedMongo
from tests.serving import Api, empty_store, listening, serving, until


@pytest_asyncio.fixture(scope="module")
async def shared_store(mongo: EmbeddedMongo) -> AsyncIterator[Store]:
    """A store that these tests share; nobody expects it to be empty."""
    async with empty_store(mongo) as store:
        yield store


@pytest_asyncio.fixture(scope="module")
async def api(shared_store: Store) -> AsyncIterator[Api]:
    """The API over it."""
    async with serving(shared_store) as running:
        yield running


class Source:
    """An `EventSource`, as far as it is about reading."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()
        self.last_id = ""
        self.comments: list[str] = []

    async def next(self) -> tuple[str, Any] | None:
        """The next event and its data; None where the stream ends."""
        kind, data = "", ""
        async with asyncio.timeout(10):
            async for line in self._lines:
                name, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if not line:
                    if data:
                        return kind, json.loads(data)
                elif not name:
                    self.comments.append(value)
                elif name == "id":
                    self.last_id = value
                elif name == "event":
                    kind = value
                elif name == "data":
                    data += value
        return None

    async def take(self, number: int) -> list[Any]:
        """The data of the next events, all of which are changes."""
        events = [await self.next() for _ in range(number)]
        assert [event and event[0] for event in events] == ["change"] * number
        return [event and event[1] for event in events]


@asynccontextmanager
async def opened(address: str, last_id: str = "", /, **parameters: Any) -> AsyncIterator[Source]:
    """A stream that stands."""
    headers = {"accept": "text/event-stream", **({"last-event-id": last_id} if last_id else {})}
    async with (
        httpx.AsyncClient(base_url=address) as client,
        client.stream("GET", "/changes", params=parameters, headers=headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["cache-control"] == "no-cache, no-transform"
        assert response.headers["x-accel-buffering"] == "no"
        yield Source(response)


async def test_a_change_is_an_event_of_one_line(api: Api) -> None:
    async with opened(api.address, operation=["added", "CHANGED"], vm=node_id("VirtualMachine", "lab/line")) as source:
        await api.observe("other")
        await api.observe("line")
        await api.observe("line", "PAUSED", "two\nlines")
        added, changed = await source.take(2)
        await api.subscribed(1)
    await api.subscribed(0)
    assert (added["operation"], added["name"], added["hostName"], added["revision"]) == ("ADDED", "line", "lab", 1)
    assert {path["path"]: path.get("new") for path in changed["paths"]} == {
        "state": "PAUSED",
        "domain.description": "two\nlines",
    }
    assert source.last_id == changed["cursor"]


@pytest.mark.parametrize("begin", ["after", "last-event-id"])
async def test_who_was_interrupted_goes_on_with_the_last_id(api: Api, begin: str) -> None:
    name = f"on-{secrets.token_hex(4)}"
    async with opened(api.address, host="lab", path="state") as source:
        await api.observe(name)
        (first,) = await source.take(1)
    await api.observe(name, "PAUSED")
    # Nor is lost what happens before the first event: the stream begins with an id.
    async with opened(api.address, host="lab", subject="VM") as silent:
        await until(lambda: api.subscribers() == 1)
        await silent._lines.__anext__()
        await silent._lines.__anext__()
        last_id = (await silent._lines.__anext__()).removeprefix("id: ")
    await api.subscribed(0)
    await api.observe(name, "SHUTOFF")
    again = {"after": source.last_id} if begin == "after" else {"after": "nonsense"}
    header = "" if begin == "after" else source.last_id
    async with opened(api.address, header, **again) as resumed:
        assert [change["revision"] for change in await resumed.take(2)] == [2, 3]
    async with opened(api.address, last_id) as resumed:
        assert [change["revision"] for change in await resumed.take(1)] == [3]
    assert first["revision"] == 1


async def test_the_same_stream_is_executed_once(api: Api) -> None:
    async with opened(api.address, host="lab") as one, opened(api.address, host="lab") as two:
        await api.subscribed(1)
        await api.observe("shared")
        assert await one.take(1) == await two.take(1)
    await api.subscribed(0)


async def test_a_slow_reader_comes_again_and_loses_nothing(shared_store: Store) -> None:
    """What `curl` in a loop does, with a client that reads less than is sent."""
    seen: list[int] = []
    last_id, lags = "", 0
    async with serving(shared_store, capacity=4) as api:
        writing: asyncio.Task[None] | None = None
        while len(seen) < 60:
            reader, writer = await asyncio.open_connection(sock=slow_socket(api.address), limit=2**20)
            headers = f"Last-Event-ID: {last_id}\r\n" if last_id else ""
            writer.write(f"GET /changes?path=domain HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode())
            if writing is None:
                await api.subscribed()
                writing = asyncio.create_task(_flood(api, 60))
                await writing
            async with asyncio.timeout(20):
                async for line in reader:
                    name, _, value = line.decode().rstrip("\n").partition(": ")
                    if name == "id":
                        last_id = value
                    elif name == "event":
                        lags += value == "lagged"
                        kind = value
                    elif name == "data" and kind == "change":
                        seen.append(json.loads(value)["revision"])
                    if kind_ended(line) or len(seen) == 60:
                        break
            writer.close()
    assert seen == list(range(1, 61))
    assert lags > 0


def kind_ended(line: bytes) -> bool:
    """The last chunk of a response."""
    return line == b"0\r\n"


def slow_socket(address: str) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
    connection.connect(("127.0.0.1", int(address.rpartition(":")[2])))
    connection.setblocking(False)
    return connection


async def _flood(api: Api, number: int) -> None:
    for _ in range(number):
        await api.observe("flood", description=secrets.token_hex(30_000))


async def test_an_expired_cursor_is_told_once_and_then_answered_with_204(api: Api) -> None:
    past = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    token = f"82{int(past.timestamp()):08X}000000012B022C0100296E5A1004{'00' * 16}04"
    async with opened(api.address, ChangeCursor(past, "kvm", 1, token).pack()) as source:
        expired = await source.next()
        assert expired == ("cursorExpired", {"readableFrom": (past - timedelta(minutes=5)).isoformat(), "lost": False})
        assert await source.next() is None
    async with httpx.AsyncClient(base_url=api.address) as client:
        response = await client.get("/changes", headers={"last-event-id": source.last_id})
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("hosts=lab", "`hosts` is no parameter; there are host, vm, resource, subject, operation, kind, path, after."),
        ("operation=gone", "`operation` is one of ADDED, CHANGED, REMOVED, not `gone`."),
        ("kind=", "`kind` is one of "),
        ("path=state&path=name", "`path` can be given only once."),
        ("vm=web", "`vms` has `web`, which is not the id of a virtual machine."),
        ("path=devices.nothing", ""),
        ("after=nonsense", "`after` is not a cursor of this feed: take `changeCursor`, or the cursor of an event."),
        ("after=a%0Adata:%20x", "`after` is not a cursor: take `changeCursor`, or the `id` of an event."),
        ("after=", "`after` is not a cursor"),
    ],
)
async def test_what_is_wrong_with_the_request_is_told_in_a_sentence(api: Api, query: str, sentence: str) -> None:
    async with httpx.AsyncClient(base_url=api.address) as client:
        response = await client.get(f"/changes?{query}")
    assert (response.status_code, response.headers["content-type"]) == (400, "application/json")
    (error,) = response.json()["errors"]
    assert error["message"].startswith(sentence)
    assert error["message"].endswith((".", "?", "`"))


async def test_other_methods_and_other_sites_are_refused(api: Api) -> None:
    async with httpx.AsyncClient(base_url=api.address) as client:
        assert (await client.post("/changes")).status_code == 405
        assert (await client.get("/changes", headers={"origin": "https://elsewhere.example"})).status_code == 403
        head = await client.head("/changes")
    assert (head.status_code, head.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    await api.subscribed(0)


async def test_a_heartbeat_shows_that_the_stream_stands(api: Api, shared_store: Store) -> None:
    def make_context() -> RequestContext:
        return RequestContext(api.feed, lambda: RequestLoaders(shared_store.database, 10))

    stopping = asyncio.Event()
    fanout = GraphQLEndpoint(make_context, stopping).fanout
    events = ChangeEvents(fanout, make_context, stopping, heartbeat_seconds=0.2)
    async with listening(Starlette(routes=[Route("/changes", events)])) as address, opened(address) as source:
        coming = asyncio.create_task(source.next())
        await until(lambda: len(source.comments) == 3)
        assert source.comments == ["connected", "waiting", "waiting"]
        await api.observe("beat")
        assert await coming is not None
        stopping.set()
        assert await source.next() is None
        async with httpx.AsyncClient(base_url=address) as client:
            assert (await client.get("/changes")).status_code == 503


async def test_curl_can_follow(api: Api) -> None:
    command = ("curl", "-sN", f"{api.address}/changes?host=lab")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(10):
            assert await process.stdout.readline() == b": connected\n"
            assert await process.stdout.readline() == b"retry: 2000\n"
            assert (await process.stdout.readline()).startswith(b"id: ")
            await api.subscribed()
            await api.observe("curl")
            lines = [await process.stdout.readline() for _ in range(4)]
    finally:
        process.kill()
        await process.wait()
    assert lines[2] == b"event: change\n"
    assert json.loads(lines[3].removeprefix(b"data: "))["name"] == "curl"
