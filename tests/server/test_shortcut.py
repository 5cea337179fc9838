"""The way of one path's requests."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from server.shortcut import Shortcut


@pytest.mark.parametrize(("path", "answered"), [("/short", "short"), ("/long", "long")])
async def test_requests_of_the_path_go_past_the_routes(path: str, answered: str) -> None:
    application = Starlette(
        routes=[Route("/long", PlainTextResponse("long"))],
        middleware=[Middleware(Shortcut, path="/short", to=PlainTextResponse("short"))],
    )
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get(path)).text == answered
