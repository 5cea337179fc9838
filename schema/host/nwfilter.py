"""`<filter>`: rules for the packets that a VM may send and receive.

Source: libvirt's network filter XML format.
"""

from enum import Enum

import strawberry

from ..devices.interface import FilterReference
from ..element import (
    Document,
    Element,
    attribute,
    children,
    claims,
    derived,
    document_key,
    element,
    text_child,
)
from ..resource import Resource, resource
from ..scalars import TrueFalse, word, words
from .nwfilter_ethernet import ArpMatch, MacMatch, StpMatch, VlanMatch
from .nwfilter_ip import IcmpMatch, Ipv4Match, Ipv6Match, PortMatch, TcpMatch, TransportMatch


@words
class FilterAction(Enum):
    """What becomes of a packet that a rule of a network filter matches."""

    DROP = word("drop", "It is thrown away without a word to anybody")
    REJECT = word("reject", "It is thrown away, and its sender gets an ICMP message", since="0.9.0")
    ACCEPT = word("accept", "It passes, and no further rule looks at it")
    RETURN = word("return", "It passes this filter, and the filter that refers to this one goes on", since="0.9.7")
    CONTINUE = word("continue", "The next rule looks at it as well", since="0.9.7")


@words
class FilterDirection(Enum):
    """Which packets a rule of a network filter looks at, seen from the guest."""

    IN = word("in", "Packets on their way to the guest")
    OUT = word("out", "Packets that the guest sends")
    INOUT = word("inout", "Packets in both directions alike")


