"""How two stored values differ: the smallest places in them that are not the same."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

Steps = tuple[str, ...]
"""A path as its steps: `("source", "hosts", "0", "port")`; positions in lists are their digits."""

ABSENT: Any = object()
"""Stands where there is no value."""

SPELLING = "spelling"
"""The key under which numbers keep their text; see `schema.codec`."""

_WHOLE = "extra"
"""The key whose list is told as a whole: no step into it would say which piece is meant."""


class ValueChange(NamedTuple):
    """A place whose value is not the same; `ABSENT` where there was or is none."""

    steps: Steps
    old: Any
    new: Any
    moved: bool = False
    """Both are lists of the same items in another order."""


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, types included: `1`, `1.0` and `True` differ. The order of keys says nothing."""
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and len(one) == len(other)
            and all(key in other and same(value, other[key]) for key, value in one.items())
        )
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return repr(one) == repr(other)  # 0.0 and -0.0 are written differently
    return bool(one == other) and _type(one) is _type(other)


def _type(value: Any) -> type:
    """The type of a single value; MongoDB's driver has a type of its own for long integers, which tells nothing."""
    return int if isinstance(value, int) and not isinstance(value, bool) else type(value)


def differing(before: Any, after: Any, steps: Steps = ()) -> Iterator[ValueChange]:
    """Where two values differ: the values of keys that came, went or changed, and items of lists of one length."""
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _of_objects(before, after, steps)
    elif isinstance(before, list) and isinstance(after, list):
        if not same(before, after):
            yield from _of_lists(before, after, steps)
    elif not same(before, after):
        yield ValueChange(steps, before, after)


def _of_objects(before: dict[str, Any], after: dict[str, Any], steps: Steps) -> Iterator[ValueChange]:
    found: list[ValueChange] = []
    for key in (*before, *(key for key in after if key not in before)):
        inner = list(differing(before.get(key, ABSENT), after.get(key, ABSENT), (*steps, key)))
        if inner and (not key or "." in key):  # no path could lead through it
            yield ValueChange(steps, before, after)
            return
        found += inner
    yield from found


def _of_lists(before: list[Any], after: list[Any], steps: Steps) -> Iterator[ValueChange]:
    """The changes of two lists that are not the same."""
    if len(before) != len(after):
        yield ValueChange(steps, before, after)
        return
    pairs = enumerate(zip(before, after, strict=True))
    found = [change for at, (old, new) in pairs for change in differing(old, new, (*steps, str(at)))]
    # What only spells the same values in another way has not moved.
    if not all(spells(change.steps) for change in found) and sorted(map(_key, before)) == sorted(map(_key, after)):
        yield ValueChange(steps, before, after, moved=True)
    elif steps and steps[-1] == _WHOLE:
        yield ValueChange(steps, before, after)
    else:
        yield from found


def _key(value: Any) -> str:
    """A text that is the same for the same values only."""
    return json.dumps(value, sort_keys=True, default=repr)


def spells(steps: Steps) -> bool:
    """Whether a path leads to how a value is spelled, not to a value."""
    return SPELLING in steps


def public_path(path: str) -> str:
    """A path without the positions in lists: `source.hosts.0.port` → `source.hosts.port`."""
    return ".".join(step for step in path.split(".") if not step.isdecimal())
