"""The answer to the query for the trees of many VMs, written by hand for this one query."""

from collections.abc import Callable
from typing import Any

from bench.rivals.tree import NAMES, TYPES, pick, plain, variant
from bench.rivals.words import ARRAYS, Document, node_id

_DISK, _CACHE, _BUS = (NAMES[name].get for name in ("DiskDevice", "DiskCache", "DiskBus"))

_address = variant(
    "Address",
    {
        "pci": ("domain", "bus", "slot", "function"),
        "drive": ("controller", "bus", "target", "unit"),
        "usb": ("bus", "port"),
    },
)
_source = variant("DiskSource", {"file": ("file",), "block": ("dev",)})


def _disk(disk: Document, to: Document) -> None:
    to["device"] = _DISK(disk.get("device"))
    to["serial"] = disk.get("serial")
    driver, target = disk.get("driver"), disk.get("target")
    to["driver"] = None if driver is None else {"type": driver.get("type"), "cache": _CACHE(driver.get("cache"))}
    to["source"] = _source(disk.get("source"))
    to["target"] = None if target is None else {"dev": target.get("dev"), "bus": _BUS(target.get("bus"))}


def _interface(interface: Document, to: Document) -> None:
    to["type"] = interface.get("type")
    to["model"] = interface.get("model")
    to["mac"] = pick(interface.get("mac"), ("address",))
    to["target"] = pick(interface.get("target"), ("dev",))


_WRITERS: dict[str, Callable[[Document, Document], None]] = {
    "DISK": _disk,
    "CONTROLLER": plain("type", "index", "model"),
    "INTERFACE": _interface,
    "GRAPHICS": plain("type", "port", "listen"),
    "VIDEO": plain("model", "vram"),
    "HOSTDEV": plain("type", "managed"),
}


def drawn(vm: Document) -> Document:
    """The tree of a VM, as far as it is drawn."""
    key = vm["_id"]
    stored = vm.get("devices", {})
    devices: list[Document] = []
    for array in ARRAYS:
        for device in stored.get(array, ()):
            kind = device["kind"]
            to: dict[str, Any] = {
                "__typename": TYPES[kind],
                "id": node_id("Device", key, device["id"]),
                "kind": kind,
                "alias": device.get("alias"),
                "address": _address(device.get("address")),
            }
            if (write := _WRITERS.get(kind)) is not None:
                write(device, to)
            devices.append(to)
    return {"id": node_id("VirtualMachine", key), "name": vm.get("name"), "state": vm["state"], "devices": devices}
