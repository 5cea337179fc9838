"""`<forward>` of a network: how its traffic gets to the world outside of the host.

Source: libvirt's network XML, "Connectivity".
"""

from ..devices.hostdev import HostdevDriver
from ..element import Element, attribute, child, children, element
from ..parts import HostPciAddress
from ..scalars import YesNo


@element
class NatAddressRange(Element):
    """Public IPv4 addresses behind which the guests of a network appear, all of them used in turn."""

    start: str | None = attribute("First address of the range.", searchable=True)
    end: str | None = attribute("Last address of the range; the same as the first for a single one.", searchable=True)


@element
class NatPortRange(Element):
    """Ports of the public address from which the guests' connections seem to come."""

    start: int | None = attribute("First port of the range, from 1.")
    end: int | None = attribute("Last port of the range, up to 65535.")


@element
class Nat(Element):
    """How the addresses of guests are translated; without it, to whichever address the host sends from."""

    ipv6: YesNo | None = attribute(
        "Whether IPv6 is translated too; it is plainly routed where this is missing.", since="6.5.0"
    )
    address_range: NatAddressRange | None = child("Public addresses that take the place of the guests'.", xml="address")
    port_range: NatPortRange | None = child("Ports that take the place of the guests'.", xml="port")


@element
class ForwardInterface(Element):
    """A network card of the host that carries a network's traffic; guests are spread over all that are listed."""

    dev: str | None = attribute("Name of the card on the host, such as `eth10`.", searchable=True)
    connections: int | None = attribute("Interfaces of VMs that use the card at the moment; live only.", since="0.10.0")


@element
class ForwardAddress(HostPciAddress):
    """A PCI function of the host that a network hands to one guest at a time, as a rule a virtual function."""

    connections: int | None = attribute("Interfaces of VMs that have the function at the moment; live only.")


@element
class NetworkForward(Element):
    """How a network's traffic gets to the world outside; a network without it is isolated from all others."""

    mode: str | None = attribute(
        "Way that packets take. Through a bridge that libvirt makes: `nat` (where it is missing) hides the guests "
        "behind the host's address, `route` sends packets as they are, `open` too but adds no firewall rules. Past "
        "it: `bridge` uses a bridge that exists already, or macvtap on the listed cards, as `private`, `vepa` and "
        "`passthrough` do in macvtap's modes of these names; `hostdev` hands PCI functions to the guests.",
        searchable=True,
    )
    dev: str | None = attribute(
        "The only interface of the host that the firewall lets packets of the network out through; any where it is "
        "missing. libvirt also writes the first of `interfaces` here.",
        searchable=True,
    )
    managed: YesNo | None = attribute(
        "Whether libvirt takes a `hostdev` function from the host's driver before a VM gets it and gives it back "
        "after; no where it is missing.",
        since="0.10.0",
    )
    interfaces: list[ForwardInterface] | None = children(
        "Network cards of the host to choose from for each guest, the least used one first.",
        xml="interface",
        since="0.9.4",
    )
    addresses: list[ForwardAddress] | None = children(
        "PCI functions of the host to choose from for each guest, in mode `hostdev`.",
        xml="address",
        since="0.10.0",
        term=True,
    )
    physical_function: str | None = attribute(
        "Network card with SR-IOV, such as `eth0`: all of its virtual functions are there to choose from, instead of a "
        "list.",
        xml="dev",
        within="pf",
        searchable=True,
        since="0.9.10",
    )
    driver: HostdevDriver | None = child("How a `hostdev` function is handed to the guest.", since="1.0.5")
    nat: Nat | None = child("How the addresses of guests are translated in mode `nat`.", since="1.0.3")


__all__ = ["NetworkForward"]
