"""`<features>`: what the hypervisor offers beyond a plain machine.

A feature that is one value is that value. One that libvirt also accepts bare (`<pmu/>`, which switches it on) is an
object, so that `pmu { on }` answers for each spelling while `state` tells what was written.

Source: libvirt's domain XML, "Hypervisor features".
"""

from enum import Enum

import strawberry

from ..element import Document, Element, attribute, child, derived, element, flag, text
from ..scalars import Long, OnOff, YesNo, word, words
from ..sizes import ScaledSize, bytes_of
from .container_capabilities import ContainerCapabilities
from .hyperv import HypervFeatures


@words
class GicVersion(Enum):
    """Version of Arm's interrupt controller."""

    VERSION_2 = word("2", "GICv2, for at most eight virtual CPUs")
    VERSION_3 = word("3", "GICv3, for more virtual CPUs")
    HOST = word("host", "The version that the host's own controller has")


@words
class IoApicDriver(Enum):
    """Who emulates the I/O APIC."""

    KVM = word("kvm", "The kernel, which is what KVM guests get by default")
    QEMU = word("qemu", "QEMU in user space (split mode), which interrupt remapping needs")


@words
class HptResizing(Enum):
    """Whether the hash page table may change its size."""

    ENABLED = word("enabled", "Where both the guest and the host support it")
    DISABLED = word("disabled", "Never, whatever the guest and the host support")
    REQUIRED = word("required", "Always; without support in guest and host the guest does not start")


@words
class UnknownMsrs(Enum):
    """What happens when the guest accesses a model-specific register that the hypervisor does not know."""

    IGNORE = word("ignore", "The access does nothing, and the guest goes on")
    FAULT = word("fault", "The guest gets an exception, as on real hardware")


@words
class XenPassthroughMode(Enum):
    """How a Xen guest shares page tables with the IOMMU."""

    SYNC_PT = word("sync_pt", "The IOMMU has page tables of its own, kept in step")
    SHARE_PT = word("share_pt", "The IOMMU uses the page tables of the CPU")


@words
class SpeculationMitigation(Enum):
    """How a pseries guest is protected against a speculative side channel."""

    BROKEN = word("broken", "There is no protection at all")
    WORKAROUND = word("workaround", "The guest can protect itself by software")
    FIXED = word("fixed", "The hardware is not vulnerable any more")


@words
class BranchMitigation(Enum):
    """How a pseries guest is protected against speculation on indirect branches."""

    BROKEN = word("broken", "There is no protection at all")
    WORKAROUND = word("workaround", "The guest flushes the count cache itself")
    FIXED_IBS = word("fixed-ibs", "Indirect branches are carried out one after the other")
    FIXED_CCD = word("fixed-ccd", "The count cache is switched off")
    FIXED_NA = word("fixed-na", "The hardware does not have the problem any more")


@words
class AiaMode(Enum):
    """Which interrupt controllers of RISC-V's Advanced Interrupt Architecture a guest has."""

    NONE = word("none", "No support for the architecture at all")
    APLIC = word("aplic", "One emulated APLIC for each socket")
    APLIC_IMSIC = word("aplic-imsic", "One APLIC and one IMSIC for each core")


@element
class FeatureSwitch(Element):
    """A feature that is on as soon as its element is there, unless `state` says otherwise."""

    state: OnOff | None = attribute("Whether it is on, where the document says so; a bare element leaves it out.")

    @derived("Whether the feature is on: as `state` says, or because nothing switches it off.")
    def on(document: strawberry.Parent[Document]) -> bool:  # noqa: D102
        return bool(document.get("state", True))


@element
class AsyncTeardown(Element):
    """Returning a large guest's memory to the host in the background when the VM ends.

    Since libvirt 9.6.0.
    """

    enabled: YesNo | None = attribute("Whether it is on, where the document says so; a bare element leaves it out.")

    @derived("Whether the feature is on: as `enabled` says, or because nothing switches it off.")
    def on(document: strawberry.Parent[Document]) -> bool:  # noqa: D102
        return bool(document.get("enabled", True))


@element
class Apic(Element):
    """The programmable interrupt controller of x86; it is there as soon as its element is."""

    eoi: OnOff | None = attribute(
        "Whether the guest may signal the end of an interrupt (EOI) to the hypervisor in the cheaper, paravirtualized "
        "way.",
        since="0.10.2",
    )


