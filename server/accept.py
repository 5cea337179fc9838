"""Which kind of response a client accepts: the `Accept` header, read against the few kinds that we send.

Source: RFC 9110, section 12.5.1; the GraphQL over HTTP specification, "Accept"; the protocol of graphql-sse.
"""

from functools import lru_cache
from typing import NamedTuple

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"


class Accept:
    """The media ranges of an `Accept` header, each with its weight."""

    def __init__(self, header: str) -> None:
        self._weights: dict[str, float] = {}
        for part in header.split(","):
            media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
            if media_range:
                self._weights.setdefault(media_range, _weight(parameters))

    def weight(self, media_type: str) -> float:
        """How much the client wants a media type, from 0 (not at all) to 1; a header that names nothing wants all."""
        if not self._weights:
            return 1.0
        main, _, _ = media_type.partition("/")
        for media_range in (media_type, f"{main}/*", "*/*"):
            if media_range in self._weights:
                return self._weights[media_range]
        return 0.0

    def response_type(self) -> str | None:
        """The media type for a single response; None where the client accepts neither.

        The newer one, whose statuses say more, goes only to clients that name it.
        """
        json = self.weight(JSON)
        if self._weights.get(GRAPHQL_RESPONSE, 0.0) >= max(json, 0.001):
            return GRAPHQL_RESPONSE
        return JSON if json else None

    def event_stream(self) -> bool:
        """Whether the response must be a stream of events: it is wanted more than JSON, or as much and named before.

        Some clients name all that they can read with every operation; an ordinary query is better answered at once.
        """
        stream = self._weights.get(EVENT_STREAM, 0.0)
        singles = {name: weight for name, weight in self._weights.items() if name in (JSON, GRAPHQL_RESPONSE)}
        if not stream or max(singles.values(), default=0.0) > stream:
            return False
        order = list(self._weights)
        return all(weight < stream or order.index(name) > order.index(EVENT_STREAM) for name, weight in singles.items())


class Accepted(NamedTuple):
    """What an `Accept` header comes to."""

    response_type: str | None
    event_stream: bool


@lru_cache(maxsize=64)
def accepted(header: str) -> Accepted:
    """What a header comes to; clients send the same few again and again."""
    accept = Accept(header)
    return Accepted(accept.response_type(), accept.event_stream())


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
