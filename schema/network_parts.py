"""Small elements that a VM's network interfaces share with the networks of a host, their ports and its interfaces.

Source: libvirt's domain XML, "Network interfaces", and its network, network port and interface XML.
"""

from enum import Enum

from .element import Element, attribute, child, children, element, text_child
from .scalars import AnyBase, Long, YesNo, word, words


@element
class HardwareAddress(Element):
    """The MAC address of an interface."""

    address: str | None = attribute(
        "Six bytes in hexadecimal, such as `52:54:00:12:34:56`.", searchable=True, term=True
    )


@element
class OwnerVm(Element):
    """The VM that libvirt made something for, such as a port of a network."""

    name: str | None = text_child("Name that the VM has on this host.", searchable=True)
    uuid: str | None = text_child("UUID that the VM has in libvirt.", searchable=True)


@words
class OperationalState(Enum):
    """What the kernel says of a network interface's link, in the words of RFC 2863."""

    UNKNOWN = word("unknown", "The driver does not tell")
    NOT_PRESENT = word("notpresent", "Some part is missing, as a rule the hardware")
    DOWN = word("down", "It is switched off, or no cable is plugged in")
    LOWER_LAYER_DOWN = word("lowerlayerdown", "The interface that it is built on is down")
    TESTING = word("testing", "It is being tested and lets no packets through")
    DORMANT = word("dormant", "It waits for an event, such as a login to the network")
    UP = word("up", "It is ready to send and receive packets")


@words
class MacTableManager(Enum):
    """Who fills a bridge's table of MAC addresses."""

    KERNEL = word("kernel", "The kernel learns the addresses from traffic, as bridges usually do")
    LIBVIRT = word("libvirt", "libvirt enters the addresses itself and turns learning and flooding off")


@words
class VirtualPortType(Enum):
    """The kind of switch that a port profile is for."""

    VEPA_802_1QBG = word("802.1Qbg", "A VEPA switch that follows IEEE 802.1Qbg", since="0.8.2")
    VNTAG_802_1QBH = word("802.1Qbh", "A VN-Link switch that follows IEEE 802.1Qbh", since="0.8.2")
    OPENVSWITCH = word("openvswitch", "A bridge of Open vSwitch on the host", since="0.9.11")
    MIDONET = word("midonet", "A virtual network topology of MidoNet", since="1.2.13")


@element
class VirtualPort(Element):
    """The profile that a switch applies to an interface.

    Which values it needs depends on the kind of switch; what is missing is taken from the port group, then the network.
    """

    type: VirtualPortType | None = attribute(
        "Kind of switch that the profile is for; where it is missing, the network decides.", searchable=True
    )
    managerid: AnyBase | None = attribute(
        "802.1Qbg: number of the database that defines types and instances of ports, 1 to 255.", within="parameters"
    )
    typeid: AnyBase | None = attribute(
        "802.1Qbg: number of the port's type, under which an administrator keeps the rules for its network access.",
        within="parameters",
    )
    typeidversion: AnyBase | None = attribute(
        "802.1Qbg: version of the port's type, as several can exist side by side.", within="parameters"
    )
    instanceid: str | None = attribute(
        "802.1Qbg: UUID of this one port of a VM on the switch.", within="parameters", searchable=True, term=True
    )
    profileid: str | None = attribute(
        "802.1Qbh: name of the port profile to apply; Open vSwitch gets it as the interface's `port-profile`.",
        within="parameters",
        searchable=True,
    )
    interfaceid: str | None = attribute(
        "UUID that the switch knows the port by: on Open vSwitch made up by libvirt where it is missing, on MidoNet "
        "the port of the virtual topology.",
        within="parameters",
        searchable=True,
        term=True,
    )


@words
class NativeVlanMode(Enum):
    """How packets of a trunk's native VLAN are marked."""

    TAGGED = word("tagged", "Packets of the native VLAN carry its tag")
    UNTAGGED = word("untagged", "Packets of the native VLAN carry no tag")


@element
class VlanTag(Element):
    """A VLAN that an interface or network belongs to."""

    id: int | None = attribute("Number of the VLAN, 0 to 4095.", searchable=True)
    native_mode: NativeVlanMode | None = attribute(
        "Says that this is the trunk's native VLAN, and whether its packets are tagged.", since="1.1.0"
    )


@element
class Vlan(Element):
    """VLANs that traffic is tagged with on the way, on Open vSwitch, SR-IOV functions and newer Linux bridges."""

    trunk: YesNo | None = attribute(
        "Whether the port is a trunk, which lets tagged packets through; several tags imply it, one tag needs it said."
    )
    tags: list[VlanTag] | None = children("VLANs that the port carries, one element each.", xml="tag")


@element
class BandwidthLimit(Element):
    """Limit on the traffic in one direction."""

    average: Long | None = attribute("Mean rate that traffic is shaped to, in kilobytes a second.")
    peak: Long | None = attribute(
        "Highest rate for a burst, in kilobytes a second; ignored for outbound traffic on Linux."
    )
    burst: Long | None = attribute("Kilobytes that may be sent in one go at the highest rate.")
    floor: Long | None = attribute(
        "Guaranteed rate in kilobytes a second; inbound only, on libvirt networks that are routed, NATed or isolated."
    )


@element
class Bandwidth(Element):
    """Traffic shaping (QoS): a direction that is missing is not limited."""

    class_id: int | None = attribute(
        "libvirt's own number for the traffic class of an interface with a guaranteed rate; live only.", xml="classID"
    )
    inbound: BandwidthLimit | None = child("Limit on traffic towards the guest.")
    outbound: BandwidthLimit | None = child("Limit on traffic that the guest sends.")
