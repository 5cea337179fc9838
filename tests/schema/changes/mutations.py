"""Contents as they are and as they might become: libvirt's documents, changed at random."""

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import schema
from schema.changes.difference import DERIVED
from schema.element import Document
from tests.shared import corpus

RESOURCE_FOLDERS = ("domainsnapshot", "network", "nodedev", "nwfilter", "storagepool", "storagevol", "interface")


@cache
def definitions() -> tuple[Document, ...]:
    """The definitions that libvirt's domains describe; nobody may change them."""
    return tuple(_read(schema.domain_from_xml, "domain"))


@cache
def resources() -> tuple[Document, ...]:
    """The contents that libvirt's other documents describe; nobody may change them."""
    return tuple(
        {**resource, "facts": {"active": True}, "label": "x"}
        for folder in RESOURCE_FOLDERS
        for resource in _read(schema.resource_from_xml, folder)
    )


def _read(reader: Callable[[bytes], Document], folder: str) -> Iterator[Document]:
    for path in corpus(folder):
        try:
            yield reader(path.read_bytes())
        except schema.XmlError:
            continue


def written(content: Document) -> str:
    """A content as a text that tells types apart, without what follows from the rest."""
    return json.dumps({key: value for key, value in content.items() if key not in DERIVED}, sort_keys=True)


def mutated(content: Document, rng: random.Random, number: int) -> Document:
    """A copy with this many changes, of all kinds that a content can come to."""
    found = deepcopy(content)
    for _ in range(number):
        rng.choice(MUTATIONS)(found, rng)
    return found


def _objects(value: Any) -> list[Document]:
    """Every object in a value."""
    if isinstance(value, dict):
        return [value, *(each for item in value.values() for each in _objects(item))]
    return [each for item in value for each in _objects(item)] if isinstance(value, list) else []


def _lists(value: Any) -> list[list[Any]]:
    """Every list in a value."""
    found = [value] if isinstance(value, list) else []
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return found + [each for item in items for each in _lists(item)]


def _arrays(content: Document) -> list[list[Document]]:
    devices = content.get("devices")
    found = devices.values() if isinstance(devices, dict) else ()
    return [array for array in found if isinstance(array, list) and all("id" in device for device in array)]


_VALUES: tuple[Any, ...] = (
    0,
    1,
    True,
    False,
    1.0,
    0.0,
    -0.0,
    "",
    "1",
    "x",
    2**62,
    [],
    {},
    ["a", "b"],
    {"a": {"b": 1}},
    [{"a": 1}, 1],
)


def _change_leaf(content: Document, rng: random.Random) -> None:
    owner = rng.choice(_objects(content))
    keys = [key for key in owner if key not in ("id", "kind")]
    if keys:
        owner[rng.choice(keys)] = deepcopy(rng.choice(_VALUES))


def _add_leaf(content: Document, rng: random.Random) -> None:
    owner = rng.choice(_objects(content))
    key = rng.choice(["new", "source", "spelling", "cache", "extra", "7", "dotted.key", ""])
    if owner is not content:  # whose keys the declarations name
        owner.setdefault(key, rng.choice([1, {}, {"a": "1"}]))


def _remove_leaf(content: Document, rng: random.Random) -> None:
    owner = rng.choice(_objects(content))
    keys = [key for key in owner if key not in ("id", "kind")]
    if keys:
        del owner[rng.choice(keys)]


def _respell(content: Document, rng: random.Random) -> None:
    owner = rng.choice(_objects(content))
    if owner is not content and isinstance(owner.get("spelling", {}), dict):
        owner["spelling"] = {**owner.get("spelling", {}), "slot": rng.choice(["0x1", "01", "0x01"])}


def _change_list(content: Document, rng: random.Random) -> None:
    if not (lists := [each for each in _lists(content) if each]):
        return
    chosen = rng.choice(lists)
    match rng.randrange(4):
        case 0:
            rng.shuffle(chosen)
        case 1:
            chosen.pop(rng.randrange(len(chosen)))
        case 2:
            chosen.append(deepcopy(rng.choice(chosen)))
        case _:
            chosen.clear()


def _drop_device(content: Document, rng: random.Random) -> None:
    if arrays := [array for array in _arrays(content) if array]:
        chosen = rng.choice(arrays)
        chosen.pop(rng.randrange(len(chosen)))


def _drop_empty(content: Document, rng: random.Random) -> None:
    devices = content.get("devices")
    if isinstance(devices, dict):
        for array in [key for key, value in devices.items() if value == []]:
            del devices[array]


def _double_device(content: Document, rng: random.Random) -> None:
    if arrays := [array for array in _arrays(content) if array]:
        chosen = rng.choice(arrays)
        double = deepcopy(rng.choice(chosen))
        double["id"] += f"#{rng.randrange(1000)}"
        chosen.insert(rng.randint(0, len(chosen)), double)


def _move_devices(content: Document, rng: random.Random) -> None:
    if arrays := [array for array in _arrays(content) if len(array) > 1]:
        chosen = rng.choice(arrays)
        if rng.random() < 0.5:
            rng.shuffle(chosen)
        else:
            chosen.insert(rng.randrange(len(chosen)), chosen.pop(rng.randrange(len(chosen))))


def _rename_device(content: Document, rng: random.Random) -> None:
    if arrays := [array for array in _arrays(content) if array]:
        device = rng.choice(rng.choice(arrays))
        device["id"] = f"{device['id'].partition('/')[0]}/{rng.randrange(5)}"  # sometimes another one's


def _replace_part(content: Document, rng: random.Random) -> None:
    part = rng.choice(["domain", "devices", "state", "uuid", "name"])
    match rng.randrange(3):
        case 0:
            content.pop(part, None)
        case 1:
            content[part] = {} if part in ("domain", "devices") else rng.choice(["RUNNING", "SHUTOFF"])
        case _:
            other = rng.choice(definitions())
            if part in other:
                content[part] = deepcopy(other[part])


MUTATIONS: tuple[Callable[[Document, random.Random], None], ...] = (
    _change_leaf,
    _change_leaf,
    _add_leaf,
    _remove_leaf,
    _respell,
    _change_list,
    _drop_device,
    _drop_empty,
    _double_device,
    _move_devices,
    _rename_device,
    _replace_part,
)
