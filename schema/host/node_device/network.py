"""`<capability type='net'>`: network interfaces of the host; also vDPA, which brings virtio cards made in hardware.

Source: libvirt's node device XML format, "net" and "vdpa".
"""

from ...element import Element, attribute, children, element, shape, text_child, variants
from ...network_parts import OperationalState
from .capability import NodeDeviceCapability, NodeDeviceSubcapability


@element
class NetworkOffload(Element):
    """Work that a network card takes off the CPU."""

    name: str | None = attribute(
        "libvirt's word for the work: `rx` and `tx` (checksums), `sg` (scatter-gather), `tso`, `ufo`, `gso`, `gro`, "
        "`lro` (cutting and joining packets), `rxvlan`, `txvlan`, `ntuple`, `rxhash`, `rdma`, `txudptnl`, `switchdev`."
    )


@shape("net")
class NetCapability(NodeDeviceCapability):
    """A network interface of the host."""

    interface: str | None = text_child("Name of the interface on the host, such as `eth0`.", searchable=True, term=True)
    mac_address: str | None = text_child(
        "Hardware address of the interface, six bytes in hexadecimal.", xml="address", searchable=True, term=True
    )
    link_speed: int | None = attribute(
        "Speed of the link in megabits a second, such as 1000; missing where none is there.", xml="speed", within="link"
    )
    link_state: OperationalState | None = attribute(
        "What the kernel says of the link.", xml="state", within="link", searchable=True
    )
    features: list[NetworkOffload] | None = children(
        "Work that the card takes off the CPU, as far as it is switched on.", xml="feature"
    )
    capabilities: list[NodeDeviceSubcapability] | None = variants(
        "Which sort of network it is on: Ethernet or wireless.", xml="capability"
    )


@shape("80203")
class EthernetCapability(NodeDeviceSubcapability):
    """It speaks Ethernet, IEEE 802.3."""


@shape("80211")
class WirelessCapability(NodeDeviceSubcapability):
    """It speaks wireless LAN (Wi-Fi) of some flavour, IEEE 802.11."""


@shape("vdpa")
class VdpaCapability(NodeDeviceCapability):
    """A vDPA device: hardware that moves a guest's virtio packets itself. Since libvirt 6.9.0."""

    chardev: str | None = text_child(
        "Path of the character device through which a hypervisor drives it, such as `/dev/vhost-vdpa-0`.",
        searchable=True,
        term=True,
    )
