"""`/graphql` over a real server: what is answered, what is refused, and what becomes of those who go away."""

import asyncio
import json
import logging
import secrets
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import pytest_asyncio
import websockets
from motor.motor_asyncio import AsyncIOMotorClient
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from loaders import RequestLoaders
from schema.changes.condition import ChangeCondition
from schema.graph.context import Change, CursorExpired, Lagged, Loaders
from schema.node import node_id
from server.accept import GRAPHQL_RESPONSE, JSON, Accept
from server.bounds import LARGEST_REQUEST, MOST_ALIASES, MOST_TOKENS
from server.context import RequestContext
from server.endpoint import GraphQLEndpoint
from server.mistakes import NOT_CHECKED, OUR_MISTAKE
from server.store.connection import Document, Store, close
from server.store.embedded import EmbeddedMongo
from server.store.feed import ChangeFeed
from tests.serving import TRANSPORT_WS, Api, empty_store, listening, serving, until

CHANGES = "subscription { changes { ... on Change { name } } }"
BIG_CHANGES = (
    "subscription { changes { ... on Change { cursor revision vm { xml } } ... on Lagged { missed cursor } } }"
)
COUNT = {"query": "{ vms { totalCount } }"}
STREAM = {"accept": "text/event-stream"}


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


@pytest_asyncio.fixture(scope="module")
async def http(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API."""
    async with httpx.AsyncClient(base_url=api.address) as client:
        yield client


class Socket:
    """A WebSocket of `graphql-transport-ws`."""

    def __init__(self, connection: websockets.ClientConnection) -> None:
        self._connection = connection

    async def send(self, message: object) -> None:
        await self._connection.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def subscribe(self, query: object, name: str = "1", **payload: object) -> None:
        await self.send({"type": "subscribe", "id": name, "payload": {"query": query, **payload}})

    async def receive(self) -> Any:
        async with asyncio.timeout(10):
            return json.loads(await self._connection.recv())

    async def closed(self) -> tuple[int, str]:
        """The code and the reason with which the server closes the connection."""
        with pytest.raises(websockets.ConnectionClosed) as closed:
            async with asyncio.timeout(10):
                await self._connection.recv()
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code, closed.value.rcvd.reason


@asynccontextmanager
async def connected(address: str, **options: Any) -> AsyncIterator[Socket]:
    """A WebSocket that was acknowledged."""
    url = address.replace("http", "ws", 1) + "/graphql"
    async with websockets.connect(url, subprotocols=[TRANSPORT_WS], **options) as connection:
        opened = Socket(connection)
        await opened.send({"type": "connection_init"})
        assert await opened.receive() == {"type": "connection_ack"}
        yield opened


async def events(response: httpx.Response) -> AsyncIterator[tuple[str, Any]]:
    """What a stream of events tells: the kind of each event, and what it carries."""
    kind = ""
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value) if value else None


# What is accepted, and the status of the response


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("application/graphql-response+json", GRAPHQL_RESPONSE),
        ("application/json, application/graphql-response+json", GRAPHQL_RESPONSE),
        ("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", GRAPHQL_RESPONSE),
        ("application/graphql-response+json;q=0.5, application/json", JSON),
        ("application/graphql-response+json;q=0.9, application/json;q=0.8", GRAPHQL_RESPONSE),
        ("application/graphql-response+json;q=0, */*;q=0.1", JSON),
        ("Application/JSON", JSON),
        ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
        ("text/html", None),
        ("application/json;q=0", None),
        ("application/json;q=nonsense", None),
        ("*/*, application/json;q=0", None),
    ],
)
def test_the_response_type_is_the_one_that_is_wanted_most(header: str, expected: str | None) -> None:
    assert Accept(header).response_type() == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/event-stream", True),
        ("text/event-stream, multipart/mixed", True),
        ("text/event-stream, application/json", True),
        ("application/json, text/event-stream", False),
        ("application/graphql-response+json, application/json, text/event-stream, multipart/mixed", False),
        ("application/json;q=0.5, text/event-stream", True),
        ("application/json, text/event-stream;q=0.5", False),
        ("text/event-stream;q=0", False),
        ("text/*", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_a_stream_is_for_those_who_name_it(header: str, *, expected: bool) -> None:
    assert Accept(header).event_stream() is expected


@pytest.mark.parametrize(("accept", "status"), [(JSON, 200), (GRAPHQL_RESPONSE, 400)])
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{", "Syntax Error: Expected Name, found <EOF>."),
        ("{ nothing }", "Cannot query field 'nothing' on type 'Query'."),
        ("query One { __typename } query Two { __typename }", "The document has several operations: name one to run."),
    ],
)
async def test_a_refused_operation_has_no_data(
    http: httpx.AsyncClient, accept: str, status: int, query: str, message: str
) -> None:
    response = await http.post("/graphql", json={"query": query}, headers={"accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (status, accept)
    body = response.json()
    assert body.keys() == {"errors"}
    assert body["errors"][0]["message"] == message


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
async def test_an_operation_that_ran_is_answered_with_200(http: httpx.AsyncClient, accept: str) -> None:
    asked = {"query": "{ hosts { name } vms(first: 100000) { totalCount } }"}
    response = await http.post("/graphql", json=asked, headers={"accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (200, accept)
    assert response.json()["data"] is None
    assert response.json()["errors"][0]["path"] == ["vms"]


async def test_one_of_several_operations_is_run_by_its_name(http: httpx.AsyncClient) -> None:
    asked = {"query": "query One { one: __typename } query Two { two: __typename }", "operationName": "Two"}
    assert (await http.post("/graphql", json=asked)).json() == {"data": {"two": "Query"}}


QUERY = b'{"query": "{ __typename }", '


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "Unable to parse request body as JSON"),
        (b'{"query', "Unable to parse request body as JSON"),
        (b"\xff\xfe", "Unable to parse request body as JSON"),
        (b"[" * 100_000, "Unable to parse request body as JSON"),
        (QUERY + b'"variables": {"a": NaN}}', "Unable to parse request body as JSON"),
        (QUERY + b'"variables": {"a": ' + b"1" * 5000 + b"}}", "Unable to parse request body as JSON"),
        (b"5", "The body must be one JSON object"),
        (b"null", "The body must be one JSON object"),
        (b"[" + QUERY[:-2] + b"}]", "The body must be one JSON object"),
        (b"{}", "The request has no GraphQL `query`."),
        (b'{"query": ""}', "The request has no GraphQL `query`."),
        (b'{"query": null}', "The request has no GraphQL `query`."),
        (b'{"query": 5}', "`query` must be a string"),
        (QUERY + b'"operationName": 5}', "`operationName` must be a string"),
        (QUERY + b'"operationName": "Other"}', 'Unknown operation named "Other".'),
        (QUERY + b'"variables": "a"}', "`variables` must be an object"),
        (QUERY + b'"extensions": []}', "`extensions` must be an object"),
    ],
)
@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
async def test_what_is_no_request_is_told_why(http: httpx.AsyncClient, accept: str, body: bytes, sentence: str) -> None:
    headers = {"content-type": JSON, "accept": accept}
    response = await http.post("/graphql", content=body, headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (400, accept)
    assert sentence in response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("method", "headers", "query", "status"),
    [
        ("PUT", {}, "{ __typename }", 405),
        ("DELETE", {}, "{ __typename }", 405),
        ("GET", {}, "mutation { __typename }", 405),
        ("GET", {}, CHANGES, 406),
        ("POST", {}, CHANGES, 406),
        ("POST", {"accept": "text/html"}, "{ __typename }", 406),
        ("POST", {"content-type": "text/plain"}, "{ __typename }", 415),
        ("POST", {"content-type": "application/jsonp"}, "{ __typename }", 415),
        ("POST", {"content-type": ""}, "{ __typename }", 415),
        ("POST", {"content-type": "application/json; charset=latin-1"}, "{ __typename }", 415),
        ("POST", {"content-encoding": "gzip"}, "{ __typename }", 415),
        ("GET", {"accept": "text/html, */*"}, "", 400),
    ],
)
async def test_every_refusal_is_a_graphql_error(
    http: httpx.AsyncClient, method: str, headers: dict[str, str], query: str, status: int
) -> None:
    if method == "POST":
        content = json.dumps({"query": query})
        response = await http.post("/graphql", content=content, headers={"content-type": JSON, **headers})
    else:
        response = await http.request(method, "/graphql", params={"query": query}, headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (status, JSON)
    assert ("allow" in response.headers) == (status == 405)
    (error,) = response.json()["errors"]
    assert error["message"].endswith(".")


async def test_a_query_by_get_and_its_head(http: httpx.AsyncClient) -> None:
    asked = {"query": "query Type($name: String!) { __type(name: $name) { name } }", "variables": '{"name": "Host"}'}
    got = await http.get("/graphql", params=asked)
    assert (got.status_code, got.json()) == (200, {"data": {"__type": {"name": "Host"}}})
    head = await http.head("/graphql", params=asked)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


async def test_options_tells_the_methods(http: httpx.AsyncClient) -> None:
    response = await http.options("/graphql")
    assert (response.status_code, response.headers["allow"]) == (204, "GET, HEAD, POST, OPTIONS")


async def test_a_stream_answers_a_query_and_completes(http: httpx.AsyncClient) -> None:
    async with http.stream("POST", "/graphql", json={"query": "{ __typename }"}, headers=STREAM) as response:
        assert response.headers["content-type"] == "text/event-stream"
        assert [event async for event in events(response)] == [
            ("next", {"data": {"__typename": "Query"}}),
            ("complete", None),
        ]


# What a request may cost


async def test_bodies_are_bounded(http: httpx.AsyncClient) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * (LARGEST_REQUEST // 16)

    largest = json.dumps(COUNT).ljust(LARGEST_REQUEST).encode()
    contents: list[tuple[bytes | AsyncIterator[bytes], int]] = [(largest, 200), (largest + b" ", 413), (parts(), 413)]
    for content, status in contents:
        response = await http.post("/graphql", content=content, headers={"content-type": JSON})
        assert response.status_code == status
        if status == 413:
            assert response.json() == {"errors": [{"message": "A GraphQL request has at most 1048576 bytes."}]}


async def test_websocket_messages_are_bounded(api: Api) -> None:
    async with connected(api.address) as opened:
        await opened.send(" " * (LARGEST_REQUEST + 1))
        assert (await opened.closed())[0] == 1009


def repeated(alias: str, number: int) -> str:
    return " ".join(f"{alias}{index}: __typename" for index in range(number))


def within(step: str, times: int) -> str:
    """A selection inside itself: `{ step { step { name } } }`."""
    return f"{{ {step} " * times + "{ name }" + f" {'}' * (step.count('{') + 1)}" * times


def doubling(depth: int, core: str) -> str:
    """Fragments each of which spreads the next one twice."""
    links = [f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(depth)]
    return " ".join(["{ ...F0 }", *links, f"fragment F{depth} on Query {{ {core} }}"])


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            "{" + " __typename" * MOST_TOKENS + "}",
            f"Document contains more than {MOST_TOKENS} tokens. Parsing aborted.",
        ),
        (f"{{ {repeated('a', MOST_ALIASES + 1)} }}", "An operation has at most 100 aliases, not 101."),
        (doubling(7, "a: __typename"), "An operation has at most 100 aliases, not 128."),
        (doubling(60, "a: __typename"), f"An operation has at most 100 aliases, not {2**60}."),
        (
            "{ vms { nodes { disks { vm { disks { vm { disks { vm { name } } } } } } } } }",
            "`vm` stands inside `vm` at most 2 deep.",
        ),
        (
            "{ ...A } fragment A on Query { hosts { vms { nodes { host { ...B } } } } } "
            "fragment B on Host { vms { nodes { host { vms { totalCount } } } } }",
            "`vms` stands inside `vms` at most 2 deep.",
        ),
        ("{ hosts " * 2000 + "}" * 2000, "Document is nested too deeply. Parsing aborted."),
        (
            "{ resources(first: 500) { nodes { attachments(first: 500) { nodes { vm { attachments { role } } } } } } }",
            "The answer may have 1,000,000 entries of lists, not 2,750,500: ask for smaller pages.",
        ),
        (
            "query($n: Int) { resources { nodes { attachments(first: $n) { nodes { resource { ...R } } } } } }"
            "fragment R on Resource { referencedBy(first: $n) { edges { node { name } } } }",
            "The answer may have 1,000,000 entries of lists, not 12,525,050: ask for smaller pages.",
        ),
        (
            f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Resource {within('referencedBy { nodes', 30)} }} }}",
            "The answer may have 1,000,000 entries of lists, not far more: ask for smaller pages.",
        ),
        (
            "{ a: resources(first: -9) { nodes { attachments(first: 500) { nodes { vm { devices { id } } } } } } "
            f"b: resources(first: {'9' * 9000}) {{ nodes {{ attachments(first: 500) {{ totalCount }} }} }} }}",
            "The answer may have 1,000,000 entries of lists, not 3,001,000: ask for smaller pages.",
        ),
        (
            '{ vms(first: 500) { nodes { a: diff(from: "2026-01-01") { paths { path } } '
            'b: diff(from: "2026-02-01") { paths { path } } } } }',
            "The answer may have 1,000,000 entries of lists, not 1,500,500: ask for smaller pages.",
        ),
        (
            "{ vms(first: 500) { nodes { devices { history(first: 1) { nodes { at } } } } } }",
            "The answer may have 1,000,000 entries of lists, not 1,010,500: ask for smaller pages.",
        ),
        (
            f"{{ conflicts {{ nodes {{ attachments {{ resource {within('references { resource', 5)} }} }} }} }}",
            "The answer may have 1,000,000 entries of lists, not 55,555,550: ask for smaller pages.",
        ),
    ],
)
async def test_documents_are_bounded(http: httpx.AsyncClient, query: str, message: str) -> None:
    async with asyncio.timeout(5):
        response = await http.post("/graphql", json={"query": query})
    assert response.json()["errors"][0]["message"].removeprefix("Syntax Error: ") == message


@pytest.mark.parametrize(
    "query",
    [
        f"{{ {repeated('a', MOST_ALIASES)} {'hosts { name } ' * 200} }}",
        '{ vms(first: 500) { nodes { diff(from: "2026-01-01") { paths { path } } history { nodes { at } } } } }',
        "{ vms(first: 500) { nodes { disks { resource { attachments(first: 100) { nodes { vm { name } } } } } } } }",
        "{ resources(first: 500) { nodes { attachments(first: 500) { nodes { vm { name } } } } } }",
        "{ vms(first: 100) { nodes { neighbours { nodes { vm { name } shared { resource { name } } } } conflicts { "
        "vms { name } } } } }",
    ],
)
async def test_the_bounds_leave_room(http: httpx.AsyncClient, query: str) -> None:
    assert (await http.post("/graphql", json={"query": query})).json().keys() == {"data"}


async def test_a_long_chain_of_fragments_is_refused_on_every_transport(
    api: Api, http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    links = [f"fragment F{i} on Query {{ ...F{i + 1} }}" for i in range(2000)]
    query = " ".join(["{ ...F0 }", *links, "fragment F2000 on Query { __typename }"])
    assert (await http.post("/graphql", json={"query": query})).json()["errors"][0]["message"] == NOT_CHECKED
    async with http.stream("POST", "/graphql", json={"query": query}, headers=STREAM) as response:
        assert [kind async for kind, _ in events(response)] == ["next", "complete"]
    async with connected(api.address) as opened:
        await opened.subscribe(query)
        message = await opened.receive()
    assert (message["type"], message["payload"][0]["message"]) == ("error", NOT_CHECKED)
    assert caplog.records == []


# Whose mistake an error is


class Broken(RequestLoaders):
    """Loaders with a mistake in them."""

    async def hosts(self) -> Any:
        raise KeyError("secret")


class BrokenChanges(ChangeFeed):
    """A feed with a mistake in it."""

    async def follow(
        self, condition: ChangeCondition, after: str | None
    ) -> AsyncGenerator[Change | Lagged | CursorExpired, None]:
        changes: dict[str, Any] = {}
        yield changes["secret"]


class Slow(RequestLoaders):
    """Loaders that take until they are told to stop."""

    begun = asyncio.Event()
    cancelled = asyncio.Event()

    async def hosts(self) -> Any:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


@asynccontextmanager
async def answering(changes: ChangeFeed, loaders: Loaders) -> AsyncIterator[str]:
    """The endpoint over a context of the test's own."""
    endpoint = GraphQLEndpoint(lambda: RequestContext(changes, lambda: loaders), asyncio.Event())
    routes = [Route("/graphql", endpoint), WebSocketRoute("/graphql", endpoint)]
    async with listening(Starlette(routes=routes)) as address:
        yield address


async def told(address: str, query: str) -> list[Any]:
    """The errors that an operation gets over a WebSocket and as events; over HTTP, too, if it is no subscription."""
    found = []
    async with connected(address) as opened:
        await opened.subscribe(query)
        message = await opened.receive()
        found.append(message["payload"]["errors"])
        assert (await opened.receive())["type"] == "complete"
    async with httpx.AsyncClient(base_url=address) as client:
        async with client.stream("POST", "/graphql", json={"query": query}, headers=STREAM) as response:
            (_, payload), (last, _) = [event async for event in events(response)]
            found.append(payload["errors"])
            assert last == "complete"
        if not query.startswith("subscription"):
            found.append((await client.post("/graphql", json={"query": query})).json()["errors"])
    return [[error["message"] for error in errors] for errors in found]


@pytest.mark.parametrize("query", ["{ hosts { name } }", CHANGES])
async def test_our_mistakes_are_one_sentence_and_logged_once(
    shared_store: Store, api: Api, caplog: pytest.LogCaptureFixture, query: str
) -> None:
    async with answering(BrokenChanges(shared_store), Broken(shared_store.database, 10)) as address:
        messages = await told(address, query)
    assert messages == [[OUR_MISTAKE]] * (2 if query == CHANGES else 3)
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * len(messages)
    for record in caplog.records:
        assert record.name == "server.mistakes"
        assert record.exc_info is not None
        assert isinstance(record.exc_info[1], KeyError)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ vms(first: 100000) { totalCount } }", "A page holds 0 to 500 items, not 100000; read on with `after`."),
        ('subscription { vm(id: "x") { name } }', "`id` is not the id of a virtual machine."),
    ],
)
async def test_the_clients_mistakes_go_back_and_are_not_logged(
    api: Api, caplog: pytest.LogCaptureFixture, query: str, message: str
) -> None:
    for messages in await told(api.address, query):
        assert messages == [message]
    assert caplog.records == []


