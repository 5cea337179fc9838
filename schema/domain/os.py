"""`<os>`: how the guest starts.

Source: libvirt's domain XML, "Operating system booting".
"""

from enum import Enum

from ..disk_source import DiskSource
from ..element import Element, attribute, child, children, element, text, text_child, variant
from ..scalars import YesNo, word, words


@words
class Firmware(Enum):
    """Firmware that libvirt picks for a guest."""

    BIOS = word("bios", "A PC BIOS")
    EFI = word("efi", "A UEFI implementation")


@words
class LoaderType(Enum):
    """How firmware is put into the guest."""

    ROM = word("rom", "As read-only memory")
    PFLASH = word("pflash", "As flash memory, which UEFI needs")


@words
class FirmwareFormat(Enum):
    """Format of a firmware image."""

    RAW = word("raw", "The plain bytes of the image")
    QCOW2 = word("qcow2", "QEMU's image format")


@words
class BootDevice(Enum):
    """What the firmware tries to boot from."""

    FD = word("fd", "The first floppy drive")
    HD = word("hd", "The first hard disk")
    CDROM = word("cdrom", "The first CD-ROM drive")
    NETWORK = word("network", "The first network interface")


@words
class SmbiosMode(Enum):
    """Where the guest's SMBIOS tables come from."""

    EMULATE = word("emulate", "The hypervisor makes them up")
    HOST = word("host", "Copied from the host, except its UUID")
    SYSINFO = word("sysinfo", "Taken from the domain's `sysinfo`")


@words
class AcpiTableType(Enum):
    """What an ACPI table file holds."""

    RAW = word("raw", "One table, header and all")
    RAWSET = word("rawset", "Several tables, one after the other")
    SLIC = word("slic", "A software licence for old Windows")
    MSDM = word("msdm", "A software licence for newer Windows")


@element
class OsType(Element):
    """The machine that the guest believes to run on."""

    value: str | None = text("Kind of virtualization: `hvm`, `linux`, `xen`, `xenpvh`, `exe` or `uml`.")
    arch: str | None = attribute("Processor architecture, such as `x86_64`.", searchable=True)
    machine: str | None = attribute("Machine type, such as `pc-q35-9.0`.", searchable=True)


@element
class FirmwareFeature(Element):
    """A feature that the chosen firmware must have or must lack."""

    name: str | None = attribute("The feature: `secure-boot` or `enrolled-keys`.")
    enabled: YesNo | None = attribute("Whether the firmware must have it.")


@element
class Loader(Element):
    """The firmware image, or the boot loader of a Xen guest."""

    path: str | None = text("Host path of the image.", searchable=True)
    readonly: YesNo | None = attribute("Whether the image cannot be written.")
    secure: YesNo | None = attribute("Whether the image does Secure Boot.")
    type: LoaderType | None = attribute("How it is put into the guest.")
    stateless: YesNo | None = attribute("Whether it works without variables of its own.")
    format: FirmwareFormat | None = attribute("Format of the image.")


@element
class Nvram(Element):
    """Where UEFI keeps its variables."""

    path: str | None = text("Host path of the file with the variables.", searchable=True)
    template: str | None = attribute("Host path of the file that it starts as a copy of.", searchable=True)
    template_format: FirmwareFormat | None = attribute("Format of the template.")
    format: FirmwareFormat | None = attribute("Format of the file.")
    type: str | None = attribute("Where the variables live; decides the shape of `source`.")
    source: DiskSource | None = variant("The variables, when they are not a plain file.", by="type")


@element
class Boot(Element):
    """One step of the firmware's search for a system."""

    dev: BootDevice | None = attribute("What is tried in this step.")


@element
class BootMenu(Element):
    """The firmware's boot menu."""

    enable: YesNo | None = attribute("Whether the menu is offered.")
    timeout: int | None = attribute("Milliseconds that the menu waits.")


@element
class Bios(Element):
    """Settings of a PC BIOS."""

    use_serial: YesNo | None = attribute("Whether the BIOS writes to the serial port.", xml="useserial")
    reboot_timeout: int | None = attribute("Milliseconds before a failed boot is tried again; -1 never.")


@element
class AcpiTable(Element):
    """A file with ACPI tables for the guest."""

    path: str | None = text("Host path of the file.")
    type: AcpiTableType | None = attribute("What the file holds.")


@element
class InitEnvironment(Element):
    """An environment variable of a container's init."""

    value: str | None = text("Value of the variable.", secret=True)
    name: str | None = attribute("Name of the variable.")


@element
class Varstore(Element):
    """Where UEFI keeps its variables, in the newer form."""

    path: str | None = attribute("Host path of the file with the variables.")
    template: str | None = attribute("Host path of the file that it starts as a copy of.")


@element
class OperatingSystem(Element):
    """How the guest starts: machine, firmware, kernel or container."""

    firmware: Firmware | None = attribute("Firmware that libvirt picks by itself.", searchable=True)
    type: OsType | None = child("The machine that the guest believes to run on.")
    firmware_features: list[FirmwareFeature] | None = children(
        "Features that the firmware must have.", xml="feature", within="firmware"
    )
    loader: Loader | None = child("The firmware image.")
    nvram: Nvram | None = child("Where UEFI keeps its variables.")
    varstore: Varstore | None = child("Where UEFI keeps its variables, in the newer form.")
    kernel: str | None = text_child("Host path of the kernel to boot directly.", searchable=True)
    initrd: str | None = text_child("Host path of the initial RAM disk.", searchable=True)
    cmdline: str | None = text_child("Arguments for the kernel.")
    root: str | None = text_child("Root device of the kernel, with Xen.")
    shim: str | None = text_child("Host path of the shim that checks a directly booted kernel.")
    dtb: str | None = text_child("Host path of the device tree blob.")
    boots: list[Boot] | None = children("What the firmware tries, in order.", xml="boot")
    boot_menu: BootMenu | None = child("The firmware's boot menu.", xml="bootmenu")
    smbios: SmbiosMode | None = attribute("Where the SMBIOS tables come from.", xml="mode", within="smbios")
    bios: Bios | None = child("Settings of a PC BIOS.")
    acpi_tables: list[AcpiTable] | None = children("Files with ACPI tables.", xml="table", within="acpi")
    init: str | None = text_child("Program that a container starts with.")
    init_arguments: list[str] | None = children("Arguments of that program, in order.", xml="initarg")
    init_environment: list[InitEnvironment] | None = children("Environment of that program.", xml="initenv")
    init_directory: str | None = text_child("Working directory of that program.", xml="initdir")
    init_user: str | None = text_child("User that runs that program.", xml="inituser")
    init_group: str | None = text_child("Group that runs that program.", xml="initgroup")
