"""`<domain>`: what a VM is besides its devices.

Source: libvirt's domain XML format.
"""

from enum import Enum

from ..element import Element, attribute, child, children, element, raw_children, text, text_child
from ..scalars import Long, YesNo, word, words
from .iommufd import Iommufd
from .memory import Memory
from .memory_backing import MemoryBacking
from .memtune import MemoryTuning
from .numatune import NumaTuning
from .os import OperatingSystem


@words
class VcpuPlacement(Enum):
    """Who decides which CPUs of the host the VM runs on."""

    STATIC = word("static", "The set given as `cpuset`, or any CPU of the host without one")
    AUTO = word("auto", "The daemon numad is asked when the VM starts")


@element
class Vcpu(Element):
    """How many virtual CPUs the guest has, and where they run."""

    value: int | None = text("Virtual CPUs that the guest can have at most, at least 1.", searchable=True)
    current: int | None = attribute(
        "Virtual CPUs that are switched on; all of them where it is missing.", since="0.8.5"
    )
    placement: VcpuPlacement | None = attribute(
        "Who decides which CPUs of the host they run on; where it is missing the same as for the memory in "
        "`numatune`, or the given set.",
        since="0.9.11",
    )
    cpuset: str | None = attribute(
        "CPUs of the host that the VM may run on, such as `1-4,^3,6`; pinning in `cputune` goes before it. Any CPU "
        "where it is missing.",
        searchable=True,
        since="0.4.4",
    )


@element
class VcpuState(Element):
    """One virtual CPU, and whether it is switched on."""

    id: int | None = attribute("libvirt's number of the virtual CPU, from 0; the guest may number its CPUs otherwise.")
    enabled: YesNo | None = attribute("Whether the virtual CPU is switched on.")
    hotpluggable: YesNo | None = attribute(
        "Whether it can be added and removed while the guest runs; always so for one that is switched off at start."
    )
    order: int | None = attribute(
        "Its turn when virtual CPUs are switched on, from 1; several that only come together share one."
    )


@element
class Domain(Element):
    """A domain as libvirt describes it, without name, UUID and devices."""

    type: str | None = attribute(
        "Hypervisor that runs the VM, such as `kvm`, `qemu`, `hvf`, `xen`, `lxc` or `bhyve`.", searchable=True
    )
    id: Long | None = attribute("libvirt's number of the running VM, unique on its host; absent while it is shut off.")
    title: str | None = text_child("A short name for people, of one line.", searchable=True, since="0.9.10")
    description: str | None = text_child(
        "What people should know about the VM, in any words; libvirt does nothing with it.", since="0.7.2"
    )
    hwuuid: str | None = text_child("UUID that the guest sees, where it differs.")
    metadata: list[str] | None = raw_children(
        "XML that other programs keep with the VM, one string for each program's own namespace.",
        xml="metadata",
        since="0.9.10",
    )
    memory: Memory | None = child("Memory that the guest can use at most, plugged memory devices included.")
    current_memory: Memory | None = child(
        "Memory that the guest has now, less than `memory` while the balloon holds some; the same where it is missing."
    )
    max_memory: Memory | None = child(
        "Memory that the guest can have at most after memory devices were plugged in, and the slots for them.",
        since="1.2.14",
    )
    memtune: MemoryTuning | None = child(
        "Limits on the memory that the VM takes from the host; the operating system's own where it is missing."
    )
    memory_backing: MemoryBacking | None = child("What kind of host memory stands behind the guest's memory.")
    vcpu: Vcpu | None = child("How many virtual CPUs the guest has, and where they run.")
    vcpus: list[VcpuState] | None = children(
        "The virtual CPUs one by one, where they can be plugged singly.", xml="vcpu", within="vcpus", since="2.2.0"
    )
    numatune: NumaTuning | None = child("Which NUMA nodes of the host the guest's memory comes from.", since="0.9.3")
    iommufd: Iommufd | None = child(
        "Whether passed-through host devices map the guest's memory by way of the kernel's IOMMUFD.", since="12.2.0"
    )
    os: OperatingSystem | None = child(
        "How the guest starts: machine, firmware and boot devices, or a kernel, or a container's first program."
    )
