"""What the next start of a VM will change: the two definitions of a running VM, without what only a running one has."""

from collections.abc import Callable
from typing import Any

from ..device import DEVICES
from ..element import Document
from ..identity import keep_identity
from .difference import difference, is_spelling
from .runtime import ANY_DEVICE, RUNTIME, RUNTIME_OF_DOMAIN, Place, Runtime
from .values import ABSENT


def pending(live: Document, persistent: Document) -> Document:
    """What the next start changes: the difference from the definition in force to the persistent one.

    Devices that both have are named by their ids in force, others by those that they have in their definition.
    Spelling is left out, so that the difference cannot be undone. Neither definition is touched.
    """
    wanted, own_ids = _matched(live, persistent)
    running = {
        "domain": _settled(live.get("domain", {}), wanted.get("domain", {}), RUNTIME_OF_DOMAIN),
        **({"devices": _settled_devices(live["devices"], wanted.get("devices", {}))} if "devices" in live else {}),
    }
    found = difference(running, wanted) or {"devices": [], "changes": [], "orders": {}, "exact": True}
    devices = [{**device, "changes": _values(device["changes"])} for device in found["devices"]]
    return {
        **found,
        "devices": [
            {**device, "device": own_ids.get(device["device"], device["device"])}
            if device["operation"] == "ADDED"
            else device
            for device in devices
            if device["changes"] or device["operation"] != "CHANGED"
        ],
        "changes": _values(found["changes"]),
    }


def _values(changes: list[Document]) -> list[Document]:
    return [change for change in changes if not is_spelling(change["path"])]


def _matched(live: Document, persistent: Document) -> tuple[Document, dict[str, str]]:
    """The persistent definition with the ids of the devices in force, and its own ids by these."""
    devices: Document = {
        key: [dict(item) if isinstance(item, dict) else item for item in value] if isinstance(value, list) else value
        for key, value in persistent.get("devices", {}).items()
    }
    wanted: Document = {key: persistent[key] for key in ("domain", "devices") if key in persistent}
    if "devices" in wanted:
        wanted["devices"] = devices
    keep_identity(live, wanted)
    own = {
        renamed["id"]: device["id"]
        for declared in DEVICES.values()
        for renamed, device in zip(
            devices.get(declared.array, ()), persistent.get("devices", {}).get(declared.array, ()), strict=True
        )
    }
    return wanted, own


def _settled_devices(live: Document, persistent: Document) -> Document:
    """The devices in force, each without what only a running one has."""
    found = dict(live)
    for declared in DEVICES.values():
        if declared.array in live:
            others = {device["id"]: device for device in persistent.get(declared.array, ())}
            rules = (*ANY_DEVICE, *RUNTIME.get(declared.kind_name, ()))
            found[declared.array] = [
                _settled(device, others[device["id"]], rules) if device["id"] in others else device
                for device in live[declared.array]
            ]
    return found


def _settled(of: Document, other: Document, rules: tuple[Runtime, ...]) -> Document:
    """A device or domain as it runs, with the persistent values where the rules say so."""
    found = of
    for rule in rules:

        def when(live: Any, persistent: Any, rule: Runtime = rule) -> bool:
            return rule.when(Place(live, persistent, of, other))

        found = _adopted(found, other, rule.path.split("."), when)
    return found


def _adopted(live: Any, persistent: Any, steps: list[str], when: Callable[[Any, Any], bool]) -> Any:
    """The live value with the persistent one at the path, where there is one of them and the condition holds.

    What is left empty by that goes, where the persistent definition has nothing there.
    """
    if not steps:
        return persistent if when(live, persistent) else live
    step, *rest = steps
    if isinstance(live, list):
        padded = [*(persistent if isinstance(persistent, list) else ()), *[ABSENT] * len(live)]
        items = [_adopted(item, other, rest, when) for item, other in zip(live, padded, strict=False)]
        if persistent is ABSENT and not any(map(_says_anything, items)):
            return ABSENT
        return [{} if item is ABSENT else item for item in items]
    if not isinstance(live, dict):
        return live
    others: Document = persistent if isinstance(persistent, dict) else {}
    found = dict(live)
    for key in {**live, **others} if step == "*" else (step,):
        if key not in live and key not in others:
            continue
        value = _adopted(live.get(key, ABSENT), others.get(key, ABSENT), rest, when)
        if value is ABSENT:
            found.pop(key, None)
        else:
            found[key] = value
    return ABSENT if persistent is ABSENT and not _says_anything(found) else found


def _says_anything(value: Any) -> bool:
    """Whether anything is left of a value beside its kind and spelling."""
    return bool(value.keys() - {"kind", "spelling"}) if isinstance(value, dict) else value is not ABSENT