async def test_a_lost_mongodb_is_one_warning_for_each_operation(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient("127.0.0.1", 1, serverSelectionTimeoutMS=50)
    async with answering(api.feed, RequestLoaders(client["nowhere"], 10)) as address:
        vm_id = node_id("VirtualMachine", "lab/web-1")
        query = f'{{ a: host(name: "a") {{ name }} b: host(name: "b") {{ name }} vm(id: "{vm_id}") {{ name }} }}'
        async with httpx.AsyncClient(base_url=address) as http:
            body = (await http.post("/graphql", json={"query": query})).json()
    await close(client)
    assert body["data"] == {"a": None, "b": None, "vm": None}
    messages = [error["message"] for error in body["errors"]]
    assert messages == ["MongoDB does not answer; try again in a moment."] * 3
    (record,) = caplog.records
    assert (record.name, record.levelno, record.exc_info) == ("server.mistakes", logging.WARNING, None)
    assert "Connection refused" in record.getMessage()


async def test_a_mistake_of_one_operation_leaves_the_others_alone(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    async with connected(api.address) as opened:
        await opened.subscribe(CHANGES, "live")
        await api.subscribed()
        for query in ("{", "{ nothing }", "query One { __typename } query Two { __typename }", ""):
            await opened.subscribe(query, "wrong")
            message = await opened.receive()
            assert (message["type"], message["id"]) == ("error", "wrong")
        await opened.subscribe("{ __typename }", "named", operationName="x" * 200)
        assert (await opened.receive())["type"] == "error"
        await api.observe("alone")
        assert (await opened.receive())["payload"] == {"data": {"changes": {"name": "alone"}}}
    assert caplog.records == []


async def test_each_operation_of_a_websocket_reads_anew(api: Api, http: httpx.AsyncClient) -> None:
    await api.observe("anew", "RUNNING")
    asked = {"query": '{ vms(filter: { name: { eq: "anew" } }) { nodes { id } } }'}
    vm_id = (await http.post("/graphql", json=asked)).json()["data"]["vms"]["nodes"][0]["id"]
    async with connected(api.address) as opened:
        for state in ("RUNNING", "PAUSED"):
            await api.observe("anew", state)
            await opened.subscribe(f'{{ vm(id: "{vm_id}") {{ state }} }}', state)
            assert (await opened.receive())["payload"] == {"data": {"vm": {"state": state}}}
            assert await opened.receive() == {"type": "complete", "id": state}


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"binary", "WebSocket message type must be text"),
        ("{", "WebSocket message must be valid JSON"),
        ("[" * 50_000, "WebSocket message must be valid JSON"),
        ("5", "A message must be a JSON object with a string `type`"),
        ({"type": "x" * 200}, "Unknown message type: " + "x" * 101),
        ({"type": "complete"}, "A complete message must have a string `id`"),
        ({"type": "subscribe", "id": {}}, "A subscribe message must have a string `id`"),
        ({"type": "subscribe", "id": "1", "payload": 5}, "The `payload` of a subscribe message must be an object"),
        ({"type": "subscribe", "id": "1", "payload": {"query": 5}}, "The `payload` of a subscribe message must be"),
        (
            {"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": []}},
            "`variables` must be an object or null",
        ),
        (
            {"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "operationName": []}},
            "`operationName` must be a string or null",
        ),
    ],
)
async def test_what_is_no_message_closes_the_websocket(
    api: Api, caplog: pytest.LogCaptureFixture, message: object, reason: str
) -> None:
    async with connected(api.address) as opened:
        await opened.send(message)
        code, said = await opened.closed()
    assert code == 4400
    assert said.startswith(reason)
    assert caplog.records == []


