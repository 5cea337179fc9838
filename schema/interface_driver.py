"""`<driver>` and `<backend>` of an interface: who moves its packets, and with which tuning.

Source: libvirt's domain XML, "Setting NIC driver-specific options" and "Setting network backend-specific options".
"""

from enum import Enum

from .element import Element, attribute, child, element
from .parts import VirtioOptions
from .scalars import OnOff, YesNo, word, words


@words
class TransmitMode(Enum):
    """What a virtio NIC does with packets when the transmit buffer is full."""

    IOTHREAD = word("iothread", "They are sent in the background: less latency, more work for the host")
    TIMER = word("timer", "They wait for a timer, then another attempt is made")


@element
class Offloads(Element):
    """Work on packets that one side of a virtio NIC leaves to the other; QEMU turns on what is supported."""

    csum: OnOff | None = attribute("Whether packets may come without their checksums.")
    tso4: OnOff | None = attribute("Whether TCP segments over IPv4 may exceed the MTU, to be split later.")
    tso6: OnOff | None = attribute("Whether TCP segments over IPv6 may exceed the MTU, to be split later.")
    ecn: OnOff | None = attribute("Whether such large TCP segments may carry marks of congestion (ECN).")
    ufo: OnOff | None = attribute("Whether UDP packets may exceed the MTU, to be split later.")


@element
class GuestOffloads(Offloads):
    """What the guest accepts from the host; QEMU turns on what is supported."""


@element
class HostOffloads(Offloads):
    """What the host accepts from the guest; QEMU turns on what is supported."""

    gso: OnOff | None = attribute("Whether packets of any kind may exceed the MTU, to be split later.")
    mrg_rxbuf: OnOff | None = attribute(
        "Whether one received packet may span several of the guest's buffers; on where it is missing.",
        xml="mrg_rxbuf",
        since="1.2.13",
    )


@element
class InterfaceDriver(VirtioOptions):
    """How the hypervisor moves an interface's packets: the backend, its queues and its offloads."""

    name: str | None = attribute(
        "Who moves the packets of a virtio NIC: `vhost`, the host's kernel, taken where it can be, or `qemu`, the "
        "hypervisor's process. Of a host device `vfio`, `kvm` or `xen`, which libvirt no longer heeds.",
        searchable=True,
        since="0.8.8",
    )
    model: str | None = attribute(
        "Kernel driver that a host device is bound to, such as `vfio-pci-igb`; the best match where it is missing.",
        searchable=True,
        since="10.0.0",
    )
    iommufd: YesNo | None = attribute(
        "Whether a host device is opened through iommufd; the domain's setting where it is missing.", since="12.1.0"
    )
    queues: int | None = attribute(
        "Number of queue pairs, so that several virtual CPUs can send and receive at once; virtio only.", since="1.0.6"
    )
    rx_queue_size: int | None = attribute(
        "Entries of each receive queue; QEMU takes powers of two from 256 to 1024.", xml="rx_queue_size", since="2.3.0"
    )
    tx_queue_size: int | None = attribute(
        "Entries of each transmit queue, a power of two; QEMU may take it for `vhostuser` interfaces only.",
        xml="tx_queue_size",
        since="3.7.0",
    )
    txmode: TransmitMode | None = attribute("What happens to packets when the transmit buffer is full.", since="0.8.8")
    ioeventfd: OnOff | None = attribute(
        "Whether a thread of its own handles I/O, while the virtual CPU runs on; the hypervisor decides where it is "
        "missing.",
        since="0.9.3",
    )
    event_idx: OnOff | None = attribute(
        "Whether both sides hold back notifications that the other does not need; usually on where it is missing.",
        xml="event_idx",
        since="0.9.5",
    )
    rss: OnOff | None = attribute(
        "Whether the host spreads received packets over the queues by a hash of their addresses (RSS).", since="8.3.0"
    )
    rss_hash_report: OnOff | None = attribute(
        "Whether the guest is told the hash of each received packet.", xml="rss_hash_report", since="8.3.0"
    )
    host: HostOffloads | None = child("Offloads that the host's side accepts.", since="1.2.9")
    guest: GuestOffloads | None = child("Offloads that the guest's side accepts.", since="1.2.9")


@element
class InterfaceBackend(Element):
    """The program or device of the host that the interface's packets go through."""

    type: str | None = attribute(
        "Program behind user-mode networking: `passt`, or `default`, which is SLIRP inside QEMU.",
        searchable=True,
        since="9.0.0",
    )
    tap: str | None = attribute("Host path of the tap device; `/dev/net/tun` where it is missing.", since="1.2.9")
    vhost: str | None = attribute(
        "Host path of the vhost device of a virtio NIC; `/dev/vhost-net` where it is missing.", since="1.2.9"
    )
    log_file: str | None = attribute("Host path of the file that passt logs to, for debugging.", since="9.0.0")
    hostname: str | None = attribute("Host name that passt gives the guest by DHCP.", searchable=True, since="11.8.0")
    fqdn: str | None = attribute(
        "Fully qualified domain name that passt gives the guest by DHCP.", searchable=True, since="11.8.0"
    )


__all__ = ["InterfaceBackend", "InterfaceDriver"]
