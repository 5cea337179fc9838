"""The web application: the API, GraphiQL, and what watches over them."""

import asyncio
from collections.abc import Collection

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from loaders import Readers, RequestLoaders
from server.compression import Compression
from server.context import RequestContext
from server.endpoint import GraphQLEndpoint
from server.event_source import ChangeEvents
from server.execution.trusted import ANY_DOCUMENT, Policy
from server.fanout import CAPACITY
from server.pages.graphiql import routes as page_routes
from server.security.origins import HostAndOriginGuard, Origin
from server.shortcut import Shortcut
from server.store.connection import Store
from server.store.errors import StoreError
from server.store.feed import ChangeFeed


def create_app(
    store: Store,
    feed: ChangeFeed,
    *,
    query_seconds: float,
    listen: str = "127.0.0.1",
    allowed_origins: Collection[str] = (),
    stopping: asyncio.Event | None = None,
    capacity: int = CAPACITY,
    policy: Policy = ANY_DOCUMENT,
) -> Starlette:
    """The application over an open store and a running feed; raises ValueError for a malformed origin.

    Raises TrustError, which is one, for a document that the policy trusts but that cannot be run.

    Set `stopping` when the server begins to stop: streams of events would keep it waiting. A subscriber may leave
    `capacity` events unread.
    """
    for origin in allowed_origins:
        Origin.parse(origin)  # Starlette makes the guard, which reads them too, with the first request only

    readers = Readers(store.direct)

    def make_context() -> RequestContext:
        return RequestContext(feed, lambda: RequestLoaders(store.database, query_seconds, readers))

    async def alive(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(_request: Request) -> Response:
        problem = feed.problem
        try:
            await store.check()
        except StoreError as error:
            problem = str(error)
        return JSONResponse(
            {"status": "not ready", "reason": problem} if problem else {"status": "ready"}, 503 if problem else 200
        )

    stopping = stopping or asyncio.Event()
    endpoint = GraphQLEndpoint(make_context, stopping, capacity=capacity, policy=policy)
    return Starlette(
        routes=[
            Route("/graphql", endpoint),
            WebSocketRoute("/graphql", endpoint),
            Route("/changes", ChangeEvents(endpoint.fanout, make_context, stopping), methods=["GET"]),
            Route("/healthz", alive),
            Route("/readyz", ready),
            *page_routes(),
        ],
        middleware=[
            Middleware(HostAndOriginGuard, allowed_hosts=[listen], allowed_origins=allowed_origins),
            Middleware(Compression),
            Middleware(Shortcut, path="/graphql", to=endpoint),
        ],
    )