@element
class NwFilterRule(Element):
    """What becomes of certain packets.

    All matches of a rule are of one protocol, and a packet must meet every one of them. A rule without any applies to
    all packets.
    """

    @derived("Protocol of the rule's matches by libvirt's element, such as `tcp-ipv6`; null where it has none.")
    def protocol(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        return next((name for key, name in _PROTOCOLS.items() if document.get(key)), None)

    action: FilterAction | None = attribute("What becomes of packets that the rule matches.")
    direction: FilterDirection | None = attribute("Which way the packets go that the rule looks at.")
    priority: int | None = attribute(
        "Place of the rule among others, -1000 to 1000, the lowest first; 500 where it is missing."
    )
    statematch: TrueFalse | None = attribute(
        "Whether connections are tracked, so that only the side which the rule names can open one; yes where it is "
        "missing."
    )
    mac_matches: list[MacMatch] | None = children("Conditions on Ethernet frames of any kind.", xml="mac")
    vlan_matches: list[VlanMatch] | None = children("Conditions on frames of a VLAN.", xml="vlan", since="0.9.8")
    stp_matches: list[StpMatch] | None = children(
        "Conditions on messages between bridges (spanning tree).", xml="stp", since="0.9.8"
    )
    arp_matches: list[ArpMatch] | None = children(
        "Conditions on ARP packets, by which hardware addresses are found.", xml="arp"
    )
    rarp_matches: list[ArpMatch] | None = children(
        "Conditions on RARP packets, by which IP addresses are found.", xml="rarp"
    )
    ip_matches: list[Ipv4Match] | None = children("Conditions on IPv4 packets, checked by ebtables.", xml="ip")
    ipv6_matches: list[Ipv6Match] | None = children("Conditions on IPv6 packets, checked by ebtables.", xml="ipv6")
    tcp_matches: list[TcpMatch] | None = children("Conditions on TCP over IPv4, checked by iptables.", xml="tcp")
    udp_matches: list[PortMatch] | None = children("Conditions on UDP over IPv4, checked by iptables.", xml="udp")
    sctp_matches: list[PortMatch] | None = children("Conditions on SCTP over IPv4, checked by iptables.", xml="sctp")
    icmp_matches: list[IcmpMatch] | None = children("Conditions on ICMP, the control messages of IPv4.", xml="icmp")
    igmp_matches: list[TransportMatch] | None = children(
        "Conditions on IGMP, the multicast groups of IPv4.", xml="igmp"
    )
    esp_matches: list[TransportMatch] | None = children("Conditions on IPsec's ESP over IPv4, encrypted.", xml="esp")
    ah_matches: list[TransportMatch] | None = children("Conditions on IPsec's AH over IPv4, only signed.", xml="ah")
    udplite_matches: list[TransportMatch] | None = children("Conditions on UDP-Lite packets over IPv4.", xml="udplite")
    all_matches: list[TransportMatch] | None = children(
        "Conditions on IPv4 packets of any protocol, checked by iptables.", xml="all"
    )
    tcp_ipv6_matches: list[TcpMatch] | None = children(
        "Conditions on TCP over IPv6, checked by ip6tables.", xml="tcp-ipv6"
    )
    udp_ipv6_matches: list[PortMatch] | None = children(
        "Conditions on UDP over IPv6, checked by ip6tables.", xml="udp-ipv6"
    )
    sctp_ipv6_matches: list[PortMatch] | None = children(
        "Conditions on SCTP over IPv6, checked by ip6tables.", xml="sctp-ipv6"
    )
    icmpv6_matches: list[IcmpMatch] | None = children(
        "Conditions on ICMPv6, the control messages of IPv6.", xml="icmpv6"
    )
    esp_ipv6_matches: list[TransportMatch] | None = children(
        "Conditions on IPsec's ESP over IPv6, encrypted.", xml="esp-ipv6"
    )
    ah_ipv6_matches: list[TransportMatch] | None = children(
        "Conditions on IPsec's AH over IPv6, only signed.", xml="ah-ipv6"
    )
    udplite_ipv6_matches: list[TransportMatch] | None = children(
        "Conditions on UDP-Lite packets over IPv6.", xml="udplite-ipv6"
    )
    all_ipv6_matches: list[TransportMatch] | None = children(
        "Conditions on IPv6 packets of any protocol, checked by ip6tables.", xml="all-ipv6"
    )


_PROTOCOLS = {document_key(name): claim.xml for name, claim in claims(NwFilterRule).items() if claim.role == "children"}
"""The protocols of matches by the keys of the lists."""


@resource("filter", "NWFILTER")
class NwFilter(Resource):
    """A named set of rules for the packets that VMs may send and receive, enforced on the host.

    Filters refer to others, so that they make a tree. Values may be variables such as `$IP`, filled in where the filter
    is referred to; `$MAC` and `$IP` libvirt finds out by itself. `$PORTS[1]` is one element of a list (the first is 0);
    `$PORTS[@1]` stands for each in turn, by a numbered iterator. Since libvirt 0.8.1.
    """

    name: str | None = attribute(
        "What interfaces and other filters refer to, such as `clean-traffic`.", searchable=True
    )
    chain: str | None = attribute(
        "Chain of the host's firewall that the rules go into: `root`, or `mac`, `stp`, `vlan`, `arp`, `rarp`, `ipv4` "
        "or `ipv6` for packets of that protocol only, with any further text behind it, as in `arp-test`; `root` where "
        "it is missing.",
        searchable=True,
    )
    priority: int | None = attribute(
        "Place of the chain among others, -1000 to 1000, the lowest first. Where it is missing, `stp` has -810, `mac` "
        "-800, `vlan` -750, `ipv4` -700, `ipv6` -600, `arp` -500 and `rarp` -400.",
        since="0.9.8",
    )
    uuid: str | None = text_child(
        "UUID of the filter; libvirt makes one up where it is missing.", searchable=True, term=True
    )
    filterrefs: list[FilterReference] | None = children(
        "Other filters that the packets pass as well, never this one again.", xml="filterref"
    )
    rules: list[NwFilterRule] | None = children(
        "What becomes of which packets, in the order of the XML; the host goes by `priority` first.", xml="rule"
    )
