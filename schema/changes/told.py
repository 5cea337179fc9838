"""What of a changed value may be told: all of it but the secrets, which the declarations name."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from lxml import etree

from ..definition import WholeDomain
from ..devices import DEVICES
from ..domain import Domain
from ..element import Document
from ..resource import RESOURCES
from ..secrets import is_secret, without_secrets
from ..tables import Child, Node, declared_name, node
from ..xmltext import SEPARATOR
from .values import ABSENT, Steps, ValueChange

WITHHELD = "SECRET"
"""Why a value is withheld."""

_PATHS_REMEMBERED = 10_000


class Place(NamedTuple):
    """What the declarations say of a place in a document; nothing where they know no such place."""

    tables: tuple[tuple[str, Node], ...] = ()
    """Name of the XML element and its tables, of every shape that it can have."""
    secret: bool = False
    raw: bool = False
    """Whether XML stands there as it was read."""
    extra_of: tuple[str, ...] = ()
    """Of a list of pieces that nothing claims: the elements that it can be part of."""


NOWHERE = Place()

_VM = "domain"


@lru_cache(_PATHS_REMEMBERED)
def place(root: str, steps: Steps = ()) -> Place:
    """What stands under a path of a device (by its tag), of a resource (by its kind) or, of `domain`, of a VM."""
    if steps:
        if root not in DEVICES and steps == ("rawXml",):
            return Place(secret=True)  # XML that nobody could read may hold anything
        if root == _VM and steps == ("domain",):
            return Place((("domain", node(Domain)),))
        return _below(place(root, steps[:-1]), steps[-1])
    if root == _VM:
        return Place((("domain", node(WholeDomain)),))
    declared = DEVICES.get(root) or RESOURCES.get(root)
    return Place(((declared.tag, node(declared)),)) if declared is not None else NOWHERE


def _below(owner: Place, step: str) -> Place:
    if step == "extra":
        return Place(extra_of=tuple(dict.fromkeys(name for name, _ in owner.tables)))
    if step.isdecimal():  # the items of a list are what the list is declared to hold
        return owner
    found: dict[tuple[str, Node], None] = {}
    secret = raw = False
    for _, table in owner.tables:
        secret = secret or any(slot.key == step and slot.claim.secret for slot in table.slots())
        for name, plan in table.plans():
            if plan.key == step:
                raw = raw or plan.claim.role == "raw"
                found |= dict.fromkeys(_shapes(name, plan))
    return Place(tuple(found), secret, raw)


def _shapes(name: str, plan: Child) -> Iterable[tuple[str, Node]]:
    local = declared_name(name).rpartition(":")[2]
    return [(local, node(shape)) for shape in plan.shapes()] if isinstance(plan.of, type) else ()


def told(change: ValueChange, root: str, prefix: Steps = ()) -> list[Document]:
    """The changes of a record for what differs, without secrets; `prefix` leads from the root to where steps begin.

    Of an object that holds secrets the rest is told; a list that holds any is withheld as a whole.
    """
    where = place(root, prefix + change.steps)
    found: Document = {"path": ".".join(change.steps)}
    hidden: dict[Steps, None] = {}
    for key, value in (("old", change.old), ("new", change.new)):
        if value is not ABSENT:
            shown, paths = _shown(value, where, change.steps)
            hidden |= dict.fromkeys(paths)
            found[key] = shown
    if change.moved:
        found["moved"] = True
    withheld = [{"path": ".".join(steps), "withheld": WITHHELD} for steps in hidden]
    return withheld if change.steps in hidden else [found, *withheld]


def _shown(value: Any, where: Place, steps: Steps) -> tuple[Any, list[Steps]]:
    """The value without the secrets in it, and the paths of what was left out; the value itself where there is none."""
    if where.secret:
        return None, [steps]
    if where.extra_of or where.raw:
        pieces = value if isinstance(value, list) else [value]
        return value, [steps] if any(_holds_secret(piece, where) for piece in pieces) else []
    if isinstance(value, list):
        return value, [steps] if any(_shown(item, where, ())[1] for item in value) else []
    if not isinstance(value, dict) or not where.tables:
        return value, []
    shown: Document = {}
    hidden: list[Steps] = []
    for key, item in value.items():
        shown[key], paths = _shown(item, _below(where, key), (*steps, key))
        if (*steps, key) in paths:
            del shown[key]
        hidden += paths
    return (shown, hidden) if hidden else (value, [])


def _holds_secret(piece: Any, where: Place) -> bool:
    """Whether a piece that nothing claims, or raw XML, holds what would be a secret elsewhere."""
    if isinstance(piece, str):
        return _xml_holds_secret(piece)
    if not isinstance(piece, dict):
        return False
    if piece.get("xml") is not None:
        return _xml_holds_secret(piece["xml"])
    name = str(piece.get("name", "")).rpartition(SEPARATOR)[2]
    leaf = name if name == "#text" else f"@{name}"
    owners = [piece["path"].rpartition("/")[2]] if piece.get("path") else where.extra_of
    return any(is_secret(f"{owner}/{leaf}") for owner in owners)


def _xml_holds_secret(xml: str) -> bool:
    try:
        return without_secrets(xml) != xml
    except (etree.XMLSyntaxError, ValueError):
        return True  # nobody can say
