"""What of a definition can be found by its value: pairs of path and value, and the hash of all declarations."""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from .codec import Child, Node, Slot, node
from .definition import WholeDomain
from .devices import DEVICES
from .domain import Domain
from .element import Document, Variant

CODEC = 1
"""Raised when the codec itself stores documents differently, so that older ones are re-encoded."""


def slots(table: Node) -> Iterator[Slot]:
    """The single values that a table reads into its own document, folds included."""
    yield from table.attributes.values()
    if table.text is not None:
        yield table.text
    if table.presence is not None:
        yield table.presence
    for plan in table.children.values():
        if isinstance(plan, Node):
            yield from slots(plan)


def plans(table: Node) -> Iterator[tuple[str, Child]]:
    """The children with documents of their own, by XML name, folds included."""
    for name, plan in table.children.items():
        if isinstance(plan, Node):
            yield from plans(plan)
        else:
            yield name, plan


def facets(definition: Document) -> list[dict[str, Any]]:
    """The searchable values of a definition as `{p: "disks.driver.cache", v: "none"}`, each pair once."""
    found = dict.fromkeys(_facets(node(Domain), definition["domain"], "domain"))
    devices = definition.get("devices", {})
    for declared in DEVICES.values():
        for device in devices.get(declared.array, ()):
            found |= dict.fromkeys(_facets(node(declared), device, declared.array))
    return [{"p": path, "v": value} for path, value in found]


def _facets(table: Node, document: Document, at: str) -> Iterator[tuple[str, Any]]:
    keys, inner = _searchable(table)
    for key in keys:
        if key in document:
            yield f"{at}.{key}", document[key]
    for plan in inner:
        value = document.get(plan.key)
        for item in value if isinstance(value, list) else () if value is None else (value,):
            yield from _facets(plan.shape(item.get("kind", "")), item, f"{at}.{plan.key}")


@cache
def _searchable(table: Node) -> tuple[tuple[str, ...], tuple[Child, ...]]:
    keys = tuple(slot.key for slot in slots(table) if slot.claim.searchable)
    return keys, tuple(plan for _, plan in plans(table) if isinstance(plan.of, type))


def _describe(table: Node, seen: set[type[Any]]) -> Iterator[str]:
    """Every claim of a table and of those below it, as text."""
    seen.add(table.cls)
    for slot in slots(table):
        yield f"{table.cls.__name__}.{slot.key}:{slot.spelling}:{slot.claim}"
    for name, plan in plans(table):
        yield f"{table.cls.__name__}.{plan.key}:{name}:{plan.claim}"
        if not isinstance(plan.of, type):
            continue
        shapes: Iterable[type[Any]] = plan.of.shapes.values() if issubclass(plan.of, Variant) else (plan.of,)
        for shape in shapes:
            if shape not in seen:
                yield from _describe(node(shape), seen)


def _hash() -> str:
    lines = (f"codec {CODEC}", *_describe(node(WholeDomain), set()))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


DECLARATIONS_HASH = _hash()
"""Changes when a declaration does; documents carry the one that wrote them."""
