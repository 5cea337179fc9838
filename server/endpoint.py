"""`/graphql`: GraphQL over HTTP, WebSocket and server-sent events.

Source: the GraphQL over HTTP specification, and the protocols of graphql-ws and graphql-sse.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import strawberry
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.extensions import SchemaExtension
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol
from strawberry.http.parse_content_type import parse_content_type
from strawberry.http.streaming import HTTPStreamTransport, SSETransport
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from schema.graph.schema import build_schema
from server.accept import GRAPHQL_RESPONSE, JSON, Accept
from server.bounds import bounds
from server.context import RequestContext
from server.executor import EventExecutor
from server.fanout import CAPACITY, Fanout
from server.mistakes import OUR_MISTAKE, ServedSchema
from server.request import unless_abandoned, until_stopped, whole
from server.websocket import Connection, Connections, Operations

_LOGGER = logging.getLogger(__name__)

_METHODS = {"Allow": "GET, HEAD, POST, OPTIONS"}


class OwnContext(SchemaExtension):
    """A WebSocket's operations come with one context; each must read anew, and for itself."""

    def on_operation(self) -> Iterator[None]:
        """Give the operation a context of its own."""
        self.execution_context.context = self.execution_context.context.anew()
        yield


class EventStream(SSETransport):
    """Server-sent events for those who want them more than a single response."""

    def accepts(self, accept: str) -> bool:
        """Whether a request with this `Accept` header gets a stream."""
        return Accept(accept).event_stream()


class Refusal(HTTPException):
    """A request that is not run, with headers for its response."""

    def __init__(self, status: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, reason)
        self.headers = headers


def served_schema() -> strawberry.Schema:
    """The schema with everything that watches over those who use it."""
    return build_schema(ServedSchema, extensions=[*bounds(), OwnContext], execution_context_class=EventExecutor)


