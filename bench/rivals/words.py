"""What the words of the stored documents mean in GraphQL."""

import base64
import json
from typing import Any

import orjson

from bench.rivals.surface import SDL, WORDS

Document = dict[str, Any]

TYPE_DEFS = SDL.read_text()
_WORDS: dict[str, Any] = json.loads(WORDS.read_text())
ENUMS: dict[str, dict[str, str]] = _WORDS["enums"]
KINDS: dict[str, dict[str, str]] = _WORDS["kinds"]
ARRAYS: dict[str, str] = _WORDS["arrays"]
_SOURCES = frozenset(_WORDS["sources"])
_SPACES: dict[str, str] = _WORDS["spaces"]
_RUNNING = frozenset({"RUNNING", "BLOCKED", "PAUSED"})


def node_id(*parts: str) -> str:
    """An opaque id."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).rstrip(b"=").decode()


def key_of_vm(opaque: str) -> str | None:
    """The key of the VM that an opaque id stands for."""
    try:
        type_name, key = json.loads(base64.urlsafe_b64decode(opaque + "=" * (-len(opaque) % 4)))
    except ValueError:
        return None
    return str(key) if type_name == "VirtualMachine" else None


def vm_id(vm: Document) -> str:
    """The id of a VM."""
    return node_id("VirtualMachine", vm["_id"])


def device_id(device: Document) -> str:
    """The id of a device."""
    return node_id("Device", device["vm"]["_id"], device["id"])


def resource_id(resource: Document) -> str:
    """The id of a resource."""
    if "referenced" in resource:
        return node_id("Resource", "", resource["keys"][0])
    return node_id("Resource", resource["_id"])


def resource_type(resource: Document) -> str:
    """The type of a resource."""
    return "ReferencedResource" if "referenced" in resource else KINDS["Resource"][resource["kind"]]


def devices_of(vm: Document) -> list[Document]:
    """All devices of a VM in libvirt's order of kinds, each knowing its VM."""
    devices = vm.get("devices", {})
    return [{**device, "vm": vm} for array in ARRAYS for device in devices.get(array, ())]


def devices_in(array: str, vm: Document) -> list[Document]:
    """The devices of one kind."""
    return [{**device, "vm": vm} for device in vm.get("devices", {}).get(array, ())]


def source_key(device: Document) -> str | None:
    """The key by which a device names what it is made of."""
    for one in device["vm"].get("attachments", ()):
        if one.get("device") == device["id"] and one["role"] in _SOURCES:
            return str(one["key"])
    return None


def referenced(key: str) -> Document:
    """What a key alone tells where nothing answers to it."""
    space, _, label = key.split("|", 2)
    return {"kind": _SPACES[space], "referenced": True, "keys": [key], "label": label.removeprefix("name:")}


def is_active(attachment: Document) -> bool:
    """Whether the VM of an attachment runs or is paused."""
    return attachment["vm"].get("state") in _RUNNING
