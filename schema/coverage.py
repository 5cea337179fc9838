"""How much of the XML the declarations claim."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

from lxml import etree

from .definition import WholeDomain
from .devices import Devices
from .element import Document
from .resource import RESOURCES
from .tables import Child, Node, declared_name, node
from .xmltext import SEPARATOR

MOST_PATHS = 1000
"""Different paths that are counted one by one in a VM; the most frequent ones, if it holds more."""

LONGEST_PATH = 256
"""Characters of a counted path; a longer one is cut and ends in `…`."""

BEYOND = "…"
"""The path under which everything beyond `MOST_PATHS` is counted."""


def untyped_counts(definition: Document) -> list[Document]:
    """How often each path of `untyped` occurs, the most frequent first: `{path, count}`.

    Bounded for hostile documents: at most `MOST_PATHS` paths of `LONGEST_PATH` characters, and `BEYOND` for the rest.
    The same pieces give the same list, in whatever order the document has them.
    """
    if not (paths := untyped(definition)):
        return []
    counts = Counter(path if len(path) <= LONGEST_PATH else path[: LONGEST_PATH - 1] + "…" for path in paths)
    ranked = sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))
    listed = [{"path": path, "count": count} for path, count in ranked[:MOST_PATHS]]
    beyond = sum(count for _, count in ranked[MOST_PATHS:])
    return [*listed, {"path": BEYOND, "count": beyond}] if beyond else listed


def untyped(definition: Document) -> list[str]:
    """The XML paths of everything in `extra`, names only: `domain/devices/disk/driver/@foo`."""
    return [path for path, _ in pieces(definition)]


def pieces(definition: Document) -> Iterator[tuple[str, Document]]:
    """Every piece in `extra` with its XML path, of a definition or a resource."""
    if (declared := RESOURCES.get(definition.get("kind", ""))) is not None:
        yield from _pieces(node(declared), definition, declared.tag)
        return
    whole = {**definition["domain"], "devices": definition.get("devices", {})}
    yield from _pieces(node(WholeDomain), whole, "domain")


def _pieces(table: Node, document: Document, at: str) -> Iterator[tuple[str, Document]]:
    for piece in document.get("extra", ()):
        home = f"{at}/{piece['path']}" if piece.get("path") else at
        mark = "@" if piece.get("xml") is None and piece["name"] != "#text" else ""
        name = f"{piece['namespace']}{SEPARATOR}{piece['name']}" if "namespace" in piece else piece["name"]
        yield f"{home}/{mark}{declared_name(name)}", piece
    for plan, step in _objects(table):
        if (value := document.get(plan.key)) is None:
            continue
        for item in value if isinstance(value, list) else (value,):
            yield from _pieces(plan.shape(item.get("kind", "")), item, f"{at}/{step}")


@cache
def _objects(table: Node) -> tuple[tuple[Child, str], ...]:
    """The children of an element that have objects of their own, each with its name in the XML."""
    return tuple((plan, declared_name(name)) for name, plan in table.plans() if isinstance(plan.of, type))


def _leaves(element: Any) -> int:
    """Attributes and texts of an element and all below it."""
    return sum(
        len(each.attrib) + bool((each.text or "").strip()) for each in element.iter() if isinstance(each.tag, str)
    )


def typed_share(xml: bytes, definition: Document) -> dict[str, Counter[str]]:
    """Leaf values per device element and for `domain`'s own declared children: `total` and `untyped` of each.

    A leaf value is an attribute or a text. Elements that no declaration names are left out: the share is that of the
    kinds declared.
    """
    counts: dict[str, Counter[str]] = {}
    devices = node(Devices)
    table = node(WholeDomain)
    for child in etree.fromstring(xml):
        if child.tag == "devices":
            for each in child:
                if each.tag in devices.children:
                    counts.setdefault(each.tag, Counter())["total"] += _leaves(each)
        elif child.tag in table.children:
            counts.setdefault("domain", Counter())["total"] += _leaves(child)
    for path, piece in pieces(definition):
        _, first, *rest = path.split("/")
        name = (rest[0] if rest[1:] else None) if first == "devices" else "domain" if rest else None
        if name in counts and first in table.children:
            leaves = _leaves(etree.fromstring(piece["xml"])) if piece.get("xml") else 1
            counts[name]["untyped"] += leaves
    return counts
