"""A request over HTTP: all of it, no more than is allowed, and only as long as somebody waits for the response."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from cross_web import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from server.bounds import LARGEST_REQUEST

_PATIENCE_SECONDS = 0.02
"""How long a response may take before it is watched whether somebody still waits for it."""

Result = TypeVar("Result")


async def whole(scope: Scope, receive: Receive) -> bytes:
    """All of a request's body; raises HTTPException for one that is too large, and ClientDisconnect."""
    too_large = HTTPException(413, f"A GraphQL request has at most {LARGEST_REQUEST} bytes.")
    for name, value in scope["headers"]:
        if name == b"content-length" and int(value) > LARGEST_REQUEST:
            raise too_large
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_REQUEST:
            raise too_large
    return body


def with_body(scope: Scope, body: bytes) -> Request:
    """The request whose body has been received."""

    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(scope, again)


async def unless_abandoned(answering: Coroutine[Any, Any, Result], receive: Receive) -> Result:
    """What is awaited; when the client goes away before, the work on it ends and ClientDisconnect is raised."""
    working = asyncio.current_task()
    assert working is not None
    abandoned = False
    leaving: asyncio.Task[None] | None = None

    async def watch() -> None:
        nonlocal abandoned
        while (await receive())["type"] != "http.disconnect":
            pass
        abandoned = True
        working.cancel()

    def begin() -> None:
        nonlocal leaving
        leaving = asyncio.create_task(watch(), name="leaving")

    # Most responses are sent before: a task for each would cost as much as a small query.
    patience = asyncio.get_running_loop().call_later(_PATIENCE_SECONDS, begin)
    try:
        return await answering
    except asyncio.CancelledError:
        if abandoned and working.uncancel() == 0:
            raise ClientDisconnect from None
        raise
    finally:
        patience.cancel()
        if leaving is not None:
            leaving.cancel()


async def until_stopped(
    response: StreamingResponse, stopping: asyncio.Event, scope: Scope, receive: Receive, send: Send
) -> None:
    """Send a stream until it ends, or the client goes, or the server stops, which must not wait for it."""
    sending = asyncio.create_task(response(scope, receive, send))
    stop = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait((sending, stop), return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.cancel()
        stopped = not sending.done() and sending.cancel()
        await asyncio.wait((sending, stop))
    if stopped:
        # Without any last event: the client knows that there is more, and comes again.
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    else:
        sending.result()
