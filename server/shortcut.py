"""The way of most requests, past what finds the route of the others."""

from starlette.types import ASGIApp, Receive, Scope, Send


class Shortcut:
    """ASGI middleware that hands the HTTP requests of one path to their application, which answers all of them itself.

    To look through routes and to be ready for exceptions takes as long as much of a small query.
    """

    def __init__(self, app: ASGIApp, path: str, to: ASGIApp) -> None:
        self.app = app
        self._path = path
        self._to = to

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one WebSocket."""
        if scope["type"] == "http" and scope["path"] == self._path:
            await self._to(scope, receive, send)
        else:
            await self.app(scope, receive, send)
