"""What changed between two contents of a VM, of its other definition or of a resource.

A content is a stored document without its envelope. A difference of two contents is
`{devices, changes, orders, exact}`:

- `devices`: `{device, kind, operation, changes}` for each device that changed, came, went or moved; a `MOVED` one has
  `from` and `to`, its places in the list, and may stand beside a `CHANGED` one of the same device. The paths of its
  changes begin at the device; that of a device that came or went is empty: all of it without `id` and `kind`.
- `changes`: what changed beside devices, `{path, old, new}`: without `old` it was absent before, without `new` it is
  absent now. `moved` says that a list has the same items in another order; `withheld` why old and new are not told.
- `orders`: of lists of devices whose members or order changed, the ids before, by the list's name.
- `exact`: whether nothing is withheld, so that `schema.changes.undo` finds the content before.

Of a content that came or went as a whole only its devices are named, without changes; the difference then has its
`operation` (`ADDED` or `REMOVED`), and `parts`, the paths of what came or went.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from ..devices import DEVICES
from ..element import Document
from .told import told
from .values import ABSENT, Steps, ValueChange, differing, public_path, same, spells

DERIVED = frozenset({"facets", "terms", "untyped", "attachments", "keys", "links", "label"})
"""Keys of a content that follow from the rest of it: no part of a difference."""

_ENVELOPE = frozenset({"_id", "hostId", "sourceKey", "revision", "changedAt", "declarations"})
_ASIDE = DERIVED | _ENVELOPE


def difference(before: Document | None, after: Document | None) -> Document | None:
    """What changed between two contents, None for no content; None when nothing did. Neither is touched."""
    if before is None or after is None:
        there = after if before is None else before
        return None if there is None else _whole(there, "ADDED" if before is None else "REMOVED")
    root: str = after.get("kind") or before.get("kind") or "domain"
    devices: list[Document] = []
    orders: Document = {}
    changed: list[ValueChange] = []
    for key in (*before, *(key for key in after if key not in before)):
        if key in _ASIDE:
            continue
        old, new = before.get(key, ABSENT), after.get(key, ABSENT)
        if key == "devices" and root == "domain" and all(one is ABSENT or isinstance(one, dict) for one in (old, new)):
            changed += _device_lists(old, new, devices, orders)
        else:
            changed += differing(old, new, (key,))
    changes = [one for change in changed for one in told(change, root)]
    if not devices and not changes and not orders:
        return None
    exact = not any("withheld" in change for change in _all_changes(devices, changes))
    return {"devices": devices, "changes": changes, "orders": orders, "exact": exact}


def _whole(content: Document, operation: str) -> Document:
    """The difference of a content that came or went."""
    identified = _identified(content)
    devices = [
        {"device": device["id"], "kind": device["kind"], "operation": operation, "changes": []}
        for array in identified.values()
        for device in array
    ]
    parts = [key for key in content if key not in _ASIDE and key != "devices"]
    parts += [f"devices.{array}" for array in identified]
    exact = operation == "ADDED"
    return {
        "operation": operation,
        "devices": devices,
        "changes": [],
        "orders": {},
        "exact": exact,
        "parts": parts,
    }


def _identified(content: Document) -> dict[str, list[Document]]:
    """The lists of devices in a content, in libvirt's order of kinds."""
    devices = content.get("devices")
    if "kind" in content or not isinstance(devices, dict):
        return {}
    return {
        array: devices[array] for array, kind in _KINDS.items() if array in devices and _by_id(devices[array], kind)
    }


_KINDS = {declared.array: declared.kind_name for declared in DEVICES.values()}
_TAGS = {declared.kind_name: declared.tag for declared in DEVICES.values()}


def _by_id(array: Any, kind: str) -> dict[str, Document] | None:
    """Devices by their ids; None for a list whose devices cannot be told apart by them."""
    if array is ABSENT:
        return {}
    if not isinstance(array, list) or not array:
        return None
    found: dict[str, Document] = {}
    for device in array:
        if not isinstance(device, dict) or device.get("kind") != kind or not isinstance(device.get("id"), str):
            return None
        found[device["id"]] = device
    return found if len(found) == len(array) else None


