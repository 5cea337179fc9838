"""`<host><cpu>` of the capabilities: the processor that the host itself has.

Source: libvirt's driver capabilities XML format, "Host capabilities".
"""

import strawberry

from ..domain.cpu import PhysicalAddressSize
from ..element import Document, Element, attribute, child, children, derived, element, flag, text, text_child
from ..scalars import Long, YesNo
from ..sizes import size_in_bytes


@element
class CpuFeatureName(Element):
    """A CPU feature by its name alone, without anything that is demanded of it."""

    name: str | None = attribute("Feature in the words of libvirt's CPU map, such as `vmx`, `pcid` or `ssbd`.")


@element
class HostCpuSignature(Element):
    """The numbers with which an x86 processor identifies itself, by the instruction CPUID."""

    family: int | None = attribute("Family of the processor, 6 for nearly all of Intel's.")
    model_number: int | None = attribute("Model within the family, such as 142.", xml="model")
    stepping: int | None = attribute("Revision of the model, from 0; small changes of the silicon.")


@element
class HostCpuCounter(Element):
    """A counter of the processor that ticks at a constant rate, by which guests tell the time."""

    name: str | None = attribute("Which counter it is: `tsc`, the time stamp counter of x86.")
    frequency: Long | None = attribute("Ticks of the counter in a second (Hz).")
    scaling: YesNo | None = attribute(
        "Whether the processor can show guests another frequency than its own, so that they may come from a host "
        "with a different one."
    )


@element
class HostCpuTopology(Element):
    """How the host's processors are made up, in brief; each CPU's own place is in `topology` of the host."""

    sockets: int | None = attribute("CPU sockets in each NUMA cell, not in the whole host.")
    dies: int | None = attribute("Dies in each socket, 1 on hosts that know none.", since="6.1.0")
    clusters: int | None = attribute("Clusters of cores in each die, 1 on hosts that know none.", since="10.1.0")
    cores: int | None = attribute("Cores in each cluster, or in each socket where nothing lies between.")
    threads: int | None = attribute("Hardware threads in each core; 2 is hyper-threading.")


@element
class PageSize(Element):
    """A size of memory pages that the processor offers; the larger ones are huge pages."""

    size: Long | None = attribute("The size as it was written, counted in `unit`.")
    unit: str | None = attribute("Unit of the size, such as `KiB`; KiB where it is missing.")

    @derived("Bytes of one page, such as 4096; null for a unit that libvirt does not know.")
    def page_bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        return size_in_bytes(document.get("size"), document.get("unit"))


@element
class PagePool(PageSize):
    """How many memory pages of one size a NUMA cell of the host has."""

    count: Long | None = text("Number of pages of this size: the ordinary ones, or the huge ones set aside.")

    @derived("Bytes of all these pages together; null for a unit that libvirt does not know.")
    def bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        page = size_in_bytes(document.get("size"), document.get("unit"))
        return None if page is None or "count" not in document else Long(int(page) * int(document["count"]))


@element
class HostCpu(Element):
    """The processor that the host has: model, features and page sizes."""

    arch: str | None = text_child("Architecture of the host, such as `x86_64`, `aarch64` or `s390x`.", searchable=True)
    pae: bool | None = flag(
        "Whether it has Physical Address Extension, as every x86 of this century does; written by Xen.",
        within="features",
    )
    nonpae: bool | None = flag("Whether it can run without Physical Address Extension; Xen.", within="features")
    vmx: bool | None = flag("Whether it has Intel's virtualization (VT-x); written by Xen.", within="features")
    svm: bool | None = flag("Whether it has AMD's virtualization (AMD-V); written by Xen.", within="features")
    model: str | None = text_child(
        "Model from libvirt's CPU map that comes closest, such as `Skylake-Server-IBRS`; `features` are those beyond "
        "it.",
        searchable=True,
    )
    vendor: str | None = text_child("Maker of the processor, such as `Intel`, `AMD` or `IBM`.", searchable=True)
    microcode_version: Long | None = attribute(
        "Version of the microcode that the processor runs.", xml="version", within="microcode"
    )
    signature: HostCpuSignature | None = child("How an x86 processor identifies itself by CPUID.")
    counter: HostCpuCounter | None = child("Counter that guests tell the time by.")
    topology: HostCpuTopology | None = child("How sockets, cores and threads make up the host, in brief.")
    max_phys_addr: PhysicalAddressSize | None = child(
        "Width of the host's physical addresses; its `mode` is always `emulate`.", xml="maxphysaddr"
    )
    features: list[CpuFeatureName] | None = children("Features that it has beyond those of the model.", xml="feature")
    pages: list[PageSize] | None = children("Sizes of memory pages that it offers.", xml="pages")
