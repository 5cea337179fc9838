"""`<shmem>`: memory that several guests and the host share.

Source: libvirt's domain XML, "Shared memory device".
"""

from collections.abc import Iterable
from enum import Enum

from ..device import Device, device
from ..element import Document, Element, attribute, child, element, value_at
from ..scalars import OnOff, word, words
from ..sizes import ByteSize, size_text


@words
class ShmemRole(Enum):
    """What becomes of shared memory when the VM migrates."""

    MASTER = word("master", "The contents move along; one VM at most has this role for a memory")
    PEER = word("peer", "The VM cannot migrate unless the device is unplugged first")


@element
class ShmemServer(Element):
    """The process that hands out the memory and passes on interrupts between the guests."""

    path: str | None = attribute(
        "Host path of the server's unix socket; a path under `/var/lib/libvirt/shmem` where it is missing.",
        searchable=True,
        term=True,
    )


@element
class ShmemMsi(Element):
    """Interrupts (MSI) by which guests wake each other; only with a server."""

    vectors: int | None = attribute("Number of interrupt vectors that the device has, such as 32.")
    ioeventfd: OnOff | None = attribute(
        "Whether a guest's signal leaves its virtual CPU at once, handled by the host's kernel."
    )


@device("shmem", identity=("name",))
class Shmem(Device):
    """Memory that several guests and the host share, seen as a PCI device (ivshmem). Since libvirt 1.2.10."""

    name: str | None = attribute(
        "Name of the shared memory on the host; devices of that name in other VMs share it.", searchable=True, term=True
    )
    role: ShmemRole | None = attribute(
        "What becomes of the memory when the VM migrates; the hypervisor decides where it is missing.", since="6.6.0"
    )
    model: str | None = attribute(
        "The device: `ivshmem-plain` (without a server), `ivshmem-doorbell` (with one), or the older `ivshmem` for "
        "both, which is assumed where it is missing.",
        xml="type",
        within="model",
        searchable=True,
    )
    size: ByteSize | None = child("Size of the memory, a power of two from 1 MiB up.")
    server: ShmemServer | None = child("The process that hands out the memory; none where it is missing.")
    msi: ShmemMsi | None = child("Interrupts by which guests wake each other.")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:  # noqa: D102
        return (
            device.get("name"),
            device.get("model"),
            size_text(device.get("size"), "bytes"),
            device.get("role"),
            value_at(device, "server.path") or ("server" in device and "with a server"),
        )
