"""`<capability type='vpd'>`: what the vendor wrote into a PCI device.

Source: libvirt's node device XML format, "vpd capability".
"""

from ...element import Element, Variant, attribute, children, element, family, shape, text, text_child, variants
from .capability import NodeDeviceSubcapability


@element
class VpdField(Element):
    """A field of vital product data that no standard gives a meaning."""

    index: str | None = attribute("A digit or capital letter that tells the field from others: `0`, `A`.")
    value: str | None = text("What the field holds, at most 255 characters.")


@family(own="access")
class VpdFields(Variant):
    """The fields of a device's vital product data, those that are fixed or those that its owner may change."""


@shape("readonly")
class ReadonlyVpdFields(VpdFields):
    """The fields that the vendor wrote for good."""

    change_level: str | None = text_child("Engineering change level of the card, its revision.", xml="change_level")
    manufacture_id: str | None = text_child(
        "Who made the card, in more detail than the number of the vendor.", xml="manufacture_id"
    )
    part_number: str | None = text_child(
        "Part number under which the vendor sells the card.", xml="part_number", searchable=True
    )
    serial_number: str | None = text_child(
        "Number by which the vendor tells this card from all others.", xml="serial_number", searchable=True, term=True
    )
    vendor_fields: list[VpdField] | None = children("Fields with a meaning of the vendor's own.", xml="vendor_field")


@shape("readwrite")
class ReadWriteVpdFields(VpdFields):
    """The fields that the owner of the device may change, though not through libvirt."""

    asset_tag: str | None = text_child(
        "Label by which the owner keeps track of the machine.", xml="asset_tag", searchable=True
    )
    vendor_fields: list[VpdField] | None = children("Fields with a meaning of the vendor's own.", xml="vendor_field")
    system_fields: list[VpdField] | None = children(
        "Fields for what the owner's system has to say of the device.", xml="system_field"
    )


@shape("other")
class OtherVpdFields(VpdFields):
    """Fields with a kind of access that this release does not know."""

    access: str | None = attribute("libvirt's word for who may change the fields.")


@shape("vpd")
class VpdCapability(NodeDeviceSubcapability):
    """It carries vital product data (VPD): its name and numbers as the vendor wrote them; readable by root only."""

    name: str | None = text_child("Name that the vendor gave the device.", searchable=True)
    fields: list[VpdFields] | None = variants("Numbers and notes about the device, fixed and changeable.", xml="fields")
