"""`/graphql`: GraphQL over HTTP, WebSocket and server-sent events.

Source: the GraphQL over HTTP specification, and the protocols of graphql-ws and graphql-sse.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import strawberry
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from graphql import GraphQLError
from starlette.datastructures import Headers, QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData, process_result
from strawberry.http.base import BaseRequestProtocol
from strawberry.http.parse_content_type import parse_content_type
from strawberry.http.streaming import HTTPStreamTransport, SSETransport
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from schema.graph.schema import build_schema
from server import event_source
from server.accept import GRAPHQL_RESPONSE, JSON, Accepted, accepted
from server.answer import Answer
from server.context import RequestContext
from server.encoding import encoded
from server.execution.executor import EventExecutor, planned_executor
from server.execution.persisted import PersistedDocuments
from server.execution.plans import Plans
from server.execution.trusted import ANY_DOCUMENT, Policy, TrustedDocument
from server.fanout import CAPACITY, Fanout
from server.mistakes import OUR_MISTAKE, ServedSchema
from server.request import unless_abandoned, until_stopped, whole, with_body
from server.websocket import Connection, Connections, Operations

_LOGGER = logging.getLogger(__name__)

_METHODS = {"Allow": "GET, HEAD, POST, OPTIONS"}
_NEGOTIATED = ((b"vary", b"Accept, Accept-Encoding"),)
_SINGLE_RESPONSES = {
    "GET": frozenset({OperationType.QUERY}),
    "POST": frozenset({OperationType.QUERY, OperationType.MUTATION}),
}


class EventStream(SSETransport):
    """Server-sent events for those who want them more than a single response."""

    def accepts(self, accept: str) -> bool:
        """Whether a request with this `Accept` header gets a stream."""
        return accepted(accept).event_stream


class Refusal(HTTPException):
    """A request that is not run, with headers for its response."""

    def __init__(self, status: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, reason)
        self.headers = headers


def served_schema(plans: Plans | None = None, policy: Policy = ANY_DOCUMENT) -> strawberry.Schema:
    """The schema with everything that watches over those who use it; without plans, graphql-core executes all.

    Raises TrustError for a document that is trusted but cannot be run.
    """
    executor = EventExecutor if plans is None else planned_executor(plans)
    schema = build_schema(ServedSchema, execution_context_class=executor)
    assert isinstance(schema, ServedSchema)
    trusted = schema.documents.trust([*policy.trusted, TrustedDocument(event_source.DOCUMENT, "/changes")])
    if plans is not None:
        for document in trusted:
            plans.prepare(schema._schema, document.node)
    schema.documents.trusted_only = policy.trusted_only
    return schema


class GraphQLEndpoint(GraphQL[RequestContext, None]):
    """Strawberry's endpoint, held to the letter of the specification. Streams of events end when `stopping` is set.

    Raises TrustError for a document that the policy trusts but that cannot be run.
    """

    websocket_adapter_class = Connection
    graphql_transport_ws_handler_class = Operations
    stream_transport_classes_by_protocol: Mapping[str, type[HTTPStreamTransport]] = {GRAPHQL_SSE_PROTOCOL: EventStream}

    def __init__(
        self,
        make_context: Callable[[], RequestContext],
        stopping: asyncio.Event,
        *,
        capacity: int = CAPACITY,
        policy: Policy = ANY_DOCUMENT,
    ) -> None:
        super().__init__(
            served_schema(Plans(), policy),
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            # The guard in front of the application has judged the origin of every request.
            allowed_origins=("*",),
        )
        self._make_context = make_context
        self._stopping = stopping
        self._carriers = {media_type: _carrier(media_type) for media_type in (JSON, GRAPHQL_RESPONSE, None)}
        self.persisted = PersistedDocuments(policy)
        self.connections = Connections(stopping)
        self.fanout = Fanout(self.schema, make_context, capacity=capacity)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> RequestContext:
        """A context of its own for each request and each WebSocket."""
        return self._context()

    def _context(self) -> RequestContext:
        context = self._make_context()
        context.written = True
        return context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one WebSocket; a request that is not run gets its reason as a GraphQL error."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}  # the server leaves the body out
        response: Response | Answer
        try:
            response = await self._respond(scope, receive)
        except ClientDisconnect:
            return
        except GraphQLError as error:
            response = self._not_found(scope, error)
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

    async def _respond(self, scope: Scope, receive: Receive) -> Response | Answer:
        """The response to a request; raises HTTPException, or ClientDisconnect when nobody waits for it any more."""
        if self._stopping.is_set():
            raise HTTPException(503, "The server is stopping.")
        if scope["method"] == "OPTIONS":
            return Response(status_code=204, headers=_METHODS)
        if scope["method"] not in ("GET", "POST"):
            raise Refusal(405, "GraphQL requests are made with GET or POST.", _METHODS)
        accept = _accept(scope)
        if accept.response_type is None and not accept.event_stream:
            raise Refusal(406, f"Responses are {GRAPHQL_RESPONSE}, {JSON} or text/event-stream: accept one of them.")
        body = await whole(scope, receive)
        if accept.event_stream:
            return await unless_abandoned(self.run(with_body(scope, body)), receive)
        assert accept.response_type is not None
        return await unless_abandoned(self._single(scope, body, accept.response_type), receive)

    async def _single(self, scope: Scope, body: bytes, media_type: str) -> Answer:
        """The response to an operation that has a single one; raises HTTPException, and GraphQLError.

        Strawberry's view, which streams are served by, costs several times what a small query does.
        """
        if scope["method"] == "POST":
            asked = self._asked(self._posted(Headers(scope=scope), body))
        else:
            asked = self._asked(self.parse_query_params(dict(QueryParams(scope["query_string"]))))
        result = await self._executed(scope["method"], asked, self._context())
        return _answer(_response_data(result), media_type)

    def _refused(self, scope: Scope, status: int, reason: str, headers: Mapping[str, str] | None = None) -> Response:
        content = self.encode_json({"errors": [{"message": reason}]})
        return Response(content, status, headers, _accept(scope).response_type or JSON)

    def _not_found(self, scope: Scope, error: GraphQLError) -> Response | Answer:
        """The answer to a request that names no document: not a failure of HTTP for clients of the older media type."""
        if (media_type := _accept(scope).response_type) is None:
            return self._refused(scope, 400, error.message)
        return _answer({"errors": [error.formatted]}, media_type)

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """Never: GraphiQL has a page of its own, and a GET without a query is told so."""
        return False

    def decode_json(self, data: str | bytes) -> object:
        """Read JSON, and nothing that only Python takes for it; raises JSONDecodeError."""
        try:
            text = data if isinstance(data, str) else data.decode(json.detect_encoding(data), "surrogatepass")
            return _DECODER.decode(text)
        except json.JSONDecodeError:
            raise
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError(str(error), "", 0) from error

    def encode_json(self, data: object) -> bytes:
        """Write JSON."""
        return encoded(data)

    def parse_json(self, data: str | bytes) -> Any:
        """Read a body (bytes), which must be an object, or a parameter of a URL; raises HTTPException."""
        value = super().parse_json(data)
        if isinstance(data, bytes) and not isinstance(value, dict):
            raise HTTPException(400, "The body must be one JSON object with a `query`; batches are not served.")
        return value

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """The parameters of a request for a stream; raises HTTPException, and GraphQLError as `_asked` does."""
        if request.method == "POST":
            asked = self._asked(self._posted(request.headers, await request.get_body()))
        else:
            asked = self._asked(self.parse_query_params(request.query_params))
        asked.protocol = EventStream.protocol
        return asked

    def _posted(self, headers: Mapping[str, str], body: str | bytes) -> dict[str, Any]:
        """The object that a body is; raises HTTPException."""
        _check_content(headers)
        data: dict[str, Any] = self.parse_json(body)
        return data

    def _asked(self, data: Mapping[str, Any]) -> GraphQLRequestData:
        """The parameters of a request; raises HTTPException, and GraphQLError for a document that is not known."""
        query, document_id, name = data.get("query"), data.get("documentId"), data.get("operationName")
        variables, extensions = data.get("variables"), data.get("extensions")
        for parameter, value, kind, words in (
            ("query", query, str, "a string"),
            ("variables", variables, dict, "an object"),
            ("extensions", extensions, dict, "an object"),
            ("operationName", name, str, "a string"),
            ("documentId", document_id, str, "a string"),
        ):
            if value is not None and not isinstance(value, kind):
                raise HTTPException(400, f"The GraphQL operation's `{parameter}` must be {words} or null, if provided.")
        text = self.persisted.text(query, document_id, extensions)
        if not text:
            raise HTTPException(400, "The request has no GraphQL `query`.")
        return GraphQLRequestData(text, variables, name, extensions)

    async def _executed(self, method: str, asked: GraphQLRequestData, context: RequestContext) -> ExecutionResult:
        """Run an operation that has a single response; raises HTTPException for one that may not be run so."""
        try:
            return await self.schema.execute(
                asked.query,
                variable_values=asked.variables,
                context_value=context,
                operation_name=asked.operation_name,
                allowed_operation_types=_SINGLE_RESPONSES[method],
                operation_extensions=asked.extensions,
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
        """Strawberry's carrier of response details, of which we use the media type that the client accepts."""
        return self._carriers[_accept(request.scope).response_type]

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """One response of a stream."""
        return _response_data(result)


