"""`VmFilter` to a MongoDB query.

Equality, `in` and `startsWith` on what is declared searchable come out of the index on `facets`; every other
condition is checked on the documents in key order, bounded by time. Pages of the first two come sorted as well; the
VMs that a prefix finds are sorted by MongoDB.
"""

import re
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

from strawberry import UNSET

from schema.element import Document, document_key
from schema.graph.filters import Shape

from .texts import storable

_OPERATORS: dict[str, Callable[[Any], Any]] = {
    "eq": lambda value: value,
    "ne": lambda value: {"$ne": value},
    "in_": lambda values: {"$in": values},
    "not_in": lambda values: {"$nin": values},
    "gt": lambda value: {"$gt": value},
    "gte": lambda value: {"$gte": value},
    "lt": lambda value: {"$lt": value},
    "lte": lambda value: {"$lte": value},
    "starts_with": lambda text: {"$regex": f"^{re.escape(text)}"},
    "contains": lambda text: {"$regex": re.escape(text)},
    "exists": lambda expected: {"$exists": expected},
}
_INDEXED = ("eq", "in_", "starts_with")
_PATTERNS = ("starts_with", "contains")
_LONGEST_PATTERN = 4096
"""Characters; MongoDB takes no regular expression of more than 32 KiB."""

_DEEPEST = 20
"""Conditions inside one another; MongoDB takes no query of more than about a hundred levels."""

_INT64 = range(-(2**63), 2**63)
_NOTHING: Document = {"_id": {"$in": []}}
_ENVELOPE = {
    "host": "hostId",
    "name": "name",
    "uuid": "uuid",
    "state": "state",
    "source_key": "sourceKey",
    "untyped": "untyped.path",
}


def vm_query(condition: Any, host_id: str | None = None) -> Document:
    """The query for VMs that meet a `VmFilter` and, where a host is named, are on it.

    A condition that is null is none. Raises ValueError for a filter that MongoDB would not take.
    """
    conditions = [] if condition is None else list(_vm(condition))
    if host_id is not None:
        conditions.append({"hostId": host_id})
    return _all(conditions)


_RESOURCE = {"host": "hostId", "name": "label", "active": "facts.active", "untyped": "untyped.path"}


def resource_query(kind: str | None, condition: Any, host_id: str | None) -> Document:
    """The query for resources of a kind that meet a `ResourceFilter` and are on the host, where these are given."""
    conditions: list[Document] = [{"kind": kind}] if kind is not None else []
    if host_id is not None:
        if not storable(host_id):
            raise ValueError("`host` is not valid Unicode.")
        conditions.append({"hostId": host_id})
    for name, value in () if condition is None else _given(condition):
        conditions += _operators(_RESOURCE[name], value)
    return _all(conditions)


def _all(conditions: list[Document]) -> Document:
    if not conditions:
        return {}
    return conditions[0] if len(conditions) == 1 else {"$and": conditions}


def _given(condition: Any) -> Iterator[tuple[str, Any]]:
    """The fields of an input that the client gave, by Python name."""
    for field in condition.__strawberry_definition__.fields:
        value = getattr(condition, field.python_name)
        if value is not UNSET and value is not None:
            yield field.python_name, value


def _vm(condition: Any, depth: int = 1) -> Iterator[Document]:
    if depth > _DEEPEST:
        raise ValueError(f"`and`, `or` and `not` go {_DEEPEST} levels deep.")
    for name, value in _given(condition):
        if name == "and_":
            yield from (_all(list(_vm(inner, depth + 1))) for inner in value)
        elif name == "or_":
            yield {"$or": [_all(list(_vm(inner, depth + 1))) for inner in value]} if value else _NOTHING
        elif name == "not_":
            yield {"$nor": [_all(list(_vm(value, depth + 1)))]}
        elif name in _ENVELOPE:
            yield from _operators(_ENVELOPE[name], value)
        else:
            key = document_key(name)
            path = f"devices.{key}" if value.shape is Shape.LIST else key
            yield from _match(path, value)
            yield from _facets(key, value)


def _match(path: str, condition: Any) -> Iterator[Document]:
    """What the documents themselves must hold."""
    if condition.shape is Shape.OPERATORS:
        yield from _operators(path, condition)
    elif condition.shape is Shape.LIST:
        yield from _list(path, condition)
    else:
        yield from _fields(f"{path}.", condition)


def _fields(prefix: str, condition: Any) -> Iterator[Document]:
    for name, value in _given(condition):
        yield from _match(f"{prefix}{document_key(name)}", value)


def _operators(path: str, condition: Any) -> Iterator[Document]:
    for operator, operand in _given(condition):
        yield {path: _condition(operator, operand)}


def _condition(operator: str, operand: Any) -> Any:
    value = _plain(operand)
    if operator not in _PATTERNS:
        return _OPERATORS[operator](value)
    if len(value) > _LONGEST_PATTERN:
        raise ValueError(f"`startsWith` and `contains` take at most {_LONGEST_PATTERN} characters.")
    # No XML has this character, and no regular expression may.
    return {"$in": []} if "\0" in value else _OPERATORS[operator](value)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, int) and value not in _INT64:
        raise ValueError(f"{value} exceeds 64 bits.")
    if isinstance(value, str) and not storable(value):
        raise ValueError("A text of the filter is not valid Unicode.")
    return value


def _list(path: str, condition: Any) -> Iterator[Document]:
    for name, value in _given(condition):
        if name == "exists":
            yield {f"{path}.0": {"$exists": value}}
            continue
        inner = list(_fields("", value))
        match = {path: {"$elemMatch": _all(inner)}} if inner else {f"{path}.0": {"$exists": True}}
        yield {"$nor": [match]} if name == "none" else match


def _facets(path: str, condition: Any) -> Iterator[Document]:
    """What follows from the condition for `facets`, whose index finds the candidates."""
    for name, value in _given(condition):
        if condition.shape is Shape.OPERATORS:
            if name in _INDEXED:
                yield {"facets": {"$elemMatch": {"p": path, "v": _condition(name, value)}}}
        elif condition.shape is Shape.ELEMENT:
            yield from _facets(f"{path}.{document_key(name)}", value)
        elif name == "some":
            yield from _facets(path, value)
