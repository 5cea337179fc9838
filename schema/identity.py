"""Which device is which: ids that stay while a VM's XML changes.

An id is local to its VM and reads like `disk/vda`. It comes from the device's natural key; devices that share a key
or have none are numbered. Between two readings of one VM devices are matched by natural key, then by address, then
by content, and by order last, so that a device keeps its id though others come, go or move.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from .device import DEVICES, Device
from .element import Document, value_at
from .tables import Node


def _plain(value: Any) -> Hashable:
    """A hashable image of a value, spelling left out."""
    if isinstance(value, dict):
        return tuple(sorted((key, _plain(item)) for key, item in value.items() if key not in ("id", "spelling")))
    return tuple(_plain(item) for item in value) if isinstance(value, list) else value


def _text(value: Any) -> str:
    if isinstance(value, dict):
        parts = (_text(item) for key, item in value.items() if key not in ("kind", "spelling", "extra"))
        return ":".join(part for part in parts if part)
    return "" if value is None else str(value)


def natural_key(declared: type[Device], device: Document) -> str | None:
    """What tells the device from others of its kind, or None when the XML does not say."""
    parts = [text for path in declared.identity if (text := _text(value_at(device, path)))]
    return "/".join(parts) or None


def check_identity(declared: type[Device], table: Node) -> None:
    """Raise TypeError for a natural key that leads nowhere."""
    for path in declared.identity:
        tables = [table]
        for step in path.split("."):
            found = [inner for each in tables for inner in each.below(step)]
            if not found:
                raise TypeError(f"{declared.__name__}: the identity {path!r} names no field {step!r}")
            tables = [inner for inner in found if inner is not None]


def identify(devices: Document) -> Document:
    """The same devices, each with `id` and `kind` in front."""
    for declared in DEVICES.values():
        if found := devices.get(declared.array):
            keys = [natural_key(declared, device) for device in found]
            ids = _ids(declared.tag, keys, ())
            devices[declared.array] = [
                {"id": new, "kind": declared.kind_name, **device} for new, device in zip(ids, found, strict=True)
            ]
    return devices


def _ids(tag: str, keys: Iterable[str | None], taken: Iterable[str]) -> Iterable[str]:
    used, numbers = set(taken), Counter[str]()
    for key in keys:
        stem = f"{tag}/{key}" if key else tag
        while True:
            numbers[stem] += 1
            number = numbers[stem]
            new = stem if key and number == 1 else f"{stem}#{number}" if key else f"{tag}/#{number}"
            if new not in used:
                break
        used.add(new)
        yield new


def keep_identity(previous: Document, definition: Document) -> None:
    """Give the devices of `definition` the ids that the same devices had in `previous`, in place."""
    before, after = previous.get("devices", {}), definition.get("devices", {})
    for declared in DEVICES.values():
        old, new = before.get(declared.array, []), after.get(declared.array, [])
        if old and new:
            _match(declared, old, new)


def _match(declared: type[Device], old: list[Document], new: list[Document]) -> None:
    def key(device: Document) -> Hashable:
        return natural_key(declared, device)

    def address(device: Document) -> Hashable:
        return _plain(device["address"]) if "address" in device else None

    def keyless(device: Document) -> Hashable:
        return True if natural_key(declared, device) is None else None

    left, right = list(old), list(new)
    inherited: dict[int, str] = {}
    for trait, ordered in ((key, False), (address, False), (_plain, True), (keyless, True)):
        _pair(trait, left, right, inherited, ordered=ordered)
    fresh = [device for device in new if id(device) not in inherited]
    keys = [natural_key(declared, device) for device in fresh]
    for device, name in zip(fresh, _ids(declared.tag, keys, inherited.values()), strict=True):
        device["id"] = name
    for device in new:
        device["id"] = inherited.get(id(device), device["id"])


def _pair(
    trait: Callable[[Document], Hashable],
    left: list[Document],
    right: list[Document],
    inherited: dict[int, str],
    *,
    ordered: bool,
) -> None:
    """Match devices of equal trait; where several share one, in their order (`ordered`) or not at all."""
    old: dict[Hashable, list[Document]] = {}
    new: dict[Hashable, list[Document]] = {}
    for groups, devices in ((old, left), (new, right)):
        for device in devices:
            if (value := trait(device)) is not None:
                groups.setdefault(value, []).append(device)
    for value, arrivals in new.items():
        leavers = old.get(value, [])
        if not ordered and (len(arrivals) > 1 or len(leavers) > 1):
            continue
        for leaver, arrival in zip(leavers, arrivals, strict=False):
            inherited[id(arrival)] = leaver["id"]
            left.remove(leaver)
            right.remove(arrival)
