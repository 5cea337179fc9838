"""`<cachetune>`, `<memorytune>` and `<energytune>`: shares of the host's caches, memory bandwidth and energy.

Linux deals them out and meters them through its resctrl filesystem. Each element makes one resctrl group of virtual
CPUs, or of the whole hypervisor process.

Source: libvirt's domain XML, "CPU Tuning".
"""

from enum import Enum

import strawberry

from ..element import Document, Element, attribute, children, derived, element
from ..scalars import Long, word, words
from ..sizes import size_in_bytes


@words
class CacheContent(Enum):
    """What is held in a part of the host's cache."""

    BOTH = word("both", "Code and data alike, for hosts that do not tell them apart")
    CODE = word("code", "Instructions only, for hosts with code and data prioritization")
    DATA = word("data", "Data only, for hosts with code and data prioritization")


@element
class CacheAllocation(Element):
    """A part of one of the host's caches that a group of virtual CPUs has to itself."""

    id: int | None = attribute("Number of the cache among the host's caches of its level, from 0.")
    level: int | None = attribute("Level of the host's cache, usually 3 for the last one.")
    type: CacheContent | None = attribute("What the part holds; the host must offer the same kind.")
    size: Long | None = attribute("How much of the cache is set aside, counted in `unit`.")
    unit: str | None = attribute("Unit of the size, such as `KiB` or `MiB`; bytes where it is missing.")

    @derived("The size of the part in bytes; null for a unit that libvirt does not know.")
    def bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        return size_in_bytes(document.get("size"), document.get("unit"), "bytes")


@element
class CacheMonitor(Element):
    """A meter of how much of a cache is in use by some virtual CPUs."""

    level: int | None = attribute("Level of the host's cache that is metered, usually 3.")
    vcpus: str | None = attribute(
        "Virtual CPUs that are metered, such as `0-3`; all of the group when it is missing. Two meters of a group "
        "share no virtual CPU, except that one may cover the whole group."
    )


@element
class ResctrlMonitor(Element):
    """A meter of what some virtual CPUs use."""

    vcpus: str | None = attribute("Virtual CPUs that are metered, such as `0-3`; all of the group when it is missing.")
    id: str | None = attribute("libvirt's name for the meter, on running domains only.")


@element
class CacheTune(Element):
    """A group of virtual CPUs with cache set aside for it, or metered.

    Since libvirt 4.1.0.
    """

    vcpus: str | None = attribute(
        "Virtual CPUs of the group, such as `0-3`; the whole hypervisor process when it is missing. A virtual CPU is "
        "in one such group at most."
    )
    id: str | None = attribute("libvirt's name for the group, on running domains only.")
    caches: list[CacheAllocation] | None = children("Parts of the host's caches that the group gets.", xml="cache")
    monitors: list[CacheMonitor] | None = children(
        "Meters of the group's use of caches.", xml="monitor", since="4.10.0"
    )


@element
class MemoryBandwidth(Element):
    """The share of a host node's memory bandwidth that a group of virtual CPUs may use."""

    id: int | None = attribute("Number of the host node whose memory bandwidth is meant, from 0.")
    bandwidth: int | None = attribute(
        "The share: percent on Intel hosts, eighths of a GB/s on AMD hosts, MB/s where resctrl is mounted with "
        "`mba_MBps`."
    )


@element
class MemoryTune(Element):
    """A group of virtual CPUs with limited memory bandwidth, or metered.

    Since libvirt 4.7.0.
    """

    vcpus: str | None = attribute(
        "Virtual CPUs of the group, such as `0-3`; the whole hypervisor process when it is missing. Either the same "
        "as those of a cache group or none of them."
    )
    id: str | None = attribute("libvirt's name for the group, on running domains only.")
    nodes: list[MemoryBandwidth] | None = children("Shares of memory bandwidth, one per host node.", xml="node")
    monitors: list[ResctrlMonitor] | None = children("Meters of the group's memory bandwidth.", xml="monitor")


@element
class EnergyTune(Element):
    """A group of virtual CPUs whose use of energy is metered.

    Since libvirt 12.4.0.
    """

    vcpus: str | None = attribute(
        "Virtual CPUs of the group, such as `0-3`; the whole hypervisor process when it is missing. Either the same "
        "as those of a cache or memory group or none of them."
    )
    id: str | None = attribute("libvirt's name for the group, on running domains only.")
    monitors: list[ResctrlMonitor] | None = children("Meters of the group's use of energy.", xml="monitor")
