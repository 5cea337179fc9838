"""The application as a whole: who may call it, and how it says that it is well."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
import websockets

from server.app import create_app
from server.store.connection import Store, connect
from server.store.embedded import EmbeddedMongo
from server.store.feed import ChangeFeed
from tests.serving import TRANSPORT_WS, Api, empty_store, listening, serving

ORIGIN = "https://fleet.example"
ASKED = {"query": "{ __typename }"}


@pytest_asyncio.fixture(scope="module")
async def own_store(mongo: EmbeddedMongo) -> AsyncIterator[Store]:
    """A store that these tests share."""
    async with empty_store(mongo) as store:
        yield store


@pytest_asyncio.fixture(scope="module")
async def api(own_store: Store) -> AsyncIterator[Api]:
    """The application, as it is by default."""
    async with serving(own_store) as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def http(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it."""
    async with httpx.AsyncClient(base_url=api.address) as client:
        yield client


async def test_it_is_alive_and_ready(http: httpx.AsyncClient) -> None:
    alive, ready = await http.get("/healthz"), await http.get("/readyz")
    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})


async def test_it_is_not_ready_without_changes(own_store: Store) -> None:
    async with ChangeFeed(own_store) as feed, listening(create_app(own_store, feed, query_seconds=10)) as address:
        feed.problem = "the stream is lost"
        async with httpx.AsyncClient(base_url=address) as http:
            ready, alive = await http.get("/readyz"), await http.get("/healthz")
    assert (ready.status_code, ready.json()) == (503, {"status": "not ready", "reason": "the stream is lost"})
    assert alive.status_code == 200


async def test_it_is_not_ready_without_mongodb(own_store: Store, mongo: EmbeddedMongo) -> None:
    lost = await connect(mongo.uri, own_store.database.name)
    async with ChangeFeed(own_store) as feed, listening(create_app(lost, feed, query_seconds=10)) as address:
        await lost.close()
        async with httpx.AsyncClient(base_url=address) as http:
            ready, alive = await http.get("/readyz"), await http.get("/healthz")
    assert (ready.status_code, ready.json()["status"]) == (503, "not ready")
    assert ready.json()["reason"].endswith(".")
    assert alive.status_code == 200


async def test_the_api_and_its_page_are_served(http: httpx.AsyncClient) -> None:
    posted = await http.post("/graphql", json=ASKED)
    assert (posted.status_code, posted.json()) == (200, {"data": {"__typename": "Query"}})
    assert (await http.get("/graphiql")).headers["content-type"].startswith("text/html")
    assert (await http.get("/nothing")).status_code == 404


@pytest.mark.parametrize("path", ["/graphql", "/graphiql", "/healthz", "/readyz", "/nothing"])
async def test_every_path_is_guarded(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path, headers={"host": "rebound.example"})).status_code == 421
    assert (await http.get(path, headers={"origin": "https://pages.example"})).status_code == 403


async def test_an_allowed_origin_may_call(own_store: Store) -> None:
    async with ChangeFeed(own_store) as feed:
        application = create_app(own_store, feed, query_seconds=10, allowed_origins=[ORIGIN])
        async with listening(application) as address, httpx.AsyncClient(base_url=address) as http:
            answer = await http.post("/graphql", json=ASKED, headers={"origin": ORIGIN})
            asked = {"origin": ORIGIN, "access-control-request-method": "POST"}
            preflight = await http.options("/graphql", headers=asked)
            url = address.replace("http", "ws", 1) + "/graphql"
            origin = websockets.Origin(ORIGIN)
            async with websockets.connect(url, subprotocols=[TRANSPORT_WS], origin=origin) as opened:
                assert opened.subprotocol == TRANSPORT_WS
            with pytest.raises(websockets.InvalidStatus):
                await websockets.connect(url, subprotocols=[TRANSPORT_WS], origin=websockets.Origin("null"))
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, ORIGIN)
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, ORIGIN)


async def test_a_malformed_origin_is_refused_at_once(own_store: Store) -> None:
    async with ChangeFeed(own_store) as feed:
        with pytest.raises(ValueError, match="is not a web origin"):
            create_app(own_store, feed, query_seconds=10, allowed_origins=["fleet.example"])
