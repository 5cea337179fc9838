"""`<ip>` of a network: the host's own address on it, and the DHCP, BOOTP and TFTP services for its guests.

Source: libvirt's network XML, "Addressing".
"""

from enum import Enum

import strawberry

from ..element import Document, Element, attribute, child, children, derived, element
from ..parts import IpFamily
from ..scalars import Long, YesNo, word, words


@words
class LeaseUnit(Enum):
    """What a lease time is counted in."""

    SECONDS = word("seconds", "The lease time is taken as it is")
    MINUTES = word("minutes", "The lease time counts sixty seconds each")
    HOURS = word("hours", "The lease time counts 3600 seconds each")


_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}


@element
class DhcpLeaseTime(Element):
    """How long a guest may keep an address before it has to ask again."""

    expiry: Long | None = attribute("Length in `unit`, at least two minutes; 0 for a lease that never ends.")
    unit: LeaseUnit | None = attribute("What the length is counted in; minutes where it is missing.")

    @derived("The length in seconds; 0 for a lease that never ends.")
    def seconds(document: strawberry.Parent[Document]) -> Long | None:
        if "expiry" not in document:
            return None
        return Long(int(document["expiry"]) * _SECONDS[document.get("unit", "minutes")])


@element
class DhcpRange(Element):
    """Consecutive addresses that the DHCP server hands out."""

    start: str | None = attribute("First address of the range.", searchable=True)
    end: str | None = attribute("Last address of the range.", searchable=True)
    lease: DhcpLeaseTime | None = child("How long these addresses may be kept.", since="6.3.0")


@element
class DhcpHost(Element):
    """A reservation: a guest that always gets the same address, told by its MAC address, DUID or name."""

    mac: str | None = attribute("MAC address by which the guest is known, for IPv4.", searchable=True, term=True)
    duid: str | None = attribute(
        "DHCP unique identifier by which the guest is known, for IPv6: `0:1:0:1:18:aa:62:fe:0:16:3e:44:55:66`.",
        xml="id",
        searchable=True,
    )
    name: str | None = attribute(
        "Host name that the guest is given, or by which it is known where it has neither MAC address nor DUID.",
        searchable=True,
        term=True,
    )
    ip: str | None = attribute("Address that the guest always gets.", searchable=True, term=True)
    lease: DhcpLeaseTime | None = child("How long the guest may keep the address.", since="6.3.0")


@element
class Bootp(Element):
    """What the DHCP server tells guests that boot over the network (PXE), for IPv4."""

    file: str | None = attribute("Boot image that the guest fetches by TFTP.", searchable=True)
    server: str | None = attribute(
        "Name or address of the TFTP server; the host itself where it is missing.", searchable=True, since="0.7.3"
    )


@element
class Dhcp(Element):
    """The DHCP server that libvirt runs for a network; one for IPv4 and one for IPv6 at most."""

    ranges: list[DhcpRange] | None = children("Addresses for guests that nothing is reserved for.", xml="range")
    hosts: list[DhcpHost] | None = children("Guests that always get the same address.", xml="host", since="0.4.5")
    bootp: Bootp | None = child("What guests that boot over the network are told.", since="0.7.1")


@element
class NetworkIp(Element):
    """An address that the host has on a network, which is the guests' way out, and what it serves there."""

    address: str | None = attribute(
        "IPv4 or IPv6 address of the host on the network's bridge; guests have it as their default route.",
        searchable=True,
        term=True,
    )
    netmask: str | None = attribute("Netmask such as `255.255.255.0`, instead of `prefix`; IPv4 only.")
    prefix: int | None = attribute("Bits of the address that name the network, such as 24.", since="0.8.7")
    family: IpFamily | None = attribute("Version of the address; IPv4 where it is missing.", since="0.8.7")
    local_ptr: YesNo | None = attribute(
        "Whether names for addresses of this network (reverse DNS) are looked for here alone, never at the host's own "
        "DNS servers; no where it is missing.",
        since="3.0.0",
    )
    tftp_root: str | None = attribute(
        "Host path of the directory that is served to guests by TFTP; IPv4 only, once in a network.",
        xml="root",
        within="tftp",
        searchable=True,
        since="0.7.1",
    )
    dhcp: Dhcp | None = child("DHCP server for the network; without it guests need addresses from elsewhere.")


__all__ = ["NetworkIp"]
