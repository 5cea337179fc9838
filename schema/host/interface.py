"""`<interface>` of the host: its network cards, bridges, bonds and VLANs.

Source: libvirt's schema of host interfaces, which is netcf's.
"""

from enum import Enum

from ..element import Element, attribute, child, children, element, flag
from ..parts import IpFamily
from ..resource import Resource, resource
from ..scalars import OnOff, YesNo, word, words
from .interface_bond import StackedInterface


@words
class StartMode(Enum):
    """When the host starts a network interface by itself."""

    ONBOOT = word("onboot", "It is started when the host boots")
    NONE = word("none", "It is never started by itself, somebody has to do it")
    HOTPLUG = word("hotplug", "It is started when its device is plugged in")


@element
class DhcpClient(Element):
    """Addresses that an interface of the host asks a DHCP server for."""

    peerdns: YesNo | None = attribute("Whether the host also takes its DNS servers from the answer.")


@element
class InterfaceAddress(Element):
    """A fixed address of an interface of the host."""

    address: str | None = attribute("IPv4 or IPv6 address, without its prefix.", searchable=True, term=True)
    prefix: int | None = attribute("Bits of the address that name the network, such as 24.")


@element
class InterfaceProtocol(Element):
    """What an interface of the host has for one version of the Internet Protocol."""

    family: IpFamily | None = attribute("Version of the protocol that all the rest is for.")
    autoconf: bool | None = flag("Addresses come from what routers announce; IPv6 only.")
    dhcp: DhcpClient | None = child("Addresses come from a DHCP server.")
    ips: list[InterfaceAddress] | None = children("Fixed addresses that the interface has.", xml="ip")
    gateway: str | None = attribute("Address of the router for all other networks.", within="route", searchable=True)


@element
class HostBridge(Element):
    """A bridge of the host: a switch in the kernel that joins interfaces, those of VMs among them."""

    stp: OnOff | None = attribute("Whether the bridge speaks the spanning tree protocol against loops.")
    delay: float | None = attribute("Seconds for which a port that was just plugged in only listens.")
    interfaces: list[StackedInterface] | None = children("Interfaces that the bridge joins.", xml="interface")


@resource("interface", "HOST_INTERFACE")
class HostInterface(Resource, StackedInterface):
    """A network interface of the host: a card, a bridge, a bond of cards, or a VLAN."""

    name: str | None = attribute(
        "Name of the interface on the host, such as `eth0`, `br0` or `bond0`.", searchable=True
    )
    start_mode: StartMode | None = attribute(
        "When the host starts the interface by itself.", xml="mode", within="start"
    )
    mtu: int | None = attribute(
        "Largest packet that the link carries, in bytes, such as 1500 or 9000.",
        xml="size",
        within="mtu",
        searchable=True,
    )
    protocols: list[InterfaceProtocol] | None = children(
        "Addresses and routes, for IPv4 and IPv6 apart.", xml="protocol"
    )
    bridge: HostBridge | None = child("Of a bridge, how it works and what it joins.")
