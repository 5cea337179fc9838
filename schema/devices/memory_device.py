"""`<memory>` among the devices: memory modules, plugged beside what the guest has anyway.

Source: libvirt's domain XML, "Memory devices".
"""

from collections.abc import Iterable

from ..device import Device, device
from ..element import Document, Element, attribute, child, element, flag, text_child, value_at
from ..parts import MemoryAccess, VirtioOptions
from ..scalars import LongHex, YesNo
from ..sizes import ScaledSize, size_text


@element
class MemorySource(Element):
    """What stands behind a memory device on the host."""

    pagesize: ScaledSize | None = child(
        "Size of the host's pages that the memory is made of, which the host must support; of `dimm` and `virtio-mem`. "
        "The host's usual pages where it is missing."
    )
    nodemask: str | None = text_child(
        "NUMA nodes of the host that the memory comes from, such as `1-3`; of `dimm`, `virtio-mem` and `sgx-epc`. "
        "`numatune` decides where it is missing."
    )
    path: str | None = text_child(
        "Host path of the file or device with the contents, such as `/dev/dax0.0`; of `nvdimm` and `virtio-pmem`.",
        searchable=True,
        term=True,
    )
    alignsize: ScaledSize | None = child(
        "What the mapping of an `nvdimm` is aligned to, 2 MiB for a real one; the host's page size where it is "
        "missing.",
        since="5.0.0",
    )
    pmem: bool | None = flag(
        "Whether `path` is real persistent memory, so that what the guest writes to an `nvdimm` is sure to last.",
        since="5.0.0",
    )


@element
class MemoryTarget(Element):
    """What the guest sees of a memory device."""

    dynamic_memslots: YesNo | None = attribute(
        "Whether `virtio-mem` is cut into several slots that appear as they are needed, which saves host memory but "
        "may upset old vhost-user devices; QEMU does not where it is missing.",
        since="10.1.0",
    )
    size: ScaledSize | None = child("Size of the device; of `virtio-mem` the most that it can grow to.")
    node: int | None = text_child("NUMA node of the guest that the memory belongs to.", searchable=True)
    block: ScaledSize | None = child(
        "Step in which `virtio-mem` grows and shrinks, a power of two from 2 MiB up on x86."
    )
    requested: ScaledSize | None = child(
        "Memory that `virtio-mem` should give the guest, in whole blocks; changed while the guest runs."
    )
    current: ScaledSize | None = child("Memory that `virtio-mem` gives the guest at the moment; live only.")
    label_size: ScaledSize | None = child(
        "Part of an `nvdimm` where the guest notes its namespaces, at least 128 KiB; pseries guests need one.",
        xml="size",
        within="label",
    )
    readonly: bool | None = flag("Whether the guest cannot write to an `nvdimm`.", since="5.0.0")
    base: LongHex | None = attribute(
        "Physical address in the guest where `virtio-mem` or `virtio-pmem` starts.", within="address", since="9.4.0"
    )


@device("memory", array="memoryDevices", identity=("model", "source.path", "target.node"))
class MemoryDevice(Device):
    """A memory module beside the guest's initial memory, often plugged in and out while it runs. Since libvirt 1.2.14.

    The amounts of all modules are part of the domain's `memory`.
    """

    model: str | None = attribute(
        "The device: `dimm` (plain memory), `nvdimm` (since 3.2.0) or `virtio-pmem` (7.1.0), both with lasting "
        "contents, `virtio-mem` (7.9.0), which grows and shrinks, or `sgx-epc` (8.10.0) for SGX enclaves.",
        searchable=True,
    )
    access: MemoryAccess | None = attribute(
        "Whether other processes of the host can map the memory; `SHARED` is needed by `virtio-pmem` and by an "
        "`nvdimm` of real persistent memory.",
        since="3.2.0",
    )
    discard: YesNo | None = attribute(
        "Whether the contents of a `dimm` are thrown away when it is unplugged or the guest shuts down.", since="4.4.0"
    )
    uuid: str | None = text_child(
        "UUID that tells an `nvdimm` from others in pseries guests; libvirt makes one up where it is missing.",
        searchable=True,
        term=True,
        since="6.2.0",
    )
    driver: VirtioOptions | None = child("How a virtio device reaches the guest's memory.", since="11.9.0")
    source: MemorySource | None = child("What stands behind the memory on the host; of an `nvdimm` at least its path.")
    target: MemoryTarget | None = child("What the guest sees of the memory.")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:  # noqa: D102
        yield device.get("model")
        size = size_text(value_at(device, "target.size"))
        part = size_text(value_at(device, "target.current") or value_at(device, "target.requested"))
        yield f"{part} of {size}" if part and size else size
        node = value_at(device, "target.node")
        yield None if node is None else f"node {node}"
        yield value_at(device, "source.path")
        yield "read-only" if value_at(device, "target.readonly") else None
