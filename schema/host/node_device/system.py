"""`<capability type='system'>`: the host itself, the root of the tree of its devices."""

from ...element import Element, child, element, shape, text_child
from .capability import NodeDeviceCapability


@element
class HostHardware(Element):
    """The machine that a host is, as its firmware's tables (DMI) describe it."""

    vendor: str | None = text_child("Company that made the machine.", searchable=True)
    version: str | None = text_child("Version of the machine; some vendors put the name of the model here.")
    serial: str | None = text_child("Serial number that the vendor gave the machine.", searchable=True, term=True)
    uuid: str | None = text_child("UUID of the machine, from its firmware.", searchable=True, term=True)


@element
class HostFirmware(Element):
    """The BIOS or UEFI firmware of a host."""

    vendor: str | None = text_child("Company that made the firmware, often the machine's own vendor.")
    version: str | None = text_child("Version of the firmware as its vendor writes it.", searchable=True)
    release_date: str | None = text_child(
        "Day on which the firmware was released, as its vendor writes it: `11/26/2009`.", xml="release_date"
    )


@shape("system")
class SystemCapability(NodeDeviceCapability):
    """The whole host; only the device named `computer` is that."""

    product_name: str | None = text_child("Name of the machine's model.", xml="product", searchable=True)
    hardware: HostHardware | None = child("The machine itself: who made it, and its numbers.")
    firmware: HostFirmware | None = child("The BIOS or UEFI that started the machine.")
