"""`/graphql`: GraphQL over HTTP, WebSocket and server-sent events.

Source: the GraphQL over HTTP specification, and the protocols of graphql-ws and graphql-sse.
"""

import logging
from collections.abc import Callable, Iterator
from typing import Any

from cross_web import HTTPException
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.extensions import SchemaExtension
from strawberry.http import GraphQLHTTPResponse
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from loaders.errors import ReadFailed
from schema.graph.context import MissedChanges
from schema.graph.schema import build_schema
from server.context import RequestContext

_LOGGER = logging.getLogger(__name__)

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"


class FreshLoaders(SchemaExtension):
    """A WebSocket's operations share one context; each must read anew."""

    def on_operation(self) -> Iterator[None]:
        """Renew the loaders before the operation."""
        context: RequestContext = self.execution_context.context
        context.renew()
        yield


def clear_error(error: GraphQLError) -> GraphQLError:
    """The error as a client may see it: its own mistakes as they are, ours as one sentence, logged in full."""
    cause = error.original_error
    if cause is None or isinstance(cause, ValueError | MissedChanges | ReadFailed):
        return error
    message = "The server made a mistake, which its log describes."
    _LOGGER.error("%s", error.message, exc_info=cause)
    return GraphQLError(message, nodes=error.nodes, source=error.source, positions=error.positions, path=error.path)


class GraphQLEndpoint(GraphQL[RequestContext, None]):
    """Strawberry's endpoint, held to the letter of the specification."""

    def __init__(self, make_context: Callable[[], RequestContext]) -> None:
        super().__init__(
            build_schema(extensions=[FreshLoaders]),
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            # The guard in front of the application has judged the origin of every request.
            allowed_origins=("*",),
        )
        self._make_context = make_context

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> RequestContext:
        """A context of its own for each request and each WebSocket."""
        return self._make_context()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; one that is no GraphQL request gets its reason as a GraphQL error."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await self.run(request)
        except HTTPException as refusal:
            body = {"errors": [{"message": refusal.reason}]}
            headers = {"Allow": "GET, POST"} if refusal.status_code == 405 else None
            response = JSONResponse(body, refusal.status_code, headers, media_type=_media_type(request))
        await response(scope, receive, send)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Strawberry's carrier of response details; ours remembers the media type the client accepts."""
        carrier = await super().get_sub_response(request)
        assert isinstance(request, Request)
        carrier.media_type = _media_type(request)
        return carrier

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The response; without `data` where the operation was refused before it ran."""
        if result.errors:
            result.errors = [clear_error(error) for error in result.errors]
        response = await super().process_result(request, result)
        if result.data is None and result.errors and all(error.path is None for error in result.errors):
            del response["data"]
        return response

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """A response of the media type the client accepts, with the status that this type asks for."""
        media_type = sub_response.media_type or JSON
        refused = media_type == GRAPHQL_RESPONSE and "data" not in response_data
        content = self.encode_json(response_data)
        return Response(content, 400 if refused else 200, media_type=media_type)


def _media_type(request: Request) -> str:
    """The better one of the two media types of GraphQL responses that the client accepts."""
    accepted = [part.split(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")]
    return GRAPHQL_RESPONSE if GRAPHQL_RESPONSE in accepted else JSON
