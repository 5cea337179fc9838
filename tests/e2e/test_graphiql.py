"""GraphiQL in a real browser on the running program. `SCREENSHOT=docs/graphiql.png` makes the README's picture."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Page, WebSocket, async_playwright, expect

from tests.browser import CHROMIUM
from tests.e2e.conftest import Serve
from tests.e2e.program import ROOT, files_host
from tests.hypervisor import missing


class Window:
    """The page, and everything the browser asked for and complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.hosts: set[str | None] = set()
        self.complaints: list[str] = []
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))
        page.on("websocket", lambda opened: self.hosts.add(urlsplit(opened.url).hostname))
        page.on("requestfailed", lambda request: self._complain(True, f"{request.url} failed: {request.failure}"))
        page.on("response", lambda got: self._complain(got.status >= 400, f"{got.status} {got.url}"))
        # A violation of the content security policy is an error on the console.
        page.on("console", lambda line: self._complain(line.type in ("error", "warning"), line.text))
        page.on("pageerror", lambda error: self._complain(True, str(error)))

    def _complain(self, wrong: bool, text: str) -> None:
        if wrong:
            self.complaints.append(text)


@asynccontextmanager
async def window(address: str) -> AsyncIterator[Window]:
    """GraphiQL as its first visitor sees it; afterwards nothing was asked elsewhere and nothing went wrong."""
    chromium = shutil.which("chromium") or missing("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM))
        try:
            page = await browser.new_page(viewport={"width": 1400, "height": 900}, device_scale_factor=2)
            opened = Window(page)
            await page.goto(f"{address}/graphiql")
            await expect(page.get_by_role("button", name="Execute query")).to_be_visible(timeout=30_000)
            yield opened
            assert opened.hosts == {"127.0.0.1"}
            assert opened.complaints == []
        finally:
            await browser.close()


async def open_example(page: Page, title: str, operation: str) -> None:
    await page.get_by_role("region", name="Examples").get_by_role("button").filter(has_text=title).click()
    # The tab takes the operation's name once GraphiQL has read the query; a person is not faster than that.
    await expect(page.get_by_role("tab", selected=True)).to_contain_text(operation)


async def make_room(page: Page) -> None:
    """Drag the border of the examples to the left, for the picture."""
    panel = page.get_by_role("region", name="Examples")
    box = await panel.bounding_box()
    assert box
    border = page.locator(".graphiql-horizontal-drag-bar").first
    await border.hover()
    await page.mouse.down()
    await page.mouse.move(box["x"] + 250, 450, steps=5)
    await page.mouse.up()


async def test_the_device_tree_on_the_first_screen(embedded: Serve) -> None:
    async with embedded("--sample") as program, window(program.address) as browser:
        page = browser.page
        await program.until_said("reading the domains of sample: [0-9]+ done")
        await page.get_by_role("button", name="Execute query").click()
        response = page.locator(".graphiql-response")
        await expect(response).to_contain_text('"name": "backup-1"', timeout=20_000)
        # The editor renders the lines in view: the root of the tree and the first bus.
        await expect(response).to_contain_text('"summary": "pci controller 0, pcie-root"')
        await expect(response).not_to_contain_text('"errors"')
        # No query may be underlined as wrong against the schema that the page has read.
        await expect(page.locator(".graphiql-query-editor .CodeMirror-lint-mark-error")).to_have_count(0)
        if picture := os.environ.get("SCREENSHOT"):
            (ROOT / picture).parent.mkdir(parents=True, exist_ok=True)
            await make_room(page)
            await page.mouse.move(700, 890)
            await page.wait_for_timeout(1000)
            await page.screenshot(path=ROOT / picture)


async def test_a_subscription_shows_a_change_as_it_happens(embedded: Serve, tmp_path: Path) -> None:
    directory = tmp_path / "dumps"
    directory.mkdir()
    async with embedded("--host", files_host("dumps", directory)) as program, window(program.address) as browser:
        page = browser.page
        await open_example(page, "Live changes", "LiveChanges")
        subscribed = asyncio.Event()

        def listen(socket: WebSocket) -> None:
            socket.on("framesent", lambda frame: subscribed.set() if '"subscribe"' in str(frame) else None)

        page.on("websocket", listen)  # before the click: the frame may be gone before anybody waits for it
        await page.get_by_role("button", name="Execute query").click()
        async with asyncio.timeout(20):
            await subscribed.wait()
        response = page.locator(".graphiql-response")
        for name in ("first", "second"):
            (directory / f"{name}.xml").write_text(f"<domain type='kvm'><name>{name}</name></domain>")
            await expect(response).to_contain_text(f'"name": "{name}"', timeout=10_000)
        await page.get_by_role("button", name="Stop query").click()
