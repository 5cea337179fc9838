"""`<features>` of the domain capabilities: what a VM can have beyond devices.

Source: libvirt's domain capabilities XML format, "Features".
"""

import strawberry

from ..element import Document, Element, attribute, child, children, derived, element, text_child
from ..scalars import Long, OnOff, YesNo
from ..sizes import ScaledSize, size_in_bytes
from .support import Support


@element
class SevSupport(Element):
    """AMD's Secure Encrypted Virtualization, which hides a guest's memory from the host. Since libvirt 4.5.0."""

    supported: YesNo | None = attribute("Whether a VM can have its memory encrypted by SEV.")
    cbitpos: int | None = text_child("Bit of a page table entry that marks a page as encrypted, such as 47 or 51.")
    reduced_phys_bits: int | None = text_child("Bits of physical addresses that encryption takes away, such as 1.")
    max_guests: int | None = text_child("Guests with SEV that the host can run at the same time.")
    max_es_guests: int | None = text_child(
        "Guests with encrypted registers too (SEV-ES) that it can run at the same time.", xml="maxESGuests"
    )
    cpu0_id: str | None = text_child(
        "Identity of the first processor in Base64, by which AMD's key server finds the certificate of its key.",
        xml="cpu0Id",
    )


@element
class SgxSection(Element):
    """Memory for SGX enclaves in one of the host's NUMA cells."""

    node: int | None = attribute("Number of the host's NUMA cell that the memory is in.")
    size: Long | None = attribute("How much memory it is, counted in `unit`.")
    unit: str | None = attribute("Unit of the size, always `KiB`.")

    @derived("The memory in bytes; null for a unit that libvirt does not know.")
    def bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        return size_in_bytes(document.get("size"), document.get("unit"))


@element
class SgxSupport(Element):
    """Intel's Software Guard Extensions: memory of a program (an enclave) that nobody else can read."""

    supported: YesNo | None = attribute("Whether a VM can have memory for enclaves.")
    flc: YesNo | None = text_child("Whether the guest may decide who can start enclaves (flexible launch control).")
    sgx1: YesNo | None = text_child("Whether the first version of SGX is there.")
    sgx2: YesNo | None = text_child("Whether the second version is there, whose enclaves can grow as they run.")
    section_size: ScaledSize | None = child("Memory for enclaves on the whole host.", xml="section_size")
    sections: list[SgxSection] | None = children(
        "Memory for enclaves by NUMA cell of the host.", xml="section", within="sections"
    )


@element
class HypervDefaults(Element):
    """Values that enlightenments get where a VM's XML gives none."""

    spinlocks: Long | None = text_child("Failed attempts at a lock before the hypervisor is notified, such as 4095.")
    stimer_direct: OnOff | None = text_child(
        "Whether synthetic timers may raise interrupts themselves.", xml="stimer_direct"
    )
    tlbflush_direct: OnOff | None = text_child(
        "Whether flushes of nested guests reach the hypervisor directly.", xml="tlbflush_direct"
    )
    tlbflush_extended: OnOff | None = text_child(
        "Whether the guest may name just the ranges of addresses to flush.", xml="tlbflush_extended"
    )
    vendor_id: str | None = text_child(
        "Name of the hypervisor that the guest reads, such as `Linux KVM Hv`.", xml="vendor_id"
    )


@element
class HypervSupport(Support):
    """Hyper-V enlightenments, with which Windows guests run better; the setting `features` lists them."""

    defaults: HypervDefaults | None = child(
        "Values that they get with the modes `passthrough` and `host-model`.", since="11.9.0"
    )


@element
class FeatureSupport(Element):
    """What a VM can have beyond devices."""

    gic: Support | None = child("Arm's interrupt controller: its `version`.")
    vmcoreinfo: YesNo | None = attribute(
        "Whether a crashed guest can hand debugging details to a dump made by the host.",
        xml="supported",
        within="vmcoreinfo",
    )
    genid: YesNo | None = attribute(
        "Whether the guest can notice from a generation ID that it was rolled back or cloned.",
        xml="supported",
        within="genid",
    )
    backing_store_input: YesNo | None = attribute(
        "Whether `backingStore` of a disk is obeyed as it is written, instead of read from the image.",
        xml="supported",
        within="backingStoreInput",
        since="5.10.0",
    )
    backup: YesNo | None = attribute(
        "Whether incremental backups and checkpoints can be made.", xml="supported", within="backup"
    )
    async_teardown: YesNo | None = attribute(
        "Whether the memory of a VM that ends can be given back in the background.",
        xml="supported",
        within="async-teardown",
    )
    s390_protected: YesNo | None = attribute(
        "Whether a VM can hide its memory from the host by IBM Secure Execution.", xml="supported", within="s390-pv"
    )
    ps2: YesNo | None = attribute(
        "Whether a VM can be given or denied a PS/2 keyboard and mouse.", xml="supported", within="ps2"
    )
    tdx: YesNo | None = attribute(
        "Whether a VM can hide its memory from the host by Intel's Trust Domain Extensions.",
        xml="supported",
        within="tdx",
    )
    sev: SevSupport | None = child("AMD's encryption of a guest's memory.")
    sgx: SgxSupport | None = child("Intel's enclaves inside the guest.")
    hyperv: HypervSupport | None = child("Interfaces of Microsoft's hypervisor that Windows guests know how to use.")
    launch_security: Support | None = child(
        "Techniques that hide a guest's memory from the host: `sectype`, such as `sev`, `sev-snp` or `tdx`."
    )
