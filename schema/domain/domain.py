"""`<domain>`: what a VM is besides its devices.

Source: libvirt's domain XML format.
"""

from enum import Enum

from ..element import Element, attribute, child, children, element, raw_children, text, text_child, variants
from ..scalars import Long, YesNo, word, words
from .blkiotune import BlkioTune
from .cpu import Cpu
from .features import HypervisorFeatures
from .memory import Memory
from .os import OperatingSystem
from .throttle_groups import ThrottleGroup
from .idmap import IdMap
from .keywrap import KeywrapCipher
from .perf import PerfEvent
from .resource import DomainResource
from .clock import Clock
from .lifecycle import CrashAction, LifecycleAction, LockFailureAction, PowerManagement
from .sysinfo import Sysinfo
from ..element import Element, attribute, child, children, element, raw_children, text, text_child, variant
from .commandline import BhyveCommandline, QemuCommandline, XenCommandline
from .cputune import CpuTune
from .iothreads import DefaultIoThread, IoThread
from .launch_security import LaunchSecurity
from .lxc import LxcNamespace
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
    hwuuid: str | None = text_child(
        "UUID that the guest sees in all its hardware, where it is to differ from the domain's; with QEMU only.",
        searchable=True,
        since="11.7.0",
    )
    genid: str | None = text_child(
        "Generation ID that the guest watches: libvirt changes it when the guest runs from a snapshot, backup or copy, "
        "so that it renews what must be unique. An empty one asks libvirt to make one up.",
        since="4.4.0",
    )
    title: str | None = text_child("A short name for people.", searchable=True)
    description: str | None = text_child("What people should know about it.")
    metadata: list[str] | None = raw_children("XML that other programs keep here, one string each.", xml="metadata")
    memory: Memory | None = child("Memory that the guest has at start, modules included.")
    current_memory: Memory | None = child("Memory that the guest has now.")
    max_memory: Memory | None = child("Memory that the guest may have after modules are plugged in.")
    blkiotune: BlkioTune | None = child("The VM's share of the host's block devices.", since="0.8.8")
    vcpu: Vcpu | None = child("The virtual CPUs, counted.")
    vcpus: list[VcpuState] | None = children("The virtual CPUs, one by one.", xml="vcpu", within="vcpus")
    throttle_groups: list[ThrottleGroup] | None = children(
        "Limits on throughput that disks of the VM share.", xml="throttlegroup", within="throttlegroups", since="11.2.0"
    )
    resource: DomainResource | None = child("Where the host accounts for what the VM uses.")
    os: OperatingSystem | None = child("How the guest starts.")
    idmap: IdMap | None = child("IDs that a container's users and groups have on the host.")
    perf_events: list[PerfEvent] | None = children(
        "Events that the host counts while the VM runs.", xml="event", within="perf", since="2.0.0"
    )
    keywrap_ciphers: list[KeywrapCipher] | None = children(
        "Whether an s390 guest may wrap its keys, by algorithm; with each of them where none is named.",
        xml="cipher",
        within="keywrap",
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
    os: OperatingSystem | None = child("How the guest starts.")
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
    features: HypervisorFeatures | None = child("What the hypervisor offers beyond a plain machine.")
    cpu: Cpu | None = child("The processor that the guest sees.")
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
