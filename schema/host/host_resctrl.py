"""`<host><cache>` and `<host><memory_bandwidth>` of the capabilities: what Linux's resctrl can deal out and meter.

`<cachetune>` and `<memorytune>` of a VM take their shares from here.

Source: libvirt's driver capabilities XML format, "Host capabilities".
"""

import strawberry

from ..domain.resctrl import CacheContent
from ..element import Document, Element, attribute, child, children, derived, element
from ..scalars import Long
from ..sizes import size_in_bytes


@element
class HostCacheControl(Element):
    """How a cache can be dealt out to groups of virtual CPUs (Intel's CAT and its like)."""

    granularity: Long | None = attribute("Steps in which parts can be sized, counted in `unit`.")
    minimum: Long | None = attribute(
        "Smallest part that can be set aside, counted in `unit`; one step where it is missing.", xml="min"
    )
    unit: str | None = attribute("Unit of the steps, such as `KiB`; bytes where it is missing.")
    type: CacheContent | None = attribute("What may be held in such parts: code, data or both.")
    max_allocs: int | None = attribute("Groups that can have a part of their own at the same time.")

    @derived("Bytes of one step; null for a unit that libvirt does not know.")
    def granularity_bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        return size_in_bytes(document.get("granularity"), document.get("unit"), "bytes")


@element
class HostCacheBank(Element):
    """A cache of the host's processors, with the CPUs that share it."""

    id: int | None = attribute("Number of the cache among those of its level.")
    level: int | None = attribute("Level of the cache; the last one before memory is usually 3.")
    type: CacheContent | None = attribute("What the cache holds, code and data as a rule.")
    size: Long | None = attribute("Capacity of the cache as it was written, counted in `unit`.")
    unit: str | None = attribute("Unit of the capacity, such as `MiB`; bytes where it is missing.")
    cpus: str | None = attribute("CPUs of the host that share the cache, such as `0-5`.")
    controls: list[HostCacheControl] | None = children(
        "How it can be dealt out; none where the host cannot, two where code and data are kept apart.", xml="control"
    )

    @derived("Capacity of the cache in bytes; null for a unit that libvirt does not know.")
    def bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        return size_in_bytes(document.get("size"), document.get("unit"), "bytes")


@element
class HostMonitorFeature(Element):
    """Something that the host can meter for a group of virtual CPUs."""

    name: str | None = attribute(
        "The kernel's word for it: `llc_occupancy` (bytes in the last cache), `mbm_total_bytes` or `mbm_local_bytes` "
        "(traffic to all or to the nearest memory)."
    )


@element
class HostMonitor(Element):
    """What the host can meter, and how many groups of virtual CPUs at once (Intel's CMT and MBM, and their like).

    Since libvirt 4.10.0.
    """

    level: int | None = attribute("Level of the cache that is metered; of meters of caches only.")
    reuse_threshold: Long | None = attribute(
        "Bytes of cache that a meter no longer in use may still count before it is used again; of meters of caches "
        "only."
    )
    max_monitors: int | None = attribute("Meters that can run at the same time.")
    features: list[HostMonitorFeature] | None = children("What such a meter can count.", xml="feature")


@element
class HostCache(Element):
    """The caches of the host's processors, and what the kernel can do with them."""

    banks: list[HostCacheBank] | None = children("Caches that CPUs of the host share.", xml="bank")
    monitor: HostMonitor | None = child("What can be metered about the use of caches.", since="4.10.0")


@element
class HostBandwidthControl(Element):
    """How memory bandwidth can be dealt out to groups of virtual CPUs (Intel's MBA and its like)."""

    granularity: int | None = attribute(
        "Steps in which shares can be sized: percent on Intel hosts, eighths of a GB/s on AMD hosts, MB/s where "
        "resctrl is mounted with `mba_MBps`."
    )
    minimum: int | None = attribute("Smallest share that can be given, in the same measure.", xml="min")
    max_allocs: int | None = attribute("Groups that can have a share of their own at the same time.")


@element
class HostBandwidthNode(Element):
    """A part of the host whose CPUs share the way to memory, as a rule a last-level cache."""

    id: int | None = attribute("Number of the part; `memorytune` of a VM refers to it.")
    cpus: str | None = attribute("CPUs of the host that share this way to memory, such as `0-5`.")
    controls: list[HostBandwidthControl] | None = children("How its bandwidth can be dealt out.", xml="control")


@element
class HostMemoryBandwidth(Element):
    """The ways to the host's memory, and what the kernel can do with their bandwidth."""

    nodes: list[HostBandwidthNode] | None = children("Parts of the host with a way of their own.", xml="node")
    monitor: HostMonitor | None = child("What can be metered about the bandwidth.", since="4.10.0")
