"""`<domain>`: what a VM is besides its devices.

Source: libvirt's domain XML format.
"""

from ..element import Element, attribute, child, children, element, raw_children, text_child, variant, variants
from ..scalars import Long
from .blkiotune import BlkioTune
from .clock import Clock
from .commandline import BhyveCommandline, QemuCommandline, XenCommandline
from .cpu import Cpu
from .cputune import CpuTune
from .features import HypervisorFeatures
from .idmap import IdMap
from .iommufd import Iommufd
from .iothreads import DefaultIoThread, IoThread
from .keywrap import KeywrapCipher
from .launch_security import LaunchSecurity
from .lifecycle import CrashAction, LifecycleAction, LockFailureAction, PowerManagement
from .lxc import LxcNamespace
from .memory import Memory
from .memory_backing import MemoryBacking
from .memtune import MemoryTuning
from .numatune import NumaTuning
from .os import OperatingSystem
from .perf import PerfEvent
from .qemu import QemuCapabilities, QemuDeprecation, QemuDeviceOverride
from .resource import DomainResource
from .security_label import DomainSecurityLabel
from .sysinfo import Sysinfo
from .throttle_groups import ThrottleGroup
from .vcpu import Vcpu, VcpuState


@element
class Domain(Element):
    """A domain as libvirt describes it, without name, UUID and devices."""

    type: str | None = attribute(
        "Hypervisor that runs the VM, such as `kvm`, `qemu`, `hvf`, `xen`, `lxc` or `bhyve`.", searchable=True
    )
    id: Long | None = attribute("libvirt's number of the running VM, unique on its host; absent while it is shut off.")
    hwuuid: str | None = text_child(
        "UUID that the guest sees in all its hardware, where it is to differ from the domain's; with QEMU only.",
        searchable=True,
        term=True,
        since="11.7.0",
    )
    genid: str | None = text_child(
        "Generation ID that the guest watches: libvirt changes it when the guest runs from a snapshot, backup or copy, "
        "so that it renews what must be unique. An empty one asks libvirt to make one up.",
        since="4.4.0",
    )
    title: str | None = text_child("A short name for people, of one line.", searchable=True, term=True, since="0.9.10")
    description: str | None = text_child(
        "What people should know about the VM, in any words; libvirt does nothing with it.", since="0.7.2"
    )
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
    blkiotune: BlkioTune | None = child("The VM's share of the host's block devices.", since="0.8.8")
    numatune: NumaTuning | None = child("Which NUMA nodes of the host the guest's memory comes from.", since="0.9.3")
    iommufd: Iommufd | None = child(
        "Whether passed-through host devices map the guest's memory by way of the kernel's IOMMUFD.", since="12.2.0"
    )
    resource: DomainResource | None = child("Where the host accounts for what the VM uses.")
    throttle_groups: list[ThrottleGroup] | None = children(
        "Limits on throughput that disks of the VM share.", xml="throttlegroup", within="throttlegroups", since="11.2.0"
    )
    sysinfos: list[Sysinfo] | None = variants(
        "What the guest reads about its hardware and from its firmware.", xml="sysinfo", since="0.8.7"
    )
    bootloader: str | None = text_child(
        "Host path of the program that picks the kernel of a paravirtual guest, such as `/usr/bin/pygrub` with Xen.",
        searchable=True,
        since="0.1.0",
    )
    bootloader_args: str | None = text_child(
        "Arguments for that program, as one string.", xml="bootloader_args", since="0.2.3"
    )
    os: OperatingSystem | None = child(
        "How the guest starts: machine, firmware and boot devices, or a kernel, or a container's first program."
    )
    features: HypervisorFeatures | None = child("What the hypervisor offers beyond a plain machine.")
    cpu: Cpu | None = child("The processor that the guest sees.")
    clock: Clock | None = child("How the guest's clock is set, and its timers.")
    on_poweroff: LifecycleAction | None = text_child(
        "What happens when the guest turns itself off; `destroy` where it is missing.", xml="on_poweroff"
    )
    on_reboot: LifecycleAction | None = text_child(
        "What happens when the guest restarts itself; `restart` where it is missing.", xml="on_reboot"
    )
    on_crash: CrashAction | None = text_child(
        "What happens when the guest crashes; `destroy` where it is missing.", xml="on_crash"
    )
    on_lockfailure: LockFailureAction | None = text_child(
        "What happens when locks on the VM's resources are lost; up to the lock manager where it is missing.",
        xml="on_lockfailure",
        since="1.0.0",
    )
    pm: PowerManagement | None = child("Which ACPI sleep states the guest is offered.", since="0.10.2")
    perf_events: list[PerfEvent] | None = children(
        "Events that the host counts while the VM runs.", xml="event", within="perf", since="2.0.0"
    )
    idmap: IdMap | None = child("IDs that a container's users and groups have on the host.")
    security_labels: list[DomainSecurityLabel] | None = children(
        "How the host's security drivers confine the domain, one entry per driver.", xml="seclabel"
    )
    keywrap_ciphers: list[KeywrapCipher] | None = children(
        "Whether an s390 guest may wrap its keys, by algorithm; with each of them where none is named.",
        xml="cipher",
        within="keywrap",
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
