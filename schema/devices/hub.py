"""`<hub>`: USB hubs.

Source: libvirt's domain XML, "Hub devices".
"""

from collections.abc import Iterable

from ..device import Device, device
from ..element import Document, attribute


@device("hub")
class Hub(Device):
    """A hub, which makes several ports out of one; the devices on it have addresses such as `1.2`."""

    type: str | None = attribute("Bus that the hub extends, always `usb`.", searchable=True)

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:  # noqa: D102
        return (f"{device['type']} hub" if "type" in device else None,)
