"""GraphiQL, served from our own files: the page asks no other host for anything, and its policy says so."""

import json
from dataclasses import asdict
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.pages.examples import examples

HERE = Path(__file__).parent
ASSETS = HERE / "assets"
STATIC = HERE / "static"

# GraphiQL's editor sets style attributes, hence 'unsafe-inline' for styles alone; no script is ever inline.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Asked again each time, answered 304 by the ETag: an upgraded server never meets yesterday's page.
    "Cache-Control": "no-cache",
}
MISSING = (
    "GraphiQL's files are not here. `scripts/install` brings them in a clone of the project, "
    "`pip install --force-reinstall virtgraph` elsewhere. The API at /graphql works without them.\n"
)


def routes() -> list[BaseRoute]:
    """`/` and `/graphiql` (the page), `/assets/` and `/static/` (its files), `/examples.json` (saved queries)."""
    strict = [Middleware(StrictHeaders)]
    return [
        Route("/", _home, middleware=strict),
        Route("/graphiql", _page, middleware=strict),
        Route("/examples.json", _examples, middleware=strict),
        Mount("/assets", StaticFiles(directory=ASSETS, check_dir=False), middleware=strict),
        Mount("/static", StaticFiles(directory=STATIC), middleware=strict),
    ]


class StrictHeaders:
    """Middleware that puts the security and cache headers on every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def missing_assets() -> list[str]:
    """Names of the third-party files that the build should have brought and that are not there."""
    bundles = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["bundles"]
    return [name for bundle in bundles.values() for name in bundle["files"].values() if not (ASSETS / name).is_file()]


def _home(request: Request) -> Response:
    return RedirectResponse("/graphiql")


def _page(request: Request) -> Response:
    if missing_assets():
        return PlainTextResponse(MISSING, status_code=500)
    return FileResponse(STATIC / "graphiql.html", media_type="text/html")


def _examples(request: Request) -> Response:
    return JSONResponse([asdict(example) for example in examples()])