@element
class Gic(Element):
    """The interrupt controller of Arm; it is there as soon as its element is.

    Since libvirt 1.2.16.
    """

    version: GicVersion | None = attribute(
        "Version of the controller; one that works is picked where it is missing.", searchable=True
    )


@element
class ExtendedTseg(Element):
    """Memory for System Management Mode beyond the sizes that the chipset always offers.

    Since libvirt 4.5.0.
    """

    value: Long | None = text("The number as it was written, counted in `unit`; 0 leaves only the usual sizes.")
    unit: str | None = attribute("Unit of the number, such as `KiB` or `MiB`; MiB where it is missing.")

    @derived("The size in bytes; null for a unit that libvirt does not know.")
    def bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        return bytes_of(document, "MiB")


@element
class SystemManagementMode(FeatureSwitch):
    """System Management Mode of x86, which Secure Boot needs.

    Since libvirt 2.1.0.
    """

    tseg: ExtendedTseg | None = child(
        "Size of the extended TSEG, for guests with very many CPUs or very much memory; the machine type's own, "
        "usually 16 MiB, where it is missing."
    )


@element
class HashPageTable(Element):
    """The hash page table of a pseries guest.

    Since libvirt 3.10.0.
    """

    resizing: HptResizing | None = attribute(
        "Whether the table may change its size; the hypervisor's default where it is missing."
    )
    max_page_size: ScaledSize | None = child(
        "Largest page that the guest may use, usually 64 KiB, 16 MiB or 16 GiB; the hypervisor's default where it is "
        "missing.",
        xml="maxpagesize",
        since="4.5.0",
    )


@element
class DirtyRing(Element):
    """Rings in which KVM notes the pages that each virtual CPU wrote to, for migration."""

    state: OnOff | None = attribute("Whether rings replace the bitmap of all memory.")
    size: int | None = attribute("Entries of each ring, a power of 2 from 1024 to 65536.")


@element
class KvmFeatures(Element):
    """How KVM presents itself to the guest, and how it behaves."""

    hidden: OnOff | None = attribute(
        "Whether the usual check for a hypervisor does not find KVM, for drivers that refuse to work in a VM.",
        xml="state",
        within="hidden",
        since="1.2.8",
    )
    hint_dedicated: OnOff | None = attribute(
        "Whether the guest is told that its virtual CPUs have host CPUs of their own, so that it may optimize.",
        xml="state",
        within="hint-dedicated",
        since="5.7.0",
    )
    poll_control: OnOff | None = attribute(
        "Whether the guest may wait actively for a while before it goes idle, for less I/O latency.",
        xml="state",
        within="poll-control",
        since="6.10.0",
    )
    pv_ipi: OnOff | None = attribute(
        "Whether the guest sends interrupts between its virtual CPUs through the hypervisor.",
        xml="state",
        within="pv-ipi",
        since="7.10.0",
    )
    dirty_ring: DirtyRing | None = child(
        "Rings that note which pages were written to.", xml="dirty-ring", since="8.0.0"
    )


@element
class XenPassthrough(Element):
    """Mappings in the host's IOMMU, without which a Xen guest cannot be given PCI devices."""

    state: OnOff | None = attribute("Whether the guest can be given PCI devices.")
    mode: XenPassthroughMode | None = attribute(
        "How page tables are shared with the IOMMU; Xen decides where it is missing."
    )


@element
class XenFeatures(Element):
    """How Xen treats the guest."""

    e820_host: OnOff | None = attribute(
        "Whether a paravirtualized guest sees the host's memory map (e820).",
        xml="state",
        within="e820_host",
        since="6.3.0",
    )
    passthrough: XenPassthrough | None = child("Whether the guest can be given PCI devices.", since="6.3.0")


@element
class TcgFeatures(Element):
    """How TCG, QEMU's emulation of other processors, behaves."""

    tb_cache: ScaledSize | None = child(
        "Size of the cache for translated code, a multiple of 1 MiB.", xml="tb-cache", since="8.0.0"
    )


