"""What network interfaces lead to, and the MAC addresses, VLANs and switch ports that they share with networks."""

import re
from collections.abc import Iterator

from ..element import Document, value_at
from .keys import endpoint, lower, mac, path, pci, usb
from .spaces import (
    CHARACTER,
    ENDPOINT,
    HYPERVISOR_NETWORK,
    INTERFACE,
    MAC_ADDRESS,
    NETWORK,
    NETWORK_PORT,
    NWFILTER,
    PCI,
    SOCKET,
    USB,
    VIRTUAL_PORT,
    VLAN,
)
from .words import Access, Also, Edge, Name, Named


def _direct_access(interface: Document) -> Access:
    """macvtap's passthrough takes the whole card; in the other modes it is shared."""
    return "EXCLUSIVE" if value_at(interface, "source.mode") == "passthrough" else "CONNECT"


def _card(source: Document) -> Named:
    """A network card that is passed through: on the PCI bus, or on a USB bus."""
    address = source.get("address", {})
    if address.get("type") == "usb" or {"device", "port"} & address.keys() or "vendor" in source:
        name = usb(address, source)
        return Name(name, space=USB) if isinstance(name, str) else None
    return Name(pci(address), space=PCI) if {"domain", "bus", "slot", "function"} & address.keys() else None


def _switch_port(source: Document) -> Iterator[Named]:
    """A port of a VMware switch and the group that it belongs to."""
    switch = lower(source.get("switchid", ""))
    for kind in ("portid", "portgroupid"):
        if switch and source.get(kind):
            yield f"vds:{switch}/{'group:' if kind == 'portgroupid' else ''}{source[kind]}"


def _own_socket(source: Document) -> Named:
    """Where this end of a tunnel receives: of a UDP tunnel its local side, else where a server listens."""
    if source.get("kind") == "udp":
        return endpoint(source.get("localAddress"), source.get("localPort"), "udp")
    return endpoint(source.get("ipAddress"), source.get("port"))


def _other_socket(source: Document) -> Named:
    """Where a tunnel leads: to a server, the other end of a UDP tunnel, or a multicast group."""
    protocol = "tcp" if source.get("kind") == "client" else "udp"
    return endpoint(source.get("ipAddress"), source.get("port"), protocol)


def _port(virtualport: Document) -> Iterator[Named]:
    """What names a single port of a switch."""
    for key, kind in (("interfaceid", "interface"), ("instanceid", "instance")):
        if virtualport.get(key):
            yield f"{kind}:{lower(virtualport[key])}"


def _profile(virtualport: Document) -> Iterator[Named]:
    """What a switch knows many ports by: the name of a profile, or the kind of port in 802.1Qbg's database."""
    if virtualport.get("profileid"):
        yield f"profile:{virtualport['profileid']}"
    if "typeid" in virtualport:
        numbers = (str(virtualport.get(key, "")) for key in ("managerid", "typeid", "typeidversion"))
        yield f"vsi-type:{'/'.join(numbers)}"


_MADE_UP = re.compile(r"testnet\d+", re.ASCII)
"""What libvirt's test driver calls the interfaces of each VM, counting anew for every one: they are no devices."""


def _tap(name: str) -> Named:
    """A device of the host; a pattern such as `vnet%d` is none yet."""
    return name if "%" not in name and not _MADE_UP.fullmatch(name) else None


