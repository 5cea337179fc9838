"""`<source>` of an interface: what a network interface is connected to on the host, one shape for each type.

Source: libvirt's domain XML, "Network interfaces".
"""

import strawberry

from .element import Document, Variant, attribute, child, children, derived, element, family, shape
from .network_parts import MacTableManager
from .parts import HostPciAddress, IpAddress, IpRoute, Reconnect, pci_text
from .scalars import AnyBase, Hex4, Long, YesNo


@family()
class InterfaceSource(Variant):
    """What a network interface is connected to on the host."""

    ips: list[IpAddress] | None = children(
        "Addresses that the host's end of an `ethernet` interface gets.", xml="ip", since="2.1.0"
    )
    routes: list[IpRoute] | None = children(
        "Routes that the host gets through its end of an `ethernet` interface.", xml="route", since="2.1.0"
    )
    dev: str | None = attribute(
        "Device of the host behind the interface: of `direct` the network card, of `vdpa` a path such as "
        "`/dev/vhost-vdpa-0`, with passt the card whose routes the guest gets.",
        searchable=True,
        term=True,
    )


@shape("network")
class NetworkInterfaceSource(InterfaceSource):
    """A virtual network that libvirt manages; what it leads to on the host is the network's business."""

    network: str | None = attribute("Name of the libvirt network, such as `default`.", searchable=True)
    portgroup: str | None = attribute(
        "Port group of the network, whose settings apply to this interface.", searchable=True, since="0.9.4"
    )
    portid: str | None = attribute(
        "UUID of the port that the interface got on the network; live only.", searchable=True, term=True, since="5.1.0"
    )
    bridge: str | None = attribute("Bridge of the host that the network led to; live only.", searchable=True)
    mac_table_manager: MacTableManager | None = attribute(
        "Who fills the table of MAC addresses of the network's bridge; live only."
    )
    mode: str | None = attribute(
        "macvtap mode that the network led to: `vepa`, `bridge`, `private` or `passthrough`; live only."
    )


@shape("bridge")
class BridgeInterfaceSource(InterfaceSource):
    """A bridge of the host, of Linux or of Open vSwitch, which puts the guest straight onto the LAN."""

    bridge: str | None = attribute("Name of the bridge on the host, such as `br0`.", searchable=True)
    mac_table_manager: MacTableManager | None = attribute("Who fills the bridge's table of MAC addresses.")
    network: str | None = attribute("libvirt network that led to the bridge; live only.", searchable=True)
    portgroup: str | None = attribute("Port group of that libvirt network; live only.")
    portid: str | None = attribute("UUID of the port on that libvirt network; live only.")


@shape("direct")
class DirectInterfaceSource(InterfaceSource):
    """A macvtap device on a network card of the host, which puts the guest straight onto the card's network.

    Since libvirt 0.7.7.
    """

    mode: str | None = attribute(
        "Where packets to other VMs on the card go: with `vepa` (assumed) to the switch outside, which may send them "
        "back, with `bridge` straight to the other VM, with `private` only through a router outside; `passthrough` "
        "hands the card, as a rule a virtual function, to this one VM."
    )
    network: str | None = attribute("libvirt network that led to the card; live only.", searchable=True)
    portgroup: str | None = attribute("Port group of that libvirt network; live only.")
    portid: str | None = attribute("UUID of the port on that libvirt network; live only.")
    bridge: str | None = attribute("Bridge of that libvirt network; live only.")


@element
class HostNicAddress(HostPciAddress):
    """Where a network card is on the host: a function on the PCI bus, or a device on a USB bus."""

    @derived("The address as `lspci` writes it, `0000:04:00.0`, or for USB as `lsusb -s` takes it, `003:004`.")
    def text(document: strawberry.Parent[Document]) -> str:
        return nic_text(document)

    device: AnyBase | None = attribute(
        "Number of a USB device on its bus, new each time it is plugged in.", searchable=True
    )
    port: str | None = attribute(
        "Port that a USB device is plugged into, with one number per hub on the way: `1.2`.", searchable=True
    )


