"""What `search` finds VMs, devices and resources by: every text that is declared a `term`, however it is spelled.

A term is `{t, p, d, v}`: the text as it is looked up, the path in the API where it stands, the id of the device it
stands in, and the text as written where that differs from `t`. One value gives several: a path is also found by what
its last slash is followed by, a MAC address by `-` as by `:`, a PCI function without its domain.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Any

from .definition import WholeDomain
from .devices import DEVICES
from .domain import Domain
from .element import Document, claims
from .host.node_device.pci import PciCapability
from .interface_source import HostNicAddress, nic_text
from .parts import HostPciAddress, pci_text
from .resource import RESOURCES
from .tables import Child, Node, node, reachable

MOST_TERMS = 2000
"""Terms of one document. Beyond that, further spellings are left out first, then what stands last."""

LONGEST_TERM = 256
"""Characters of a term; a longer one is cut, so that what it begins with still finds it."""

LONGEST_VALUE = 1024
"""Characters of a text as written; a longer one is cut and ends in `…`."""

_OBJECTS: dict[type[Any], Callable[[Document], str]] = {
    HostPciAddress: pci_text,
    HostNicAddress: nic_text,
    PciCapability: pci_text,
}
"""How objects that are terms are written, by the nearest of their classes; others have no text."""

_NUMBERS = frozenset({"domain", "bus", "slot", "function", "device", "port"})
"""What an address must have one of to be written."""

_LEASE = ("mac", "ipAddress", "hostname")

_MAC = re.compile(r"[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}")
_PCI = re.compile(r"[0-9a-f]{4,8}:([0-9a-f]{2}:[0-9a-f]{2}\.[0-7])")

Found = tuple[str, str, str | None]
"""A text, its path, and the id of its device."""


def fold(text: str) -> str:
    """A text as it is looked up: neither capitals nor the way that accents are encoded count, nor spaces around.

    Case is folded, not lowered: `Σ` is lowered to one thing within a word and to another at its end, so that the
    beginning of a word would not begin the word.
    """
    if text.isascii():
        return text.lower().strip()
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold()).strip()


def terms(document: Document) -> list[Document]:
    """What a VM or a resource is found by; the document is what is stored, at least with its name."""
    values = list(_of_resource(document) if "kind" in document else _of_vm(document))
    found: dict[tuple[str | None, ...], Document] = {}
    further = ((one, spelling) for one in values for spelling in _spellings(one[0]))
    for (text, path, device), spelling in chain(((one, one[0]) for one in values), further):
        if not (looked_up := fold(spelling[:LONGEST_VALUE])[:LONGEST_TERM]):
            continue
        term = {"t": looked_up, "p": path}
        if device is not None:
            term["d"] = device
        if text != looked_up:
            term["v"] = text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
        found.setdefault((looked_up, path, device, term.get("v")), term)
        if len(found) == MOST_TERMS:
            break
    return list(found.values())


def _spellings(text: str) -> Iterator[str]:
    """Other ways to write a text."""
    _, slash, last = text.rstrip("/").rpartition("/")
    if slash and last:
        yield last
    if len(text) > LONGEST_TERM:
        return
    lower = text.lower()
    if (mac := _MAC.fullmatch(lower)) is not None:
        yield lower.replace(mac[1], "-" if mac[1] == ":" else ":")
    if (pci := _PCI.fullmatch(lower)) is not None:
        yield pci[1]


def _of_vm(definition: Document) -> Iterator[Found]:
    for key in ("name", "uuid"):
        if key in definition:
            yield definition[key], key, None
    yield from _below(node(Domain), definition.get("domain", {}), "domain", None)
    devices = definition.get("devices", {})
    for declared in DEVICES.values():
        for device in devices.get(declared.array, ()):
            yield from _below(node(declared), device, declared.array, device["id"])


def _of_resource(resource: Document) -> Iterator[Found]:
    if "label" in resource:
        yield resource["label"], "name", None
    leases = resource.get("facts", {}).get("leases")
    for lease in leases if isinstance(leases, list) else ():
        yield from ((str(lease[key]), f"dhcpLeases.{key}", None) for key in _LEASE if key in lease)
    yield from _below(node(RESOURCES[resource["kind"]]), resource, "", None)


def _below(table: Node, document: Document, at: str, device: str | None) -> Iterator[Found]:
    keys, inner = _declared(table)
    prefix = f"{at}." if at else ""
    for key in keys:
        if key in document:
            yield str(document[key]), f"{prefix}{key}", device
    for plan in inner:
        if plan.key not in document:
            continue
        for item in _items(document[plan.key]):
            if not isinstance(plan.of, type):
                yield str(item), f"{prefix}{plan.key}", device
                continue
            shape = plan.shape(item.get("kind", ""))
            if plan.claim.term and (text := _written(shape.cls, item)) is not None:
                yield text, f"{prefix}{plan.key}", device
            yield from _below(shape, item, f"{prefix}{plan.key}", device)


def _items(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else (value,)


def _written(cls: type[Any], item: Document) -> str | None:
    """An object as text; None for one that has none."""
    write = next((_OBJECTS[each] for each in cls.__mro__ if each in _OBJECTS), None)
    return write(item) if write is not None and not _NUMBERS.isdisjoint(item) else None


@cache
def _declared(table: Node) -> tuple[tuple[str, ...], tuple[Child, ...]]:
    """What of an element is a term, and which of its children may have some below."""
    keys = tuple(slot.key for slot in table.slots() if slot.claim.term)
    plans = tuple(plan for _, plan in table.plans() if plan.claim.term or _holds(plan))
    return keys, plans


def _holds(plan: Child) -> bool:
    """Whether a child may have terms below; the domain in a snapshot is one of the past and has none."""
    return isinstance(plan.of, type) and any(_has_terms(shape) for shape in plan.shapes())  # type: ignore[arg-type]


@cache
def _has_terms(cls: Any) -> bool:
    return cls is not WholeDomain and any(
        claim.term for each in reachable(cls) for claim in claims(each).values()
    )  # fmt: skip
