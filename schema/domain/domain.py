"""`<domain>`: what a VM is besides its devices.

Source: libvirt's domain XML format.
"""

from enum import Enum

from ..element import Element, attribute, child, children, element, raw_children, text, text_child, variant
from ..scalars import Long, YesNo, word, words
from .commandline import BhyveCommandline, QemuCommandline, XenCommandline
from .cputune import CpuTune
from .iothreads import DefaultIoThread, IoThread
from .launch_security import LaunchSecurity
from .lxc import LxcNamespace
from .memory import Memory
from .os import OperatingSystem
from .qemu import QemuCapabilities, QemuDeprecation, QemuDeviceOverride
from .security_label import DomainSecurityLabel


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
    iothreads: int | None = text_child(
        "How many I/O threads serve the disks; one or two per host CPU are enough.", searchable=True, since="1.2.8"
    )
    iothread_ids: list[IoThread] | None = children(
        "The I/O threads, one by one; libvirt numbers from 1 those of `iothreads` that are not listed.",
        xml="iothread",
        within="iothreadids",
    )
    default_iothread: DefaultIoThread | None = child(
        "Settings of the event loop for devices without an I/O thread.", xml="defaultiothread"
    )
    cputune: CpuTune | None = child("How the host's CPUs are dealt out to the guest.")
    os: OperatingSystem | None = child("How the guest starts.")
    security_labels: list[DomainSecurityLabel] | None = children(
        "How the host's security drivers confine the domain, one entry per driver.", xml="seclabel"
    )
    launch_security: LaunchSecurity | None = variant(
        "How the guest's memory is hidden from the host; nothing hides it when this is missing."
    )
    lxc_namespace: LxcNamespace | None = child(
        "Namespaces of the kernel that a container shares with others.", xml="lxc:namespace"
    )
    qemu_commandline: QemuCommandline | None = child(
        "Arguments and environment for QEMU beyond what libvirt makes up.", xml="qemu:commandline"
    )
    qemu_capabilities: QemuCapabilities | None = child(
        "What libvirt is told to believe of QEMU's abilities.", xml="qemu:capabilities"
    )
    qemu_overrides: list[QemuDeviceOverride] | None = children(
        "Properties of devices that are given to QEMU in place of libvirt's own choice; libvirt gives no guarantee "
        "for them.",
        xml="qemu:device",
        within="qemu:override",
    )
    qemu_deprecation: QemuDeprecation | None = attribute(
        "What QEMU does about interfaces that are going away, to help developers of libvirt.",
        xml="behavior",
        within="qemu:deprecation",
    )
    bhyve_commandline: BhyveCommandline | None = child(
        "Arguments for bhyve beyond what libvirt makes up.", xml="bhyve:commandline"
    )
    xen_commandline: XenCommandline | None = child(
        "Arguments for the QEMU that emulates devices for a Xen guest.", xml="xen:commandline"
    )
    vmware_datacenter_path: str | None = text_child(
        "Where the VM is in VMware vCenter: folders and data center, such as `folder1/datacenter1`.",
        xml="vmware:datacenterpath",
        searchable=True,
        since="1.2.20",
    )
    vmware_moref: str | None = text_child(
        "VMware's own reference to the VM, such as `vm-61951`.", xml="vmware:moref", searchable=True
    )
