"""`<memballoon>`: the device through which a guest gives memory back.

Source: libvirt's domain XML, "Memory balloon device".
"""

from collections.abc import Iterable

from ..device import Device, device
from ..element import Document, attribute, child
from ..parts import VirtioOptions
from ..scalars import OnOff


@device("memballoon")
class Memballoon(Device):
    """The balloon through which the guest gives memory back to the host. Since libvirt 0.8.3.

    QEMU, KVM and Xen guests get one without asking, unless its model is `none`.
    """

    model: str | None = attribute(
        "The balloon: `virtio` (usual with QEMU), `virtio-transitional` or `virtio-non-transitional` (both since "
        "5.2.0), `xen`, or `none` for a VM without one.",
        searchable=True,
    )
    autodeflate: OnOff | None = attribute(
        "Whether the guest gets memory back at the last moment before it would have to kill a process of its own.",
        since="1.3.1",
    )
    free_page_reporting: OnOff | None = attribute(
        "Whether the guest keeps giving pages that it does not use back to the host.", since="6.9.0"
    )
    stats_period: int | None = attribute(
        "Seconds between two reports of the guest's memory use (`virsh dommemstat`); it reports nothing where it is "
        "missing.",
        xml="period",
        within="stats",
        since="1.1.1",
    )
    driver: VirtioOptions | None = child("How a virtio balloon reaches the guest's memory.", since="3.5.0")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:  # noqa: D102
        model, period = device.get("model"), device.get("statsPeriod")
        yield "no balloon" if model == "none" else model and f"{model} balloon"
        yield device.get("autodeflate") and "autodeflate"
        yield device.get("freePageReporting") and "free page reporting"
        yield f"statistics every {period} s" if period else None
