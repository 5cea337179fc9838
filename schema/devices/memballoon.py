"""`<memballoon>`: the device through which a guest gives memory back.

Source: libvirt's domain XML, "Memory balloon device".
"""

from ..device import Device, device
from ..element import attribute, child
from ..parts import VirtioOptions
from ..scalars import OnOff


@device("memballoon")
class Memballoon(Device):
    """The balloon through which the guest gives memory back to the host."""

    model: str | None = attribute(
        "The balloon: `virtio` in one of its forms, `xen`, or `none` for a VM without one.", searchable=True
    )
    autodeflate: OnOff | None = attribute("Whether the guest takes memory back before it runs out.")
    free_page_reporting: OnOff | None = attribute("Whether the guest reports pages that it does not use.")
    stats_period: int | None = attribute("Seconds between two reports of memory use.", xml="period", within="stats")
    driver: VirtioOptions | None = child("How it reaches the guest's memory.")
