"""What rules of a network filter say of IP packets and of the protocols that they carry.

Source: libvirt's network filter XML format, "Supported protocols".
"""

from ..element import Element, attribute, element
from ..scalars import NumberOrVariable
from .nwfilter_ethernet import FilterMatch, FrameMatch


@element
class AddressMatch(Element):
    """Conditions on the IP addresses of a packet."""

    source_address: str | None = attribute(
        "IP address of the sender, or a variable, nearly always `$IP`.", xml="srcipaddr"
    )
    source_mask: str | None = attribute(
        "Bits of the sender's address that count: a netmask, or their number, such as `24`.", xml="srcipmask"
    )
    destination_address: str | None = attribute("IP address that the packet is for, or a variable.", xml="dstipaddr")
    destination_mask: str | None = attribute(
        "Bits of that address that count: a netmask, or their number, such as `24`.", xml="dstipmask"
    )


@element
class PortRanges(Element):
    """Conditions on the ports of a packet; a start alone is one port."""

    source_port_start: NumberOrVariable | None = attribute(
        "Port of the sender, or the first of several, up to 65535, or a variable.", xml="srcportstart"
    )
    source_port_end: NumberOrVariable | None = attribute("Last port of the sender in the range.", xml="srcportend")
    destination_port_start: NumberOrVariable | None = attribute(
        "Port that the packet is for, or the first of several, up to 65535, or a variable.", xml="dstportstart"
    )
    destination_port_end: NumberOrVariable | None = attribute(
        "Last port that the packet may be for, in the range.", xml="dstportend"
    )


@element
class TrafficClass(Element):
    """Conditions on the class of service that a packet asks for."""

    dscp: NumberOrVariable | None = attribute(
        "Class of service in the IP header (Differentiated Services Code Point), 0 to 63, or a variable."
    )


@element
class PacketMatch(PortRanges, AddressMatch, FrameMatch):
    """Conditions on an IP packet in a frame; ports need a `protocol` that has such."""

    protocol: str | None = attribute(
        "Protocol that the packet carries: its number, or `tcp`, `udp`, `udplite`, `esp`, `ah`, `icmp`, `icmpv6`, "
        "`igmp` or `sctp`, or a variable."
    )


@element
class Ipv4Match(TrafficClass, PacketMatch):
    """Conditions on an IPv4 packet, checked where the frame passes the bridge."""


@element
class Ipv6Match(PacketMatch):
    """Conditions on an IPv6 packet, checked where the frame passes the bridge; ICMP's need the protocol `icmpv6`."""

    icmp_type: NumberOrVariable | None = attribute(
        "Type of the ICMPv6 message, or the first of several, up to 255.", xml="type", since="1.2.12"
    )
    icmp_type_end: NumberOrVariable | None = attribute(
        "Last type of the ICMPv6 message in the range.", xml="typeend", since="1.2.12"
    )
    icmp_code: NumberOrVariable | None = attribute(
        "Code of the ICMPv6 message, which refines its type, or the first of several.", xml="code", since="1.2.12"
    )
    icmp_code_end: NumberOrVariable | None = attribute(
        "Last code of the ICMPv6 message in the range.", xml="codeend", since="1.2.12"
    )


@element
class TransportMatch(TrafficClass, AddressMatch, FilterMatch):
    """Conditions on an IP packet of a certain protocol, by address and connection."""

    source_from: str | None = attribute("First address of the sender in a range.", xml="srcipfrom")
    source_to: str | None = attribute("Last address of the sender in the range.", xml="srcipto")
    destination_from: str | None = attribute("First address that the packet may be for, of a range.", xml="dstipfrom")
    destination_to: str | None = attribute("Last address that the packet may be for, in the range.", xml="dstipto")
    connection_limit: NumberOrVariable | None = attribute(
        "Number of open connections above which the rule applies, up to 65535, or a variable.", xml="connlimit-above"
    )
    connection_state: str | None = attribute(
        "What the packet is to its connection: `NEW`, `ESTABLISHED`, `RELATED`, `INVALID`, several with commas, or "
        "`NONE` for no such condition.",
        xml="state",
        since="0.8.5",
    )
    ipset: str | None = attribute(
        "Name of a set of addresses that the host's administrator keeps with `ipset`, or a variable.", since="0.9.13"
    )
    ipset_flags: str | None = attribute(
        "Which of the packet's addresses or ports is looked up in each dimension of the set: up to six of `src` and "
        "`dst`, with commas.",
        xml="ipsetflags",
        since="0.9.13",
    )


@element
class PortMatch(PortRanges, TransportMatch):
    """Conditions on a packet of UDP or SCTP, by address, port and connection."""


@element
class TcpMatch(PortMatch):
    """Conditions on a packet of TCP, by address, port, connection and flags."""

    flags: str | None = attribute(
        "Flags to look at and, after a `/`, those of them that must be set: `SYN/ALL`, of `SYN`, `ACK`, `URG`, `PSH`, "
        "`FIN` and `RST`, several with commas, or `ALL` or `NONE`.",
        since="0.9.1",
    )


@element
class IcmpMatch(TransportMatch):
    """Conditions on a control message of IPv4 or IPv6 (ICMP)."""

    icmp_type: NumberOrVariable | None = attribute("Type of the message, up to 255: 8 asks for an echo.", xml="type")
    icmp_code: NumberOrVariable | None = attribute("Code of the message, which refines its type.", xml="code")
