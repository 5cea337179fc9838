"""Responses are compressed for those who accept it, when it is worth it, and never streams of events."""

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from server.compression import SMALLEST
from server.store.embedded import EmbeddedMongo
from tests.serving import Api, empty_store, serving, until

LARGE = {"query": "{ __schema { types { name description fields { name description } } } }"}
SMALL = {"query": "{ __typename }"}


@pytest_asyncio.fixture(scope="module")
async def api(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """The API over an empty store."""
    async with empty_store(mongo) as store, serving(store) as running:
        yield running


async def raw(api: Api, query: dict[str, str], encoding: str | None) -> tuple[httpx.Headers, bytes]:
    """The response as it came."""
    headers = {"accept-encoding": encoding} if encoding is not None else {}
    async with httpx.AsyncClient(timeout=30) as http:
        del http.headers["accept-encoding"]
        async with http.stream("POST", api.url, json=query, headers=headers) as response:
            assert response.status_code == 200
            return response.headers, b"".join([part async for part in response.aiter_raw()])


async def test_large_responses_are_compressed_for_those_who_accept_it(api: Api) -> None:
    plain_headers, plain = await raw(api, LARGE, None)
    assert "content-encoding" not in plain_headers
    for accepted in ("gzip", "br, gzip;q=0.5", "deflate, gzip, *;q=0"):
        headers, body = await raw(api, LARGE, accepted)
        assert headers["content-encoding"] == "gzip"
        assert int(headers["content-length"]) == len(body) < len(plain) / 3
        assert gzip.decompress(body) == plain
        assert "accept-encoding" in headers["vary"].lower()
    assert "accept-encoding" in plain_headers["vary"].lower()


@pytest.mark.parametrize("accepted", ["identity", "br", "gzip;q=0", "gzip;q=0, *", ""])
async def test_who_does_not_accept_it_gets_it_as_it_is(api: Api, accepted: str) -> None:
    headers, body = await raw(api, LARGE, accepted)
    assert "content-encoding" not in headers
    assert body.startswith(b'{"data":')


async def test_small_responses_are_left_alone(api: Api) -> None:
    headers, body = await raw(api, SMALL, "gzip")
    assert "content-encoding" not in headers
    assert len(body) < SMALLEST


@pytest.mark.parametrize("path", ["/changes", "/graphql"])
async def test_events_come_one_by_one_and_uncompressed(api: Api, path: str) -> None:
    headers = {"accept": "text/event-stream", "accept-encoding": "gzip"}
    query = {"query": "subscription { changes { ... on Change { name } } }"}
    async with httpx.AsyncClient(base_url=api.address, timeout=5) as http:
        before = api.subscribers()
        request = http.stream("GET", path, headers=headers, params=query if path == "/graphql" else {})
        async with request as response:
            assert "content-encoding" not in response.headers
            await api.subscribed(before + 1)
            lines = response.aiter_lines()
            for name in (f"first-{path[1:]}", f"second-{path[1:]}"):
                await api.observe(name, "RUNNING", "text " * SMALLEST)
                while name not in await anext(lines):
                    pass
        await until(lambda: api.subscribers() == before)
