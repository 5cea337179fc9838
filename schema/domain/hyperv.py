"""`<features><hyperv>`: enlightenments, the interfaces of Microsoft's Hyper-V that Windows guests know how to use.

Source: libvirt's domain XML, "Hypervisor features".
"""

from enum import Enum

from ..element import Element, attribute, child, element
from ..scalars import Long, OnOff, word, words


@words
class HypervMode(Enum):
    """How the enlightenments are chosen."""

    CUSTOM = word("custom", "Just those that the document lists")
    PASSTHROUGH = word("passthrough", "All that the hypervisor has, even those that libvirt does not know")
    HOST_MODEL = word(
        "host-model",
        "All that libvirt finds supported when the VM starts, beside those that the document lists",
        since="11.9.0",
    )


@element
class HypervSpinlocks(Element):
    """How long the guest spins on a lock before it tells the hypervisor."""

    state: OnOff | None = attribute("Whether the guest learns how to notify of long spinning.")
    retries: Long | None = attribute(
        "Failed attempts at a lock before the hypervisor is notified, at least 4095; 4294967295, which is also what "
        "applies where it is missing, never notifies."
    )


@element
class HypervSyntheticTimers(Element):
    """Timers of the synthetic interrupt controller, cheaper than emulated hardware."""

    state: OnOff | None = attribute("Whether the guest has the synthetic timers.")
    direct: OnOff | None = attribute(
        "Whether a timer may raise an interrupt itself, without a message (direct mode).",
        xml="state",
        within="direct",
        since="5.7.0",
    )


@element
class HypervVendorId(Element):
    """The hypervisor's name for itself."""

    state: OnOff | None = attribute("Whether the guest reads the given name instead of the usual one.")
    value: str | None = attribute("Name that the guest reads, up to 12 characters without a comma, such as `KVM Hv`.")


@element
class HypervTlbFlush(Element):
    """Flushing of address translations by the hypervisor, on many virtual CPUs at once."""

    state: OnOff | None = attribute("Whether the guest may ask the hypervisor for the flush.")
    direct: OnOff | None = attribute(
        "Whether flushes of nested guests reach the hypervisor directly.",
        xml="state",
        within="direct",
        since="11.0.0",
    )
    extended: OnOff | None = attribute(
        "Whether the guest may name just the ranges of addresses to flush.",
        xml="state",
        within="extended",
        since="11.0.0",
    )


@element
class HypervFeatures(Element):
    """Hyper-V enlightenments, with which Windows guests run better on QEMU, KVM and Xen."""

    mode: HypervMode | None = attribute(
        "How the enlightenments are chosen; `custom` where it is missing.", since="8.0.0"
    )
    relaxed: OnOff | None = attribute(
        "Whether the guest is told to be lenient about late timers, so that a busy host does not crash it.",
        xml="state",
        within="relaxed",
        since="1.0.0",
    )
    vapic: OnOff | None = attribute(
        "Whether the guest gets a virtual APIC with cheaper accesses.", xml="state", within="vapic", since="1.1.0"
    )
    spinlocks: HypervSpinlocks | None = child(
        "How long the guest spins on a lock before it tells the hypervisor.", since="1.1.0"
    )
    vpindex: OnOff | None = attribute(
        "Whether a virtual CPU can read its own index.", xml="state", within="vpindex", since="1.3.3"
    )
    runtime: OnOff | None = attribute(
        "Whether the guest can read how much processor time was spent on it.",
        xml="state",
        within="runtime",
        since="1.3.3",
    )
    synic: OnOff | None = attribute(
        "Whether the guest gets the synthetic interrupt controller (SynIC).",
        xml="state",
        within="synic",
        since="1.3.3",
    )
    stimer: HypervSyntheticTimers | None = child("Timers of the synthetic interrupt controller.", since="1.3.3")
    reset: OnOff | None = attribute(
        "Whether the guest can reset itself through the hypervisor.", xml="state", within="reset", since="1.3.3"
    )
    vendor_id: HypervVendorId | None = child(
        "The hypervisor's name for itself, as the guest reads it.", xml="vendor_id", since="1.3.3"
    )
    frequencies: OnOff | None = attribute(
        "Whether the guest can read the frequencies of its time stamp counter and APIC.",
        xml="state",
        within="frequencies",
        since="4.7.0",
    )
    reenlightenment: OnOff | None = attribute(
        "Whether the guest is notified when a migration changes the frequency of its time stamp counter.",
        xml="state",
        within="reenlightenment",
        since="4.7.0",
    )
    tlbflush: HypervTlbFlush | None = child("Flushing of address translations by the hypervisor.", since="4.7.0")
    ipi: OnOff | None = attribute(
        "Whether the hypervisor delivers interrupts between virtual CPUs, to many at once.",
        xml="state",
        within="ipi",
        since="4.10.0",
    )
    evmcs: OnOff | None = attribute(
        "Whether a nested hypervisor may use the enlightened VMCS, which makes nested guests on Intel faster.",
        xml="state",
        within="evmcs",
        since="4.10.0",
    )
    avic: OnOff | None = attribute(
        "Whether the synthetic interrupt controller may go along with the hardware's APICv or AVIC.",
        xml="state",
        within="avic",
        since="8.10.0",
    )
    emsr_bitmap: OnOff | None = attribute(
        "Whether needless updates of a nested guest's MSR bitmap are avoided.",
        xml="state",
        within="emsr_bitmap",
        since="10.7.0",
    )
    xmm_input: OnOff | None = attribute(
        "Whether fast hypercalls may pass their arguments in XMM registers.",
        xml="state",
        within="xmm_input",
        since="10.7.0",
    )
