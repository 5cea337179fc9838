"""Where a domain's XML holds secrets, for those who show XML that no declaration took in."""

import re
from collections.abc import Iterator
from functools import cache

from lxml import etree

from .definition import WholeDomain
from .tables import Node, node
from .xmltext import SEPARATOR

HIDDEN = "***"


@cache
def secret_places() -> frozenset[str]:
    """The last two steps to every value declared `secret`, without prefixes: `graphics/@passwd`, `cookie/#text`."""
    found: set[str] = set()
    seen: set[tuple[str, Node]] = set()
    waiting = [("domain", node(WholeDomain))]
    while waiting:
        name, table = waiting.pop()
        if (name, table) not in seen:
            seen.add((name, table))
            found.update(f"{name}/{place}" for place in _own_secrets(table))
            waiting.extend((_local(below), inner) for below, inner in _inner(table))
    return frozenset(found)


def _own_secrets(table: Node) -> Iterator[str]:
    for name, slot in table.attributes.items():
        if slot.claim.secret:
            yield f"@{_local(name.removeprefix('@'))}"
    if table.text is not None and table.text.claim.secret:
        yield "#text"


def _inner(table: Node) -> Iterator[tuple[str, Node]]:
    for name, plan in table.children.items():
        if isinstance(plan, Node):
            yield name, plan
        elif isinstance(plan.of, type):
            yield from ((name, node(shape)) for shape in plan.shapes())


def _local(name: str) -> str:
    return name.rpartition(SEPARATOR)[2]


def is_secret(path: str) -> bool:
    """Whether the attribute or text at an XML path is declared secret, however it is prefixed or numbered."""
    steps = [re.sub(r"^\w+:|\[\d+\]$", "", step) for step in path.split("/")[-2:]]
    return "/".join(steps) in secret_places()


def without_secrets(xml: str) -> str:
    """An element as XML with the secrets in it hidden; the very text where there are none."""
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    hidden = False
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        for attribute in element.attrib:
            if f"{name}/@{etree.QName(attribute).localname}" in secret_places():
                element.set(attribute, HIDDEN)
                hidden = True
        if f"{name}/#text" in secret_places():
            for child in element:
                child.tail = None
            element.text = HIDDEN
            hidden = True
    return str(etree.tostring(root, encoding="unicode", with_tail=False)) if hidden else xml
