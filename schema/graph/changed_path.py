"""Paths by which changes are asked for, checked against the declarations: `devices.disks.driver`."""

from collections.abc import Iterator
from difflib import get_close_matches

from ..changes.values import public_path
from ..devices import Devices
from ..domain import Domain
from ..element import Variant
from ..resource import RESOURCES
from ..tables import Node, node
from .paths import LONGEST_PATH

_VALUES = ("name", "uuid", "state", "error", "rawXml")
"""The single values of a VM; resources have some of them, too."""

_OTHER = "persistent"
"""Stands for the other definition of a VM as a whole, when it came or went."""

_FREE = ("extra", "facts")
"""Objects below which the declarations do not say what there is."""

_NEAREST = 3

Below = list[Node | None]
"""What may stand under a path: tables of elements, and None for a single value."""


def changed_path(text: str) -> str:
    """The path of this text, without places in lists; raises ValueError with a sentence for one that nothing has."""
    if len(text) > LONGEST_PATH:
        raise ValueError(f"`path` takes at most {LONGEST_PATH} characters: no path is longer.")
    path = public_path(text)
    first, *steps = path.split(".")
    below = list(_roots(first))
    if not below:
        raise _nothing("", first, _root_names())
    at = first
    for owner, step in zip((first, *steps), steps, strict=False):
        if owner in _FREE:
            break
        tables = [table for table in below if table is not None]
        below = [inner for table in tables for inner in _inner(table, step)]
        if not below:
            raise _nothing(at, step, (name for table in tables for name in _names(table)))
        at = f"{at}.{step}"
    return path


def _roots(step: str) -> Iterator[Node | None]:
    """What stands under a key of a VM or of a resource."""
    if step in (*_VALUES, *_FREE, _OTHER):
        yield None
    if step == "domain":
        yield node(Domain)
    if step == "devices":
        yield node(Devices)
    for declared in RESOURCES.values():
        yield from _inner(node(declared), step)


def _inner(table: Node, step: str) -> Iterator[Node | None]:
    yield from table.below(step)
    yield from (None for _, plan in table.plans() if plan.key == step and not isinstance(plan.of, type))
    if step == "extra" or (step == "kind" and issubclass(table.cls, Variant)):
        yield None


def _root_names() -> Iterator[str]:
    yield from (*_VALUES, *_FREE, _OTHER, "domain", "devices")
    for declared in RESOURCES.values():
        yield from _names(node(declared))


def _names(table: Node) -> Iterator[str]:
    yield from (slot.key for slot in table.slots())
    yield from (plan.key for _, plan in table.plans())


def _nothing(at: str, step: str, names: Iterator[str]) -> ValueError:
    """The error that says that a step leads nowhere, and what may have been meant."""
    path = f"{at}.{step}" if at else step
    # Half a surrogate pair is a text to JSON, and to nobody who shows or logs it.
    shown = (path if len(path) <= 100 else f"{path[:100]}…").encode(errors="replace").decode()
    by_lower = {name.lower(): name for name in names}
    near = [f"`{by_lower[name]}`" for name in get_close_matches(step.lower(), by_lower, _NEAREST)]
    meant = f": did you mean {' or '.join(near)}?" if near else "; `devices.disks.driver` is a path."
    return ValueError(f"`path`: no VM or resource has anything at `{shown}`{meant}")
