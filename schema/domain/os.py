"""`<os>`: how the guest starts.

Source: libvirt's domain XML, "Operating system booting".
"""

from enum import Enum

from ..element import Element, attribute, child, children, element, text, text_child
from ..scalars import YesNo, word, words
from .firmware import Firmware, FirmwareFeature, Loader, OsNvram, Varstore


@words
class BootDevice(Enum):
    """Kind of device that the firmware tries to boot from."""

    FD = word("fd", "The first of the VM's floppy drives")
    HD = word("hd", "The first of the VM's hard disks")
    CDROM = word("cdrom", "The first of the VM's CD-ROM drives")
    NETWORK = word("network", "The first network interface, by PXE for instance")


@words
class SmbiosMode(Enum):
    """Where the guest's SMBIOS tables, which describe the machine, come from."""

    EMULATE = word("emulate", "The hypervisor makes up all values")
    HOST = word("host", "Blocks 0 and 1 are copied from the host, all but its UUID")
    SYSINFO = word("sysinfo", "The values of the domain's `sysinfo` are used")


@words
class AcpiTableType(Enum):
    """What a file with ACPI tables holds."""

    RAW = word("raw", "One table with its header, whose signature tells what it is", since="11.2.0")
    RAWSET = word("rawset", "Several tables with headers, one after the other, for Xen", since="11.2.0")
    SLIC = word("slic", "One table with software licences, given the signature SLIC", since="1.3.5")
    MSDM = word("msdm", "One table with a Microsoft licence, given the signature MSDM", since="11.2.0")


@element
class OsType(Element):
    """The machine that the guest believes to run on."""

    value: str | None = text(
        "Kind of virtualization: `hvm` (a whole machine), `linux` or `xen` (a guest adapted to Xen), `xenpvh`, `exe` "
        "(a container) or `uml`.",
        searchable=True,
    )
    arch: str | None = attribute(
        "Processor architecture, such as `x86_64` or `aarch64`; mostly the host's own where it is missing.",
        searchable=True,
    )
    machine: str | None = attribute(
        "Machine type of the hypervisor: the board with its buses and chips, such as `pc-q35-9.0` or `virt-9.0`.",
        searchable=True,
    )


@element
class Boot(Element):
    """One step of the firmware's search for a system, where devices have no `bootOrder` of their own."""

    dev: BootDevice | None = attribute("Kind of device that is tried in this step.", searchable=True)


@element
class BootMenu(Element):
    """The menu that lets somebody at the console choose a boot device while the guest starts."""

    enable: YesNo | None = attribute("Whether the menu is offered; the hypervisor decides where it is missing.")
    timeout: int | None = attribute(
        "Milliseconds that the menu waits for an answer, 0 to 65535; only of use with `enable`.", since="1.2.8"
    )


@element
class Bios(Element):
    """Settings of a PC BIOS that other firmware may ignore."""

    use_serial: YesNo | None = attribute(
        "Whether the BIOS shows its messages on the first serial port, which the VM must have.",
        xml="useserial",
        since="0.9.4",
    )
    reboot_timeout: int | None = attribute(
        "Milliseconds after which a failed boot is tried again, at most 65535; -1 never tries again.", since="0.10.2"
    )


@element
class AcpiTable(Element):
    """A file with ACPI tables that the guest gets beside the hypervisor's own."""

    path: str | None = text("Absolute host path of the file with the tables.", searchable=True)
    type: AcpiTableType | None = attribute("What the file holds; only `raw` may occur several times.")


@element
class InitEnvironment(Element):
    """A variable in the environment of a container's first program."""

    value: str | None = text("What the variable is set to; kept as a secret, as it may hold one.", secret=True)
    name: str | None = attribute("Name of the variable, of letters, digits and `_`.")


@element
class OperatingSystem(Element):
    """How the guest starts: machine, firmware and boot devices, or a kernel, or a container's first program."""

    firmware: Firmware | None = attribute(
        "Kind of firmware for which libvirt finds the image and its variables by itself; absent where `loader` names "
        "the image, or the hypervisor's default is used.",
        searchable=True,
        since="5.2.0",
    )
    type: OsType | None = child("The machine that the guest believes to run on.", since="0.0.1")
    firmware_features: list[FirmwareFeature] | None = children(
        "Features that firmware must have, or must lack, to be picked by libvirt.",
        xml="feature",
        within="firmware",
        since="7.2.0",
    )
    loader: Loader | None = child("The firmware image that the guest starts with.", since="0.1.0")
    nvram: OsNvram | None = child("Where UEFI keeps its variables, as flash memory.", since="1.2.8")
    varstore: Varstore | None = child(
        "Where UEFI keeps its variables, as QEMU's device for them; instead of `nvram`.", since="12.1.0"
    )
    kernel: str | None = text_child(
        "Absolute host path of a kernel that is started directly, without a boot loader.", searchable=True, term=True
    )
    initrd: str | None = text_child(
        "Absolute host path of the initial RAM disk that goes with the kernel.", searchable=True, term=True
    )
    cmdline: str | None = text_child(
        "Arguments for the directly started kernel, such as `console=ttyS0`; in a container what `/proc/cmdline` shows."
    )
    root: str | None = text_child("Device with the kernel's root file system, for guests adapted to Xen.")
    shim: str | None = text_child(
        "Absolute host path of a first UEFI boot loader that checks the directly started kernel for Secure Boot.",
        searchable=True,
    )
    dtb: str | None = text_child(
        "Absolute host path of the device tree that describes the machine to the kernel.",
        searchable=True,
        since="1.0.4",
    )
    boots: list[Boot] | None = children(
        "Kinds of devices that the firmware tries to boot from, in order; devices with a `bootOrder` replace it.",
        xml="boot",
        since="0.1.3",
    )
    boot_menu: BootMenu | None = child("The menu for choosing a boot device.", xml="bootmenu", since="0.8.3")
    smbios: SmbiosMode | None = attribute(
        "Where the tables come from that describe the machine to the guest (`dmidecode`); the hypervisor decides where "
        "it is missing.",
        xml="mode",
        within="smbios",
        since="0.8.7",
    )
    bios: Bios | None = child("Settings that only a PC BIOS knows.", since="0.9.4")
    acpi_tables: list[AcpiTable] | None = children(
        "Files with further ACPI tables, such as a Windows licence.", xml="table", within="acpi", since="1.3.5"
    )
    init: str | None = text_child(
        "Absolute path of the program that a container starts with, such as `/sbin/init`.", searchable=True
    )
    init_arguments: list[str] | None = children(
        "Arguments that the container's first program gets, in order; none by default.", xml="initarg"
    )
    init_environment: list[InitEnvironment] | None = children(
        "Variables in the environment of the container's first program.", xml="initenv"
    )
    init_directory: str | None = text_child("Directory that the container's first program works in.", xml="initdir")
    init_user: str | None = text_child(
        "User that runs the container's first program, by name or number; a leading `+` makes it a number.",
        xml="inituser",
    )
    init_group: str | None = text_child(
        "Group that runs the container's first program, by name or number; a leading `+` makes it a number.",
        xml="initgroup",
    )
