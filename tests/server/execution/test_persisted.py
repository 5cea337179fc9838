"""Documents that are named instead of sent: over HTTP, as a stream of events, and over a WebSocket."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from graphql import GraphQLError

from server.accept import GRAPHQL_RESPONSE, JSON
from server.execution.documents import NOT_TRUSTED
from server.execution.persisted import PersistedDocuments
from server.execution.trusted import ANY_DOCUMENT, Policy, TrustedDocument, sha256
from server.store.connection import Store
from server.store.embedded import EmbeddedMongo
from tests.server.test_endpoint import connected
from tests.serving import Api, empty_store, serving

LOOK = "query Look($deep: Boolean = false) { __typename viewer: __typename @include(if: $deep) }"
SENT = "{ sent: __typename }"
CHANGES = "subscription { changes { ... on Change { name } } }"
TRUSTED = tuple(TrustedDocument(text, name, name) for name, text in (("look", LOOK), ("changes", CHANGES)))
STREAM = {"accept": "text/event-stream"}


def apollo(text: str, **parameters: object) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}, **parameters}


@pytest_asyncio.fixture(scope="module")
async def shared_store(mongo: EmbeddedMongo) -> AsyncIterator[Store]:
    async with empty_store(mongo) as store:
        yield store


@pytest_asyncio.fixture(scope="module")
async def strict(shared_store: Store) -> AsyncIterator[Api]:
    """An API that runs trusted documents only."""
    async with serving(shared_store, policy=Policy(TRUSTED, trusted_only=True)) as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def open_to_all(shared_store: Store) -> AsyncIterator[Api]:
    """An API that remembers what clients send."""
    async with serving(shared_store, policy=Policy(TRUSTED, persisted_queries=True)) as running:
        yield running


async def post(api: Api, body: object, accept: str = JSON) -> httpx.Response:
    async with httpx.AsyncClient(base_url=api.address) as http:
        return await http.post("/graphql", json=body, headers={"accept": accept})


async def get(api: Api, **parameters: object) -> httpx.Response:
    encoded = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
    async with httpx.AsyncClient(base_url=api.address) as http:
        return await http.get("/graphql", params=encoded)


async def over_a_websocket(api: Api, **payload: object) -> Any:
    """The first message for an operation."""
    async with connected(api.address) as opened:
        await opened.send({"type": "subscribe", "id": "1", "payload": payload})
        return await opened.receive()


@pytest.mark.parametrize(
    "asked",
    [
        {"query": LOOK},
        {"documentId": "look"},
        {"documentId": f"sha256:{sha256(LOOK)}"},
        {"documentId": sha256(LOOK)},
        apollo(LOOK),
        apollo(LOOK, query=LOOK),
    ],
)
async def test_a_trusted_document_is_run_however_it_is_named(strict: Api, asked: dict[str, Any]) -> None:
    data = {"data": {"__typename": "Query", "viewer": "Query"}}
    variables = {"deep": True}
    assert (await post(strict, {**asked, "variables": variables})).json() == data
    assert (await get(strict, **asked, variables=variables)).json() == data
    told = await over_a_websocket(strict, **asked, variables=variables)
    assert told == {"id": "1", "type": "next", "payload": data}
    async with httpx.AsyncClient(base_url=strict.address) as http:
        streamed = await http.post("/graphql", json={**asked, "variables": variables}, headers=STREAM)
    assert f"data: {json.dumps(data, separators=(',', ':'))}" in streamed.text


async def test_a_trusted_subscription_is_followed_by_its_name(strict: Api) -> None:
    async with connected(strict.address) as opened:
        await opened.send({"type": "subscribe", "id": "1", "payload": {"documentId": "changes"}})
        await strict.subscribed()
        await strict.observe("trusted")
        assert (await opened.receive())["payload"] == {"data": {"changes": {"name": "trusted"}}}


@pytest.mark.parametrize("query", [SENT, f"{LOOK} ", "{ __schema { queryType { name } } }"])
async def test_others_are_refused_on_every_transport(strict: Api, query: str) -> None:
    error = {"message": NOT_TRUSTED, "extensions": {"code": "PERSISTED_QUERY_REQUIRED"}}
    refused = await post(strict, {"query": query}, GRAPHQL_RESPONSE)
    assert (refused.status_code, refused.json()) == (400, {"errors": [error]})
    assert (await get(strict, query=query)).json() == {"errors": [error]}
    assert await over_a_websocket(strict, query=query) == {"id": "1", "type": "error", "payload": [error]}
    async with httpx.AsyncClient(base_url=strict.address) as http:
        streamed = await http.post("/graphql", json={"query": query}, headers=STREAM)
    assert NOT_TRUSTED in streamed.text


async def test_the_plain_stream_of_changes_goes_on_beside_trusted_documents(strict: Api) -> None:
    async with (
        httpx.AsyncClient(base_url=strict.address) as http,
        http.stream("GET", "/changes") as response,
    ):
        assert response.status_code == 200


async def test_a_document_that_clients_send_is_remembered(open_to_all: Api) -> None:
    missing = {"errors": [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]}
    for accept, status in ((JSON, 200), (GRAPHQL_RESPONSE, 400)):
        response = await post(open_to_all, apollo(SENT), accept)
        assert (response.status_code, response.headers["content-type"], response.json()) == (status, accept, missing)
    async with httpx.AsyncClient(base_url=open_to_all.address) as http:
        streamed = await http.post("/graphql", json=apollo(SENT), headers=STREAM)
    assert (streamed.status_code, streamed.json()["errors"][0]["message"]) == (400, "PersistedQueryNotFound")
    told = await over_a_websocket(open_to_all, **apollo(SENT))
    assert told == {"id": "1", "type": "error", "payload": missing["errors"]}

    assert (await post(open_to_all, apollo(SENT, query=SENT))).json() == {"data": {"sent": "Query"}}
    for response in (await post(open_to_all, apollo(SENT)), await get(open_to_all, **apollo(SENT))):
        assert response.json() == {"data": {"sent": "Query"}}
    told = await over_a_websocket(open_to_all, **apollo(SENT, query=""))
    assert told["payload"] == {"data": {"sent": "Query"}}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (apollo(LOOK, query=SENT), "provided sha does not match query"),
        (apollo("\ud800", query=SENT), "provided sha does not match query"),
        (apollo(SENT, documentId="look", query=SENT), "Send a `query`, or the `documentId` of one, but not both."),
        ({"documentId": "nothing"}, "The server has no document with this `documentId`."),
        ({"extensions": {"persistedQuery": 5}}, "`extensions.persistedQuery` must be an object whose `version` is 1."),
        (
            {"extensions": {"persistedQuery": {"version": 2}}},
            "`extensions.persistedQuery` must be an object whose `version` is 1.",
        ),
        (
            {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "A" * 64}}},
            "`extensions.persistedQuery.sha256Hash` must be a SHA-256 hash, 64 hexadecimal digits.",
        ),
    ],
)
async def test_what_names_no_document_is_told_why(open_to_all: Api, asked: dict[str, Any], message: str) -> None:
    response = await post(open_to_all, asked, GRAPHQL_RESPONSE)
    assert response.status_code == 400
    assert [error["message"] for error in response.json()["errors"]] == [message]
    assert (await over_a_websocket(open_to_all, **asked))["payload"][0]["message"] == message


async def test_an_id_is_a_string(open_to_all: Api) -> None:
    response = await post(open_to_all, {"documentId": 5})
    assert response.status_code == 400
    assert "`documentId` must be a string or null" in response.json()["errors"][0]["message"]
    for payload, reason in (
        ({"documentId": 5}, "`documentId` must be a string or null"),
        ({"query": SENT, "extensions": []}, "`extensions` must be an object or null"),
    ):
        async with connected(open_to_all.address) as opened:
            await opened.send({"type": "subscribe", "id": "1", "payload": payload})
            assert await opened.closed() == (4400, reason)


def test_a_server_without_either_says_so() -> None:
    documents = PersistedDocuments(ANY_DOCUMENT)
    with pytest.raises(GraphQLError, match="PersistedQueryNotSupported"):
        documents.text(None, None, apollo(SENT)["extensions"])
    assert documents.text(SENT, None, apollo(LOOK)["extensions"]) == SENT  # nothing is remembered under it
    assert documents.text(None, None, None) is None


def test_what_is_remembered_is_bounded() -> None:
    documents = PersistedDocuments(Policy(persisted_queries=True), room=5_000)
    for index in range(200):
        text = f"{{ a{index}: __typename }}"
        assert documents.text(text, None, apollo(text)["extensions"]) == text
    with pytest.raises(GraphQLError, match="PersistedQueryNotFound"):
        documents.text(None, None, apollo("{ a0: __typename }")["extensions"])
    assert documents.text(None, None, apollo(text)["extensions"]) == text
    huge = f"{{ {'__typename ' * 1000} }}"
    assert documents.text(huge, None, apollo(huge)["extensions"]) == huge
    with pytest.raises(GraphQLError, match="PersistedQueryNotFound"):
        documents.text(None, None, apollo(huge)["extensions"])
