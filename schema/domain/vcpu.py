"""`<vcpu>` and `<vcpus>`: the virtual CPUs, counted and one by one.

Source: libvirt's domain XML, "CPU Allocation".
"""

from enum import Enum

from ..element import Element, attribute, element, text
from ..scalars import YesNo, word, words


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
