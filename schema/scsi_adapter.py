"""`<adapter>`: a SCSI adapter of the host, as passed-through devices and storage pools name it."""

from .element import Element, attribute, child, element
from .parts import HostPciAddress
from .scalars import YesNo


@element
class ParentAddress(Element):
    """The PCI function that a SCSI adapter is part of, for adapters whose `name` changes between boots."""

    unique_id: int | None = attribute(
        "Number that tells the adapter from others in the same function.", xml="unique_id"
    )
    address: HostPciAddress | None = child("Where the function is on the host.")


@element
class ScsiAdapter(Element):
    """A SCSI adapter of the host, by which a device is passed on or the volumes of a pool are found."""

    type: str | None = attribute("Kind of adapter: `scsi_host` (assumed) or `fc_host`, a port of Fibre Channel.")
    name: str | None = attribute("Name that the host has for a `scsi_host`, such as `scsi_host2`.", searchable=True)
    parent: str | None = attribute("Physical adapter that a virtual `fc_host` is made on, such as `scsi_host5`.")
    managed: YesNo | None = attribute("Whether libvirt removes a virtual adapter when it is done with it.")
    parent_wwnn: str | None = attribute(
        "World wide node name of the physical adapter, instead of its name.", xml="parent_wwnn"
    )
    parent_wwpn: str | None = attribute(
        "World wide port name of the physical adapter, instead of its name.", xml="parent_wwpn"
    )
    parent_fabric_wwn: str | None = attribute(
        "World wide name of the fabric that the physical adapter is connected to, instead of the adapter's name.",
        xml="parent_fabric_wwn",
    )
    wwnn: str | None = attribute("World wide node name of an `fc_host`, 16 hexadecimal digits.")
    wwpn: str | None = attribute("World wide port name of an `fc_host`, 16 hexadecimal digits.", searchable=True)
    parent_address: ParentAddress | None = child(
        "PCI function that a `scsi_host` is part of, instead of its name.", xml="parentaddr"
    )
