"""`<redirdev>`: USB devices that a client brings along.

Source: libvirt's domain XML, "Redirected devices".
"""

from collections.abc import Iterable
from enum import Enum

from ..chardev import CharacterDeviceBackend, host_end
from ..device import Device, device
from ..element import Document, attribute
from ..scalars import word, words


@words
class RedirectedBus(Enum):
    """The bus whose devices are redirected into the guest."""

    USB = word("usb", "USB devices, by the protocol usbredir")


@device("redirdev")
class Redirdev(Device, CharacterDeviceBackend):
    """A port of the guest for a USB device that is plugged in elsewhere, as a rule at a viewer of the VM's screen.

    A character device carries the USB traffic: `spicevmc`, the viewer's own connection, or `tcp`. In libvirt releases
    after 0.9.5.
    """

    redirected_bus: RedirectedBus | None = attribute("Bus of the devices that are redirected, always `usb`.", xml="bus")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:  # noqa: D102
        bus = device.get("redirectedBus")
        return (f"{bus} redirection" if bus else "redirection", host_end(device))
