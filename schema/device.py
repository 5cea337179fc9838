"""What all devices have in common, and the register of their kinds."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

import strawberry
from graphql import GraphQLResolveInfo

from .address import Address
from .element import (
    Document,
    Documents,
    Element,
    attribute,
    child,
    derived,
    derived_together,
    element,
    is_document,
    variant,
)
from .graph.arguments import After, First
from .node import Node, node_id
from .parts import Acpi

if TYPE_CHECKING:
    from .graph.attachment import Attachment
    from .graph.link import DeviceLink
    from .graph.virtual_machine import VirtualMachine

T = TypeVar("T", bound=type)


# fmt: off
ORDER = (
    "disk", "controller", "lease", "filesystem", "interface", "smartcard", "serial", "parallel", "console", "channel",
    "input", "tpm", "graphics", "sound", "audio", "video", "hostdev", "redirdev", "redirfilter", "hub", "watchdog",
    "memballoon", "rng", "nvram", "panic", "shmem", "memory", "crypto", "iommu", "vsock", "pstore",
)
# fmt: on
"""The order in which libvirt writes the kinds of devices. Source: libvirt's `virDomainDefFormat`."""

DEVICES: dict[str, type["Device"]] = {}
"""Declared devices by the name of libvirt's element."""


@strawberry.interface(
    description="A device of a VM: emulated, paravirtual or passed through from the host. Each kind has a type."
)
class Device(Element, Node):
    """A virtual device of a VM."""

    tag: ClassVar[str]
    """libvirt's element name: `disk`."""
    array: ClassVar[str]
    """The document's key for devices of this kind: `disks`."""
    kind_name: ClassVar[str]
    """The `DeviceKind`: `DISK`."""
    identity: ClassVar[tuple[str, ...]]
    """Paths whose values tell one device from the next of its kind: `("target.dev",)`."""

    alias: str | None = attribute(
        "Name that tells the device from all others of the VM, such as `net0`: libvirt's own, which exists only while "
        "the VM runs, or one that the user chose, beginning with `ua-` (since libvirt 3.9.0).",
        xml="name",
        within="alias",
        searchable=True,
        term=True,
    )
    address: Address | None = variant(
        "Where it sits on the guest's bus. libvirt fills it in where the user leaves it open; some devices have none."
    )
    acpi: Acpi | None = child("What the guest's ACPI tables say about it.", since="7.3.0")
    boot_order: int | None = attribute(
        "Its turn when the firmware looks for a system to boot, from 1. A VM has either such orders or "
        "the list of boot devices in its `os`.",
        xml="order",
        within="boot",
        since="0.8.8",
    )
    boot_loadparm: str | None = attribute(
        "Up to 8 characters that an s390 guest can ask for; Linux takes them to choose a boot entry.",
        xml="loadparm",
        within="boot",
        since="3.5.0",
    )

    @derived("Opaque id, the same as long as this device exists in its VM; `node` finds the device by it.")
    def id(document: strawberry.Parent[Document]) -> strawberry.ID:  # noqa: D102
        owner = document["vm"]
        if "resource" in owner:
            return node_id("Device", owner["resource"]["_id"], document["id"], owner["key"])
        if "vm" in owner:
            return node_id("Device", owner["vm"]["_id"], document["id"], "persistent")
        return node_id("Device", owner["_id"], document["id"])

    kind: str = strawberry.field(
        description="Which kind of device it is, by libvirt's elements; it decides the type.",
        graphql_type=Annotated["DeviceKind", strawberry.lazy("schema.devices")],  # noqa: F821
    )

    @derived("The device in one line, the most telling first, as a tool that lists hardware would put it.")
    def summary(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        return summary(document)

    @derived_together(
        "The VM that the device belongs to; null for a device of a snapshot or checkpoint whose VM is gone.",
        graphql_type=Annotated["VirtualMachine", strawberry.lazy("schema.graph.virtual_machine")] | None,
    )
    def vm(documents: Documents, info: strawberry.Info[Any, Any]) -> Any:  # noqa: D102
        from .host.saved_domain import vms_of

        return vms_of([document["vm"] for document in documents], info)

    @derived_together(
        "What the device is made of or leads to: the image of a disk, the network of a network card, the device of "
        "the host; null for a device that needs nothing. Where nothing answers to the name, what the name tells.",
        graphql_type=Annotated["Resource", strawberry.lazy("schema.resource")] | None,  # noqa: F821
    )
    def resource(documents: Documents, info: strawberry.Info[Any, Any]) -> Any:  # noqa: D102
        from .graph.attachment import source_of
        from .graph.selection import Selected, resource_paths

        keys = list(map(source_of, documents))
        return info.context.loaders.resources.by_keys(keys, resource_paths(Selected.below(info)))

    @derived(
        "Everything outside of the VM that the device names: images and what lies below them, networks, sockets, "
        "filters, secrets, devices of the host.",
        graphql_type=list[Annotated["Attachment", strawberry.lazy("schema.graph.attachment")]],
    )
    def attachments(document: strawberry.Parent[Document]) -> Any:  # noqa: D102
        from .graph.attachment import device_attachments

        return device_attachments(document)

    @derived(
        "What the device names within its VM: the controller that it is plugged into, the I/O thread that serves it, "
        "its turn to boot.",
        graphql_type=list[Annotated["DeviceLink", strawberry.lazy("schema.graph.link")]],
    )
    def links(document: strawberry.Parent[Document]) -> Any:  # noqa: D102
        from .graph.link import links_from

        return links_from(document)

    @derived(
        "What names the device within its VM: what is plugged into a controller, what plays through an audio backend.",
        graphql_type=list[Annotated["DeviceLink", strawberry.lazy("schema.graph.link")]],
    )
    def linked_from(document: strawberry.Parent[Document]) -> Any:  # noqa: D102
        from .graph.link import links_to

        return links_to(document)

    @derived(
        "The changes of the VM in which the device came, changed, moved or went, the newest first, as long as they are "
        "kept; none for a device of a snapshot or checkpoint.",
        graphql_type=Annotated["ChangeConnection", strawberry.lazy("schema.graph.change")],  # noqa: F821
    )
    async def history(  # noqa: D102
        document: strawberry.Parent[Document],
        info: strawberry.Info[Any, Any],
        first: First = None,
        after: After = None,
    ) -> Any:
        from .graph.change import history_connection

        owner = document["vm"]
        key = None if "resource" in owner else owner.get("vm", owner)["_id"]
        return await history_connection(info, key, document["id"], first, after)

    @derived("The device as libvirt XML, an element of the domain's `<devices>`.")
    def xml(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        from .codec import write

        declared = by_kind(document["kind"])
        return str(write(document, declared, declared.tag)).rstrip("\n")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """What tells this device from others, the most telling part first; absent parts are left out.

        A kind says here what `lsblk`, `lspci` or `ip link` would show: `("vda", "virtio disk", "qcow2", "/a.qcow2")`.
        """
        return (device.get("model") or device.get("type"),)

    @classmethod
    def types_by_kind(cls) -> dict[str, str]:
        """The GraphQL type of a document by its `kind`, which is all that decides on it."""
        return {declared.kind_name: declared.__name__ for declared in DEVICES.values()}

    @classmethod
    def resolve_type(cls, document: Document, _info: GraphQLResolveInfo[Any], _type: Any) -> str:
        """The GraphQL type of a stored device."""
        return by_kind(document["kind"]).__name__

    is_type_of = staticmethod(is_document)


def by_kind(kind: str) -> type[Device]:
    """The declaration of a `DeviceKind`; raises KeyError."""
    return DEVICES[kind.lower()]


def summary(device: Document) -> str:
    """A stored device in one line: what its kind says of it, or the kind's own name."""
    declared = by_kind(device["kind"])
    return ", ".join(str(part) for part in declared.describe(device) if part not in (None, "", False)) or declared.tag


def device(tag: str, *, array: str | None = None, identity: tuple[str, ...] = ()) -> Callable[[T], T]:
    """Class decorator: this class declares the device element `tag`, kept in the list `array`.

    `identity` are the paths of its natural key, the values that stay when the device changes otherwise; none that
    libvirt fills in by itself. A device without any of the values is `tag/#1`, the second of equal ones `tag/…#2`.
    """

    if tag not in ORDER:
        raise ValueError(f"<{tag}> is not in ORDER, the list of libvirt's device elements")

    def declare(cls: T) -> T:
        members: Any = cls
        members.tag, members.array, members.identity = tag, array or f"{tag}s", identity
        members.kind_name = tag.upper()
        DEVICES[tag] = element(cls)
        return cls

    return declare
