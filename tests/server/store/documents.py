"""XML and observations that tests of the store share."""

from typing import Any

import schema
from server.collector.inventory import Observation
from server.store.connection import Store
from server.store.content import content_from_xml

Document = dict[str, Any]

UUID = "6f1c2a1e-3b0d-4a53-9a0c-0123456789ab"


def domain(name: str = "web", *, memory: int = 1024, devices: str = "", more: str = "") -> str:
    return (
        f"<domain type='kvm'><name>{name}</name><uuid>{UUID}</uuid>"
        f"<memory unit='KiB'>{memory}</memory><devices>{devices}</devices>{more}</domain>"
    )


def disk(target: str, file: str = "/a") -> str:
    return f"<disk type='file' device='disk'><source file='{file}'/><target dev='{target}' bus='virtio'/></disk>"


def observed(key: str, xml: str | bytes | None = None, **rest: Any) -> Observation:
    return Observation(key, rest.pop("state", "RUNNING"), domain(key) if xml is None else xml, **rest)


async def vm(store: Store, vm_id: str) -> Document:
    found = await store.vms.find_one({"_id": vm_id})
    assert found is not None
    return found


async def definition(store: Store, vm_id: str) -> Document | None:
    return await store.definitions.find_one({"_id": vm_id})


def outdated(document: Document, xml: str) -> Document:
    """The stored document as an older release would have written it: `memory` was still extra."""
    content = content_from_xml(xml, None, "web")
    del content["domain"]["memory"]
    extra = [{"name": "memory", "xml": "<memory unit='KiB'>1024</memory>"}]
    content["domain"]["extra"] = extra + content["domain"].get("extra", [])
    assert schema.DECLARATIONS_HASH != "older"
    return {**document, **content, "declarations": "older"}
