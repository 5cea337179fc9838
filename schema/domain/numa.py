"""`<cpu><numa>`: the NUMA cells of the guest, how far they are apart and how fast they reach each other.

Source: libvirt's domain XML, "CPU model and topology" and "ACPI Heterogeneous Memory Attribute Table".
"""

from enum import Enum

import strawberry

from ..element import Document, Element, attribute, child, children, derived, element
from ..scalars import Long, YesNo, word, words
from ..sizes import bytes_of, size_in_bytes


@words
class NumaMemoryAccess(Enum):
    """Whether other processes of the host may map a cell's memory."""

    SHARED = word("shared", "Mapped so that a vhost-user process, for one, sees it too")
    PRIVATE = word("private", "Mapped for the hypervisor's process alone")


@words
class NumaCacheAssociativity(Enum):
    """How a memory-side cache places what it keeps."""

    NONE = word("none", "Nothing is told of where the cache places things")
    DIRECT = word("direct", "Direct mapped: each address has a single place")
    FULL = word("full", "Fully associative: each address may take any place")


@words
class NumaCachePolicy(Enum):
    """When a memory-side cache hands on what is written."""

    NONE = word("none", "Nothing is told of when the cache writes")
    WRITEBACK = word("writeback", "Later, when the line leaves the cache")
    WRITETHROUGH = word("writethrough", "At once, along with the cache itself")


@words
class NumaAccess(Enum):
    """Which accesses to memory a figure is about."""

    ACCESS = word("access", "Reads and writes alike, without telling them apart")
    READ = word("read", "Reads from the target's memory only")
    WRITE = word("write", "Writes to the target's memory only")


@element
class NumaDistance(Element):
    """How far another NUMA cell is away, as the ACPI table SLIT puts it."""

    id: int | None = attribute("Number of the other cell, or of the cell itself.")
    value: int | None = attribute("Relative distance, from 10 for the cell itself to 255 for one out of reach.")


@element
class NumaCacheSize(Element):
    """Capacity of a memory-side cache."""

    value: Long | None = attribute("The number as it was written, counted in `unit`.")
    unit: str | None = attribute("Unit of the number, such as `KiB` or `MiB`; KiB where it is missing.")

    @derived("The capacity in bytes; null for a unit that libvirt does not know.")
    def bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        return bytes_of(document)


@element
class NumaCacheLine(Element):
    """Length of a line of a memory-side cache."""

    value: Long | None = attribute("The number as it was written, counted in `unit`.")
    unit: str | None = attribute("Unit of the number, nearly always `B`; bytes where it is missing.")

    @derived("The length in bytes, such as 64; null for a unit that libvirt does not know.")
    def bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        return bytes_of(document, "bytes")


@element
class NumaCache(Element):
    """A cache on the memory's side of a NUMA cell, such as DRAM in front of persistent memory.

    Since libvirt 6.6.0.
    """

    level: int | None = attribute("Level of the cache, from 1; the figures of `interconnects` name it.")
    associativity: NumaCacheAssociativity | None = attribute("How the cache places what it keeps.")
    policy: NumaCachePolicy | None = attribute("When the cache hands on what is written.")
    size: NumaCacheSize | None = child("How much the cache holds.")
    line: NumaCacheLine | None = child("How much one line of the cache holds.")


@element
class NumaCell(Element):
    """A NUMA cell (node) of the guest: virtual CPUs and the memory next to them."""

    id: int | None = attribute(
        "Number of the cell, which other elements refer to; counted from 0 where no cell has one.", since="1.2.7"
    )
    cpus: str | None = attribute(
        "Virtual CPUs of the cell: `0-3,^2`. A cell without it has memory only; CPUs that no cell claims go to the "
        "first one."
    )
    memory: Long | None = attribute("Memory of the cell as it was written, counted in `unit`.")
    unit: str | None = attribute("Unit of the memory, such as `MiB` or `G`; KiB where it is missing.", since="1.2.11")
    mem_access: NumaMemoryAccess | None = attribute(
        "Whether the memory is shared with other processes of the host; for huge pages and NVDIMMs only.",
        since="1.2.9",
    )
    discard: YesNo | None = attribute(
        "Whether the cell's memory is discarded just before the VM ends, which spares writing it back; as "
        "`memoryBacking` says where it is missing.",
        since="4.4.0",
    )
    distances: list[NumaDistance] | None = children(
        "How far the cells are away from this one; 10 for itself and 20 for all others where it is missing.",
        xml="sibling",
        within="distances",
        since="3.10.0",
    )
    caches: list[NumaCache] | None = children("Caches on the side of the cell's memory, one per level.", xml="cache")

    @derived("The cell's memory in bytes; null for a unit that libvirt does not know.")
    def memory_bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        return size_in_bytes(document.get("memory"), document.get("unit"))


@element
class NumaLatency(Element):
    """How long one NUMA cell waits for another one's memory."""

    initiator: int | None = attribute("Cell whose CPUs access the memory.")
    target: int | None = attribute("Cell whose memory is accessed.")
    cache: int | None = attribute(
        "Level of the target's memory-side cache that is meant; the memory itself where it is missing."
    )
    type: NumaAccess | None = attribute("Which accesses the figure is about.")
    value: Long | None = attribute("Delay of an access in nanoseconds.")


@element
class NumaBandwidth(Element):
    """How much one NUMA cell moves to or from another one's memory in a second."""

    initiator: int | None = attribute("Cell whose CPUs access the memory.")
    target: int | None = attribute("Cell whose memory is accessed.")
    cache: int | None = attribute(
        "Level of the target's memory-side cache that is meant; the memory itself where it is missing."
    )
    type: NumaAccess | None = attribute("Which accesses the figure is about.")
    value: Long | None = attribute("Amount per second as it was written, counted in `unit`.")
    unit: str | None = attribute("Unit of the amount, such as `KiB`; KiB where it is missing.")

    @derived("The bandwidth in bytes per second; null for a unit that libvirt does not know.")
    def bytes_per_second(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        return bytes_of(document)


@element
class NumaInterconnects(Element):
    """What is told about the speed between CPUs and memory, in the ACPI table HMAT."""

    latencies: list[NumaLatency] | None = children("Delays from cell to cell.", xml="latency")
    bandwidths: list[NumaBandwidth] | None = children("Throughput from cell to cell.", xml="bandwidth")


@element
class Numa(Element):
    """The guest's NUMA topology, with QEMU and Xen."""

    cells: list[NumaCell] | None = children("The NUMA cells, in the order of the document.", xml="cell")
    interconnects: NumaInterconnects | None = child("Latency and bandwidth between the cells.")
