"""GraphiQL's page in a real browser, from our own files alone."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
import strawberry
import uvicorn
from playwright.async_api import Page, async_playwright, expect
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL

from server.pages import graphiql
from server.pages.examples import FIRST, examples
from tests.browser import CHROMIUM


@strawberry.type
class Query:
    """A stand-in for the API: what is tested here is the page."""

    @strawberry.field
    def greeting(self) -> str:
        return "hello from the query"


@strawberry.type
class Subscription:
    """Two events, as a live query would give them."""

    @strawberry.subscription
    async def ticks(self) -> AsyncIterator[str]:
        for number in (1, 2):
            yield f"hello from tick {number}"
            await asyncio.sleep(0.05)


@pytest_asyncio.fixture(scope="module")
async def address() -> AsyncIterator[str]:
    """The page and a small API behind a real server; gives `http://127.0.0.1:PORT`."""
    api: GraphQL[None, None] = GraphQL(strawberry.Schema(Query, subscription=Subscription))
    routes = [*graphiql.routes(), Route("/graphql", api), WebSocketRoute("/graphql", api)]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="error"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


class Visit:
    """A first visit to the page, and everything the browser asked for and complained about meanwhile."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.hosts: set[str | None] = set()
        self.complaints: list[str] = []
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))
        page.on("websocket", lambda opened: self.hosts.add(urlsplit(opened.url).hostname))
        page.on(
            "response", lambda response: self._complain(response.status >= 400, f"{response.status} {response.url}")
        )
        page.on("console", lambda line: self._complain(line.type in ("error", "warning"), line.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _complain(self, wrong: bool, text: str) -> None:
        if wrong:
            self.complaints.append(text)


@pytest_asyncio.fixture
async def visit(address: str) -> AsyncIterator[Visit]:
    """The page, loaded in a new profile of headless Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None and not os.environ.get("CI"):
        pytest.skip("Chromium is not installed: `scripts/install --for test` brings it")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium or "chromium", args=list(CHROMIUM))
        try:
            page = await browser.new_page(viewport={"width": 1400, "height": 900})
            visit = Visit(page)
            await page.goto(address)
            await expect(page.get_by_role("button", name="Execute query")).to_be_visible(timeout=30_000)
            yield visit
        finally:
            await browser.close()


async def write_query(page: Page, query: str) -> None:
    """Replace what the editor holds, as a person would."""
    await page.locator(".graphiql-query-editor .CodeMirror").click()
    await page.keyboard.press("Control+A")
    await page.keyboard.insert_text(query)
    # The tab takes the operation's name once GraphiQL has read the query.
    await expect(page.get_by_role("tab", selected=True)).to_have_text(query.split()[1])


async def test_the_page_lists_examples_and_asks_no_other_host(visit: Visit) -> None:
    page = visit.page
    listed = page.get_by_role("region", name="Examples").get_by_role("button")
    await expect(listed).to_have_text([example.title for example in examples()])
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("query DeviceTree")
    await expect(page.get_by_role("tab")).to_have_count(1)

    await listed.filter(has_text="Live changes").click()
    await expect(page.get_by_role("tab")).to_have_count(2)
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("subscription LiveChanges")

    await listed.filter(has_text="Device tree").click()
    await expect(page.get_by_role("tab")).to_have_count(2)
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("query DeviceTree")

    assert visit.hosts == {"127.0.0.1"}
    assert visit.complaints == []


async def test_a_query_and_a_subscription_run(visit: Visit) -> None:
    page = visit.page
    await write_query(page, "query Greeting { greeting }")
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(".graphiql-response")).to_contain_text("hello from the query")
    await write_query(page, "subscription Ticks { ticks }")
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(".graphiql-response")).to_contain_text("hello from tick 2")
    assert visit.hosts == {"127.0.0.1"}
    assert visit.complaints == []


async def test_the_explorer_shows_the_schema(visit: Visit) -> None:
    await visit.page.get_by_role("button", name="Show GraphiQL Explorer").click()
    await expect(visit.page.locator(".docExplorerWrap")).to_contain_text("greeting")
    assert visit.complaints == []


async def test_a_closed_panel_stays_closed(visit: Visit) -> None:
    panel = visit.page.get_by_role("region", name="Examples")
    await expect(panel).to_be_in_viewport()
    await visit.page.get_by_role("button", name="Hide Examples").click()
    await visit.page.reload()
    await expect(visit.page.get_by_role("button", name="Show Examples")).to_be_visible()
    await expect(panel).not_to_be_attached()
    assert visit.complaints == []


async def test_a_script_from_elsewhere_is_stopped_by_the_policy(visit: Visit) -> None:
    await visit.page.evaluate(
        "const script = document.createElement('script'); script.textContent = 'window.ran = 1';"
        "document.body.append(script)"
    )
    assert await visit.page.evaluate("() => window.ran") is None
    assert any("Content Security Policy" in complaint for complaint in visit.complaints)


PATHS = ["/", "/graphiql", "/examples.json", "/assets/graphiql.js", "/static/graphiql.js"]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_carries_the_strict_headers(address: str, path: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.get(address + path)
    assert response.headers["content-security-policy"] == graphiql.POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cache-control"] == "no-cache"


async def test_unchanged_files_are_not_sent_again(address: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        first = await client.get(f"{address}/assets/graphiql.js")
        again = await client.get(f"{address}/assets/graphiql.js", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize("path", ["/static/%2e%2e/graphiql.py", "/assets/..%2fpackage.json", "/static/"])
async def test_nothing_beside_the_files_is_served(address: str, path: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(address + path)).status_code == 404


async def test_missing_files_are_explained(address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(graphiql, "ASSETS", tmp_path)
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.get(f"{address}/graphiql")
    assert response.status_code == 500
    assert "scripts/install" in response.text


def test_examples_start_with_the_device_tree_and_have_titles() -> None:
    found = examples()
    assert found[0].name == FIRST
    assert {"device-tree", "disks-cache-none", "live-changes"} <= {example.name for example in found}
    assert len({example.title for example in found}) == len(found)
    assert all(example.query.startswith(f"# {example.title}\n") for example in found)


def test_an_example_without_a_title_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bare.graphql").write_text("{ hosts { id } }\n")
    monkeypatch.setattr("server.pages.examples.DIRECTORY", tmp_path)
    with pytest.raises(ValueError, match=r"bare\.graphql: the first line must be a comment"):
        examples()
