"""`<memtune>`: limits on the memory that the whole VM takes from the host.

Source: libvirt's domain XML, "Memory Tuning".
"""

from ..element import Element, child, element
from ..sizes import ScaledSize


@element
class MemoryTuning(Element):
    """Limits on the memory that a VM takes from the host.

    With QEMU they bound its whole process: the guest's memory, its video memory and what QEMU itself needs.
    """

    hard_limit: ScaledSize | None = child(
        "Most memory that the VM may use; the kernel kills it where it needs more.", xml="hard_limit"
    )
    soft_limit: ScaledSize | None = child(
        "Memory that the VM is pushed back to when the host runs short.", xml="soft_limit"
    )
    swap_hard_limit: ScaledSize | None = child(
        "Most memory and swap together that the VM may use; more than `hardLimit`.", xml="swap_hard_limit"
    )
    min_guarantee: ScaledSize | None = child(
        "Memory that the VM is certain to get, on VMware ESX and OpenVZ.", xml="min_guarantee"
    )
