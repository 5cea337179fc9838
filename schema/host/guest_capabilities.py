"""`<guest>` of the capabilities: a kind of guest that the host can run.

Source: libvirt's driver capabilities XML format, "Guest capabilities".
"""

from enum import Enum

from ..element import Element, attribute, child, children, element, flag, text, text_child
from ..scalars import OnOff, YesNo, word, words


@words
class GuestOsType(Enum):
    """How an operating system is virtualized."""

    HVM = word("hvm", "Fully: the guest runs unmodified, as on a real machine")
    XEN = word("xen", "Paravirtualized for Xen, which the guest has to know")
    XENPVH = word("xenpvh", "Xen's mixture: paravirtualized, but with the processor's virtualization")
    LINUX = word("linux", "An old word for `xen` of the same meaning")
    EXE = word("exe", "Not at all: a container, which begins with a program")
    UML = word("uml", "User Mode Linux, a kernel as a process; no longer used")


@element
class GuestMachine(Element):
    """A machine type, such as a chipset of a certain QEMU release, that a guest can have."""

    name: str | None = text("What the machine type is called, such as `pc-q35-9.2` or `virt`.", searchable=True)
    canonical: str | None = attribute(
        "Machine type that a general name such as `q35` stands for; missing where the name is exact."
    )
    max_cpus: int | None = attribute("Virtual CPUs that a guest of this type can have at most.")
    deprecated: YesNo | None = attribute("Whether the hypervisor advises against it and may drop it.")


@element
class GuestDomainType(Element):
    """A hypervisor or accelerator that can run the guest, with what differs from the others."""

    type: str | None = attribute(
        "Word for the `type` of a VM: `kvm`, `qemu`, `xen` or `lxc`, for example.", searchable=True
    )
    emulator: str | None = text_child("Host path of its own emulator, where it is not that of `arch`.", searchable=True)
    machines: list[GuestMachine] | None = children(
        "Its own machine types, where they are not the common ones.", xml="machine"
    )


@element
class GuestFeatureToggle(Element):
    """A feature that guests have or not, and whether the user decides about it."""

    default: OnOff | None = attribute("Whether a guest has it when its XML says nothing.")
    toggle: YesNo | None = attribute("Whether the XML of a guest can override the default.")


@element
class GuestFeatures(Element):
    """What such a guest can make use of."""

    pae: bool | None = flag("Whether 32-bit guests can use Physical Address Extension.", since="0.4.1")
    nonpae: bool | None = flag("Whether 32-bit guests can do without Physical Address Extension.", since="0.4.1")
    ia64_big_endian: bool | None = flag("Whether Itanium guests can be big-endian.", xml="ia64_be", since="0.4.1")
    acpi: GuestFeatureToggle | None = child("Whether the guest gets ACPI tables.", since="0.4.1")
    apic: GuestFeatureToggle | None = child(
        "Whether the guest gets an APIC, x86's interrupt controller.", since="0.4.1"
    )
    cpu_selection: bool | None = flag(
        "Whether `cpu` of a VM can say in detail which processor the guest sees.", xml="cpuselection", since="0.7.5"
    )
    device_boot: bool | None = flag(
        "Whether single devices can be put into the boot order, instead of kinds of devices.",
        xml="deviceboot",
        since="0.8.8",
    )
    disk_snapshot: GuestFeatureToggle | None = child(
        "Whether external snapshots of disks can be made; where it is missing only an attempt will tell.",
        xml="disksnapshot",
        since="1.2.3",
    )
    hap: GuestFeatureToggle | None = child(
        "Whether the processor walks the guest's page tables itself (hardware assisted paging); Xen."
    )
    external_snapshot: bool | None = flag(
        "Whether external snapshots, those with memory too, can be reverted to and deleted.", since="9.9.0"
    )


@element
class GuestCapabilities(Element):
    """A kind of guest that the host can run: an architecture, and how it is virtualized."""

    os_type: GuestOsType | None = text_child("How the operating system is virtualized.", xml="os_type")
    arch: str | None = attribute(
        "Architecture that the guest sees, such as `x86_64` or `aarch64`.", xml="name", within="arch", searchable=True
    )
    word_size: int | None = text_child(
        "Bits of a word of the architecture: 31, 32 or 64.", xml="wordsize", within="arch"
    )
    emulator: str | None = text_child(
        "Host path of the program that runs such a VM, as its XML names it.", within="arch", searchable=True
    )
    loader: str | None = text_child("Host path of the firmware that a VM of Xen starts with.", within="arch")
    machines: list[GuestMachine] | None = children(
        "Machine types that such a VM can have.", xml="machine", within="arch"
    )
    domains: list[GuestDomainType] | None = children(
        "Hypervisors and accelerators that can run it.", xml="domain", within="arch"
    )
    features: GuestFeatures | None = child("What such a guest can make use of.")
