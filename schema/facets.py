"""What of a definition can be found by its value: pairs of path and value, and the hash of all declarations."""

import hashlib
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

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
    found: dict[tuple[str, Any], None] = {}
    _find(_place(node(Domain), "domain"), definition["domain"], found)
    devices = definition.get("devices", {})
    for declared in DEVICES.values():
        for device in devices.get(declared.array, ()):
            _find(_place(node(declared), declared.array), device, found)
    return [{"p": path, "v": value} for path, value in found]


class _Below(NamedTuple):
    """A child with searchable values."""

    plan: Child
    at: str
    """Its path."""
    kind: str
    """The path of its kind."""


class _Place(NamedTuple):
    """What is searchable of an element that stands at one path."""

    values: tuple[tuple[str, str], ...]
    """Keys of single values, each with its path."""
    below: tuple[_Below, ...]


def _find(place: _Place, document: Document, found: dict[tuple[str, Any], None]) -> None:
    for key, path in place.values:
        if key in document:
            found[path, document[key]] = None
    for plan, at, kind in place.below:
        if (value := document.get(plan.key)) is None:
            continue
        for item in value if isinstance(value, list) else (value,):
            if plan.varies:
                found[kind, item["kind"]] = None
            _find(_place(plan.shape(item.get("kind", "")), at), item, found)


@cache
def _place(table: Node, at: str) -> _Place:
    values = tuple((slot.key, f"{at}.{slot.key}") for slot in table.slots() if slot.claim.searchable)
    below = (plan for _, plan in table.plans() if isinstance(plan.of, type) and _is_searchable(plan))
    return _Place(values, tuple(_Below(plan, f"{at}.{plan.key}", f"{at}.{plan.key}.kind") for plan in below))


def _is_searchable(plan: Child) -> bool:
    """Whether a child has searchable values, however deep; the kind of a variant is one."""
    tables = [node(cls) for shape in plan.shapes() for cls in reachable(shape)]
    return plan.varies or any(
        any(slot.claim.searchable for slot in table.slots()) or any(inner.varies for _, inner in table.plans())
        for table in tables
    )


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
