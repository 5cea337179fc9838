"""`<networkport>`: the place on a network that an interface of a running VM is plugged into.

Source: libvirt's network port XML format.
"""

from ..devices.hostdev import HostdevDriver
from ..element import Document, Variant, attribute, child, family, shape, text_child, variant
from ..network_parts import Bandwidth, HardwareAddress, MacTableManager, OwnerVm, VirtualPort, Vlan
from ..parts import HostPciAddress
from ..resource import Resource, resource
from ..scalars import YesNo


@family(own="type")
class NetworkPlug(Variant):
    """What of the host the interface was plugged into."""


@shape("network", "bridge")
class BridgeNetworkPlug(NetworkPlug):
    """A bridge of the host: with `network` one that libvirt made, with `bridge` one that was there already."""

    bridge: str | None = attribute("Name of the bridge on the host, such as `virbr0`.", searchable=True)
    mac_table_manager: MacTableManager | None = attribute(
        "Who fills the bridge's table of MAC addresses; the kernel where it is missing."
    )


@shape("direct")
class DirectNetworkPlug(NetworkPlug):
    """A macvtap device on a network card of the host."""

    dev: str | None = attribute("Name of the network card on the host.", searchable=True)
    mode: str | None = attribute(
        "Where packets to other VMs on the card go: `vepa`, `bridge`, `private` or `passthrough`."
    )


@shape("hostdev-pci")
class HostdevNetworkPlug(NetworkPlug):
    """A PCI function of the host that the guest drives itself, as a rule a virtual function of SR-IOV."""

    managed: YesNo | None = attribute(
        "Whether libvirt takes the function from the host's driver and gives it back after; no where it is missing."
    )
    driver: HostdevDriver | None = child("How the function is handed to the guest.")
    address: HostPciAddress | None = child("Where the function is on the host.", term=True)


@shape("other")
class OtherNetworkPlug(NetworkPlug):
    """A kind of connection that this release does not know."""

    type: str | None = attribute("libvirt's word for the kind of connection.")


@resource("networkport", "NETWORK_PORT")
class NetworkPort(Resource):
    """The place on a network that an interface of a running VM is plugged into, with the settings that it got."""

    uuid: str | None = text_child(
        "UUID of the port; the VM's interface names it as `portid` of its source.", searchable=True, term=True
    )
    owner: OwnerVm | None = child("VM whose interface is plugged in.")
    mac: HardwareAddress | None = child("Hardware address that the guest sees on its interface.")
    portgroup: str | None = text_child("Port group of the network that the port is in.", xml="group", searchable=True)
    trust_guest_rx_filters: YesNo | None = attribute(
        "Whether changes that the guest makes to its MAC address and receive filters are followed on the host; no "
        "where it is missing.",
        xml="trustGuest",
        within="rxfilters",
    )
    virtualport: VirtualPort | None = child("Profile that the switch applies to the interface.")
    bandwidth: Bandwidth | None = child("Limits on the traffic of the interface (QoS).")
    vlan: Vlan | None = child("VLANs that the interface belongs to.")
    isolated: YesNo | None = attribute(
        "Whether it cannot reach other isolated ports of the network; no where it is missing.",
        within="port",
        since="6.1.0",
    )
    plug: NetworkPlug | None = variant("What of the host the interface was plugged into.")

    @classmethod
    def name_of(cls, document: Document) -> str | None:
        """Its UUID: libvirt knows ports by nothing else."""
        return document.get("uuid")
