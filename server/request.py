"""A request over HTTP: all of it, no more than is allowed, and only as long as somebody waits for the response."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from cross_web import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from server.bounds import LARGEST_REQUEST


async def whole(scope: Scope, receive: Receive) -> Request:
    """The request with all of its body; raises HTTPException for one that is too large, and ClientDisconnect."""
    too_large = HTTPException(413, f"A GraphQL request has at most {LARGEST_REQUEST} bytes.")
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    if int(announced) > LARGEST_REQUEST:
        raise too_large
    body = bytearray()
    async for part in Request(scope, receive).stream():
        body += part
        if len(body) > LARGEST_REQUEST:
            raise too_large

    async def again() -> Message:
        return {"type": "http.request", "body": bytes(body), "more_body": False}

    return Request(scope, again)


async def unless_abandoned(answering: Coroutine[Any, Any, Response], receive: Receive) -> Response:
    """The response; when the client goes away before, the work on it ends and ClientDisconnect is raised."""
    answer = asyncio.create_task(answering)
    leaving = asyncio.create_task(_disconnected(receive))
    try:
        await asyncio.wait((answer, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
        abandoned = not answer.done() and answer.cancel()
        await asyncio.wait((answer, leaving))
    if abandoned:
        raise ClientDisconnect
    return answer.result()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


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
