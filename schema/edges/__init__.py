"""The edges of the graph: what devices and resources name, and which names they answer to.

One module per family of rows; importing the package gathers them. Names within a VM are worked out when they are
asked for; all others are stored as keys, with the document that gives them.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ..definition import devices_of
from ..device import DEVICES
from ..element import Document
from .spaces import SPACES
from .words import Answer, Edge, Row, heads, key

_tables = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]

EDGES: dict[str, Edge] = {edge.role: edge for table in _tables for edge in getattr(table, "EDGES", ())}
"""All edges by role."""

if len(EDGES) != sum(len(getattr(table, "EDGES", ())) for table in _tables):
    raise TypeError("two edges have one role; what names come from besides is an `Also` of one of them")

ANSWERS: tuple[Answer, ...] = tuple(answer for table in _tables for answer in getattr(table, "ANSWERS", ()))


SOURCES = frozenset(role for role, edge in EDGES.items() if edge.source)
"""The roles of what devices are made of."""


def _is_of(of: str, tag: str) -> bool:
    return tag in of.split() or (of == "*" and tag in DEVICES)


@cache
def edges_of(tag: str, *, within_vm: bool) -> tuple[tuple[Edge, Row], ...]:
    """The edges from a device element, `domain`, or a kind of resource: those within a VM, or those that leave it."""
    return tuple(
        (edge, row)
        for edge in EDGES.values()
        for row in edge.rows
        if _is_of(row.of, tag) and (row.to.scope == "VM") is within_vm
    )  # fmt: skip


@cache
def answers_of(tag: str) -> tuple[Answer, ...]:
    """The names that a device element or a kind of resource answers to."""
    return tuple(answer for answer in ANSWERS if _is_of(answer.of, tag))


def attachments(definition: Document, host_id: str) -> list[Document]:
    """What a VM names outside of itself: `{device, role, key, access}`; without `device` where the domain names it.

    In the order of the devices, the domain last; each device's in the order of the edges; each once.
    """
    found: dict[tuple[str, str, str], Document] = {}
    for owner, tag, document in owners(definition):
        for edge, row, begins in _leaving(tag):
            if begins and not any(map(document.__contains__, begins)):
                continue
            for one in row.keys(document, host_id):
                entry = {"role": edge.role, "key": one, "access": edge.access_of(document, row)}
                found.setdefault((owner, edge.role, one), {"device": owner, **entry} if owner else entry)
    return list(found.values())


@cache
def _leaving(tag: str) -> tuple[tuple[Edge, Row, tuple[str, ...]], ...]:
    """The edges that leave a VM, each with the keys that a document has one of where the edge has anything to say."""
    return tuple((edge, row, heads(row.at)) for edge, row in edges_of(tag, within_vm=False))


def owners(definition: Document) -> Iterator[tuple[str, str, Document]]:
    """What of a VM may name and answer: its devices, by id and libvirt's element; the domain last, without an id."""
    for device in devices_of(definition):
        yield device["id"], device["kind"].lower(), device
    yield "", "domain", definition


def resource_keys(resource: Document, host_id: str) -> list[str]:
    """The keys that a resource answers to, each once; what it lacks (`facts`, a name) gives none."""
    found: dict[str, Any] = {}
    for answer in answers_of(resource["kind"]):
        found |= dict.fromkeys(answer.keys(resource, host_id))
    return list(found)


def resource_links(resource: Document, host_id: str) -> list[Document]:
    """What a resource names: `{role, key}`, each once."""
    found: dict[tuple[str, str], Document] = {}
    for edge, row in edges_of(resource["kind"], within_vm=False):
        for one in row.keys(resource, host_id):
            found.setdefault((edge.role, one), {"role": edge.role, "key": one})
    return list(found.values())


def host_of(one: str) -> str:
    """The host in a key; empty where the key means the same on all hosts."""
    return one.split("|", 2)[1]


def is_key(text: str) -> bool:
    """Whether a text is a key that something outside of a VM may have."""
    space, _, value = (*text.split("|", 2), "", "")[:3]
    return space in SPACES and SPACES[space].scope != "VM" and bool(value)


def referenced(one: str) -> Document:
    """The document of a `ReferencedResource`: what a key alone tells."""
    space, host_id, label = one.split("|", 2)
    document = {"kind": SPACES[space].kind, "referenced": True, "keys": [one], "label": label.removeprefix("name:")}
    return document | ({"hostId": host_id} if host_id else {})


__all__ = [
    "ANSWERS",
    "EDGES",
    "SOURCES",
    "SPACES",
    "Answer",
    "Edge",
    "answers_of",
    "attachments",
    "edges_of",
    "host_of",
    "is_key",
    "key",
    "owners",
    "referenced",
    "resource_keys",
    "resource_links",
]
