"""`<capability>`: what a node device is, and the capabilities inside of one.

libvirt has one set of words for both. They are two families here because the inner ones stand on a level of their
own: the `address` of a physical function and the one of a network card never meet in a query.
"""

from ...element import Variant, attribute, family, shape


@family(own="type")
class NodeDeviceCapability(Variant):
    """What a device of the host is, and what libvirt knows of it as such; a device may be several things."""


@shape("other")
class OtherNodeDeviceCapability(NodeDeviceCapability):
    """A capability that this release does not know."""

    type: str | None = attribute("libvirt's word for the capability.")


@family(own="type")
class NodeDeviceSubcapability(Variant):
    """What a device of the host can do beyond what every device of its sort can, or more detail on what it is."""


@shape("other")
class OtherNodeDeviceSubcapability(NodeDeviceSubcapability):
    """A capability inside of another that this release does not know."""

    type: str | None = attribute("libvirt's word for the capability.")
