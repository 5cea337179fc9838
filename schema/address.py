"""`<address>`: where a device sits on its bus, in libvirt's eleven types.

Source: libvirt's domain XML, "Device Addresses".
"""

import strawberry

from .element import Document, Element, Variant, attribute, child, derived, element, family, shape
from .parts import pci_text
from .scalars import AnyBase, BareHex1, Hex1, Hex2, Hex4, LongBareHex, LongBareHex8, LongHex4, LongHex8, OnOff


@element
class ZpciAddress(Element):
    """The identifiers that a PCI device has on s390 beside its address. Since libvirt 4.10.0."""

    uid: Hex4 | None = attribute("User-defined identifier of the device, 1 to 65535, unique in the guest.")
    fid: LongHex8 | None = attribute("Function identifier of the device, 0 to 4294967295, unique in the guest.")


@family(own="type")
class Address(Variant):
    """Where a device sits on its bus; libvirt finds a free place for a device that has no address."""

    @derived("The address in one word, as tools print it, such as `0000:04:00.0`; null where it has no parts.")
    def text(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        return address_text(document)


@shape("pci")
class PciAddress(Address):
    """A function on a PCI or PCI Express bus; without any number it only asks for a place on such a bus."""

    domain: LongHex4 | None = attribute("PCI domain (segment) of the guest; QEMU has only 0.")
    bus: Hex2 | None = attribute(
        "`index` of the PCI controller that the device is plugged into, 0 to 255.", searchable=True
    )
    slot: Hex2 | None = attribute("Slot on that bus, 0 to 31; always 0 behind a PCI Express port.")
    function: Hex1 | None = attribute("Function within the slot, 0 to 7.")
    multifunction: OnOff | None = attribute(
        "Whether further functions share the slot with this one; to be set on function 0. Off where it is missing.",
        since="0.9.7",
    )
    zpci: ZpciAddress | None = child("Identifiers that the device has on s390.", since="4.10.0")


@shape("drive")
class DriveAddress(Address):
    """A place on a SCSI, SATA, IDE or floppy controller."""

    controller: int | None = attribute("`index` of the controller, among those of the disk's bus.", searchable=True)
    bus: int | None = attribute("Bus (channel) of that controller, such as 1 for the second cable of IDE.")
    target: int | None = attribute("Target on that bus, for SCSI; 0 elsewhere.")
    unit: int | None = attribute("Unit on the target or bus: a LUN of SCSI, a port of SATA, 0 or 1 on a cable of IDE.")


@shape("virtio-serial")
class VirtioSerialAddress(Address):
    """A port of a virtio serial controller."""

    controller: int | None = attribute("`index` of the virtio-serial controller.")
    bus: int | None = attribute("Bus of that controller, always 0 in practice.")
    port: str | None = attribute("Port on the controller; 0 is kept for a console.")


@shape("ccid")
class CcidAddress(Address):
    """A slot of a smart card reader. Since libvirt 0.8.8."""

    controller: int | None = attribute("`index` of the CCID controller, which is the reader.")
    slot: int | None = attribute("Slot of that reader; QEMU offers slot 0 alone.")


@shape("usb")
class UsbAddress(Address):
    """A port of a USB controller or hub."""

    bus: AnyBase | None = attribute("`index` of the USB controller that the device hangs off.", searchable=True)
    port: str | None = attribute("Port, with one number for each hub on the way, up to four: `1.2`.")


@shape("spapr-vio")
class SpaprVioAddress(Address):
    """A register of the virtual I/O bus that pseries guests have. Since libvirt 0.9.9."""

    reg: LongBareHex8 | None = attribute(
        "Address of the device's first register on the bus, by convention a multiple of 0x1000."
    )


@shape("ccw")
class CcwAddress(Address):
    """A device number in the channel subsystem of s390; all three parts are given or none. Since libvirt 1.0.4."""

    cssid: Hex2 | None = attribute("Channel subsystem, 0 to 254; 254 (`0xfe`) for virtio devices.")
    ssid: Hex1 | None = attribute("Subchannel set in that channel subsystem, 0 to 3.")
    devno: Hex4 | None = attribute("Device number in the subchannel set, 0 to 65535.")


@shape("isa")
class IsaAddress(Address):
    """Resources of the legacy ISA bus. Since libvirt 1.2.1."""

    iobase: LongBareHex | None = attribute("First I/O port of the device, such as 0x3f8 (1016).")
    irq: BareHex1 | None = attribute("Interrupt line that the device raises, 0 to 15.")


@shape("dimm")
class DimmAddress(Address):
    """A slot for memory modules."""

    slot: int | None = attribute("Number of the slot, below the `slots` of the domain's `maxMemory`.")
    base: LongBareHex | None = attribute("Physical address in the guest where the module starts.")


@shape("virtio-mmio")
class VirtioMmioAddress(Address):
    """A memory-mapped virtio transport of some ARM machines; it has no numbers. Since libvirt 1.1.3."""


@shape("unassigned")
class UnassignedAddress(Address):
    """No place: libvirt manages a PCI host device for the VM and keeps it out of the guest. Since libvirt 6.0.0."""


@shape("other")
class OtherAddress(Address):
    """An address of a type that this release does not know."""

    type: str | None = attribute("libvirt's word for the type of address.")


_PARTS = {
    "pci": ("domain", "bus", "slot", "function"),
    "drive": ("controller", "bus", "target", "unit"),
    "virtio-serial": ("controller", "bus", "port"),
    "ccid": ("controller", "slot"),
    "usb": ("port",),
    "spapr-vio": ("reg",),
    "ccw": ("cssid", "ssid", "devno"),
    "isa": ("iobase",),
    "dimm": ("slot", "base"),
}
"""What an address must have one of to have a text; what is missing then is 0."""


def address_text(address: Document) -> str | None:
    """An address in one word, in the notation of the tool that shows such ones; None where it has no parts."""
    kind = address["kind"]
    parts = _PARTS.get(kind, ())
    if not any(part in address for part in parts):
        return None

    def number(key: str) -> int:
        return int(address.get(key, 0))

    match kind:
        case "pci":
            return pci_text(address)
        case "drive" | "virtio-serial" | "ccid":  # a drive as lsscsi does
            return ":".join(str(address.get(part, 0)) for part in parts)
        case "usb":  # as the kernel names a port
            return f"{number('bus')}-{address['port']}"
        case "ccw":  # as lscss does
            return f"{number('cssid'):x}.{number('ssid'):x}.{number('devno'):04x}"
        case "dimm" if "slot" in address:
            return str(number("slot"))
        case _:
            return f"{number(parts[-1]):#x}"
