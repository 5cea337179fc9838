"""`<capability type='pci'>`: functions of PCI devices, with SR-IOV and bridges.

Source: libvirt's node device XML format, "pci".
"""

from enum import Enum

import strawberry

from ...element import (
    Document,
    Element,
    attribute,
    child,
    children,
    derived,
    element,
    shape,
    text_child,
    variants,
)
from ...parts import HostPciAddress, pci_text
from ...scalars import Hex6, Long, word, words
from .capability import NodeDeviceCapability, NodeDeviceSubcapability
from .hardware import HardwareId, IommuGroup, hardware_text


@words
class PciLinkValidity(Enum):
    """What the numbers of a PCI Express link tell."""

    CAP = word("cap", "What the device could do at most: its capabilities")
    STA = word("sta", "What device and slot have agreed on: the link's status")


@element
class PciLink(Element):
    """The PCI Express link of a device, at its best or as it runs."""

    validity: PciLinkValidity | None = attribute("Whether this is what the device can do or what it does.")
    port: int | None = attribute("Port that the device is plugged into; told of the capabilities only.")
    speed: float | None = attribute(
        "Speed of each lane in gigatransfers per second, such as 2.5, 8 or 16; missing where it is unknown."
    )
    width: int | None = attribute("Lanes of the link, 1 to 32; 0 where none is in use.")


@shape("pci")
class PciCapability(NodeDeviceCapability):
    """A function of a PCI device: a GPU, a network card or one of its virtual functions, a bridge."""

    @derived("The address as `lspci -D` prints it, such as `0000:04:00.0`; null where it has no parts.")
    def text(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        known = any(part in document for part in ("domain", "bus", "slot", "function"))
        return pci_text(document) if known else None

    @derived("Vendor and product as `lspci -n` prints them, such as `8086:10c9`; null where one is missing.")
    def pci_id(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        return hardware_text(document)

    class_code: Hex6 | None = text_child(
        "What sort of device it is by PCI's code, 24 bits: class, subclass and programming interface. 0x020000 "
        "(131072) is an Ethernet card, 0x030000 (196608) a graphics card.",
        xml="class",
        searchable=True,
        since="5.2.0",
    )
    domain: Long | None = text_child("PCI domain (segment) of the function, 0 on most machines.", searchable=True)
    bus: Long | None = text_child("Bus in that domain, 0 to 255.", searchable=True)
    slot: Long | None = text_child("Slot (device number) on that bus, 0 to 31.", searchable=True)
    function: Long | None = text_child("Function of the device in that slot, 0 to 7.", searchable=True)
    product: HardwareId | None = child("What the device is, by its vendor's number and name.")
    vendor: HardwareId | None = child("Company that made the device, by its number and name.")
    iommu_group: IommuGroup | None = child("Devices that must go to one guest together with this one.")
    numa_node: int | None = attribute(
        "NUMA node of the host that the device is closest to; missing where the host does not tell.",
        xml="node",
        within="numa",
    )
    pci_express_links: list[PciLink] | None = children(
        "The link of a PCI Express device, once at its best and once as it runs; missing for older devices.",
        xml="link",
        within="pci-express",
    )
    capabilities: list[NodeDeviceSubcapability] | None = variants(
        "What the function can do beyond others: virtual functions, types of mediated devices, vital product data.",
        xml="capability",
    )


@shape("phys_function")
class PhysicalFunctionCapability(NodeDeviceSubcapability):
    """It is a virtual function of SR-IOV, a slice of the physical function that is named here."""

    address: HostPciAddress | None = child("Where the physical function is on the host.")


@shape("virt_functions")
class VirtualFunctionsCapability(NodeDeviceSubcapability):
    """It is a physical function of SR-IOV, which can be cut into virtual functions for guests."""

    max_count: int | None = attribute(
        "The most virtual functions that the device can have, more perhaps than it has now.", since="1.3.0"
    )
    addresses: list[HostPciAddress] | None = children(
        "Where the virtual functions are that exist now; none before somebody creates them.", xml="address"
    )


@shape("pci-bridge", "cardbus-bridge")
class PciBridgeCapability(NodeDeviceSubcapability):
    """It is a bridge to another PCI or CardBus bus, which as a rule no guest can have. Since libvirt 1.3.3."""