# Those who go away, and those who do not read


async def test_an_abandoned_request_ends(shared_store: Store, api: Api, caplog: pytest.LogCaptureFixture) -> None:
    async with answering(api.feed, Slow(shared_store.database, 10)) as address:
        async with httpx.AsyncClient(base_url=address) as http:
            asking = asyncio.create_task(http.post("/graphql", json={"query": "{ hosts { name } }"}))
            await until(Slow.begun.is_set)
            asking.cancel()
            await asyncio.wait([asking])
        await until(Slow.cancelled.is_set)
    assert caplog.records == []


async def test_a_stream_that_is_left_ends_its_subscription(api: Api, http: httpx.AsyncClient) -> None:
    async with http.stream("POST", "/graphql", json={"query": CHANGES}, headers=STREAM) as response:
        await api.subscribed()
        await api.observe("left")
        assert await anext(events(response)) == ("next", {"data": {"changes": {"name": "left"}}})
    await api.subscribed(0)


async def test_a_websocket_that_is_closed_or_broken_ends_its_subscriptions(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(api.address) as opened:
        await opened.subscribe(CHANGES, "1")
        await opened.subscribe(BIG_CHANGES, "2")
        await api.subscribed(2)
        await opened.send({"type": "complete", "id": "1"})
        await api.subscribed(1)
    await api.subscribed(0)
    raw = socket.create_connection(("127.0.0.1", int(api.address.rpartition(":")[2])))
    raw.setblocking(False)
    async with connected(api.address, sock=raw) as broken:
        await broken.subscribe(CHANGES)
        await api.subscribed(1)
        broken._connection.transport.abort()
        await api.observe("broken")
        await api.subscribed(0)
    assert caplog.records == []


async def test_a_stopping_server_ends_streams_and_does_not_wait_for_them(
    shared_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async with httpx.AsyncClient() as http:
        async with serving(shared_store) as stopped:
            url = stopped.url
            request = http.build_request("POST", url, json={"query": CHANGES}, headers=STREAM)
            streaming = asyncio.create_task(http.send(request, stream=True))
            response = await streaming
            await stopped.subscribed()
            before = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - before < 3
        assert [event async for event in events(response)] == []
    assert caplog.records == []


def slow_client(address: str) -> socket.socket:
    """A connection that takes in little before somebody reads."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
    connection.connect(("127.0.0.1", int(address.rpartition(":")[2])))
    connection.setblocking(False)
    return connection


async def flood(api: Api, number: int) -> None:
    """Changes of a VM with a large definition."""
    description = secrets.token_hex(100_000)
    for index in range(number):
        await api.observe("large", "RUNNING" if index % 2 else "PAUSED", description)


async def test_a_slow_reader_gets_what_waits_and_then_how_much_it_missed(
    shared_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        serving(shared_store, capacity=4) as api,
        connected(
            api.address, sock=slow_client(api.address), compression=None, max_queue=1, close_timeout=0.5
        ) as opened,
    ):
        await opened.subscribe(BIG_CHANGES)
        await api.subscribed()
        await flood(api, 12)
        await asyncio.sleep(0.5)
        messages = [await opened.receive()]
        while messages[-1]["type"] == "next":
            messages.append(await opened.receive())
        await api.subscribed(0)
        *changes, lagged, complete = messages
        told = [change["payload"]["data"]["changes"] for change in changes]
        assert complete == {"type": "complete", "id": "1"}
        assert 4 <= len(told) < 12
        assert [change["revision"] for change in told] == list(
            range(told[0]["revision"], told[0]["revision"] + len(told))
        )
        last = told[-1]["cursor"]
        assert lagged["payload"] == {"data": {"changes": {"missed": 12 - len(told), "cursor": last}}}
        await opened.subscribe(
            "subscription($after: String) { changes(after: $after) { ... on Change { revision } } }",
            variables={"after": last},
        )
        for index in range(12 - len(told)):
            message = await opened.receive()
            assert message["payload"]["data"]["changes"]["revision"] == told[-1]["revision"] + 1 + index
    assert caplog.records == []


@pytest.mark.parametrize("transport", ["websocket", "stream"])
async def test_a_client_that_never_reads_is_dropped(
    shared_store: Store, caplog: pytest.LogCaptureFixture, transport: str
) -> None:
    async with serving(shared_store, capacity=4, unread_seconds=0.5) as api:
        if transport == "websocket":
            client = slow_client(api.address)
            async with connected(api.address, sock=client, compression=None, max_queue=1, close_timeout=0.5) as opened:
                await opened.subscribe(BIG_CHANGES)
                await api.subscribed()
                await flood(api, 6)
                await api.subscribed(0)
        else:
            with slow_client(api.address) as raw:
                body = json.dumps({"query": BIG_CHANGES}).encode()
                head = f"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
                raw.send(f"{head}Content-Type: {JSON}\r\nAccept: text/event-stream\r\n\r\n".encode() + body)
                await api.subscribed()
                await flood(api, 6)
                await api.subscribed(0)
    assert caplog.records == []
