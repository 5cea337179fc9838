"""`<interface>`: network interfaces.

Source: libvirt's domain XML, "Network interfaces".
"""

from enum import Enum

from ..device import Device, device
from ..element import Element, Variant, attribute, child, children, element, family, shape, text_child, variant
from ..parts import HostPciAddress, IpAddress, IpRoute, Reconnect, Rom, Teaming, VirtioOptions
from ..scalars import Hex1, Hex4, Long, OnOff, YesNo, word, words


@words
class LinkState(Enum):
    """Whether the cable is plugged in."""

    UP = word("up", "The link carries packets")
    DOWN = word("down", "The link is cut")


@words
class MacType(Enum):
    """Where a MAC address comes from."""

    GENERATED = word("generated", "Made up by the hypervisor")
    STATIC = word("static", "Chosen by the user, whatever its prefix")


@words
class MacTableManager(Enum):
    """Who fills a bridge's table of MAC addresses."""

    KERNEL = word("kernel", "The kernel learns it from traffic")
    LIBVIRT = word("libvirt", "libvirt writes it and turns learning off")


@words
class VirtualPortType(Enum):
    """The kind of switch that an interface's profile is for."""

    VEPA_802_1QBG = word("802.1Qbg", "A switch that follows IEEE 802.1Qbg")
    VNTAG_802_1QBH = word("802.1Qbh", "A switch that follows IEEE 802.1Qbh")
    OPENVSWITCH = word("openvswitch", "A bridge of Open vSwitch")
    MIDONET = word("midonet", "A virtual network of MidoNet")


@words
class TransmitMode(Enum):
    """When a virtio NIC's packets are sent."""

    IOTHREAD = word("iothread", "At once, in the hypervisor's own thread")
    TIMER = word("timer", "After a short wait, several together")


@words
class NativeVlanMode(Enum):
    """How packets of a trunk's native VLAN are marked."""

    TAGGED = word("tagged", "They carry their tag")
    UNTAGGED = word("untagged", "They carry no tag")


@words
class PortForwardProtocol(Enum):
    """What is forwarded to the guest."""

    TCP = word("tcp", "TCP connections from outside")
    UDP = word("udp", "UDP packets from outside")


@element
class MacAddress(Element):
    """The hardware address of an interface."""

    address: str | None = attribute("Six bytes in hexadecimal: `52:54:00:12:34:56`.", searchable=True)
    type: MacType | None = attribute("Where the address comes from, on VMware.")
    check: YesNo | None = attribute("Whether VMware checks the address against its own range.")
    current_address: str | None = attribute("Address that the guest took instead; live only.")


@family()
class InterfaceSource(Variant):
    """What an interface is connected to on the host."""

    ips: list[IpAddress] | None = children("Addresses of the host's end.", xml="ip")
    routes: list[IpRoute] | None = children("Routes of the host's end.", xml="route")
    dev: str | None = attribute("Host device behind the interface.", searchable=True)


@shape("network")
class NetworkInterfaceSource(InterfaceSource):
    """A libvirt network."""

    network: str | None = attribute("Name of the libvirt network.", searchable=True)
    portgroup: str | None = attribute("Port group of the network.", searchable=True)
    portid: str | None = attribute("UUID of the network's port; live only.", searchable=True)
    bridge: str | None = attribute("Bridge that the network led to; live only.", searchable=True)
    mode: str | None = attribute("macvtap mode that the network led to; live only.")


@shape("bridge")
class BridgeInterfaceSource(InterfaceSource):
    """A bridge of the host."""

    bridge: str | None = attribute("Name of the bridge on the host.", searchable=True)
    network: str | None = attribute("libvirt network that led here; live only.", searchable=True)
    portgroup: str | None = attribute("Port group of that network; live only.")
    portid: str | None = attribute("UUID of the network's port; live only.")
    mac_table_manager: MacTableManager | None = attribute("Who fills the bridge's table of addresses.")


