"""`graphql-transport-ws` held to the letter: what Strawberry takes on trust from a client is checked first.

Source: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from collections.abc import Mapping
from typing import Any

from starlette.websockets import WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message

from server.context import RequestContext

_LONGEST_REASON = 123
"""Bytes that a WebSocket close frame has for its reason."""


class Connection(ASGIWebSocketAdapter):
    """A WebSocket that may be closed already when there is something to send."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message; raises WebSocketDisconnected."""
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnected
        await super().send_json(message)

    async def close(self, code: int, reason: str) -> None:
        """Close the connection unless it is closed; a reason that is too long is cut."""
        if self.ws.application_state is not WebSocketState.DISCONNECTED:
            await super().close(code, reason.encode()[:_LONGEST_REASON].decode(errors="ignore"))


class Operations(BaseGraphQLTransportWSHandler[RequestContext, None]):
    """The operations of one connection."""

    async def handle_message(self, message: Message) -> None:
        """Act on a message; one that the protocol does not know closes the connection with 4400."""
        problem = _problem(message)
        if problem is None:
            await super().handle_message(message)
        else:
            await self.handle_invalid_message(problem)

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
        if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
            return "The `payload` of a subscribe message must be an object with a string `query`"
        if not isinstance(payload.get("operationName"), str | None):
            return "`operationName` must be a string or null"
        if not isinstance(payload.get("variables"), dict | None):
            return "`variables` must be an object or null"
    return None