def nic_text(address: Document) -> str:
    """A host's PCI address as `lspci` writes it, a USB one as `lsusb -s` takes it, or by its port: `3-1.2`."""
    bus = int(address.get("bus", 0))
    if "device" in address:
        return f"{bus:03}:{int(address['device']):03}"
    return f"{bus}-{address['port']}" if "port" in address else pci_text(address)


@shape("hostdev")
class HostdevInterfaceSource(InterfaceSource):
    """A network card of the host that the guest drives itself, as a rule a virtual function of SR-IOV.

    Other than with `<hostdev>`, libvirt sets the card's MAC address, VLAN and port profile. Since libvirt 0.9.11.
    """

    address: HostNicAddress | None = child("Where the card is on the host.", term=True)
    vendor: Hex4 | None = attribute("USB vendor number of the card.", xml="id", within="vendor", searchable=True)
    product: Hex4 | None = attribute("USB product number of the card.", xml="id", within="product", searchable=True)
    missing: YesNo | None = attribute("Whether the card was not there when the VM started; live only.")
    network: str | None = attribute("libvirt network that led to the card; live only.", searchable=True)
    portgroup: str | None = attribute("Port group of that libvirt network; live only.")
    portid: str | None = attribute("UUID of the port on that libvirt network; live only.")


@shape("vhostuser")
class VhostUserInterfaceSource(InterfaceSource):
    """A process of the host that switches packets in user space and shares memory with the guest, such as OVS-DPDK.

    Since libvirt 1.2.7.
    """

    type: str | None = attribute("Kind of connection to the process, always `unix`.")
    path: str | None = attribute("Host path of the process's socket.", searchable=True, term=True)
    mode: str | None = attribute(
        "Role of the hypervisor on the socket: `client` (assumed) connects, `server` waits for the process."
    )
    reconnect: Reconnect | None = child("Whether a lost connection is made again, and when.", since="4.1.0")


@shape("vdpa", "ethernet", "null", "user")
class PlainInterfaceSource(InterfaceSource):
    """Without fields of its own: a vDPA device, a tap device set up by others, user-mode networking, or nothing."""


@shape("internal")
class InternalInterfaceSource(InterfaceSource):
    """A network inside the hypervisor, known by its name alone."""

    name: str | None = attribute("Name of the network in the hypervisor.", searchable=True)


@shape("mcast", "client", "server", "udp")
class SocketInterfaceSource(InterfaceSource):
    """A socket that carries packets between VMs, without the host's network or privileges."""

    ip_address: str | None = attribute(
        "IPv4 address of the socket: with `mcast` the multicast group, with `server` where it listens, with `client` "
        "and `udp` the other end.",
        xml="address",
        searchable=True,
        term=True,
    )
    port: int | None = attribute("Port number that goes with the address.")
    local_address: str | None = attribute(
        "IPv4 address of this end, that packets are sent from; with `udp` only.",
        xml="address",
        within="local",
        since="1.2.20",
    )
    local_port: int | None = attribute(
        "Port number of this end, that packets are sent from; with `udp` only.",
        xml="port",
        within="local",
        since="1.2.20",
    )


@shape("vds")
class DistributedSwitchInterfaceSource(InterfaceSource):
    """A port of a VMware distributed switch. Since libvirt 8.7.0."""

    switchid: str | None = attribute("UUID of the distributed switch.", searchable=True)
    portid: str | None = attribute("Number of the port on the distributed switch.", searchable=True)
    portgroupid: str | None = attribute("Identifier of the port group that the port belongs to.", searchable=True)
    connectionid: Long | None = attribute("Number that VMware gave the connection to the port.")


@shape("other")
class OtherInterfaceSource(InterfaceSource):
    """A connection of a type that this release does not know."""


__all__ = ["InterfaceSource", "nic_text"]
