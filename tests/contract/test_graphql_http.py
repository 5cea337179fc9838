"""The API before judges that others wrote: graphql-http's audits, and the clients of graphql-ws and graphql-sse."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
import websockets

from server.store.connection import Store
from server.store.embedded import EmbeddedMongo
from tests.conftest import Say
from tests.contract.conftest import Node
from tests.serving import Api, empty_store, serving

CHANGES = (
    "subscription { changes(filter: { subjects: [VM] }) { ... on Change { operation revision name vm { state } } } }"
)


@pytest_asyncio.fixture(scope="module")
async def api(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """The API, over a store that these tests share."""
    async with empty_store(mongo) as store, serving(store) as running:
        yield running


async def line(process: asyncio.subprocess.Process) -> Any:
    """The next line that a script printed."""
    assert process.stdout is not None
    async with asyncio.timeout(15):
        printed = await process.stdout.readline()
    assert printed, "the script ended"
    return json.loads(printed)


def change(operation: str, revision: int, name: str, state: str) -> Any:
    """What a subscriber gets."""
    vm = {"operation": operation, "revision": revision, "name": name, "vm": {"state": state}}
    return {"data": {"changes": vm}}


async def test_all_audits_of_graphql_http_pass(api: Api, node: Node, say: Say) -> None:
    async with node("audits.mjs", api.url) as process:
        results = await line(process)
    failed = [result for result in results if result["status"] != "ok"]
    say(f"graphql-http: {len(results) - len(failed)} of {len(results)} audits pass")
    assert failed == []
    assert len(results) == 61


@pytest.mark.parametrize("client", ["graphql-ws", "graphql-sse"])
async def test_a_client_reads_once(api: Api, node: Node, client: str) -> None:
    await api.observe(f"once-{client}")
    query = f'{{ vms(filter: {{ name: {{ eq: "once-{client}" }} }}) {{ nodes {{ name }} }} }}'
    async with node("clients.mjs", client, api.url, query, "1") as process:
        assert await line(process) == {"data": {"vms": {"nodes": [{"name": f"once-{client}"}]}}}
        assert await line(process) == "closed"
        assert await process.wait() == 0


@pytest.mark.parametrize("client", ["graphql-ws", "graphql-sse"])
async def test_a_client_sees_changes_and_leaves(api: Api, node: Node, client: str) -> None:
    name = f"seen-{client}"
    async with node("clients.mjs", client, api.url, CHANGES, "2") as process:
        await api.subscribed()
        await api.observe(name)
        assert await line(process) == change("ADDED", 1, name, "RUNNING")
        await api.observe(name, "PAUSED")
        assert await line(process) == change("CHANGED", 2, name, "PAUSED")
        assert await line(process) == "closed"
        assert await process.wait() == 0
    await api.subscribed(0)


async def test_clients_resume_when_the_server_comes_back(store: Store, node: Node) -> None:
    async with AsyncExitStack() as clients:
        async with serving(store) as first:
            port = int(first.address.rpartition(":")[2])
            processes = [
                await clients.enter_async_context(node("clients.mjs", client, first.url, CHANGES, "2"))
                for client in ("graphql-ws", "graphql-sse")
            ]
            await first.subscribed(2)
            await first.observe("web-1")
            assert [await line(process) for process in processes] == 2 * [change("ADDED", 1, "web-1", "RUNNING")]
        async with serving(store, port=port) as second:
            await second.subscribed(2)
            await second.observe("web-1", "SHUTOFF")
            assert [await line(process) for process in processes] == 2 * [change("CHANGED", 2, "web-1", "SHUTOFF")]
            assert [await line(process) for process in processes] == 2 * ["closed"]


@pytest.mark.parametrize("client", ["graphql-ws", "graphql-sse"])
async def test_a_client_that_is_killed_leaves_no_subscription(api: Api, node: Node, client: str) -> None:
    async with node("clients.mjs", client, api.url, CHANGES, "1") as process:
        await api.subscribed()
        process.kill()
        await api.subscribed(0)


async def test_the_legacy_subprotocol_is_refused(api: Api) -> None:
    async with websockets.connect(api.websocket_url, subprotocols=[websockets.Subprotocol("graphql-ws")]) as socket:
        assert socket.subprotocol is None
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4406


@pytest.mark.parametrize("origin", ["https://pages.example", "http://127.0.0.1:1", "null"])
async def test_a_websocket_from_another_page_is_refused(api: Api, origin: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(api.websocket_url, origin=websockets.Origin(origin))
    assert refused.value.response.status_code == 403