class GraphQLEndpoint(GraphQL[RequestContext, None]):
    """Strawberry's endpoint, held to the letter of the specification. Streams of events end when `stopping` is set."""

    websocket_adapter_class = Connection
    graphql_transport_ws_handler_class = Operations
    stream_transport_classes_by_protocol: Mapping[str, type[HTTPStreamTransport]] = {GRAPHQL_SSE_PROTOCOL: EventStream}

    def __init__(
        self, make_context: Callable[[], RequestContext], stopping: asyncio.Event, *, capacity: int = CAPACITY
    ) -> None:
        super().__init__(
            served_schema(),
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            # The guard in front of the application has judged the origin of every request.
            allowed_origins=("*",),
        )
        self._make_context = make_context
        self._stopping = stopping
        self.connections = Connections(stopping)
        self.fanout = Fanout(self.schema, make_context, capacity=capacity)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> RequestContext:
        """A context of its own for each request and each WebSocket."""
        return self._make_context()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one WebSocket; a request that is not run gets its reason as a GraphQL error."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}  # the server leaves the body out
        try:
            response = await self._respond(scope, receive)
        except ClientDisconnect:
            return
        except HTTPException as refusal:
            headers = refusal.headers if isinstance(refusal, Refusal) else None
            response = self._refused(scope, refusal.status_code, refusal.reason, headers)
        except Exception:
            _LOGGER.exception("A GraphQL request failed")
            response = self._refused(scope, 500, OUR_MISTAKE)
        if isinstance(response, StreamingResponse):
            await until_stopped(response, self._stopping, scope, receive, send)
        else:
            await response(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive) -> Response:
        """The response to a request; raises HTTPException, or ClientDisconnect when nobody waits for it any more."""
        if self._stopping.is_set():
            raise HTTPException(503, "The server is stopping.")
        if scope["method"] == "OPTIONS":
            return Response(status_code=204, headers=_METHODS)
        if scope["method"] not in ("GET", "POST"):
            raise Refusal(405, "GraphQL requests are made with GET or POST.", _METHODS)
        accept = _accept(scope)
        if accept.response_type() is None and not accept.event_stream():
            raise Refusal(406, f"Responses are {GRAPHQL_RESPONSE}, {JSON} or text/event-stream: accept one of them.")
        return await unless_abandoned(self.run(await whole(scope, receive)), receive)

    def _refused(self, scope: Scope, status: int, reason: str, headers: Mapping[str, str] | None = None) -> Response:
        content = self.encode_json({"errors": [{"message": reason}]})
        return Response(content, status, headers, _accept(scope).response_type() or JSON)

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """Never: GraphiQL has a page of its own, and a GET without a query is told so."""
        return False

    def decode_json(self, data: str | bytes) -> object:
        """Read JSON, and nothing that only Python takes for it; raises JSONDecodeError."""
        try:
            return json.loads(data, parse_constant=_no_constant)
        except json.JSONDecodeError:
            raise
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError(str(error), "", 0) from error

    def parse_json(self, data: str | bytes) -> Any:
        """Read a body (bytes), which must be an object, or a parameter of a URL; raises HTTPException."""
        value = super().parse_json(data)
        if isinstance(data, bytes) and not isinstance(value, dict):
            raise HTTPException(400, "The body must be one JSON object with a `query`; batches are not served.")
        return value

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData | list[GraphQLRequestData]:
        """The request's parameters; raises HTTPException."""
        if request.method == "POST":
            _check_content(request)
        data = await super().parse_http_body(request)
        if isinstance(data, GraphQLRequestData):
            if not isinstance(data.operation_name, str | None):
                raise HTTPException(
                    400, "The GraphQL operation's `operationName` must be a string or null, if provided."
                )
            if not data.query:
                raise HTTPException(400, "The request has no GraphQL `query`.")
        return data

    async def execute_single(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        sub_response: Response,
        context: RequestContext,
        root_value: None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        """Run an operation that has a single response; raises HTTPException for one that may not be run so."""
        try:
            return await self.schema.execute(
                request_data.query,
                variable_values=request_data.variables,
                context_value=context,
                operation_name=request_data.operation_name,
                allowed_operation_types=OperationType.from_http(request_adapter.method) - {OperationType.SUBSCRIPTION},
                operation_extensions=request_data.extensions,
            )
        except CannotGetOperationTypeError as error:
            raise HTTPException(400, error.as_http_error_reason()) from error
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.SUBSCRIPTION:
                raise Refusal(
                    406, "A subscription needs a stream: accept text/event-stream, or use a WebSocket."
                ) from error
            raise Refusal(405, "Mutations are made with POST.", {"Allow": "POST"}) from error

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Strawberry's carrier of response details; ours remembers the media type the client accepts."""
        carrier = await super().get_sub_response(request)
        carrier.media_type = _accept(request.scope).response_type()
        return carrier

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The response; without `data` where the operation was refused before it ran."""
        response = await super().process_result(request, result)
        if result.data is None and result.errors and all(error.path is None for error in result.errors):
            del response["data"]
        return response

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """A response of the media type the client accepts, with the status that this type asks for."""
        refused = sub_response.media_type == GRAPHQL_RESPONSE and "data" not in response_data
        return Response(self.encode_json(response_data), 400 if refused else 200, media_type=sub_response.media_type)


def _accept(scope: Scope) -> Accept:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"accept"]
    return Accept(",".join(values))


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is not JSON")


def _check_content(request: AsyncHTTPRequestAdapter) -> None:
    """Raise HTTPException unless the body is said to be plain JSON in UTF-8."""
    media_type, parameters = parse_content_type(request.content_type or "")
    charset = parameters.get("charset", "utf-8").lower().replace("-", "")
    if media_type.lower() != JSON or charset not in ("utf8", "usascii"):
        raise HTTPException(415, f"The body of a GraphQL request must be {JSON} in UTF-8.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, "The body of a GraphQL request must not be compressed.")
