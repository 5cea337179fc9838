"""`<interface>`: network interfaces.

Source: libvirt's domain XML, "Network interfaces".
"""

from collections.abc import Iterable
from enum import Enum

from ..device import Device, device
from ..element import Document, Element, attribute, child, children, element, text_child, value_at, variant
from ..interface_driver import InterfaceBackend, InterfaceDriver
from ..interface_source import InterfaceSource, nic_text
from ..network_parts import Bandwidth, VirtualPort, Vlan
from ..parts import IpAddress, IpRoute, Rom, Teaming
from ..scalars import Long, YesNo, word, words


@words
class LinkState(Enum):
    """Whether the guest finds the network cable plugged in."""

    UP = word("up", "The cable is plugged in: packets flow")
    DOWN = word("down", "The cable is pulled: no packets flow")


@words
class MacType(Enum):
    """Where a MAC address comes from, on VMware."""

    GENERATED = word("generated", "The hypervisor or its manager made it up")
    STATIC = word("static", "The user chose it, even inside VMware's own ranges")


@element
class MacAddress(Element):
    """The hardware address of an interface."""

    address: str | None = attribute(
        "Six bytes in hexadecimal, such as `52:54:00:12:34:56`; libvirt makes one up where none is given.",
        searchable=True,
        term=True,
    )
    type: MacType | None = attribute(
        "Where the address comes from; `STATIC` keeps one in VMware's own ranges as it is.", since="6.6.0"
    )
    check: YesNo | None = attribute("Whether VMware checks that the address is in its own ranges.")
    current_address: str | None = attribute(
        "Address that the guest set instead, where it is trusted to; live only.",
        searchable=True,
        term=True,
        since="11.2.0",
    )


@element
class InterfaceTarget(Element):
    """The host's end of an interface."""

    dev: str | None = attribute(
        "Name of the tap device, or a container's veth, on the host; libvirt picks one such as `vnet3` where it is "
        "missing.",
        searchable=True,
        term=True,
    )
    managed: YesNo | None = attribute(
        "Whether libvirt sets the device up; with `no` an existing one is handed over as it is. Yes where it is "
        "missing.",
        since="5.7.0",
    )


@element
class InterfaceGuest(Element):
    """The guest's end of a container's interface."""

    dev: str | None = attribute("Name of the interface inside the container.", since="1.2.7")
    actual: str | None = attribute("Name that the interface really got inside the container; live only.")


@words
class PortForwardProtocol(Enum):
    """Which traffic is forwarded to the guest."""

    TCP = word("tcp", "TCP connections that come from outside")
    UDP = word("udp", "UDP packets that come from outside")


@element
class PortForwardRange(Element):
    """Consecutive ports that are forwarded to the guest, or exempt from it."""

    start: int | None = attribute("First port of the host in the range.")
    end: int | None = attribute("Last port of the host in the range; only the first where it is missing.")
    to: int | None = attribute("Port in the guest that the first one leads to; the same number where it is missing.")
    exclude: YesNo | None = attribute("Whether these ports are left out of a larger range.")


@element
class PortForward(Element):
    """Ports of the host at which traffic from outside is let in to the guest, by passt."""

    proto: PortForwardProtocol | None = attribute("Kind of traffic that is forwarded.")
    address: str | None = attribute(
        "Address of the host that the traffic must be for; any where it is missing.", searchable=True
    )
    dev: str | None = attribute("Interface of the host that it must come in on; any where it is missing.")
    ranges: list[PortForwardRange] | None = children("Ports to forward; all of them where none is given.", xml="range")


@element
class FilterParameter(Element):
    """A value for a variable of a network filter."""

    name: str | None = attribute("Variable of the filter, such as `IP` or `MAC`.")
    value: str | None = attribute("Value that the variable takes; a variable given twice takes both.")


@element
class FilterReference(Element):
    """A network filter (nwfilter) that packets pass, and the values that its variables take."""

    filter: str | None = attribute("Name of the filter on the host, such as `clean-traffic`.", searchable=True)
    parameters: list[FilterParameter] | None = children("Values for the variables of the filter.", xml="parameter")


@element
class Coalesce(Element):
    """How interrupts of a tap device are gathered."""

    rx_frames_max: int | None = attribute(
        "Packets that may be received before an interrupt is raised.", xml="max", within="rx/frames"
    )


