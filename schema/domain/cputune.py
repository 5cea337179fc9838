"""`<cputune>`: how the host's CPUs are dealt out to the guest.

A quota and its period go together: in every period the threads may run as long as the quota says, both in
microseconds. Of virtual CPUs and I/O threads each one has the quota for itself.

Source: libvirt's domain XML, "CPU Tuning".
"""

from enum import Enum

from ..element import Element, attribute, child, children, element, text_child
from ..scalars import Long, word, words
from .resctrl import CacheTune, EnergyTune, MemoryTune


@words
class Scheduler(Enum):
    """How the host's kernel schedules threads."""

    BATCH = word("batch", "For work that computes a lot and need not react quickly")
    IDLE = word("idle", "Only when the host has nothing else to do")
    FIFO = word("fifo", "Real-time: a thread runs until it waits or a more urgent one comes")
    RR = word("rr", "Real-time: threads that are equally urgent take turns")


@element
class VcpuPin(Element):
    """Where one virtual CPU runs on the host."""

    vcpu: int | None = attribute("Number of the virtual CPU, from 0.")
    cpuset: str | None = attribute("Host CPUs it may run on, such as `1-4,^2`.", searchable=True)


@element
class IoThreadPin(Element):
    """Where one I/O thread runs on the host."""

    iothread: int | None = attribute("Number of the I/O thread in the domain, from 1.")
    cpuset: str | None = attribute("Host CPUs it may run on, such as `5,6`.", searchable=True)


@element
class SchedulerSettings(Element):
    """How the host's kernel schedules some of the domain's threads."""

    scheduler: Scheduler | None = attribute("How the threads get their time on the host's CPUs.", searchable=True)
    priority: int | None = attribute(
        "How urgent the threads are, usually 1 to 99; needed by the real-time schedulers and ignored by the others."
    )


@element
class VcpuSchedulerSettings(SchedulerSettings):
    """How the host's kernel schedules virtual CPUs."""

    vcpus: str | None = attribute(
        "Virtual CPUs that this is for, such as `0-4,^3`; where it is missing, all without settings of their own."
    )


@element
class IoThreadSchedulerSettings(SchedulerSettings):
    """How the host's kernel schedules I/O threads."""

    iothreads: str | None = attribute(
        "I/O threads that this is for, such as `1-2`; where it is missing, all without settings of their own."
    )


@element
class CpuTune(Element):
    """How the host's CPUs are dealt out to the guest.

    Since libvirt 0.9.0.
    """

    shares: int | None = text_child(
        "Weight of the domain where CPU time is scarce: 2048 gets twice as much as 1024. From 2 to 262144 with "
        "cgroups v1 and from 1 to 10000 with v2; the host's default when it is missing.",
        searchable=True,
        since="0.9.0",
    )
    period: int | None = text_child(
        "Period in microseconds, 1000 to 1000000, within which each virtual CPU may run for `quota`; 0 is none.",
        since="0.9.4",
    )
    quota: Long | None = text_child(
        "Microseconds that each virtual CPU may run per `period`, 1000 or more; negative is no limit, 0 is no value.",
        since="0.9.4",
    )
    global_period: int | None = text_child(
        "Period in microseconds, 1000 to 1000000, within which the whole domain may run for `globalQuota`; 0 is none.",
        xml="global_period",
        since="1.3.3",
    )
    global_quota: Long | None = text_child(
        "Microseconds that the whole domain may run per `globalPeriod`, 1000 or more; negative is no limit, 0 is no "
        "value.",
        xml="global_quota",
        since="1.3.3",
    )
    emulator_period: int | None = text_child(
        "Period in microseconds, 1000 to 1000000, within which the hypervisor's other threads, neither virtual CPUs "
        "nor I/O threads, may run for `emulatorQuota`; 0 is none.",
        xml="emulator_period",
        since="0.10.0",
    )
    emulator_quota: Long | None = text_child(
        "Microseconds that the hypervisor's other threads may run per `emulatorPeriod`, 1000 or more; negative is no "
        "limit, 0 is no value.",
        xml="emulator_quota",
        since="0.10.0",
    )
    iothread_period: int | None = text_child(
        "Period in microseconds, 1000 to 1000000, within which each I/O thread may run for `iothreadQuota`; 0 is none.",
        xml="iothread_period",
        since="2.1.0",
    )
    iothread_quota: Long | None = text_child(
        "Microseconds that each I/O thread may run per `iothreadPeriod`, 1000 or more; negative is no limit, 0 is no "
        "value.",
        xml="iothread_quota",
        since="2.1.0",
    )
    vcpu_pins: list[VcpuPin] | None = children(
        "Where single virtual CPUs run; the others run where `vcpu.cpuset` lets them, else on any host CPU.",
        xml="vcpupin",
        since="0.9.0",
    )
    emulator_cpuset: str | None = attribute(
        "Host CPUs for the hypervisor's other threads, such as `1-3`; those of `vcpu.cpuset`, else any host CPU, "
        "when it is missing.",
        xml="cpuset",
        within="emulatorpin",
        searchable=True,
    )
    iothread_pins: list[IoThreadPin] | None = children(
        "Where single I/O threads run; the others run where `vcpu.cpuset` lets them, else on any host CPU.",
        xml="iothreadpin",
        since="1.2.9",
    )
    emulator_scheduler: SchedulerSettings | None = child(
        "How the host's kernel schedules the hypervisor's other threads.", xml="emulatorsched", since="5.3.0"
    )
    vcpu_schedulers: list[VcpuSchedulerSettings] | None = children(
        "How the host's kernel schedules virtual CPUs, by groups of them.", xml="vcpusched", since="1.2.13"
    )
    iothread_schedulers: list[IoThreadSchedulerSettings] | None = children(
        "How the host's kernel schedules I/O threads, by groups of them.", xml="iothreadsched", since="1.2.13"
    )
    cachetunes: list[CacheTune] | None = children(
        "Groups of virtual CPUs with a part of the host's caches set aside, or metered.", xml="cachetune"
    )
    memorytunes: list[MemoryTune] | None = children(
        "Groups of virtual CPUs with a share of the host's memory bandwidth, or metered.", xml="memorytune"
    )
    energytunes: list[EnergyTune] | None = children(
        "Groups of virtual CPUs whose use of energy is metered.", xml="energytune"
    )
