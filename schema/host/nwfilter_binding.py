"""`<filterbinding>`: a network filter at work on an interface of a running VM.

Source: libvirt's network filter binding XML format.
"""

from ..devices.interface import FilterReference
from ..element import Document, attribute, child
from ..network_parts import HardwareAddress, OwnerVm
from ..resource import Resource, resource


@resource("filterbinding", "NWFILTER_BINDING")
class NwFilterBinding(Resource):
    """A network filter at work on an interface of a running VM."""

    owner: OwnerVm | None = child("VM whose interface is filtered.")
    portdev: str | None = attribute(
        "Device of the host that the packets are filtered on, as a rule the VM's tap device `vnet0`.",
        xml="name",
        within="portdev",
        searchable=True,
        term=True,
    )
    linkdev: str | None = attribute(
        "Network card of the host below that device, for an interface of type `direct`.",
        xml="name",
        within="linkdev",
        searchable=True,
    )
    mac: HardwareAddress | None = child("Hardware address that the guest sees on its interface.")
    filterref: FilterReference | None = child("Filter that is at work, and values for its variables.")

    @classmethod
    def name_of(cls, document: Document) -> str | None:
        """The device that is filtered: libvirt finds a binding by it."""
        return document.get("portdev")
