"""`<capability type='mdev'>` and `<capability type='mdev_types'>`: mediated devices, and what can be cut into them.

Source: libvirt's node device XML format, "mdev" and "mdev_types capability".
"""

from enum import Enum

from ...element import Element, attribute, child, children, element, shape, text_child
from ...scalars import word, words
from .capability import NodeDeviceCapability, NodeDeviceSubcapability
from .hardware import IommuGroup


@element
class MediatedDeviceAttribute(Element):
    """A setting of a mediated device that its vendor invented."""

    name: str | None = attribute("Name of the setting: of a file in the directory that sysfs has for the device.")
    value: str | None = attribute("What is written there when the device starts.")


@shape("mdev")
class MdevCapability(NodeDeviceCapability):
    """A mediated device: a share of a real one that a guest can have, such as a vGPU. Since libvirt 3.4.0."""

    type_id: str | None = attribute(
        "Type of the share, one of those that the parent lists under `mdev_types`: `nvidia-11`, `vfio_ccw-io`.",
        xml="id",
        within="type",
        searchable=True,
    )
    uuid: str | None = text_child(
        "UUID of the device, by which a guest's `hostdev` names it.", searchable=True, term=True
    )
    parent_address: str | None = text_child(
        "Address of the parent on its bus, such as `0.0.0052` or `0000:00:02.0`.", xml="parent_addr", searchable=True
    )
    iommu_group: IommuGroup | None = child("IOMMU group that the kernel put the device into.")
    attributes: list[MediatedDeviceAttribute] | None = children(
        "Settings that the vendor invented, in the order in which they are written to the device.", xml="attr"
    )


@words
class MediatedDeviceApi(Enum):
    """How a mediated device looks to its guest; `model` of a `hostdev` has the same words."""

    VFIO_PCI = word("vfio-pci", "It looks like a PCI device, such as a graphics card")
    VFIO_CCW = word("vfio-ccw", "It looks like a channel device of s390, such as a disk")
    VFIO_AP = word("vfio-ap", "It looks like crypto processors of s390")


@element
class MediatedDeviceType(Element):
    """A sort of share that a device can be cut into, with an amount of its memory and time laid down by the vendor."""

    id: str | None = attribute(
        "The vendor's identifier of the type, such as `nvidia-11`; mediated devices name it.", searchable=True
    )
    name: str | None = text_child("The vendor's name of the type, such as `GRID M60-0B`.", searchable=True)
    device_api: MediatedDeviceApi | None = text_child("How a device of the type looks to its guest.", xml="deviceAPI")
    available_instances: int | None = text_child("How many more devices of the type can be made now.")


@shape("mdev_types")
class MdevTypesCapability(NodeDeviceSubcapability):
    """It can be cut into mediated devices. Since libvirt 3.4.0, on s390 since 6.10.0."""

    types: list[MediatedDeviceType] | None = children("The sorts of share that it can be cut into.", xml="type")
