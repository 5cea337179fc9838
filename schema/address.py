"""`<address>`: where a device sits on its bus, in libvirt's eleven types."""

import strawberry

from .element import Document, Element, Variant, attribute, child, derived, element, family, shape
from .parts import pci_text
from .scalars import Hex1, Hex2, Hex4, LongHex, LongHex4, OnOff


@element
class ZpciAddress(Element):
    """The identifiers that s390 gives a PCI device beside its address."""

    uid: Hex4 | None = attribute("User-defined identifier of the zPCI function, unique in the guest.")
    fid: LongHex4 | None = attribute("Function identifier that the guest sees, unique in the guest.")


@family(own="type")
class Address(Variant):
    """Where a device sits on its bus."""

    @derived("The address in one word, as tools print it, such as `0000:04:00.0`; null where it has no parts.")
    def text(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        return address_text(document)


@shape("pci")
class PciAddress(Address):
    """A function on a PCI or PCI Express bus."""

    domain: LongHex4 | None = attribute("PCI domain (segment), nearly always 0.")
    bus: Hex2 | None = attribute("Index of the PCI controller that the device is plugged into.", searchable=True)
    slot: Hex2 | None = attribute("Slot on that bus, 0 to 31.")
    function: Hex1 | None = attribute("Function within the slot, 0 to 7.")
    multifunction: OnOff | None = attribute("Whether further functions share the slot with this one.")
    zpci: ZpciAddress | None = child("Identifiers that the device has on s390.")


@shape("drive")
class DriveAddress(Address):
    """A place on a SCSI, SATA, IDE or floppy controller."""

    controller: int | None = attribute("Index of the controller of the disk's bus.", searchable=True)
    bus: int | None = attribute("Bus of that controller, 0 for all but IDE and a few SCSI ones.")
    target: int | None = attribute("Target number on the bus, used by SCSI.")
    unit: int | None = attribute("Unit number (LUN) of the target.")


@shape("virtio-serial")
class VirtioSerialAddress(Address):
    """A port of a virtio serial controller."""

    controller: int | None = attribute("Index of the virtio-serial controller.")
    bus: int | None = attribute("Bus of that controller, always 0 in practice.")
    port: str | None = attribute("Port on the controller; 0 is reserved for a console.")


@shape("ccid")
class CcidAddress(Address):
    """A slot of a smart card controller."""

    bus: int | None = attribute("Index of the CCID controller with the slot.")
    slot: int | None = attribute("Slot number on that controller.")


@shape("usb")
class UsbAddress(Address):
    """A port of a USB controller or hub."""

    bus: int | None = attribute("Index of the USB controller the device hangs off.", searchable=True)
    port: str | None = attribute("Port, with one number per hub on the way: `1.2`.")


@shape("spapr-vio")
class SpaprVioAddress(Address):
    """A register of the virtual I/O bus of pseries guests."""

    reg: LongHex | None = attribute("Address of the device's register on the bus.")


@shape("ccw")
class CcwAddress(Address):
    """A device number of the s390 channel subsystem."""

    cssid: Hex2 | None = attribute("Channel subsystem identifier; `0xfe` for virtual devices.")
    ssid: Hex1 | None = attribute("Subchannel set identifier, from 0 to 3.")
    devno: Hex4 | None = attribute("Device number, unique within the subchannel set.")


@shape("isa")
class IsaAddress(Address):
    """Resources of the legacy ISA bus."""

    iobase: LongHex | None = attribute("First I/O port of the device.")
    irq: Hex1 | None = attribute("Interrupt line that the device raises.")


@shape("dimm")
class DimmAddress(Address):
    """A slot for memory modules."""

    slot: int | None = attribute("Number of the memory slot, below `maxMemory.slots`.")
    base: LongHex | None = attribute("Guest physical address where the module starts.")


@shape("virtio-mmio")
class VirtioMmioAddress(Address):
    """A memory-mapped virtio transport, which has no numbers."""


@shape("unassigned")
class UnassignedAddress(Address):
    """A PCI host device kept out of the guest on purpose."""


@shape("other")
class OtherAddress(Address):
    """An address of a type that this release does not know."""

    type: str | None = attribute("libvirt's word for the type of address.")


def address_text(address: Document) -> str | None:
    """An address in one word, in the notation of the tool that shows such ones; None where it has no parts."""

    def number(key: str) -> int:
        return int(address.get(key, 0))

    match address["kind"]:
        case "pci":
            return pci_text(address)
        case "drive":  # as lsscsi does
            return ":".join(str(number(key)) for key in ("controller", "bus", "target", "unit"))
        case "usb":  # as the kernel names a port
            return f"{number('bus')}-{address['port']}" if "port" in address else None
        case "virtio-serial":
            return ":".join(str(address.get(key, 0)) for key in ("controller", "bus", "port"))
        case "ccid":
            return f"{number('bus')}:{number('slot')}"
        case "ccw":  # as lscss does
            return f"{number('cssid'):x}.{number('ssid'):x}.{number('devno'):04x}"
        case "spapr-vio" if "reg" in address:
            return f"{number('reg'):#x}"
        case "isa" if "iobase" in address:
            return f"{number('iobase'):#x}"
        case "dimm" if "slot" in address:
            return str(number("slot"))
    return None
