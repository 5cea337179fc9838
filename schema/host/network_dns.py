"""`<dns>` and `<domain>` of a network: the DNS server that libvirt runs for its guests.

Source: libvirt's network XML, "Addressing" and "Connectivity".
"""

from ..element import Element, attribute, children, element
from ..scalars import YesNo


@element
class DnsDomain(Element):
    """The DNS domain of a network's guests."""

    name: str | None = attribute("Domain that guests belong to, such as `example.com`.", searchable=True)
    local_only: YesNo | None = attribute(
        "Whether names in the domain are looked for here alone, never at the host's own DNS servers; no where it is "
        "missing.",
        since="1.2.12",
    )
    register: YesNo | None = attribute(
        "Whether the host resolves names in the domain through this network's server, by systemd-resolved; no where it "
        "is missing.",
        since="10.1.0",
    )


@element
class DnsForwarder(Element):
    """A DNS server that is asked instead of the host's own, for all names or for those of one domain."""

    address: str | None = attribute(
        "Address of the server to ask; where it is missing, the domain is resolved as if there were no forwarder.",
        xml="addr",
        searchable=True,
        since="1.1.3",
    )
    domain: str | None = attribute(
        "Domain whose names the server is asked for; all names where it is missing.", searchable=True, since="2.2.0"
    )


@element
class DnsTxtRecord(Element):
    """A TXT record: free text under a name."""

    name: str | None = attribute("Name that can be asked for, without spaces and commas.", searchable=True)
    value: str | None = attribute("Text of the answer, several values joined by commas.")


@element
class DnsSrvRecord(Element):
    """An SRV record: where in a domain a service is to be found, as RFC 2782 says."""

    service: str | None = attribute("Symbolic name of the service, such as `ldap`.", searchable=True)
    protocol: str | None = attribute("Transport that the service speaks: `tcp` or `udp`.")
    domain: str | None = attribute(
        "Domain that offers the service; the network's own where it is missing.", searchable=True
    )
    target: str | None = attribute("Host that offers the service; `.` says that nobody does.", searchable=True)
    port: int | None = attribute("Port of the service on that host.")
    priority: int | None = attribute("Rank among several hosts, the lowest number is tried first.")
    weight: int | None = attribute("Share of the requests among hosts of one rank; more for a higher number.")


@element
class DnsHost(Element):
    """Names for one address, as in a hosts file."""

    ip: str | None = attribute("Address that the names stand for.", searchable=True, term=True)
    hostnames: list[str] | None = children(
        "Names that resolve to the address.", xml="hostname", searchable=True, term=True
    )


@element
class Dns(Element):
    """The DNS server that libvirt runs for a network, on all of the host's addresses there."""

    enable: YesNo | None = attribute(
        "Whether the server runs at all; yes where it is missing, even without this element.", since="2.2.0"
    )
    forward_plain_names: YesNo | None = attribute(
        "Whether names without a dot that are unknown here are looked for at the host's own DNS servers; yes where it "
        "is missing.",
        since="1.1.2",
    )
    forwarders: list[DnsForwarder] | None = children(
        "Servers that are asked instead of the host's own.", xml="forwarder", since="1.1.3"
    )
    txt_records: list[DnsTxtRecord] | None = children("Free texts that the server answers with.", xml="txt")
    srv_records: list[DnsSrvRecord] | None = children(
        "Services that the server tells the place of.", xml="srv", since="0.9.9"
    )
    hosts: list[DnsHost] | None = children("Further names that the server knows, by their address.", xml="host")


__all__ = ["Dns", "DnsDomain"]