EDGES = (
    Edge(
        "if-network", "The virtual network that an interface is plugged into.", of="interface", at="source.network",
        to=NETWORK, access="CONNECT", source=True,
    ),
    Edge(
        "if-networkport", "The port that an interface got on its virtual network.", of="interface",
        at="source[network|bridge|direct|hostdev].portid", to=NETWORK_PORT, by=lower, access="EXCLUSIVE",
    ),
    Edge(
        "if-bridge", "The bridge of the host that an interface is plugged into, itself or by way of its network.",
        of="interface", at="source.bridge", to=INTERFACE, access="CONNECT", source=True,
    ),
    Edge(
        "if-direct", "The network card of the host that an interface sits on, or whose routes it gets.",
        of="interface", at="source[direct].dev", to=INTERFACE, access=_direct_access, source=True,
        also=(Also("interface", "source[user|vhostuser].dev", INTERFACE, access="CONNECT"),),
    ),
    Edge(
        "if-hostdev", "The network card of the host that an interface is.", of="interface", at="source[hostdev]",
        to=PCI, by=_card, access="EXCLUSIVE", source=True,
    ),
    Edge(
        "if-vhostuser", "The socket of the switch in user space that an interface is plugged into.", of="interface",
        at="source[vhostuser].path", to=SOCKET, by=path, access="EXCLUSIVE", source=True,
    ),
    Edge(
        "if-vdpa", "The vDPA device of the host that an interface is.", of="interface", at="source[vdpa].dev",
        to=CHARACTER, by=path, access="EXCLUSIVE", source=True,
    ),
    Edge(
        "if-vds", "The port of a VMware distributed switch that an interface has, and its port group.",
        of="interface", at="source[vds]", to=VIRTUAL_PORT, by=_switch_port, access="CONNECT", source=True,
    ),
    Edge(
        "if-socket", "An end of a tunnel between VMs: where an interface receives packets, or sends them to.",
        of="interface", at="source[client|mcast|udp]", to=ENDPOINT, by=_other_socket, access="CONNECT", source=True,
        also=(Also("interface", "source[server|udp]", ENDPOINT, _own_socket, "EXCLUSIVE"),),
    ),
    Edge(
        "if-internal", "The network inside the hypervisor that an interface is plugged into.", of="interface",
        at="source[internal].name", to=HYPERVISOR_NETWORK, access="CONNECT", source=True,
    ),
    Edge(
        "if-filter", "The network filter that the packets of an interface pass.", of="interface",
        at="filterref.filter", to=NWFILTER,
    ),
    Edge(
        "if-virtualport", "The port of a switch that an interface has, or the profile that it is set up by.",
        of="interface", at="virtualport", to=VIRTUAL_PORT, by=_port, access="EXCLUSIVE",
        also=(
            Also("interface", "virtualport", VIRTUAL_PORT, _profile, "CONNECT"),
            Also("NETWORK", "virtualport portgroups.virtualport", VIRTUAL_PORT, _profile),
            Also("NETWORK_PORT", "virtualport", VIRTUAL_PORT, _port),
            Also("NETWORK_PORT", "virtualport", VIRTUAL_PORT, _profile),
        ),
    ),
    Edge(
        "if-tap", "The host's end of an interface, such as a tap device.", of="interface", at="target.dev",
        to=INTERFACE, by=_tap, access="EXCLUSIVE",
    ),
    Edge(
        "if-mac", "The MAC address of an interface, and who knows it: its network's DHCP server, a port, a filter.",
        of="interface", at="mac.address mac.currentAddress", to=MAC_ADDRESS, by=mac, access="EXCLUSIVE",
        also=(
            Also("NETWORK", "mac.address ips.dhcp.hosts.mac facts.leases.mac", MAC_ADDRESS, mac),
            Also("NETWORK_PORT NWFILTER_BINDING", "mac.address", MAC_ADDRESS, mac),
            Also("NODE_DEVICE", "capabilities[net].macAddress", MAC_ADDRESS, mac),
        ),
    ),
    Edge(
        "if-vlan", "A VLAN that the packets of an interface are tagged with.", of="interface", at="vlan.tags.id",
        to=VLAN, access="CONNECT",
        also=(
            Also("NETWORK", "vlan.tags.id portgroups.vlan.tags.id", VLAN),
            Also("NETWORK_PORT", "vlan.tags.id", VLAN),
        ),
    ),
)  # fmt: skip
