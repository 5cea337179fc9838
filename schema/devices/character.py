"""`<serial>`, `<console>` and `<channel>`: the guest's character devices.

Source: libvirt's domain XML, "Consoles, serial, parallel & channel devices".
"""

from enum import Enum

from ..chardev import CharacterDeviceBackend
from ..device import Device, device
from ..element import Element, attribute, child, element
from ..scalars import word, words


@words
class ChannelState(Enum):
    """Whether something in the guest has opened a channel."""

    CONNECTED = word("connected", "A program in the guest listens")
    DISCONNECTED = word("disconnected", "Nobody in the guest listens")


@element
class SerialTarget(Element):
    """The port that the guest sees."""

    type: str | None = attribute(
        "Kind of port, such as `isa-serial`, `usb-serial`, `virtio` or `sclp`.", searchable=True
    )
    port: str | None = attribute("Number of the port in the guest, from 0.")
    model: str | None = attribute("Device that implements the port.", xml="name", within="model")


@device("serial", identity=("target.port",))
class Serial(Device, CharacterDeviceBackend):
    """A serial port of the guest."""

    tty: str | None = attribute("Host path of the pseudo terminal; live only.")
    target: SerialTarget | None = child("The port that the guest sees.")


@device("console", identity=("target.type", "target.port"))
class Console(Device, CharacterDeviceBackend):
    """The guest's console; the first one often is the first serial port, shown a second time."""

    tty: str | None = attribute("Host path of the pseudo terminal; live only.")
    target: SerialTarget | None = child("The port that the guest sees.")


@element
class ChannelTarget(Element):
    """The guest's end of a channel."""

    type: str | None = attribute("Kind of channel: `virtio`, `guestfwd` or `xen`.", searchable=True)
    name: str | None = attribute("Name that the guest finds it by: `org.qemu.guest_agent.0`.", searchable=True)
    address: str | None = attribute("Address that a forwarded connection has in the guest.")
    port: str | None = attribute("Port that a forwarded connection has in the guest.")
    state: ChannelState | None = attribute("Whether somebody in the guest listens; live only.")


@device("channel", identity=("target.name",))
class Channel(Device, CharacterDeviceBackend):
    """A private line between host and guest, for agents above all."""

    target: ChannelTarget | None = child("The guest's end.")