@shape("direct")
class DirectInterfaceSource(InterfaceSource):
    """A macvtap device on a host interface."""

    mode: str | None = attribute("How packets travel: `vepa`, `bridge`, `private` or `passthrough`.")
    network: str | None = attribute("libvirt network that led here; live only.", searchable=True)
    portgroup: str | None = attribute("Port group of that network; live only.")
    portid: str | None = attribute("UUID of the network's port; live only.")
    bridge: str | None = attribute("Bridge of that network; live only.")


@shape("hostdev")
class HostdevInterfaceSource(InterfaceSource):
    """A network card of the host that the guest drives itself."""

    address: HostPciAddress | None = child("Where the card is on the host.")
    network: str | None = attribute("libvirt network that led here; live only.", searchable=True)
    portgroup: str | None = attribute("Port group of that network; live only.")
    portid: str | None = attribute("UUID of the network's port; live only.")
    vendor: Hex4 | None = attribute("USB vendor of the card.", xml="id", within="vendor")
    product: Hex4 | None = attribute("USB product of the card.", xml="id", within="product")


@shape("vhostuser")
class VhostUserInterfaceSource(InterfaceSource):
    """A process of the host that switches packets in user space."""

    type: str | None = attribute("Kind of connection, always `unix`.")
    path: str | None = attribute("Host path of the process's socket.", searchable=True)
    mode: str | None = attribute("Role of the hypervisor on the socket: `server` or `client`.")
    reconnect: Reconnect | None = child("How a lost connection is made again.")


@shape("vdpa", "ethernet", "null", "user")
class PlainInterfaceSource(InterfaceSource):
    """A vDPA device, a bare tap, user-mode networking, or nothing."""


@shape("internal")
class InternalInterfaceSource(InterfaceSource):
    """A network inside the hypervisor."""

    name: str | None = attribute("Name of the hypervisor's network.", searchable=True)


@shape("mcast", "client", "server", "udp")
class SocketInterfaceSource(InterfaceSource):
    """A socket that carries the guest's packets to another VM."""

    ip_address: str | None = attribute(
        "Address of the other end, or the multicast group.", xml="address", searchable=True
    )
    port: int | None = attribute("Port of the other end, or of the group.")
    local_address: str | None = attribute("Address of this end, with UDP.", xml="address", within="local")
    local_port: int | None = attribute("Port of this end, with UDP.", xml="port", within="local")


@shape("vds")
class DistributedSwitchInterfaceSource(InterfaceSource):
    """A port of a VMware distributed switch."""

    switchid: str | None = attribute("UUID of the distributed switch.", searchable=True)
    portid: str | None = attribute("Port of the switch.", searchable=True)
    portgroupid: str | None = attribute("Port group of the switch.", searchable=True)
    connectionid: Long | None = attribute("VMware's number for the connection.")


@shape("other")
class OtherInterfaceSource(InterfaceSource):
    """A connection of a type that this release does not know."""


@element
class VirtualPort(Element):
    """The profile that a switch applies to an interface."""

    type: VirtualPortType | None = attribute("Kind of switch that the profile is for.", searchable=True)
    managerid: Hex1 | None = attribute("802.1Qbg: which database the type is from.", within="parameters")
    typeid: Hex1 | None = attribute("802.1Qbg: the type of port.", within="parameters")
    typeidversion: Hex1 | None = attribute("802.1Qbg: the version of the type.", within="parameters")
    instanceid: str | None = attribute("802.1Qbg: UUID of this port.", within="parameters")
    profileid: str | None = attribute("Name of the profile on the switch.", within="parameters", searchable=True)
    interfaceid: str | None = attribute("UUID of the port on the switch.", within="parameters", searchable=True)


@element
class InterfaceTarget(Element):
    """The host's end of an interface."""

    dev: str | None = attribute("Name of the tap device on the host, such as `vnet3`.", searchable=True)
    managed: YesNo | None = attribute("Whether libvirt makes and removes that device.")


@element
class InterfaceGuest(Element):
    """The guest's end of a container's interface."""

    dev: str | None = attribute("Name that the container sees.")
    actual: str | None = attribute("Name that the device has while it is being moved.")


