"""`<loader>`, `<nvram>` and `<varstore>` in `<os>`: the firmware that a guest starts with, and what it remembers.

Source: libvirt's domain XML, "Guest firmware".
"""

from enum import Enum

from ..disk_source import DiskSource
from ..element import Element, attribute, element, text, variant
from ..scalars import YesNo, word, words


@words
class Firmware(Enum):
    """Kind of firmware that libvirt is asked to pick from those installed on the host."""

    BIOS = word("bios", "A classic PC BIOS such as SeaBIOS")
    EFI = word("efi", "A UEFI implementation such as OVMF")


@words
class LoaderType(Enum):
    """How a firmware image is put into the guest's memory."""

    ROM = word("rom", "Mapped as plain read-only memory, as a BIOS is", since="1.2.8")
    PFLASH = word("pflash", "Mapped as a flash chip, as UEFI images usually are", since="1.2.8")


@words
class FirmwareFormat(Enum):
    """How the file with a firmware image or its variables is laid out."""

    RAW = word("raw", "The bytes of the flash chip and nothing else")
    QCOW2 = word("qcow2", "QEMU's own image format, which can grow and hold snapshots")


@element
class FirmwareFeature(Element):
    """A feature that decides which of the installed firmware images libvirt may pick; others do not matter."""

    name: str | None = attribute(
        "The feature: `secure-boot` (starts signed programs only) or `enrolled-keys` (the template of the variables "
        "holds the certificates that programs are checked against).",
        searchable=True,
    )
    enabled: YesNo | None = attribute("Whether the picked firmware must have the feature, or must lack it.")


@element
class Loader(Element):
    """The firmware image that starts the guest; on Xen the program that loads a fully virtualized one."""

    path: str | None = text(
        "Absolute host path of the image; may be absent where libvirt picks one by itself.", searchable=True
    )
    readonly: YesNo | None = attribute(
        "Whether the image is read-only; a UEFI image that is keeps its variables in `nvram`.", since="1.2.8"
    )
    secure: YesNo | None = attribute(
        "Whether the image is able to do Secure Boot; it says so, but does not switch it on or off.",
        searchable=True,
        since="2.1.0",
    )
    type: LoaderType | None = attribute("How the image is put into the guest's memory.", since="1.2.8")
    stateless: YesNo | None = attribute(
        "Whether the firmware works without variables of its own, so that changed settings are gone after a shutdown.",
        since="8.6.0",
    )
    format: FirmwareFormat | None = attribute(
        "Format of the image file; where libvirt picks the image, only images of this format are considered.",
        since="9.2.0",
    )


@element
class OsNvram(Element):
    """The flash memory where UEFI keeps its variables, such as boot entries and keys, backed by a file or disk."""

    path: str | None = text(
        "Absolute host path of the file with the variables, where it is given without `source`.",
        searchable=True,
        term=True,
    )
    template: str | None = attribute(
        "Host path of the file that is copied to make the variables of a new VM; libvirt chooses one where it is "
        "missing.",
        searchable=True,
    )
    template_format: FirmwareFormat | None = attribute("Format that the template file has.", since="10.10.0")
    format: FirmwareFormat | None = attribute("Format of the VM's own file with the variables.", since="9.2.0")
    type: str | None = attribute(
        "Where the variables live; decides the shape of `source`: `file`, `block` or `network`. Absent where `path` "
        "names a plain file.",
        since="8.5.0",
    )
    source: DiskSource | None = variant(
        "The file, block device or network volume with the variables, in the words of a disk's source; a network "
        "volume is not made from the template.",
        by="type",
        since="8.5.0",
    )


@element
class Varstore(Element):
    """Where UEFI keeps its variables when QEMU's `uefi-vars` device serves them, instead of flash memory.

    Secure Boot on other machines than x86 needs it, and it guards keys on x86 without System Management Mode.
    """

    path: str | None = attribute(
        "Absolute host path of the VM's own file with the variables.", searchable=True, term=True
    )
    template: str | None = attribute(
        "Host path of the file that the variables are made from, at first and again when they are reset.",
        searchable=True,
    )
