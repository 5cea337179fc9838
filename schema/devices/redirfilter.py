"""`<redirfilter>`: which USB devices may be redirected.

Source: libvirt's domain XML, "Redirected devices".
"""

from collections.abc import Iterable

from ..device import Device, device
from ..element import Document, Element, attribute, children, element
from ..scalars import HexOrAny2, HexOrAny4, YesNo


@element
class RedirectionRule(Element):
    """What is decided for the USB devices that fit; a trait that is missing or -1 fits any device."""

    usb_class: HexOrAny2 | None = attribute("Class code of USB, such as 8 for mass storage.", xml="class")
    vendor: HexOrAny4 | None = attribute("USB number of the company that made the device.", searchable=True)
    product: HexOrAny4 | None = attribute("Number that the company gave to this model of device.", searchable=True)
    version: str | None = attribute(
        "Revision of the device itself (`bcdDevice`), such as `1.10`; not the version of USB that it speaks."
    )
    allow: YesNo | None = attribute("Whether such a device may be redirected into the guest.")


@device("redirfilter")
class Redirfilter(Device):
    """The rules that say which USB devices a client may redirect into the guest. In libvirt releases after 0.9.5."""

    usb_devices: list[RedirectionRule] | None = children(
        "The rules, in the order in which they are written.", xml="usbdev"
    )

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:  # noqa: D102
        return map(rule_text, device.get("usbDevices", ()))


def rule_text(rule: Document) -> str:
    """A rule in words: `allow class 08 15e1:2007 version 1.10`, `deny any`."""
    usb_class, vendor, product = (rule.get(key, -1) for key in ("usbClass", "vendor", "product"))
    version = rule.get("version", "-1")
    traits = (
        f"class {usb_class:02x}" if usb_class != -1 else None,
        f"{_id(vendor)}:{_id(product)}" if (vendor, product) != (-1, -1) else None,
        f"version {version}" if version != "-1" else None,
    )
    return " ".join(("allow" if rule.get("allow") else "deny", *(trait for trait in traits if trait))) + (
        "" if any(traits) else " any"
    )


def _id(number: int) -> str:
    return "*" if number == -1 else f"{number:04x}"