@device("interface", identity=("mac.address",))
class Interface(Device):
    """A network interface (NIC) that the guest sees."""

    type: str | None = attribute(
        "What the interface is connected to; decides the shape of `source`: `bridge`, `ethernet`, `vhostuser`, "
        "`network`, `direct`, `user`, `internal`, `mcast`, `client`, `udp`, `server`, `hostdev`, `vdpa`, `null` or "
        "`vds`.",
        searchable=True,
    )
    managed: YesNo | None = attribute(
        "Whether libvirt takes a `hostdev` card from the host's driver before the VM starts and gives it back after; "
        "no where it is missing."
    )
    trust_guest_rx_filters: YesNo | None = attribute(
        "Whether changes that the guest makes to its MAC address and receive filters are followed on the host; no "
        "where it is missing, virtio on macvtap only.",
        since="1.2.10",
    )
    mac: MacAddress | None = child("Hardware address of the interface.")
    source: InterfaceSource | None = variant("What the interface is connected to on the host.", by="type")
    virtualport: VirtualPort | None = child("Profile that the switch applies to the interface.")
    model: str | None = attribute(
        "Card that the guest sees, such as `virtio`, `virtio-transitional`, `virtio-non-transitional`, `e1000`, "
        "`e1000e`, `igb`, `rtl8139`, `netfront`, `usb-net` or `vmxnet3`.",
        xml="type",
        within="model",
        searchable=True,
    )
    link: LinkState | None = attribute(
        "Whether the guest finds the cable plugged in; it does where this is missing.",
        xml="state",
        within="link",
        searchable=True,
        since="0.9.5",
    )
    mtu: int | None = attribute(
        "Largest packet that the link carries, in bytes, such as 1500 or 9000.",
        xml="size",
        within="mtu",
        searchable=True,
        since="3.1.0",
    )
    coalesce: Coalesce | None = child(
        "How interrupts for packets are gathered, on types `network` and `bridge`.", since="3.3.0"
    )
    target: InterfaceTarget | None = child("The host's end of the interface.")
    guest: InterfaceGuest | None = child("The guest's end of a container's interface.")
    ips: list[IpAddress] | None = children(
        "Addresses that the guest gets: a container on its interface, a VM through SLIRP or passt.",
        xml="ip",
        since="1.2.12",
    )
    routes: list[IpRoute] | None = children(
        "Routes that a container gets; with passt the default route alone.", xml="route", since="1.2.12"
    )
    port_forwards: list[PortForward] | None = children(
        "Traffic from outside that passt lets in to the guest.", xml="portForward", since="9.0.0"
    )
    script: str | None = attribute(
        "Host path of a program that is run after the tap device is made.", xml="path", within="script", since="0.2.1"
    )
    downscript: str | None = attribute(
        "Host path of a program that is run after the tap device is closed.",
        xml="path",
        within="downscript",
        since="6.4.0",
    )
    backend_domain: str | None = attribute(
        "Name of the Xen domain that serves the interface, instead of the host itself.",
        xml="name",
        within="backenddomain",
        searchable=True,
        since="1.2.13",
    )
    backend: InterfaceBackend | None = child("Program or device of the host that the packets go through.")
    driver: InterfaceDriver | None = child("How the hypervisor moves the packets.")
    filterref: FilterReference | None = child("Network filter that its packets pass on the host.", since="0.8.0")
    sndbuf: Long | None = text_child(
        "Bytes of packets that the tap device may hold back for sending; QEMU takes 0 as no limit.",
        within="tune",
        since="0.8.8",
    )
    rom: Rom | None = child("Option ROM of the card that the firmware finds.")
    bandwidth: Bandwidth | None = child("Limits on the traffic of the interface (QoS).", since="0.9.4")
    vlan: Vlan | None = child("VLANs that the interface belongs to.", since="0.10.0")
    isolated: YesNo | None = attribute(
        "Whether it cannot reach other isolated interfaces on the same bridge; no where it is missing.",
        within="port",
        since="6.1.0",
    )
    teaming: Teaming | None = child("Which half of a failover pair the interface is.", since="6.1.0")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """`52:54:00:00:00:01, virtio NIC, network default, vnet3, link down`."""
        model = device.get("model")
        yield value_at(device, "mac.address")
        yield model and f"{model} NIC"
        passt = "passt" if value_at(device, "backend.type") == "passt" else None
        yield " ".join(part for part in (device.get("type"), passt, _connected_to(device)) if part)
        yield value_at(device, "target.dev")
        yield device.get("link") == "down" and "link down"


_WHERE = {"network": "network", "bridge": "bridge", "vhostuser": "path", "internal": "name", "vds": "switchid"}
"""The field of a source that tells where the interface leads, by kind; `dev` for the others."""


def _connected_to(device: Document) -> str | None:
    """Where the interface leads in one word, such as the bridge or the other end; None where it does not say."""
    source = device.get("source", {})
    kind = source.get("kind")
    if kind == "hostdev" and "address" in source:
        return nic_text(source["address"])
    if "port" in source:
        return f"{source.get('ipAddress', '')}:{source['port']}"
    where: str | None = source.get(_WHERE.get(kind, "dev")) or source.get("dev")
    return where
