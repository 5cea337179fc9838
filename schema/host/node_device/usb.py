"""`<capability type='usb_device'>` and `<capability type='usb'>`: USB devices, and the interfaces that they offer.

Source: libvirt's node device XML format, "usb_device" and "usb".
"""

import strawberry

from ...element import Document, child, derived, shape, text_child
from ...scalars import Long
from .capability import NodeDeviceCapability
from .hardware import HardwareId, hardware_text


@shape("usb_device")
class UsbDeviceCapability(NodeDeviceCapability):
    """A device on a USB bus of the host."""

    @derived("Bus and device number as `lsusb -s` takes them, such as `001:004`; null where one is missing.")
    def text(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        if "bus" not in document or "device" not in document:
            return None
        return f"{int(document['bus']):03d}:{int(document['device']):03d}"

    @derived("Vendor and product as `lsusb` prints them, such as `046d:c52b`; null where one is missing.")
    def usb_id(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        return hardware_text(document)

    bus: Long | None = text_child("Number of the USB bus on the host.", searchable=True)
    device: Long | None = text_child(
        "Number of the device on that bus; the host gives a new one each time the device is plugged in.",
        searchable=True,
    )
    product: HardwareId | None = child("What the device is, by its vendor's number and name.")
    vendor: HardwareId | None = child("Company that made the device, by its number and name.")


@shape("usb")
class UsbInterfaceCapability(NodeDeviceCapability):
    """An interface of a USB device: one of the things that it does, with a driver of its own."""

    number: Long | None = text_child("Number of the interface in its device, from 0.")
    interface_class: Long | None = text_child(
        "What the interface does by USB's code: 3 is human input, 8 mass storage, 9 a hub, 255 the vendor's own.",
        xml="class",
    )
    interface_subclass: Long | None = text_child("USB's code that narrows the class down.", xml="subclass")
    interface_protocol: Long | None = text_child(
        "USB's code for what is spoken in that class, such as 2 for a mouse.", xml="protocol"
    )
    description: str | None = text_child("What the interface does, in the device's own words.", searchable=True)
