"""`<network>`: a virtual network of the host, or a way of its VMs into a physical one.

Source: libvirt's network XML format.
"""

from datetime import UTC, datetime
from typing import Any, cast

import strawberry

from ..element import (
    Document,
    Element,
    attribute,
    child,
    children,
    derived,
    element,
    raw_children,
    text_child,
)
from ..graph.arguments import After, First
from ..network_parts import Bandwidth, HardwareAddress, MacTableManager, VirtualPort, Vlan
from ..parts import IpRoute
from ..resource import Resource, resource
from ..resource_fields import CONNECTION, naming
from ..scalars import OnOff, YesNo
from .network_dns import Dns, DnsDomain
from .network_forward import NetworkForward
from .network_ip import NetworkIp


@element
class NetworkBridge(Element):
    """The bridge that a network's guests are plugged into."""

    name: str | None = attribute(
        "Name of the bridge on the host; libvirt picks one such as `virbr0` for a bridge that it makes itself.",
        searchable=True,
        term=True,
    )
    zone: str | None = attribute(
        "firewalld zone of the bridge; where it is missing, `libvirt`, or `libvirt-routed` for mode `route`.",
        searchable=True,
        since="5.1.0",
    )
    stp: OnOff | None = attribute(
        "Whether the bridge speaks the spanning tree protocol against loops; on where it is missing."
    )
    delay: float | None = attribute(
        "Seconds for which a port that was just plugged in only listens; 0 where it is missing."
    )
    mac_table_manager: MacTableManager | None = attribute(
        "Who fills the bridge's table of MAC addresses; the kernel where it is missing.", since="1.2.11"
    )


@element
class Portgroup(Element):
    """A class of connections to a network, whose settings go to the interfaces that name it.

    What an interface says itself comes first, then its port group, then the network.
    """

    name: str | None = attribute("Name by which interfaces of VMs choose the group.", searchable=True)
    default: YesNo | None = attribute(
        "Whether interfaces that choose no group get this one; no where it is missing.", searchable=True
    )
    trust_guest_rx_filters: YesNo | None = attribute(
        "Whether changes that guests make to their MAC addresses and receive filters are followed on the host.",
        since="1.2.10",
    )
    virtualport: VirtualPort | None = child("Profile that the switch applies to each interface of the group.")
    bandwidth: Bandwidth | None = child("Limits on the traffic of each single interface of the group (QoS).")
    vlan: Vlan | None = child("VLANs that each interface of the group belongs to.", since="0.10.0")


@element
class DnsmasqOption(Element):
    """A line for the configuration of dnsmasq, the program that serves DNS and DHCP for a network."""

    value: str | None = attribute("The line as dnsmasq reads it, such as `cname=www.example.com,web.example.com`.")


@strawberry.type(description="An address that a network's DHCP server has lent to a guest.")
class DhcpLease:
    """A lease, as libvirt's API tells it."""

    ip_address: str | None = strawberry.field(description="Address that the guest has for the time.")
    prefix: int | None = strawberry.field(description="Length of the address's network part in bits.")
    hostname: str | None = strawberry.field(description="What the guest called itself when it asked.")
    client_id: str | None = strawberry.field(description="Identifier that the DHCP client gave, in hexadecimal.")

    @derived("Hardware address of the guest's interface.")
    def mac_address(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        return cast(str | None, document.get("mac"))

    @derived("When the address is free again unless the guest asks for more time.")
    def expires_at(document: strawberry.Parent[Document]) -> datetime | None:  # noqa: D102
        seconds = document.get("expiresAt")
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


@resource("network", "NETWORK")
class Network(Resource):
    """A network that VMs are plugged into: one that libvirt makes on the host, or a named way to a physical one."""

    connections: int | None = attribute(
        "Interfaces of VMs that are plugged in at the moment; live only.", since="0.10.0"
    )
    ipv6: YesNo | None = attribute(
        "Whether guests reach each other by IPv6 though the host has no IPv6 address there; no where it is missing.",
        since="1.0.1",
    )
    trust_guest_rx_filters: YesNo | None = attribute(
        "Whether changes that guests make to their MAC addresses and receive filters are followed on the host; port "
        "groups and interfaces may say otherwise.",
        since="1.2.10",
    )
    name: str | None = text_child("Name of the network, unique on its host, such as `default`.", searchable=True)
    uuid: str | None = text_child(
        "UUID of the network; libvirt makes one up where none is given.", searchable=True, term=True
    )
    title: str | None = text_child("Short title for people, on one line.", searchable=True, since="9.7.0")
    description: str | None = text_child("What the network is for, in somebody's words.", since="9.7.0")
    metadata: list[str] | None = raw_children(
        "XML that other programs left with the network, one element each.", xml="metadata", since="2.1.0"
    )
    bridge: NetworkBridge | None = child(
        "Bridge that guests are plugged into: libvirt's own, or in mode `bridge` one that exists already."
    )
    mtu: int | None = attribute(
        "Largest packet in bytes on the bridge and its interfaces, such as 9000; the usual 1500 where it is missing.",
        xml="size",
        within="mtu",
        searchable=True,
        since="3.1.0",
    )
    mac: HardwareAddress | None = child("Hardware address of the bridge; libvirt makes one up.", since="0.8.8")
    forward: NetworkForward | None = child("How traffic gets to the world outside; without it the network is isolated.")
    virtualport: VirtualPort | None = child("Profile that the switch applies to interfaces on the network.")
    portgroups: list[Portgroup] | None = children(
        "Classes of connections that interfaces of VMs may choose from.", xml="portgroup", since="0.9.4"
    )
    dns_domain: DnsDomain | None = child("DNS domain that guests belong to.", xml="domain", since="0.4.5")
    dns: Dns | None = child("DNS server of the network; it runs unless this says otherwise.", since="0.9.3")
    bandwidth: Bandwidth | None = child("Limits on the traffic of all guests together (QoS).", since="0.9.4")
    vlan: Vlan | None = child("VLANs that interfaces on the network belong to.", since="0.10.0")
    isolated: YesNo | None = attribute(
        "Whether guests on the network cannot reach each other, only the host and what lies beyond; no where it is "
        "missing.",
        within="port",
        since="6.1.0",
    )
    ips: list[NetworkIp] | None = children(
        "Addresses of the host on the network, each with the services for its guests.", xml="ip"
    )
    routes: list[IpRoute] | None = children(
        "Routes that the host gets to networks behind a guest, while this network runs.", xml="route", since="1.0.6"
    )
    dnsmasq_options: list[DnsmasqOption] | None = children(
        "Lines for dnsmasq beyond what libvirt makes up; libvirt gives no guarantee for them.",
        xml="dnsmasq:option",
        within="dnsmasq:options",
        since="5.6.0",
    )

    @derived(
        "Addresses that the network's DHCP server has lent to guests, as of the last reading of the host.",
        graphql_type=list[DhcpLease],
    )
    def dhcp_leases(document: strawberry.Parent[Document]) -> Any:  # noqa: D102
        return document.get("facts", {}).get("leases", [])

    @derived("The ports at which interfaces of running VMs are plugged in.", graphql_type=CONNECTION)
    async def ports(  # noqa: D102
        document: strawberry.Parent[Document],
        info: strawberry.Info[Any, Any],
        first: First = None,
        after: After = None,
    ) -> Any:
        return await naming(document, info, first, after, "host-net-port", ["NETWORK_PORT"])
