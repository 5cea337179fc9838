"""Responses as JSON: fast for all that JSON knows, and never a failure for what a document may hold beyond that."""

import json

import orjson


def encoded(value: object) -> bytes:
    """A value as JSON on one line, in UTF-8.

    Integers of any size and characters that UTF-8 has no bytes for, which a definition may well have, come as Python's
    own module writes them; a number that is none, such as NaN, comes as null.
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return _any_encoded(value).encode()


def text(value: object) -> str:
    """The same as text."""
    return encoded(value).decode()


def _any_encoded(value: object) -> str:
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False, default=_written)
    except ValueError:
        plain = json.loads(json.dumps(value, default=_written), parse_constant=_null)
        return json.dumps(plain, separators=(",", ":"))


def _written(part: orjson.Fragment) -> object:
    """What is JSON already."""
    return json.loads(orjson.dumps(part))


def _null(_: str) -> None:
    return None