def _response_data(result: ExecutionResult) -> GraphQLHTTPResponse:
    """A response; without `data` where the operation was refused before it ran."""
    response = process_result(result)
    if result.data is None and result.errors and all(error.path is None for error in result.errors):
        del response["data"]
    return response


def _answer(data: Any, media_type: str) -> Answer:
    """A response of the media type the client accepts, with the status that this type asks for."""
    refused = media_type == GRAPHQL_RESPONSE and "data" not in data
    return Answer(encoded(data), 400 if refused else 200, media_type, _NEGOTIATED)


def _accept(scope: Scope) -> Accepted:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"accept"]
    return accepted(",".join(values))


def _carrier(media_type: str | None) -> Response:
    carrier = Response(media_type=media_type)
    del carrier.headers["content-length"]
    return carrier


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _check_content(headers: Mapping[str, str]) -> None:
    """Raise HTTPException unless the body is said to be plain JSON in UTF-8."""
    if not _is_json(headers.get("content-type", "")):
        raise HTTPException(415, f"The body of a GraphQL request must be {JSON} in UTF-8.")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, "The body of a GraphQL request must not be compressed.")


@lru_cache(maxsize=64)
def _is_json(content_type: str) -> bool:
    media_type, parameters = parse_content_type(content_type)
    charset = parameters.get("charset", "utf-8").lower().replace("-", "")
    return media_type.lower() == JSON and charset in ("utf8", "usascii")
