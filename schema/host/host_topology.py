"""`<host><topology>` of the capabilities: NUMA cells, their memory and the place of each CPU.

Source: libvirt's driver capabilities XML format, "Host capabilities".
"""

from ..domain.numa import NumaCache, NumaDistance, NumaInterconnects
from ..element import Element, attribute, child, children, element
from ..sizes import ScaledSize
from .host_cpu import PagePool


@element
class HostLogicalCpu(Element):
    """A CPU as the host's kernel counts them, a hardware thread, and its place among the others.

    The place is missing while the CPU is offline.
    """

    id: int | None = attribute("Number of the CPU; `cputune` of a VM pins to it.")
    socket_id: int | None = attribute("Number of the physical package that the CPU is in.", xml="socket_id")
    die_id: int | None = attribute(
        "Number of the die in the package; 0 where the architecture knows none.", xml="die_id"
    )
    cluster_id: int | None = attribute(
        "Number of the cluster of cores in the die; 0 where the architecture knows none.",
        xml="cluster_id",
    )
    core_id: int | None = attribute("Number of the core that the CPU is a thread of.", xml="core_id")
    siblings: str | None = attribute("CPUs that are threads of the same core, this one included, such as `0,4`.")


@element
class HostNumaCell(Element):
    """A NUMA cell (node) of the host: CPUs, and the memory that is nearest to them."""

    id: int | None = attribute("Number of the cell; `numatune` of a VM refers to it.")
    memory: ScaledSize | None = child("All memory of the cell, as the kernel reports it.")
    pages: list[PagePool] | None = children("Memory pages of the cell by their size.", xml="pages")
    distances: list[NumaDistance] | None = children(
        "How far the cells are away from this one.", xml="sibling", within="distances"
    )
    caches: list[NumaCache] | None = children("Caches on the side of the cell's memory, one per level.", xml="cache")
    cpu_count: int | None = attribute("Number of CPUs that the cell has.", xml="num", within="cpus")
    cpus: list[HostLogicalCpu] | None = children("CPUs of the cell, one by one.", xml="cpu", within="cpus")


@element
class HostTopology(Element):
    """How CPUs and memory of the host lie to each other, which decides where VMs run best."""

    cell_count: int | None = attribute("Number of NUMA cells that the host has.", xml="num", within="cells")
    cells: list[HostNumaCell] | None = children(
        "The NUMA cells; a host that knows no NUMA has a single one.", xml="cell", within="cells"
    )
    interconnects: NumaInterconnects | None = child("Latency and bandwidth between the cells, where firmware tells.")
