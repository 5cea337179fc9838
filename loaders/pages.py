"""Pages of a sorted list, by keyset: a cursor holds the sorting value and the key of its document.

MongoDB's comparisons never cross types, so that absent values, which sort first, need a branch of their own.
"""

import base64
from datetime import datetime
from typing import Any

from bson import json_util

from schema.element import Document
from schema.graph.context import Order


class BadCursor(ValueError):
    """A cursor that this list never gave out."""

    def __init__(self) -> None:
        super().__init__("The cursor is not one of this list.")


def cursor_of(document: Document, order: Order) -> str:
    """The opaque place of a document in its list."""
    place = [order.field, document.get(order.field), document["_id"]]
    return base64.urlsafe_b64encode(json_util.dumps(place).encode()).decode().rstrip("=")


def parse_cursor(cursor: str, order: Order) -> tuple[Any, str]:
    """The sorting value and key in a cursor; raises BadCursor."""
    try:
        place = json_util.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        field, value, key = place
    except (ValueError, TypeError):
        raise BadCursor from None
    if field != order.field or not isinstance(key, str) or not isinstance(value, str | datetime | None):
        raise BadCursor
    return value, key


def beyond(cursor: str, order: Order, *, backward: bool) -> Document:
    """The query for what lies after the cursor, or before it when reading backward."""
    value, key = parse_cursor(cursor, order)
    rising = order.descending == backward
    comparison = "$gt" if rising else "$lt"
    same = {order.field: value, "_id": {comparison: key}}
    if value is None:
        return {"$or": [same, {order.field: {"$ne": None}}]} if rising else same
    further: Document = {order.field: {comparison: value}}
    return {"$or": [same, further]} if rising else {"$or": [same, further, {order.field: None}]}


def sorting(order: Order, *, backward: bool) -> list[tuple[str, int]]:
    """The sort of a page, reversed when reading backward."""
    direction = 1 if order.descending == backward else -1
    return [("_id", direction)] if order.field == "_id" else [(order.field, direction), ("_id", direction)]
