"""`<panic>`: the device through which a guest tells that it crashed.

Source: libvirt's domain XML, "panic device".
"""

from collections.abc import Iterable

from ..device import Device, device
from ..element import Document, attribute


@device("panic")
class Panic(Device):
    """The device through which the guest's kernel tells the hypervisor that it crashed. Since libvirt 1.2.1."""

    model: str | None = attribute(
        "What the guest sees: `isa` or `pvpanic` (an ISA or PCI device), `hyperv` (a feature of the virtual CPU), "
        "`pseries` or `s390` (part of these architectures); libvirt chooses by the architecture where it is missing.",
        searchable=True,
    )

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """`isa panic device`."""
        yield "model" in device and f"{device['model']} panic device"
