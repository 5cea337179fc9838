"""`<sysinfo>`: what the guest reads about its hardware and from its firmware.

Source: libvirt's domain XML, "SMBIOS System Information".
"""

from enum import Enum
from typing import Any

import strawberry

from ..element import Document, Element, Variant, attribute, child, children, derived, element, family, shape, text
from ..scalars import word, words


@words
class SmbiosField(Enum):
    """A field of an SMBIOS block; each block knows some of them."""

    VENDOR = word("vendor", "Who made the firmware, in the block of the BIOS")
    VERSION = word("version", "The version of the part that the block describes")
    DATE = word("date", "When the firmware was released, in the block of the BIOS")
    RELEASE = word("release", "The firmware's release number, in the block of the BIOS")
    MANUFACTURER = word("manufacturer", "Who made the part that the block describes")
    PRODUCT = word("product", "The product name of the system or a board")
    SERIAL = word("serial", "The serial number of the part that the block describes")
    UUID = word("uuid", "The UUID in the block of the system")
    SKU = word("sku", "The order number of the system or the chassis")
    FAMILY = word("family", "The family of products that the system belongs to")
    ASSET = word("asset", "The owner's inventory tag on a board or the chassis")
    LOCATION = word("location", "Where in the chassis a board is")


@element
class SmbiosEntry(Element):
    """One field of an SMBIOS block, and what the guest reads there."""

    name: SmbiosField | None = attribute("The field that is set.")
    value: str | None = text("What the guest reads in the field.", searchable=True)


@element
class SmbiosBlock(Element):
    """A block of SMBIOS, as its entries set it; what no entry names is up to the hypervisor."""

    entries: list[SmbiosEntry] | None = children("The fields that are set, in the order of the XML.", xml="entry")


def _entry(name: str, description: str) -> Any:
    """A derived field: the value of the entry of this name, of several the first, as libvirt reads it."""

    def resolve(document: strawberry.Parent[Document]) -> str | None:
        return next((entry.get("value") for entry in document.get("entries", []) if entry.get("name") == name), None)

    return derived(description)(resolve)


@element
class SmbiosBios(SmbiosBlock):
    """What the guest reads about its firmware: block 0 of SMBIOS."""

    vendor = _entry("vendor", "Who made the firmware, such as `LENOVO`.")
    version = _entry("version", "Version of the firmware, as free text.")
    date = _entry("date", "When the firmware was released, as `mm/dd/yyyy` or, for 19yy, `mm/dd/yy`.")
    release = _entry("release", "Release number of the firmware, major and minor, such as `10.22`.")


@element
class SmbiosSystem(SmbiosBlock):
    """What the guest reads about the computer that it runs on: block 1 of SMBIOS."""

    manufacturer = _entry("manufacturer", "Who made the computer, such as `Fedora`.")
    product = _entry("product", "Product name of the computer, such as `Virt-Manager`.")
    version = _entry("version", "Version of the computer's product, as free text.")
    serial = _entry("serial", "Serial number of the computer, where licences and inventories look for it.")
    uuid = _entry("uuid", "UUID of the computer; it must be the domain's own.")
    sku = _entry("sku", "Order number that tells one configuration of the computer from others.")
    family = _entry("family", "Family of products that the computer belongs to.")


@element
class SmbiosBaseBoard(SmbiosBlock):
    """What the guest reads about a mainboard: a block 2 of SMBIOS."""

    manufacturer = _entry("manufacturer", "Who made the board, such as `LENOVO`.")
    product = _entry("product", "Product name of the board, such as `20BE0061MC`.")
    version = _entry("version", "Version of the board, as free text.")
    serial = _entry("serial", "Serial number that the board carries.")
    asset = _entry("asset", "The owner's inventory tag on the board.")
    location = _entry("location", "Where in the chassis the board is.")


@element
class SmbiosChassis(SmbiosBlock):
    """What the guest reads about the case of its computer: block 3 of SMBIOS."""

    manufacturer = _entry("manufacturer", "Who made the chassis, such as `Dell Inc.`.")
    version = _entry("version", "Version of the chassis, as free text.")
    serial = _entry("serial", "Serial number that the chassis carries.")
    asset = _entry("asset", "The owner's inventory tag on the chassis.")
    sku = _entry("sku", "Order number of the chassis, as free text.")


@element
class FirmwareConfigEntry(Element):
    """A blob that the guest finds under `/sys/firmware/qemu_fw_cfg`, given here or in a file of the host."""

    name: str | None = attribute(
        "Name of the blob; it begins with `opt/` and, as advised, with a domain name of the user's: "
        "`opt/com.example/config`.",
        searchable=True,
    )
    value: str | None = text("What the blob holds, where no file does.")
    file: str | None = attribute("Host path of the file that the blob is read from.", searchable=True)


@family(own="type")
class Sysinfo(Variant):
    """What the guest reads about its hardware, or from its firmware."""


@shape("smbios")
class SmbiosSysinfo(Sysinfo):
    """Values for the SMBIOS tables, which `dmidecode` shows; used where `os.smbios` is `sysinfo`."""

    bios: SmbiosBios | None = child("What the guest reads about its firmware.")
    system: SmbiosSystem | None = child("What the guest reads about the computer that it runs on.")
    base_boards: list[SmbiosBaseBoard] | None = children(
        "What the guest reads about its mainboards; not every hypervisor takes more than one.", xml="baseBoard"
    )
    chassis: SmbiosChassis | None = child("What the guest reads about the case of its computer.", since="4.1.0")
    oem_strings: list[str] | None = children(
        "Free text for programs in the guest (block 11), best prefixed with the program's name: `myapp:some data`.",
        xml="entry",
        within="oemStrings",
        since="4.1.0",
    )


@shape("fwcfg")
class FirmwareConfigSysinfo(Sysinfo):
    """Blobs for QEMU's firmware configuration device, scarce there: `oemStrings` do the same for guests.

    Since libvirt 6.5.0.
    """

    entries: list[FirmwareConfigEntry] | None = children("The blobs, in the order of the XML.", xml="entry")


@shape("other")
class OtherSysinfo(Sysinfo):
    """Information of a type that this release does not know."""

    type: str | None = attribute("libvirt's word for the type of information.")
