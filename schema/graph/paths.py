"""Paths of the API through a VM, checked against the declarations: `disks.driver.cache`.

A path leads from list to entries without saying so, and ends at a single value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, get_type_hints

from ..domain import Domain
from ..element import Variant, document_key
from ..scalars import Word, bare
from ..tables import Node, Slot, node
from .context import StoredPath
from .selection import ARRAYS, PLAIN

LONGEST_PATH = 500
"""Characters of a path; all declared ones are shorter."""

_VALUES = {name: PLAIN[name] for name in ("host", "name", "uuid", "state", "sourceKey", "emulator", "error")}
"""The single values of a VM, and where they are stored."""

_MOST_FIELDS = 60
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Path:
    """A path that was found, and the names that its values have in GraphQL where these differ."""

    stored: StoredPath
    names: Mapping[str, str] = field(default_factory=dict)


def vm_path(text: str) -> Path:
    """The path of this text; raises ValueError with a sentence that names the step which fails."""
    if len(text) > LONGEST_PATH:
        raise ValueError(f"`groupBy` takes at most {LONGEST_PATH} characters: no path is longer.")
    first, *steps = text.split(".")
    if first in _VALUES:
        if steps:
            raise ValueError(f"`{first}` is a single value: `{steps[0]}` cannot follow.")
        return Path(StoredPath(_VALUES[first]))
    if first == "domain":
        return _walk([node(Domain)], first, steps, "domain", ())
    if first in ARRAYS:
        at = f"devices.{first}"
        return _walk([node(ARRAYS[first])], first, steps, at, (at,))
    raise ValueError(_unknown(first, "A VM", [*_VALUES, "domain", *ARRAYS]))


def _walk(tables: list[Node], seen: str, steps: list[str], at: str, lists: tuple[str, ...]) -> Path:
    """Follow the steps from an object that is described by one of these tables; `seen` is the path so far."""
    if not steps:
        raise ValueError(f"`{seen}` is an object: go on with one of its fields, {_listed(_fields(tables))}.")
    step, *rest = steps
    below = f"{seen}.{step}"
    at = f"{at}.{step}"
    slots = [(table, slot) for table in tables for slot in _slots(table) if slot.key == step]
    plans = [plan for table in tables for _, plan in table.plans() if plan.key == step and plan.of is not None]
    varied = step == "kind" and any(issubclass(table.cls, Variant) for table in tables)
    if not slots and not plans and not varied:
        raise ValueError(_unknown(step, f"`{seen}`", _fields(tables)))
    if any(plan.many for plan in plans):
        lists = (*lists, at)
    inner = [node(shape) for plan in plans if isinstance(plan.of, type) for shape in plan.shapes()]
    if inner:
        return _walk(list(dict.fromkeys(inner)), below, rest, at, lists)
    if rest:
        raise ValueError(f"`{below}` is a single value: `{rest[0]}` cannot follow.")
    names: dict[str, str] = {}
    for table, slot in slots:
        if isinstance(slot.spelling, Word):
            names |= _names(table.cls, step)
    return Path(StoredPath(at, lists), names)


def _slots(table: Node) -> list[Slot]:
    """The single values of an element that may be counted: no secrets, each of which would be told."""
    return [slot for slot in table.slots() if not slot.claim.secret]


def _names(cls: type[Any], key: str) -> dict[str, str]:
    """The GraphQL names of an enum's words."""
    hints = get_type_hints(cls, include_extras=True)
    enum = bare(next(hint for name, hint in hints.items() if document_key(name) == key))
    return {str(member.value): member.name for member in enum}


def _fields(tables: list[Node]) -> list[str]:
    """What can follow on an object."""
    found = {"kind": None} if any(issubclass(table.cls, Variant) for table in tables) else {}
    for table in tables:
        found |= dict.fromkeys(slot.key for slot in _slots(table))
        found |= dict.fromkeys(plan.key for _, plan in table.plans() if plan.of is not None)
    return list(found)


def _unknown(step: str, owner: str, fields: list[str]) -> str:
    """The sentence about a step that leads nowhere, with the fields that it may have meant."""
    shown = step if len(step) <= 50 else f"{step[:50]}…"
    by_lower = {name.lower(): name for name in fields}
    names = [by_lower[name] for name in get_close_matches(step.lower(), by_lower, _NEAREST)]
    said = f"{owner} has no field `{shown}` that can be counted"
    return f"{said}: did you mean {_listed(names, 'or')}?" if names else f"{said}, only {_listed(fields)}."


def _listed(names: list[str], word: str = "and") -> str:
    """Names in a sentence, not too many."""
    shown = [f"`{name}`" for name in names[:_MOST_FIELDS]]
    if len(names) > _MOST_FIELDS:
        return f"{', '.join(shown)} …"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {word} {shown[-1]}"
