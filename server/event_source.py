"""`GET /changes`: the subscription `changes` as plain server-sent events, for `curl -N` and a browser's `EventSource`.

Parameters: `host`, `vm`, `resource`, `subject`, `operation` and `kind`, each of which may be repeated, `path`, and
`after`; the header `Last-Event-ID`, which `EventSource` sends when it comes again, wins over `after`.

Events are `change`, whose `id` is the change's cursor, `lagged` and `cursorExpired`; each ends with a line of JSON, the
object of that name in GraphQL. The stream begins with an `id`, too: who is interrupted before the first change loses
none either. After `lagged` the stream ends, and whoever comes again with the last `id`, as `EventSource` does by
itself, gets what was left out. After `cursorExpired` coming again would bring the same for ever: its `id` is one that
is answered with 204, at which `EventSource` gives up; its owner reads what happened with the query `changes`, and
begins anew with `changeCursor`. An event `problem` tells what went wrong later on; coming again is right then.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from strawberry.types import ExecutionResult

from schema.devices import DeviceKind
from schema.graph.change_filter import ChangeOperation, ChangeSubject
from server import encoding
from server.context import RequestContext
from server.fanout import Fanout, NotExecuted, Operation, Payload
from server.mistakes import OUR_MISTAKE
from server.request import until_stopped

_LISTS: dict[str, tuple[str, Any]] = {
    "host": ("hosts", None),
    "vm": ("vms", None),
    "resource": ("resources", None),
    "subject": ("subjects", ChangeSubject),
    "operation": ("operations", ChangeOperation),
    "kind": ("deviceKinds", DeviceKind),
}
"""Parameters that may be repeated: the field of `ChangeFilter`, and the enum that its values are from."""

_SINGLE = ("path", "after")

_EXPIRED = "expired"
"""The `id` with which nobody needs to come again."""

RETRY_MILLISECONDS = 2000
HEARTBEAT_SECONDS = 15.0

_REFUSAL_SECONDS = 0.1
"""How long the status waits for what is wrong with the request, which shows at once if at all."""

_EVENT_STREAM = "text/event-stream"
_HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}

DOCUMENT = """
subscription Changes($filter: ChangeFilter, $after: String) {
  changes(filter: $filter, after: $after) {
    __typename
    ... on Change {
      cursor subject operation revision sequence at cause name hostName vmId resourceId resourceKind truncated
      devices { operation kind deviceId paths { ...Path } }
      paths { ...Path }
      persistentOperation
      persistent { devices { operation kind deviceId paths { ...Path } } paths { ...Path } }
    }
    ... on Lagged { missed cursor }
    ... on CursorExpired { readableFrom lost }
  }
}
fragment Path on PathChange { path old new moved withheld }
"""
"""What is subscribed to; the server trusts it whatever else it trusts."""


def event_text(result: ExecutionResult) -> str:
    """The event of one result of the subscription; raises NotExecuted for one that has errors."""
    if result.errors or result.data is None:
        raise NotExecuted(result.errors or [])
    event = dict(result.data["changes"])
    match event.pop("__typename"):
        case "Change":
            return _event("change", event, event["cursor"])
        case "Lagged":
            return _event("lagged", event, event["cursor"])
        case _:
            return _event("cursorExpired", event, _EXPIRED)


def _event(kind: str, data: dict[str, Any], last_id: str | None = None) -> str:
    identity = "" if last_id is None else f"id: {last_id}\n"
    return f"{identity}event: {kind}\ndata: {encoding.text(data)}\n\n"


class ChangeEvents:
    """The endpoint. Its streams end when `stopping` is set, and their clients come again."""

    def __init__(
        self,
        fanout: Fanout,
        make_context: Callable[[], RequestContext],
        stopping: asyncio.Event,
        *,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._fanout = fanout
        self._make_context = make_context
        self._stopping = stopping
        self._heartbeat_seconds = heartbeat_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, whose method is GET or HEAD."""
        request = Request(scope, receive)
        last_id = request.headers.get("last-event-id")
        try:
            variables = _variables(request.query_params, last_id)
        except ValueError as error:
            await _refusal(400, str(error))(scope, receive, send)
            return
        if self._stopping.is_set():
            await _refusal(503, "The server is stopping.")(scope, receive, send)
        elif last_id == _EXPIRED:
            await Response(status_code=204)(scope, receive, send)
        elif request.method == "HEAD":
            await Response(headers=_HEADERS, media_type=_EVENT_STREAM)(scope, receive, send)
        else:
            await self._stream(variables, scope, receive, send)

    async def _stream(self, variables: dict[str, Any], scope: Scope, receive: Receive, send: Send) -> None:
        # Before anything is followed: what happens from here on is not lost, whenever the client is interrupted.
        begin = variables["after"] or self._make_context().changes.cursor()
        async with (
            aclosing(self._fanout.follow(Operation(DOCUMENT, variables, encode=event_text))) as payloads,
            aclosing(_beating(payloads, _REFUSAL_SECONDS, self._heartbeat_seconds)) as beats,
        ):
            try:
                first = await anext(beats, None)
            except NotExecuted as refusal:
                ours = any(error.message == OUR_MISTAKE for error in refusal.errors)
                await _refusal(500 if ours else 400, str(refusal))(scope, receive, send)
                return
            async with aclosing(_body(begin, first, beats)) as body:
                response = StreamingResponse(body, headers=_HEADERS, media_type=_EVENT_STREAM)
                await until_stopped(response, self._stopping, scope, receive, send)


