"""`<device>`: what every node device has, whatever it can do.

Source: libvirt's node device XML format.
"""

import asyncio
from enum import Enum
from typing import Any

import strawberry

from ...edges.keys import pci
from ...edges.spaces import PCI
from ...edges.words import Name, key, values
from ...element import (
    Document,
    Element,
    attribute,
    child,
    children,
    derived,
    element,
    text,
    text_child,
    variants,
)
from ...graph.context import LinkRequest, Resources
from ...resource import Resource, resource
from ...resource_fields import RESOURCE, selected_paths
from ...scalars import word, words
from .capability import NodeDeviceCapability


@words
class DeviceFileType(Enum):
    """Which of the names of a device below `/dev` this is."""

    DEV = word("dev", "The name that the kernel gave, such as `/dev/sda`")
    LINK = word("link", "A symbolic link to it, such as one in `/dev/disk/by-id`")


@element
class DeviceFile(Element):
    """A special file of the host through which programs use a device."""

    type: DeviceFileType | None = attribute("Whether it is the file itself or a link to it.")
    path: str | None = text("Path of the file or link below `/dev`.", searchable=True, term=True)


@element
class NodeDeviceParent(Element):
    """The device that a device of the host hangs off.

    For a new virtual Fibre Channel adapter world wide names may stand in place of the parent's name: of the adapter
    itself, or of the fabric that it is connected to.
    """

    name: str | None = text("Name of the device, or `computer`, the root of the tree.", searchable=True)
    wwnn: str | None = attribute("World wide node name of the adapter, 16 hexadecimal digits; with `wwpn`.")
    wwpn: str | None = attribute("World wide port name of the adapter, 16 hexadecimal digits; with `wwnn`.")
    fabric_wwn: str | None = attribute(
        "World wide name of the fabric: any adapter that is connected to it will do.", xml="fabric_wwn"
    )


@element
class NodeDeviceDriver(Element):
    """The kernel driver that a device of the host is bound to."""

    name: str | None = text_child(
        "Name of the driver, such as `igb`, or `vfio-pci` for a device that is ready for a guest.", searchable=True
    )


@resource("device", "NODE_DEVICE")
class NodeDevice(Resource):
    """A device of the host, real or mediated, that libvirt lists and may hand to a guest.

    The devices form a tree: each has the controller of its bus as parent, up to the root named `computer`.
    """

    name: str | None = text_child(
        "Name that libvirt makes from bus and address, such as `pci_0000_04_00_0`; it tells the device from all others "
        "of its host.",
        searchable=True,
    )
    path: str | None = text_child(
        "Directory of the device in sysfs, such as `/sys/devices/pci0000:00/0000:00:02.0`; missing while a mediated "
        "device is not active.",
        searchable=True,
        term=True,
    )
    devnodes: list[DeviceFile] | None = children(
        "Special files below `/dev` through which programs use the device.", xml="devnode"
    )
    parent: NodeDeviceParent | None = child("The device that it hangs off; the root of the tree has none.")
    driver: NodeDeviceDriver | None = child("The kernel driver that it is bound to, where one is and udev tells it.")
    capabilities: list[NodeDeviceCapability] | None = variants(
        "What the device is, mostly one thing: a PCI function, a disk, a network card.", xml="capability", term=True
    )

    @derived(
        "The devices of the host that can only be assigned to a VM together with this one, itself among them; empty "
        "where the host has no IOMMU.",
        graphql_type=list["NodeDevice"],
    )
    async def iommu_group(document: strawberry.Parent[Document], info: strawberry.Info[Any, Any]) -> Any:  # noqa: D102
        groups = [link["key"] for link in document.get("links", ()) if link["key"].startswith("iommu-group|")]
        request = LinkRequest(_MOST_TOGETHER, roles=frozenset({"host-nodedev-iommu"}), paths=selected_paths(info))
        return (await info.context.loaders.resources.naming(groups, request)).documents if groups else []

    @derived(
        "The virtual functions that a physical function of SR-IOV is divided into, by address; the ones that libvirt "
        "does not list are `ReferencedResource`s.",
        graphql_type=list[Resource],
    )
    async def virtual_functions(  # noqa: D102
        document: strawberry.Parent[Document], info: strawberry.Info[Any, Any]
    ) -> Any:
        return await _functions(document, info, "capabilities.capabilities[virt_functions].addresses")

    @derived("The physical function that a virtual function of SR-IOV is a part of.", graphql_type=RESOURCE)
    async def physical_function(  # noqa: D102
        document: strawberry.Parent[Document], info: strawberry.Info[Any, Any]
    ) -> Any:
        return next(iter(await _functions(document, info, "capabilities.capabilities[phys_function].address")), None)


_MOST_TOGETHER = 500


async def _functions(device: Document, info: strawberry.Info[Any, Any], at: str) -> list[Document]:
    """The PCI functions whose addresses stand at a path."""
    keys = [key(PCI, Name(pci(address)), device["hostId"]) for address in values(device, at)]
    paths = selected_paths(info)
    reads: Resources = info.context.loaders.resources
    return list(await asyncio.gather(*(reads.by_key(one, paths) for one in keys)))
