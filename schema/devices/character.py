"""`<serial>`, `<console>` and `<channel>`: the guest's character devices.

Source: libvirt's domain XML, "Consoles, serial, parallel & channel devices".
"""

from enum import Enum

from ..chardev import CharacterDeviceLog, CharacterDeviceProtocol, CharacterDeviceSource
from ..device import Device, device
from ..element import Element, attribute, child, element, variants
from ..scalars import word, words

_TYPES = (
    "Backend on the host; decides the shape of `sources`: `pty`, `unix`, `tcp`, `udp`, `file`, `dev`, `pipe`, `stdio`, "
    "`vc`, `null`, `nmdm`, `spicevmc`, `spiceport`, `qemu-vdagent` or `dbus`."
)
_SOURCES = "Ends on the host; two for `udp`, otherwise one."


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
class Serial(Device):
    """A serial port of the guest."""

    type: str | None = attribute(_TYPES, searchable=True)
    tty: str | None = attribute("Host path of the pseudo terminal; live only.")
    sources: list[CharacterDeviceSource] | None = variants(_SOURCES, xml="source", by="type")
    protocol: CharacterDeviceProtocol | None = child("What is spoken on a TCP backend.")
    log: CharacterDeviceLog | None = child("File that keeps a copy of the output.")
    target: SerialTarget | None = child("The port that the guest sees.")


@device("console", identity=("target.type", "target.port"))
class Console(Device):
    """The guest's console; the first one often is the first serial port, shown a second time."""

    type: str | None = attribute(_TYPES, searchable=True)
    tty: str | None = attribute("Host path of the pseudo terminal; live only.")
    sources: list[CharacterDeviceSource] | None = variants(_SOURCES, xml="source", by="type")
    protocol: CharacterDeviceProtocol | None = child("What is spoken on a TCP backend.")
    log: CharacterDeviceLog | None = child("File that keeps a copy of the output.")
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
class Channel(Device):
    """A private line between host and guest, for agents above all."""

    type: str | None = attribute(_TYPES, searchable=True)
    sources: list[CharacterDeviceSource] | None = variants(_SOURCES, xml="source", by="type")
    protocol: CharacterDeviceProtocol | None = child("What is spoken on a TCP backend.")
    log: CharacterDeviceLog | None = child("File that keeps a copy of the output.")
    target: ChannelTarget | None = child("The guest's end.")