async def _beating(
    payloads: AsyncGenerator[Payload, None], first_seconds: float, seconds: float
) -> AsyncGenerator[Payload | None, None]:
    """What comes, and None whenever nothing came for so long; the first None after `first_seconds`."""
    patience = first_seconds
    coming = asyncio.ensure_future(anext(payloads, None))
    try:
        while True:
            done, _ = await asyncio.wait((coming,), timeout=patience)
            patience = seconds
            if not done:
                yield None
            elif (payload := coming.result()) is None:
                return
            else:
                coming = asyncio.ensure_future(anext(payloads, None))
                yield payload
    finally:
        coming.cancel()
        await asyncio.wait((coming,))


async def _body(
    begin: str, first: Payload | None, beats: AsyncGenerator[Payload | None, None]
) -> AsyncGenerator[str, None]:
    yield f": connected\nretry: {RETRY_MILLISECONDS}\nid: {begin}\n\n"
    if first is not None:
        yield first.text
    try:
        async for payload in beats:
            yield ": waiting\n\n" if payload is None else payload.text
    except NotExecuted as problem:
        yield _event("problem", {"message": str(problem)})


def _variables(parameters: QueryParams, last_id: str | None) -> dict[str, Any]:
    """What the parameters are for the subscription; raises ValueError."""
    where: dict[str, Any] = {}
    for name in parameters:
        values = parameters.getlist(name)
        if name in _LISTS:
            field, enum = _LISTS[name]
            where[field] = values if enum is None else [_word(name, value, enum) for value in values]
        elif name not in _SINGLE:
            raise ValueError(f"`{name[:50]}` is no parameter; there are {', '.join((*_LISTS, *_SINGLE))}.")
        elif len(values) > 1:
            raise ValueError(f"`{name}` can be given only once.")
    if "path" in parameters:
        where["path"] = parameters["path"]
    after = last_id or parameters.get("after")
    if after is not None and not (after.isascii() and after.isprintable()):
        raise ValueError("`after` is not a cursor: take `changeCursor`, or the `id` of an event.")
    return {"filter": where or None, "after": after}


def _word(name: str, value: str, enum: Any) -> str:
    if (word := value.upper()) not in enum.__members__:
        raise ValueError(f"`{name}` is one of {', '.join(enum.__members__)}, not `{value[:50]}`.")
    return word


def _refusal(status: int, sentence: str) -> Response:
    return JSONResponse({"errors": [{"message": sentence}]}, status)
