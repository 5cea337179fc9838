"""`<serial>`, `<parallel>`, `<console>` and `<channel>`: the guest's character devices.

Source: libvirt's domain XML, "Consoles, serial, parallel & channel devices".
"""

from collections.abc import Iterable
from enum import Enum

from ..chardev import CharacterDeviceBackend, host_end
from ..device import Device, device
from ..element import Document, Element, attribute, child, element, value_at
from ..scalars import word, words


def _joined(*parts: object) -> str:
    return " ".join(str(part) for part in parts if part is not None)


@words
class ChannelState(Enum):
    """Whether a program in the guest has opened a channel."""

    CONNECTED = word("connected", "A program in the guest has the channel open")
    DISCONNECTED = word("disconnected", "No program in the guest has the channel open")


@element
class SerialTarget(Element):
    """What the guest sees of a serial port, a parallel port or a console."""

    type: str | None = attribute(
        "Kind of port. Serial: `isa-serial`, `usb-serial`, `pci-serial`, `spapr-vio-serial`, `system-serial`, "
        "`sclp-serial` or `isa-debug`. Console: `serial` (the first serial port once more), `virtio`, `xen`, `lxc`, "
        "`openvz`, `sclp` or `sclplm`.",
        searchable=True,
    )
    port: str | None = attribute("Number of the port among those of the guest, from 0.")
    model: str | None = attribute(
        "Device that implements the port, nearly always left to libvirt: `isa-serial`, `usb-serial`, `pci-serial`, "
        "`spapr-vty`, `pl011`, `16550a`, `sclpconsole`, `sclplmconsole` or `isa-debugcon`.",
        xml="name",
        within="model",
        searchable=True,
        since="3.10.0",
    )


@device("serial", identity=("target.port",))
class Serial(Device, CharacterDeviceBackend):
    """A serial port of the guest, emulated, so that it works from the first moment of the boot."""

    tty: str | None = attribute("Host path of the pseudo terminal; libvirt itself writes it for consoles only.")
    target: SerialTarget | None = child("What the guest sees: kind, model and number of the port.")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """`serial port 0, isa-serial, pty /dev/pts/3`."""
        yield _joined("serial port", value_at(device, "target.port"))
        yield value_at(device, "target.model") or value_at(device, "target.type")
        yield host_end(device)


@device("parallel", identity=("target.port",))
class Parallel(Device, CharacterDeviceBackend):
    """A parallel port of the guest; there are seldom more than two."""

    tty: str | None = attribute("Host path of the pseudo terminal; libvirt itself writes it for consoles only.")
    target: SerialTarget | None = child("What the guest sees, which is the number of the port.")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """`parallel port 0, dev /dev/parport0`."""
        yield _joined("parallel port", value_at(device, "target.port"))
        yield host_end(device)


@device("console", identity=("target.type", "target.port"))
class Console(Device, CharacterDeviceBackend):
    """A text console of the guest; one with the target type `serial` is the first serial port, shown a second time."""

    tty: str | None = attribute(
        "Host path of the pseudo terminal, the same as that of the source; known while the VM runs."
    )
    target: SerialTarget | None = child("What the guest sees: kind and number of the console.")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """`virtio console 0, pty /dev/pts/5`."""
        yield _joined(value_at(device, "target.type"), "console", value_at(device, "target.port"))
        yield host_end(device) or device.get("tty")


@element
class ChannelTarget(Element):
    """The guest's end of a channel."""

    type: str | None = attribute(
        "Kind of channel: `virtio` (a port under `/dev/virtio-ports`), `guestfwd` (a forwarded TCP connection) or "
        "`xen` (a named Xen console).",
        searchable=True,
    )
    name: str | None = attribute(
        "Name that programs in the guest find it by; `org.qemu.guest_agent.0` is that of QEMU's guest agent.",
        searchable=True,
    )
    address: str | None = attribute("IP address in the guest's network whose traffic a `guestfwd` channel takes.")
    port: str | None = attribute("TCP port at that address whose traffic a `guestfwd` channel takes.")
    state: ChannelState | None = attribute(
        "Whether a program in the guest has it open; only of `virtio` channels of a running VM.", since="1.2.11"
    )


@device("channel", identity=("target.name",))
class Channel(Device, CharacterDeviceBackend):
    """A private line between host and guest, for agents above all. Since libvirt 0.7.3."""

    target: ChannelTarget | None = child("What the guest sees: kind and name of the channel.")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """`org.qemu.guest_agent.0, virtio channel, unix bind /run/agent.sock, connected`."""
        target = device.get("target", {})
        yield target.get("name")
        yield f"{target.get('address', '')}:{target['port']}" if "port" in target else target.get("address")
        yield _joined(target.get("type"), "channel")
        yield host_end(device)
        yield target.get("state")
