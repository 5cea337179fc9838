"""`graphql-transport-ws` held to the letter: what Strawberry takes on trust from a client is checked first.

Source: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import aclosing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message

from server import encoding, fanout
from server.context import RequestContext

if TYPE_CHECKING:
    from server.endpoint import GraphQLEndpoint

_LONGEST_REASON = 123
"""Bytes that a WebSocket close frame has for its reason."""

SERVICE_RESTART = 1012
FAREWELL = "The server stops: connect again, and give the cursor of the last change as `after`."


class Connection(ASGIWebSocketAdapter):
    """A WebSocket that may be closed already when there is something to send."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message; raises WebSocketDisconnected."""
        # As text: the protocol wants no binary frames.
        await self.send_text(encoding.text(message))

    async def send_text(self, message: str) -> None:
        """Send a message that is serialised already; raises WebSocketDisconnected."""
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnected
        try:
            await self.ws.send_text(message)
        except WebSocketDisconnect as gone:
            raise WebSocketDisconnected from gone

    async def close(self, code: int, reason: str) -> None:
        """Close the connection unless it is closed; a reason that is too long is cut."""
        if self.ws.application_state is not WebSocketState.DISCONNECTED:
            await super().close(code, reason.encode()[:_LONGEST_REASON].decode(errors="ignore"))


class Connections:
    """All open WebSockets, and one task that tells their clients to come again when `stopping` is set.

    The end of the subscriptions alone would tell them that there is nothing more to come.
    """

    def __init__(self, stopping: asyncio.Event) -> None:
        self._stopping = stopping
        self._open: set[Connection] = set()
        self._farewell: asyncio.Task[None] | None = None

    @contextmanager
    def opened(self, connection: Connection) -> Iterator[None]:
        """While a connection is open."""
        self._open.add(connection)
        if self._farewell is None or self._farewell.done():
            self._farewell = asyncio.create_task(self._say_farewell(), name="farewell")
        try:
            yield
        finally:
            self._open.discard(connection)
            if not self._open:
                self._farewell.cancel()

    async def _say_farewell(self) -> None:
        await self._stopping.wait()
        closing = (connection.close(SERVICE_RESTART, FAREWELL) for connection in self._open)
        # All at once: one whose client does not read keeps nobody waiting.
        await asyncio.gather(*closing, return_exceptions=True)


class Operations(BaseGraphQLTransportWSHandler[RequestContext, None]):
    """The operations of one connection."""

    view: "GraphQLEndpoint"
    websocket: Connection

    async def handle(self) -> None:
        """Serve the connection until it is closed."""
        with self.view.connections.opened(self.websocket):
            await super().handle()

    async def run_operation(self, operation: Operation[RequestContext, None]) -> None:
        """Execute an operation, or share its execution with those who asked for the same."""
        asked = fanout.Operation(operation.query, operation.variables, operation.operation_name)
        head = f'{{"id":{encoding.text(operation.id)},"type":"next","payload":'
        try:
            async with aclosing(self.view.fanout.follow(asked)) as payloads:
                async for payload in payloads:
                    await self.websocket.send_text(f"{head}{payload.text}}}")
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except fanout.NotExecuted as refusal:
            await operation.send_initial_errors(refusal.errors)
        except Exception as error:
            await self.handle_task_exception(error)
            with suppress(Exception):
                await operation.send_operation_message({"id": operation.id, "type": "complete"})
            self.operations.pop(operation.id, None)

    async def handle_message(self, message: Message) -> None:
        """Act on a message; one that the protocol does not know closes the connection with 4400."""
        problem = _problem(message)
        if problem is not None:
            await self.handle_invalid_message(problem)
        elif message["type"] == "subscribe":
            await self._subscribe(message)
        else:
            await super().handle_message(message)

    async def _subscribe(self, message: Any) -> None:
        """Run an operation; its document may be named instead of sent."""
        payload = message["payload"]
        query = payload.get("query") or ""
        if self.connection_acknowledged and message["id"] not in self.operations:
            try:
                query = self.view.persisted.text(query, payload.get("documentId"), payload.get("extensions")) or ""
            except GraphQLError as error:
                await self.send_message({"id": message["id"], "type": "error", "payload": [error.formatted]})
                return
        message["payload"]["query"] = query
        await super().handle_message(message)

    async def handle_task_exception(self, error: Exception) -> None:
        """Log what ended an operation, unless the client just went away."""
        if not isinstance(error, WebSocketDisconnected):
            await super().handle_task_exception(error)


def _problem(message: Any) -> str | None:
    """Why a message cannot be acted on."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message must be a JSON object with a string `type`"
    if message["type"] in ("subscribe", "complete") and not (isinstance(message.get("id"), str) and message["id"]):
        return f"A {message['type']} message must have a string `id`"
    if message["type"] == "subscribe":
        payload = message.get("payload")
        named = isinstance(payload, dict) and not payload.keys().isdisjoint(("documentId", "extensions"))
        if not isinstance(payload, dict) or not isinstance(payload.get("query"), str | None if named else str):
            return "The `payload` of a subscribe message must be an object with a string `query`"
        if not isinstance(payload.get("documentId"), str | None):
            return "`documentId` must be a string or null"
        if not isinstance(payload.get("extensions"), dict | None):
            return "`extensions` must be an object or null"
        if not isinstance(payload.get("operationName"), str | None):
            return "`operationName` must be a string or null"
        if not isinstance(payload.get("variables"), dict | None):
            return "`variables` must be an object or null"
    return None
