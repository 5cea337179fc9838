"""A request over HTTP: all of it, no more than is allowed, and only as long as somebody waits for the response."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from cross_web import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope

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
