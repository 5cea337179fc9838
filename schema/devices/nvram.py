"""`<nvram>` among the devices: the non-volatile memory of pseries guests.

Source: libvirt's domain XML, "NVRAM device".
"""

from collections.abc import Iterable

from ..address import address_text
from ..device import Device, device
from ..element import Document


@device("nvram")
class Nvram(Device):
    """The memory where the firmware of a pseries guest (PPC64) keeps its settings. Since libvirt 1.0.5.

    Every such guest has one; it is written down for the sake of its `spapr-vio` address, `0x3000` by default. The
    variables of UEFI are elsewhere, under `os.nvram`.
    """

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:  # noqa: D102
        yield "nvram"
        yield address_text(device["address"]) if "address" in device else None
