"""`<domain>`: what a VM is besides its devices.

Source: libvirt's domain XML format.
"""

from enum import Enum

from ..element import Element, attribute, child, children, element, raw_children, text, text_child
from ..scalars import Long, YesNo, word, words
from .cpu import Cpu
from .features import HypervisorFeatures
from .memory import Memory
from .os import OperatingSystem


@words
class VcpuPlacement(Enum):
    """Who decides where virtual CPUs run."""

    STATIC = word("static", "The given set of host CPUs")
    AUTO = word("auto", "numad, when the VM starts")


@element
class Vcpu(Element):
    """The virtual CPUs."""

    value: int | None = text("Virtual CPUs that the guest can have at most.", searchable=True)
    current: int | None = attribute("Virtual CPUs that are there now, where fewer.")
    placement: VcpuPlacement | None = attribute("Who decides where they run.")
    cpuset: str | None = attribute("Host CPUs they may run on: `1-4,^3,6`.")


@element
class VcpuState(Element):
    """One virtual CPU."""

    id: int | None = attribute("Number of the virtual CPU, from 0.")
    enabled: YesNo | None = attribute("Whether the guest has it now.")
    hotpluggable: YesNo | None = attribute("Whether it can be added and removed while the guest runs.")
    order: int | None = attribute("Its turn when virtual CPUs are brought up.")


@element
class Domain(Element):
    """A domain as libvirt describes it, without name, UUID and devices."""

    type: str | None = attribute("Hypervisor that runs it, such as `kvm`, `qemu` or `xen`.", searchable=True)
    id: Long | None = attribute("libvirt's number of the running domain; live only.")
    title: str | None = text_child("A short name for people.", searchable=True)
    description: str | None = text_child("What people should know about it.")
    hwuuid: str | None = text_child("UUID that the guest sees, where it differs.")
    metadata: list[str] | None = raw_children("XML that other programs keep here, one string each.", xml="metadata")
    memory: Memory | None = child("Memory that the guest has at start, modules included.")
    current_memory: Memory | None = child("Memory that the guest has now.")
    max_memory: Memory | None = child("Memory that the guest may have after modules are plugged in.")
    vcpu: Vcpu | None = child("The virtual CPUs, counted.")
    vcpus: list[VcpuState] | None = children("The virtual CPUs, one by one.", xml="vcpu", within="vcpus")
    os: OperatingSystem | None = child("How the guest starts.")
    features: HypervisorFeatures | None = child("What the hypervisor offers beyond a plain machine.")
    cpu: Cpu | None = child("The processor that the guest sees.")
