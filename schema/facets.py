"""What of a definition can be found by its value: pairs of path and value, and the hash of all declarations."""

import hashlib
from collections.abc import Iterator
from functools import cache
from typing import Any

from .definition import WholeDomain
from .devices import DEVICES
from .domain import Domain
from .edges import ANSWERS, EDGES
from .element import Document
from .resource import roots
from .tables import Child, Node, node, reachable

CODEC = 4
"""Raised when documents are stored differently though no declaration changed, so that older ones are re-encoded.

1: definitions and their facets. 2: `untyped` beside them; empty elements as `boot/` in `spelling`; numbers beyond 64
bits as decimal digits. 3: `attachments` beside definitions. 4: `terms` beside them and beside resources.
"""


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
            if plan.varies:
                yield f"{at}.{plan.key}.kind", item["kind"]
            yield from _facets(plan.shape(item.get("kind", "")), item, f"{at}.{plan.key}")


@cache
def _searchable(table: Node) -> tuple[tuple[str, ...], tuple[Child, ...]]:
    keys = tuple(slot.key for slot in table.slots() if slot.claim.searchable)
    return keys, tuple(plan for _, plan in table.plans() if isinstance(plan.of, type))


def _describe(cls: type[Any]) -> Iterator[str]:
    """Every claim of a declared class, as text."""
    for slot in node(cls).slots():
        yield f"{cls.__name__}.{slot.key}:{slot.spelling}:{slot.claim}"
    for name, plan in node(cls).plans():
        yield f"{cls.__name__}.{plan.key}:{name}:{plan.claim}"


def _hash() -> str:
    classes = dict.fromkeys(cls for root in roots(WholeDomain) for cls in reachable(root))
    lines = [line for cls in classes for line in _describe(cls)]
    lines += [
        f"{row.of} {row.at} {row.to}" for row in (*(row for edge in EDGES.values() for row in edge.rows), *ANSWERS)
    ]
    return hashlib.sha256("\n".join([f"codec {CODEC}", *lines]).encode()).hexdigest()[:16]


DECLARATIONS_HASH = _hash()
"""Changes when a declaration does; documents carry the one that wrote them."""
