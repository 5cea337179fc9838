"""The way back: a content as it was before a difference."""

from typing import Any

from ..devices import DEVICES
from ..element import Document
from .difference import DERIVED
from .values import ABSENT

_ARRAYS = {declared.kind_name: declared.array for declared in DEVICES.values()}


def undone(content: Document, difference: Document) -> Document:
    """The content before a difference, from the content after it; derived keys are left out.

    Neither is touched; the result shares what did not change with the content. What is withheld stays as it is.
    """
    found = {key: value for key, value in content.items() if key not in DERIVED}
    if difference["devices"] or difference["orders"]:
        found["devices"] = _devices(found.get("devices", {}), difference)
    for change in difference["changes"]:
        lists = found.get("devices", {})
        if change["path"] == "devices" and isinstance(change.get("old"), dict) and isinstance(lists, dict):
            # What is told here is what the object has beside the lists of devices, which are told one by one.
            kept = {key: value for key, value in lists.items() if key not in change.get("new", {})}
            found["devices"] = {**kept, **change["old"]}
        else:
            found = _restored(found, change)
    return found


def _devices(devices: Document, difference: Document) -> Document:
    found = dict(devices)
    arrays = {_ARRAYS[device["kind"]] for device in difference["devices"]} | difference["orders"].keys()
    for array in arrays:
        known: dict[str, Document] = {device["id"]: device for device in found.get(array, ())}
        for changed in difference["devices"]:
            if _ARRAYS[changed["kind"]] == array and changed["operation"] != "MOVED":
                _undo(known, changed)
        order = difference["orders"].get(array, known)
        found[array] = [known[device] for device in order if device in known]
        if not found[array]:
            del found[array]
    return found


def _undo(known: dict[str, Document], changed: Document) -> None:
    """Take back what became of one of the devices, by their ids."""
    identity = {"id": changed["device"], "kind": changed["kind"]}
    if changed["operation"] == "ADDED":
        known.pop(changed["device"], None)
        return
    device = known.get(changed["device"], identity)
    for change in changed["changes"]:
        device = {**identity, **change["old"]} if not change["path"] and "old" in change else _restored(device, change)
    known[changed["device"]] = device


def _restored(value: Any, change: Document) -> Any:
    if "withheld" in change:
        return value
    return _with(value, change["path"].split("."), change.get("old", ABSENT))


def _with(value: Any, steps: list[str], old: Any) -> Any:
    """The value with another one at a path, or with none; what lies beside the path is shared.

    A document may have been spelled in another way since, which no record tells: then the path may begin in nothing.
    """
    step, *rest = steps
    if isinstance(value, list):
        at = int(step)
        return [*value[:at], _with(value[at], rest, old) if rest else old, *value[at + 1 :]]
    found = dict(value)
    if rest:
        found[step] = _with(value.get(step, {}), rest, old)
    elif old is ABSENT:
        found.pop(step, None)
    else:
        found[step] = old
    return found