@element
class HypervisorFeatures(Element):
    """What the hypervisor offers beyond a plain machine; a feature that is not listed is off or left to it."""

    acpi: bool | None = flag("Whether the guest gets ACPI, which KVM guests need to shut down gracefully.")
    apic: Apic | None = child("The interrupt controller of x86 (APIC); the guest has one where this is not null.")
    pae: bool | None = flag("Whether 32-bit guests can address more than 4 GB of memory.")
    hap: FeatureSwitch | None = child(
        "Whether the processor's nested paging serves the guest's memory (hardware-assisted paging); used by default "
        "where the hypervisor finds it."
    )
    viridian: bool | None = flag("Whether Xen offers the Viridian (Hyper-V) extensions to Windows guests.")
    privnet: bool | None = flag(
        "Whether a container always has a network namespace of its own, as it has anyway with an interface."
    )
    hyperv: HypervFeatures | None = child("Interfaces of Hyper-V for Windows guests.")
    kvm: KvmFeatures | None = child("How KVM presents itself to the guest, and how it behaves.")
    xen: XenFeatures | None = child("How Xen treats the guest.")
    pvspinlock: FeatureSwitch | None = child("Whether the guest is told that the host supports paravirtual spinlocks.")
    capabilities: ContainerCapabilities | None = child("Linux capabilities that a container keeps or loses.")
    pmu: FeatureSwitch | None = child(
        "Whether the guest has a performance monitoring unit, which `perf` reads.", since="1.2.12"
    )
    vmport: FeatureSwitch | None = child(
        "Whether VMware's I/O port is emulated, which the mouse `vmmouse` needs, for one.", since="1.2.16"
    )
    gic: Gic | None = child("The interrupt controller of Arm (GIC); the guest has one where this is not null.")
    smm: SystemManagementMode | None = child("System Management Mode of x86, which Secure Boot needs.")
    ioapic: IoApicDriver | None = attribute("Who emulates the I/O APIC.", xml="driver", within="ioapic", since="3.4.0")
    hpt: HashPageTable | None = child("The hash page table of a pseries guest.")
    vmcoreinfo: FeatureSwitch | None = child(
        "Whether the guest's kernel can leave details for debugging in a QEMU device, for dumps from outside.",
        since="4.4.0",
    )
    htm: OnOff | None = attribute(
        "Whether a pseries guest has hardware transactional memory; the hypervisor's default where it is missing.",
        xml="state",
        within="htm",
        since="4.6.0",
    )
    nested_hv: OnOff | None = attribute(
        "Whether a pseries guest can run fast guests of its own (nested HV), if the host allows it; the hypervisor's "
        "default where it is missing.",
        xml="state",
        within="nested-hv",
        since="4.10.0",
    )
    unknown_msrs: UnknownMsrs | None = attribute(
        "What happens when the guest accesses an unknown model-specific register, on bhyve; `fault` where it is "
        "missing.",
        xml="unknown",
        within="msrs",
        since="5.1.0",
    )
    ccf_assist: OnOff | None = attribute(
        "Whether hardware helps a pseries guest to flush the count cache; the hypervisor's default where it is "
        "missing.",
        xml="state",
        within="ccf-assist",
        since="5.9.0",
    )
    cfpc: SpeculationMitigation | None = attribute(
        "Protection of a pseries guest by flushing the cache on a change of privilege; the hypervisor's default where "
        "it is missing.",
        xml="value",
        within="cfpc",
        since="6.3.0",
    )
    sbbc: SpeculationMitigation | None = attribute(
        "Protection of a pseries guest by a barrier against speculation past bounds checks; the hypervisor's default "
        "where it is missing.",
        xml="value",
        within="sbbc",
        since="6.3.0",
    )
    ibs: BranchMitigation | None = attribute(
        "Protection of a pseries guest against speculation on indirect branches; the hypervisor's default where it is "
        "missing.",
        xml="value",
        within="ibs",
        since="6.3.0",
    )
    tcg: TcgFeatures | None = child("How TCG, QEMU's emulation of processors, behaves.")
    async_teardown: AsyncTeardown | None = child(
        "Whether QEMU gives a large guest's memory back in the background.", xml="async-teardown"
    )
    ras: OnOff | None = attribute(
        "Whether an Arm guest learns of errors in the host's memory; the hypervisor's default where it is missing.",
        xml="state",
        within="ras",
        since="10.4.0",
    )
    ps2: OnOff | None = attribute(
        "Whether the PS/2 controller is there, for keyboards and mice on that bus; the hypervisor's default where it "
        "is missing.",
        xml="state",
        within="ps2",
        since="10.7.0",
    )
    aia: AiaMode | None = attribute(
        "Interrupt controllers of a RISC-V guest; the hypervisor's default where it is missing.",
        xml="value",
        within="aia",
        since="11.1.0",
    )
    virtualization: FeatureSwitch | None = child(
        "Whether an Arm guest's CPU has the virtualization extensions, so that it can run guests of its own; the "
        "hypervisor's default where it is missing.",
        since="12.1.0",
    )