def _device_lists(before: Any, after: Any, devices: list[Document], orders: Document) -> list[ValueChange]:
    """Add what changed in devices and their order; returns what changed beside them, ABSENT being no devices at all."""
    old = {} if before is ABSENT else dict(before)
    new = {} if after is ABSENT else dict(after)
    for array, kind in _KINDS.items():
        if array not in old and array not in new:
            continue
        one, other = old.get(array, ABSENT), new.get(array, ABSENT)
        left, right = _by_id(one, kind), _by_id(other, kind)
        if left is not None and right is not None:
            old.pop(array, None)
            new.pop(array, None)
            if not same(one, other):
                devices += _of_array(kind, left, right)
                if list(left) != list(right):
                    orders[array] = list(left)
    at: Steps = ("devices",)
    if before is ABSENT or after is ABSENT:
        return [ValueChange(at, before if before is ABSENT else old, after if after is ABSENT else new)]
    return list(differing(old, new, at))


def _of_array(kind: str, before: dict[str, Document], after: dict[str, Document]) -> Iterator[Document]:
    """What became of the devices of a kind: those that went, then the others in their order now."""
    for device in before:
        if device not in after:
            yield _device(device, kind, "REMOVED", [ValueChange((), _body(before[device]), ABSENT)])
    places = {device: at for at, device in enumerate(before)}
    moved = _moved([places[device] for device in after if device in before])
    for at, (device, document) in enumerate(after.items()):
        if device not in before:
            yield _device(device, kind, "ADDED", [ValueChange((), ABSENT, _body(document))])
            continue
        if changes := list(differing(before[device], document)):
            yield _device(device, kind, "CHANGED", changes)
        if places[device] in moved:
            moving = {"device": device, "kind": kind, "operation": "MOVED", "from": places[device], "to": at}
            yield {**moving, "changes": []}


def _device(device: str, kind: str, operation: str, changes: list[ValueChange]) -> Document:
    shown = [one for change in changes for one in told(change, _TAGS[kind])]
    return {"device": device, "kind": kind, "operation": operation, "changes": shown}


def _body(device: Document) -> Document:
    return {key: value for key, value in device.items() if key not in ("id", "kind")}


def _moved(places: list[int]) -> set[int]:
    """The fewest of these different numbers without which the others rise: all but a longest rising row of them."""
    ends: list[int] = []  # ends[n]: the lowest number at which a row of n + 1 can end
    rows: list[int] = []
    for place in places:
        length = bisect_left(ends, place)
        ends[length : length + 1] = [place]
        rows.append(length)
    staying: set[int] = set()
    wanted = len(ends) - 1
    limit: int | None = None
    for place, length in zip(reversed(places), reversed(rows), strict=True):
        if length == wanted and (limit is None or place < limit):
            staying.add(place)
            limit = place
            wanted -= 1
    return set(places) - staying


def _all_changes(devices: list[Document], changes: list[Document]) -> Iterator[Document]:
    yield from changes
    for device in devices:
        yield from device["changes"]


def is_spelling(path: str) -> bool:
    """Whether the path of a change leads to how a number is spelled: needed to undo it, and of interest to nobody."""
    return spells(tuple(path.split(".")))


def only_spelling(difference: Document) -> bool:
    """Whether all values stayed and only the spelling of some changed: no change to anybody who reads values."""
    if "operation" in difference or difference["orders"]:
        return False
    found = list(_all_changes(difference["devices"], difference["changes"]))
    return all(device["operation"] == "CHANGED" for device in difference["devices"]) and all(
        is_spelling(change["path"]) for change in found
    )


def touched(difference: Document) -> list[str]:
    """The paths of all that changed, from the content's root, each once: `devices.disks.driver.cache`.

    They lead through lists without saying where: neither which device nor which position. Devices that came, went or
    moved are `devices.disks`.
    """
    found = dict.fromkeys(difference.get("parts", ()))
    found |= dict.fromkeys(public_path(change["path"]) for change in difference["changes"] if _counts(change))
    arrays = {kind: array for array, kind in _KINDS.items()}
    for device in difference["devices"]:
        at = f"devices.{arrays[device['kind']]}"
        if device["operation"] != "CHANGED":
            found[at] = None
        else:
            inner = (public_path(change["path"]) for change in device["changes"] if _counts(change))
            found |= dict.fromkeys(f"{at}.{path}" if path else at for path in inner)
    return list(found)


def _counts(change: Document) -> bool:
    return not is_spelling(change["path"])