@element
class PortForwardRange(Element):
    """Ports that are forwarded to the guest."""

    start: int | None = attribute("First port on the host.")
    end: int | None = attribute("Last port on the host; only the first where it is missing.")
    to: int | None = attribute("First port in the guest, where it differs.")
    exclude: YesNo | None = attribute("Whether these ports are kept back.")


@element
class PortForward(Element):
    """Connections from outside that reach the guest of a user-mode network."""

    proto: PortForwardProtocol | None = attribute("What is forwarded.")
    address: str | None = attribute("Host address that is listened on.")
    dev: str | None = attribute("Host interface that is listened on.")
    ranges: list[PortForwardRange] | None = children("Ports to forward; all where none is named.", xml="range")


@element
class InterfaceBackend(Element):
    """The host side that moves the packets."""

    type: str | None = attribute("Backend of user networking: `default` or `passt`.")
    tap: str | None = attribute("Host path of the tap device, in place of `/dev/net/tun`.")
    vhost: str | None = attribute("Host path of the vhost device, in place of `/dev/vhost-net`.")
    log_file: str | None = attribute("Host path of passt's log.")
    hostname: str | None = attribute("Host name that passt gives the guest.")
    fqdn: str | None = attribute("Fully qualified name that passt gives the guest.")


@element
class HostOffloads(Element):
    """Work that the host may leave to its network card."""

    csum: OnOff | None = attribute("Whether checksums may be left out.")
    gso: OnOff | None = attribute("Whether large packets may be split late.")
    tso4: OnOff | None = attribute("Whether large IPv4 segments are taken.")
    tso6: OnOff | None = attribute("Whether large IPv6 segments are taken.")
    ecn: OnOff | None = attribute("Whether congestion marks are taken.")
    ufo: OnOff | None = attribute("Whether large UDP packets are taken.")
    mrg_rxbuf: OnOff | None = attribute("Whether received packets may span buffers.", xml="mrg_rxbuf")


@element
class GuestOffloads(Element):
    """Work that the guest may leave to its network card."""

    csum: OnOff | None = attribute("Whether checksums may be left out.")
    tso4: OnOff | None = attribute("Whether large IPv4 segments are taken.")
    tso6: OnOff | None = attribute("Whether large IPv6 segments are taken.")
    ecn: OnOff | None = attribute("Whether congestion marks are taken.")
    ufo: OnOff | None = attribute("Whether large UDP packets are taken.")


@element
class InterfaceDriver(VirtioOptions):
    """How the hypervisor serves an interface."""

    name: str | None = attribute("Backend: `vhost` or `qemu` for virtio; `vfio`, `kvm` or `xen` for a host device.")
    model: str | None = attribute("Kernel driver that a host device is bound to.")
    queues: int | None = attribute("Number of queue pairs.")
    rx_queue_size: int | None = attribute("Entries of each receive queue.", xml="rx_queue_size")
    tx_queue_size: int | None = attribute("Entries of each transmit queue.", xml="tx_queue_size")
    txmode: TransmitMode | None = attribute("When packets are sent.")
    ioeventfd: OnOff | None = attribute("Whether I/O leaves the virtual CPU at once.")
    event_idx: OnOff | None = attribute("Whether virtqueues hold back notifications.", xml="event_idx")
    rss: OnOff | None = attribute("Whether received packets are spread over the queues.")
    rss_hash_report: OnOff | None = attribute("Whether the guest learns the hash of a packet.", xml="rss_hash_report")
    host: HostOffloads | None = child("Offloads of the host's side.")
    guest: GuestOffloads | None = child("Offloads of the guest's side.")


@element
class FilterParameter(Element):
    """A value for a variable of a network filter."""

    name: str | None = attribute("Variable of the filter, such as `IP`.")
    value: str | None = attribute("Value that the variable takes.")


@element
class FilterReference(Element):
    """The network filter that an interface's packets pass."""

    filter: str | None = attribute("Name of the filter on the host.", searchable=True)
    parameters: list[FilterParameter] | None = children("Values for the filter's variables.", xml="parameter")


