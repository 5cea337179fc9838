"""A page on the web must not reach a server on loopback: the check of the Host and Origin headers.

A browser sends a page's requests to any address, loopback included. What gives such a request away is its `Origin`
(another site's), its `Sec-Fetch-Site`, or, when another site's name was pointed at 127.0.0.1, its `Host`.
"""

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

DEFAULT_PORTS = {"http": 80, "https": 443}
HTTP_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
SAME_SITES = frozenset({"same-origin", "none"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme (`http` or `https`), host name in lower case, and port: two are equal when a browser says so."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Origin":
        """Read `https://fleet.example` or `http://127.0.0.1:3000`. Raises ValueError for anything else."""
        parts = urlsplit(text)
        if parts.scheme not in DEFAULT_PORTS or parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError(
                f"{text!r} is not a web origin: write scheme and host alone, such as `https://fleet.example`."
            )
        host, port = parse_authority(parts.netloc)
        return cls(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme])

    def __str__(self) -> str:
        """As a browser writes it: the default port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}")


@lru_cache(maxsize=64)
def parse_authority(text: str) -> tuple[str, int | None]:
    """Host name in lower case, and the port if one is given, of a `Host` header. Raises ValueError."""
    if not text or any(character in "@/?#\\ \t," for character in text):
        raise ValueError(f"{text!r} is not a host name with an optional port.")
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError(f"{text!r} names no host.")
    return parts.hostname, parts.port


@lru_cache(maxsize=64)
def is_loopback(host: str) -> bool:
    """Whether this literal name can only mean this machine; nothing is looked up."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def refuse_unless_loopback(listen: str) -> None:
    """Return for a loopback address; raise ValueError, with the reason, for any other.

    A name other than `localhost` is looked up, and every address it has must be loopback.
    """
    host = listen.removeprefix("[").removesuffix("]").lower()
    if is_loopback(host):
        return
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None)} if host else set()
    except (OSError, UnicodeError) as failure:
        raise ValueError(f"Cannot listen on {listen!r}: the name has no address.") from failure
    if not found or not all(is_loopback(address) for address in found):
        raise ValueError(
            f"Cannot listen on {listen!r}: the API has no authentication yet, so it listens on loopback only. "
            "Use 127.0.0.1, and an SSH tunnel to reach it from another machine."
        )


class HostAndOriginGuard:
    """ASGI middleware for HTTP and WebSocket that lets in only requests a page of our own, or no page, can have made.

    `allowed_hosts` are host names accepted in `Host` beside the loopback ones, such as the address listened on.
    `allowed_origins` are web origins whose pages may call; they get CORS headers.

    Raises ValueError for a malformed origin.
    """

    def __init__(self, app: ASGIApp, allowed_hosts: Collection[str], allowed_origins: Collection[str]) -> None:
        self.allowed_hosts = frozenset(host.removeprefix("[").removesuffix("]").lower() for host in allowed_hosts)
        self.allowed_origins = frozenset(Origin.parse(origin) for origin in allowed_origins)
        self.app = app
        if self.allowed_origins:
            self.app = CORSMiddleware(
                app,
                allow_origins=[str(origin) for origin in self.allowed_origins],
                allow_methods=["GET", "POST"],
                allow_headers=["*"],
                max_age=600,
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 400, 403 or 421 with one sentence, or pass the request on."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008, "reason": refusal[1][:120]})
        else:
            status, sentence = refusal
            await PlainTextResponse(sentence + "\n", status)(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        try:
            (authority,) = hosts
            host, port = parse_authority(authority)
        except ValueError:
            return 400, "The request must have exactly one valid Host header."
        if not is_loopback(host) and host not in self.allowed_hosts:
            return 421, f"This server does not answer for the host name {host!r}."

        origins = headers.getlist("origin")
        if origins:
            scheme = HTTP_SCHEMES[scope["scheme"]]
            if self._allowed(origins, Origin(scheme, host, port or DEFAULT_PORTS[scheme])):
                return None
            return (
                403,
                f"Pages of {origins[0]!r} may not call this API; the setting allowed_origins lists those that may.",
            )
        if headers.get("sec-fetch-site", "none") not in SAME_SITES and not self._navigation(scope, headers):
            return 403, "Pages of another site may not call this API; the setting allowed_origins lists those that may."
        return None

    def _allowed(self, origins: list[str], own: Origin) -> bool:
        try:
            (origin,) = map(Origin.parse, origins)
        except ValueError:
            return False
        return origin == own or origin in self.allowed_origins

    @staticmethod
    def _navigation(scope: Scope, headers: Headers) -> bool:
        # Following a link to us is harmless: the page that holds the link cannot read what the browser then shows.
        return (
            scope["type"] == "http"
            and scope["method"] in ("GET", "HEAD")
            and headers.get("sec-fetch-mode") == "navigate"
            and headers.get("sec-fetch-dest") == "document"
        )
