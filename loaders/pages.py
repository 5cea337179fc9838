"""Pages of a sorted list, by keyset: a cursor holds the sorting values of its document, the key last.

MongoDB's comparisons never cross types, so that absent values, which sort first, need branches of their own.
"""

import base64
import json
from datetime import UTC, datetime
from typing import Any

from schema.element import Document
from schema.graph.context import Order

_TIES = {"hostId": ("name",), "state": ("name",)}
"""What decides between equals before the key does, as the indexes have it."""

_TIMES = ("changedAt",)
_OPTIONAL = ("name",)


class BadCursor(ValueError):
    """A cursor that this list never gave out."""

    def __init__(self) -> None:
        super().__init__("The cursor is not one of this list.")


def sorted_by(order: Order) -> tuple[str, ...]:
    """The fields that a list is sorted by, each as the order runs."""
    return (order.field, *_TIES.get(order.field, ()), "_id")


def cursor_of(document: Document, order: Order) -> str:
    """The opaque place of a document in its list."""
    values = (document.get(field) for field in sorted_by(order))
    return packed([order.field, *(value.isoformat() if isinstance(value, datetime) else value for value in values)])


def packed(place: list[Any]) -> str:
    """A place in a list as an opaque text."""
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def unpacked(cursor: str) -> Any:
    """What `packed` was given; raises BadCursor for text that is no JSON."""
    try:
        return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        raise BadCursor from None


def parse_cursor(cursor: str, order: Order) -> list[Any]:
    """The sorting values in a cursor; raises BadCursor."""
    fields = sorted_by(order)
    try:
        field, *values = unpacked(cursor)
        if field != order.field or len(values) != len(fields):
            raise BadCursor
        return [_value(name, value) for name, value in zip(fields, values, strict=True)]
    except (ValueError, TypeError, OverflowError):
        raise BadCursor from None


def _value(field: str, value: Any) -> Any:
    if value is None and field in _OPTIONAL:
        return None
    if not isinstance(value, str):
        raise BadCursor
    value.encode()
    return datetime.fromisoformat(value).astimezone(UTC) if field in _TIMES else value


def beyond(query: Document, cursor: str, order: Order, *, backward: bool) -> Document:
    """The query for what of another query lies after the cursor, or before it when reading backward."""
    rising = order.descending == backward
    values = parse_cursor(cursor, order)
    branches: list[Document] = []
    same: Document = {}
    for field, value in zip(sorted_by(order), values, strict=True):
        if (further := _further(value, rising=rising)) is not None:
            branches.append({**same, field: further})
        same[field] = value
    if not query:
        return {"$or": branches}
    # The first field's range follows from the branches; said apart, it lets the other query's index begin there.
    return {"$and": [query, {order.field: _from(values[0], rising=rising)}, {"$or": branches}]}


def _further(value: Any, *, rising: bool) -> Document | None:
    """The condition on a field that puts a document further on than this value; None where nothing is."""
    if value is None:
        return {"$ne": None} if rising else None
    return {"$gt": value} if rising else {"$not": {"$gte": value}}


def _from(value: Any, *, rising: bool) -> Any:
    """The condition on a field that this value and everything further on meet."""
    if value is None:
        return {"$not": {"$lt": ""}} if rising else None
    return {"$gte": value} if rising else {"$not": {"$gt": value}}


def sorting(order: Order, *, backward: bool) -> list[tuple[str, int]]:
    """The sort of a page, reversed when reading backward."""
    direction = 1 if order.descending == backward else -1
    return [(field, direction) for field in sorted_by(order)]
