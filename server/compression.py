"""Compressed responses for clients that accept them."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from server.accept import Accept

SMALLEST = 1024
"""Bytes; less than that is one packet either way."""

_LEVEL = 1
"""The names of fields, said again and again, make nearly all of an answer: more work hardly makes it any smaller."""


class Compression(GZipMiddleware):
    """Starlette's, for those who accept gzip; responses to others do not even pass through it."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, SMALLEST, _LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one WebSocket."""
        if _accepts_gzip(scope):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _accepts_gzip(scope: Scope) -> bool:
    if scope["type"] != "http":
        return False
    return any(
        name == b"accept-encoding" and b"gzip" in value and Accept(value.decode("latin-1")).weight("gzip") > 0
        for name, value in scope["headers"]
    )
