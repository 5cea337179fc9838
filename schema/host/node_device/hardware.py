"""Small elements that capabilities of several kinds share."""

from ...element import Document, Element, attribute, children, element, text, value_at
from ...parts import HostPciAddress
from ...scalars import BareHex4


@element
class HardwareId(Element):
    """A vendor or product: the number that the hardware says, and the name that the host's database has for it."""

    id: BareHex4 | None = attribute(
        "The number, 16 bits: of a vendor as PCI-SIG or USB-IF assigned it, of a product as its vendor did. 32902 is "
        "what `lspci` prints as `8086`.",
        searchable=True,
    )
    name: str | None = text("Name for people, such as `Intel Corporation`, where the host knows one.", searchable=True)


def hardware_text(capability: Document) -> str | None:
    """Vendor and product in hexadecimal as `lspci -n` and `lsusb` print them; None where one is missing."""
    vendor, product = (value_at(capability, f"{part}.id") for part in ("vendor", "product"))
    return None if vendor is None or product is None else f"{vendor:04x}:{product:04x}"


@element
class IommuGroup(Element):
    """Devices that the host's IOMMU cannot keep apart: they go to one guest together, or to none."""

    number: int | None = attribute(
        "Number of the group on the host; its devices stand in `/sys/kernel/iommu_groups/` under it.", searchable=True
    )
    addresses: list[HostPciAddress] | None = children(
        "PCI functions in the group, this device among them; not listed for a mediated device.", xml="address"
    )