@element
class BandwidthLimit(Element):
    """Limit on one direction of traffic."""

    average: Long | None = attribute("Mean rate in KiB a second.")
    peak: Long | None = attribute("Largest rate in KiB a second.")
    burst: Long | None = attribute("KiB that may be sent at the largest rate.")
    floor: Long | None = attribute("Guaranteed rate in KiB a second, inbound on a libvirt network.")


@element
class Bandwidth(Element):
    """Limits on an interface's traffic."""

    class_id: int | None = attribute("libvirt's number for the traffic class; live only.", xml="classID")
    inbound: BandwidthLimit | None = child("Limit on what the guest receives.")
    outbound: BandwidthLimit | None = child("Limit on what the guest sends.")


@element
class VlanTag(Element):
    """A VLAN that an interface belongs to."""

    id: int | None = attribute("Number of the VLAN, 1 to 4094.", searchable=True)
    native_mode: NativeVlanMode | None = attribute("Says that it is the trunk's native VLAN.")


@element
class Vlan(Element):
    """The VLANs of an interface."""

    trunk: YesNo | None = attribute("Whether the guest sees the tags.")
    tags: list[VlanTag] | None = children("VLANs, several on a trunk.", xml="tag")


@element
class Coalesce(Element):
    """How interrupts of a tap device are gathered."""

    rx_frames_max: int | None = attribute("Packets received before an interrupt.", xml="max", within="rx/frames")


@device("interface", identity=("mac.address",))
class Interface(Device):
    """A network interface that the guest sees."""

    type: str | None = attribute(
        "What it is connected to; decides the shape of `source`: `bridge`, `ethernet`, `vhostuser`, `network`, "
        "`direct`, `user`, `internal`, `mcast`, `client`, `udp`, `server`, `hostdev`, `vdpa`, `null` or `vds`.",
        searchable=True,
    )
    managed: YesNo | None = attribute("Whether libvirt takes a host device from its driver by itself.")
    trust_guest_rx_filters: YesNo | None = attribute("Whether the guest may change its address filter on the host.")
    mac: MacAddress | None = child("Its hardware address.")
    source: InterfaceSource | None = variant("What it is connected to.", by="type")
    virtualport: VirtualPort | None = child("Profile that the switch applies.")
    model: str | None = attribute(
        "Card that the guest sees, such as `virtio` or `e1000e`.", xml="type", within="model", searchable=True
    )
    link: LinkState | None = attribute("Whether the cable is plugged in.", xml="state", within="link", searchable=True)
    mtu: int | None = attribute("Largest packet in bytes.", xml="size", within="mtu")
    coalesce: Coalesce | None = child("How interrupts are gathered.")
    target: InterfaceTarget | None = child("The host's end.")
    guest: InterfaceGuest | None = child("The guest's end, of a container.")
    ips: list[IpAddress] | None = children("Addresses that the guest gets.", xml="ip")
    routes: list[IpRoute] | None = children("Routes that the guest gets.", xml="route")
    port_forwards: list[PortForward] | None = children("Connections let in by passt.", xml="portForward")
    script: str | None = attribute("Host program run to set the device up.", xml="path", within="script")
    downscript: str | None = attribute("Host program run to take the device down.", xml="path", within="downscript")
    backend_domain: str | None = attribute("Xen domain that serves it.", xml="name", within="backenddomain")
    backend: InterfaceBackend | None = child("The host side that moves the packets.")
    driver: InterfaceDriver | None = child("How the hypervisor serves it.")
    filterref: FilterReference | None = child("Network filter that its packets pass.")
    sndbuf: Long | None = text_child("Bytes that the host buffers for sending; 0 is unlimited.", within="tune")
    rom: Rom | None = child("Option ROM that the firmware finds.")
    bandwidth: Bandwidth | None = child("Limits on its traffic.")
    vlan: Vlan | None = child("VLANs it belongs to.")
    isolated: YesNo | None = attribute("Whether it is kept from other isolated ports.", within="port")
    teaming: Teaming | None = child("Its half of a failover pair.")
