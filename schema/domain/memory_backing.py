"""`<memoryBacking>`: what kind of host memory stands behind the guest's.

Source: libvirt's domain XML, "Memory Backing".
"""

from enum import Enum

import strawberry

from ..element import Document, Element, attribute, child, children, derived, element, flag
from ..parts import MemoryAccess
from ..scalars import Long, word, words
from ..sizes import size_in_bytes


@words
class MemoryBackingType(Enum):
    """What the host allocates for the guest's memory."""

    FILE = word("file", "Files in a directory of the host, which other processes can map")
    ANONYMOUS = word("anonymous", "Ordinary memory of the hypervisor's process, the default")
    MEMFD = word("memfd", "Memory behind a file descriptor, which can be shared without a file", since="4.10.0")


@words
class MemoryAllocation(Enum):
    """When the host hands out the guest's memory."""

    IMMEDIATE = word("immediate", "All of it when the VM starts, so that it cannot run short later")
    ONDEMAND = word("ondemand", "Page by page, when the guest first touches it")


@element
class HugePage(Element):
    """A size of huge pages, and the NUMA nodes of the guest that use it."""

    size: Long | None = attribute("Size of one page, counted in `unit`, such as 2048 or 1048576.")
    unit: str | None = attribute("Unit of the size, such as `KiB`, `M` or `G`; KiB where it is missing.")
    nodeset: str | None = attribute(
        "NUMA nodes of the guest that get pages of this size, such as `0-3,^2`; all others where it is missing."
    )

    @derived("Size of one page in bytes; null for a unit that libvirt does not know.")
    def bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        return size_in_bytes(document.get("size"), document.get("unit"))


@element
class HugePages(Element):
    """Huge pages of the host instead of ordinary ones; an empty object asks for the host's default size."""

    pages: list[HugePage] | None = children(
        "Sizes of pages, each for some of the guest's NUMA nodes.", xml="page", since="1.2.5"
    )


@element
class MemoryBacking(Element):
    """What kind of host memory stands behind the guest's, and what the host may do with it."""

    hugepages: HugePages | None = child("Whether the guest's memory is made of huge pages, and of which size.")
    nosharepages: bool | None = flag(
        "Whether the host is kept from merging equal pages of this guest with those of others (KSM).", since="1.0.6"
    )
    locked: bool | None = flag(
        "Whether the host must never swap out the guest's memory, nor that of the hypervisor's process; without "
        "`memtune.hardLimit` nothing bounds what the host cannot take back then.",
        since="1.0.6",
    )
    source: MemoryBackingType | None = attribute(
        "What the host allocates for the guest's memory; anonymous memory where it is missing.",
        xml="type",
        within="source",
        searchable=True,
    )
    access: MemoryAccess | None = attribute(
        "Whether other processes of the host, such as virtiofsd or a vhost-user switch, can map the guest's memory; "
        "a NUMA node of the guest may say otherwise.",
        xml="mode",
        within="access",
        searchable=True,
    )
    allocation: MemoryAllocation | None = attribute(
        "When the host hands out the guest's memory.", xml="mode", within="allocation"
    )
    allocation_threads: int | None = attribute(
        "Threads that the hypervisor uses to allocate the memory, for a faster start of large guests.",
        xml="threads",
        within="allocation",
        since="8.2.0",
    )
    discard: bool | None = flag(
        "Whether the contents are thrown away when the guest shuts down or a module is unplugged, which spares the "
        "host writing them back to files.",
        since="4.4.0",
    )
