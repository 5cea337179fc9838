"""The size of change records: what does not fit is withheld or left out, for an event too large ends a stream."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import bson

from server.store.connection import Document

LARGEST_RECORD = 256 * 1024
"""Bytes of BSON."""

_LONG_VALUES = (16_384, 1_024, 64)
"""Bytes from which values are withheld, tried in this order."""
_ROOM = 64 * 1024
"""Bytes that identity, names and touched paths may take where paths are left out."""
_LONGEST_NAME = 1024
_LARGEST_TOUCHED = 32 * 1024


def bounded(record: Document) -> Document:
    """The record if it is small enough; otherwise what is left when long values are withheld, then paths left out.

    A part (the record itself, its `persistent`) that lost anything is no longer `exact`, unless it came as a whole.
    The paths of `touched` become shorter, never fewer than are needed to meet the conditions that they met.
    """
    if size(record) <= LARGEST_RECORD:
        return record
    for longest in _LONG_VALUES:
        found = _each_part(record, partial(_without_long_values, longest=longest))
        if size(found) <= LARGEST_RECORD:
            return found
    found["touched"] = _shorter(found["touched"])
    if "name" in found:
        found["name"] = found["name"][:_LONGEST_NAME]
    budget = LARGEST_RECORD - _ROOM
    if "persistent" in found:
        budget //= 2
    return _each_part(found, partial(_cut, budget=budget)) | {"truncated": True}


def size(value: Any) -> int:
    """Bytes of BSON that a value takes."""
    return len(bson.encode({"": value}))


def _each_part(record: Document, change: Callable[[Document], Document]) -> Document:
    found = change(record)
    if "persistent" in found:
        found = {**found, "persistent": change(found["persistent"])}
    return found


def _without_long_values(part: Document, longest: int) -> Document:
    changes = _withheld(part["changes"], longest)
    devices = [{**device, "changes": _withheld(device["changes"], longest)} for device in part["devices"]]
    if changes == part["changes"] and devices == part["devices"]:
        return part
    return {**part, "changes": changes, "devices": devices, "exact": False}


def _withheld(changes: Iterable[Document], longest: int) -> list[Document]:
    return [_without_values(change) if _value_size(change) > longest else change for change in changes]


def _value_size(change: Document) -> int:
    return size([change[key] for key in ("old", "new") if key in change])


def _without_values(change: Document) -> Document:
    rest = {key: value for key, value in change.items() if key not in ("old", "new")}
    return {**rest, "withheld": "TOO_LARGE"}


def _cut(part: Document, budget: int) -> Document:
    """As much of a part as fits: one device of each kind and operation first, so that nothing seems not to concern."""
    left = budget
    chosen: dict[int, Document] = {}
    kinds: set[tuple[str, str]] = set()
    ordered = sorted(enumerate(part["devices"]), key=lambda one: _is_first(one[1], kinds), reverse=True)
    for at, device in ordered:
        if (alone := size({**device, "changes": []})) <= left:
            left -= alone
            chosen[at] = {**device, "changes": _fitting(device["changes"], left // 2)}
            left -= size(chosen[at]["changes"])
    changes = _fitting(part["changes"], left)
    devices = [chosen[at] for at in sorted(chosen)]
    if devices == part["devices"] and changes == part["changes"] and not part["orders"]:
        return part
    exact = {} if part.get("operation") == "ADDED" else {"exact": False}
    return {**part, "devices": devices, "changes": changes, "orders": {}, **exact}


def _is_first(device: Document, seen: set[tuple[str, str]]) -> bool:
    kind = (device["kind"], device["operation"])
    is_first = kind not in seen
    seen.add(kind)
    return is_first


def _fitting(changes: Iterable[Document], budget: int) -> list[Document]:
    found = []
    for change in changes:
        budget -= size(change)
        if budget < 0:
            break
        found.append(change)
    return found


def _shorter(paths: list[str]) -> list[str]:
    """The same paths, cut after as many steps as fit: a shorter path stands for all below it."""
    for steps in range(8, 0, -1):
        paths = list(dict.fromkeys(".".join(path.split(".")[:steps]) for path in paths))
        if size(paths) <= _LARGEST_TOUCHED:
            break
    return paths
