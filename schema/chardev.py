"""Character devices' host side: `<source>`, `<protocol>` and `<log>` of serial ports, consoles, channels and more.

Source: libvirt's domain XML, "Consoles, serial, parallel & channel devices", "Host interface".
"""

from collections.abc import Iterator
from enum import Enum

from .element import Document, Element, Variant, attribute, child, children, element, family, shape, variants
from .parts import Reconnect, SecurityLabel
from .scalars import OnOff, YesNo, word, words

_LABELS = "Security labels of the source, instead of those that the domain's own labels give it."


@family()
class CharacterDeviceSource(Variant):
    """Where a character device ends on the host; its owner's `type` decides the shape."""


@shape("dev", "pty", "pipe")
class PathSource(CharacterDeviceSource):
    """A character device of the host (`dev`), a pseudo terminal (`pty`) or a named pipe (`pipe`)."""

    path: str | None = attribute(
        "Host path of the device or pipe; of a pseudo terminal it is known while the VM runs.", searchable=True
    )
    security_labels: list[SecurityLabel] | None = children(_LABELS, xml="seclabel")


@shape("file")
class FileSource(CharacterDeviceSource):
    """A file on the host that everything the guest writes goes to."""

    path: str | None = attribute("Host path of the file that is written.", searchable=True)
    append: OnOff | None = attribute(
        "Whether a restart of the VM keeps what the file holds; off where it is missing.", since="1.3.1"
    )
    security_labels: list[SecurityLabel] | None = children(_LABELS, xml="seclabel")


@shape("unix")
class UnixSource(CharacterDeviceSource):
    """A unix socket on the host."""

    mode: str | None = attribute("Whether the hypervisor listens on the socket (`bind`) or connects to it (`connect`).")
    path: str | None = attribute(
        "Host path of the socket; libvirt chooses it for a virtio channel that names none.", searchable=True
    )
    reconnect: Reconnect | None = child(
        "Whether a lost connection is made again, in the mode `connect`.", since="3.7.0"
    )
    security_labels: list[SecurityLabel] | None = children(_LABELS, xml="seclabel")


@shape("tcp")
class TcpSource(CharacterDeviceSource):
    """A TCP connection with a program on this host or another."""

    mode: str | None = attribute("Whether the hypervisor waits for a client (`bind`) or is one (`connect`).")
    host: str | None = attribute("Name or address to listen on or to connect to.", searchable=True)
    service: str | None = attribute("TCP port, by its number or the name of the service.", searchable=True)
    tls: YesNo | None = attribute(
        "Whether TLS encrypts the connection; QEMU's setting `chardev_tls` decides where it is missing.", since="2.4.0"
    )
    reconnect: Reconnect | None = child(
        "Whether a lost connection is made again, in the mode `connect`.", since="3.7.0"
    )


@shape("udp")
class UdpSource(CharacterDeviceSource):
    """One end of a UDP flow, which may lose data; there are two of them, one for each direction."""

    mode: str | None = attribute("Whether this is the end that receives (`bind`) or the one sent to (`connect`).")
    host: str | None = attribute("Name or address of this end of the flow.", searchable=True)
    service: str | None = attribute("UDP port of this end, by number or service name.", searchable=True)


@shape("spiceport", "dbus")
class PortSource(CharacterDeviceSource):
    """A named port of the VM's SPICE display (since libvirt 1.2.2) or of its D-Bus display."""

    channel: str | None = attribute(
        "Name under which a client finds the port, such as `org.qemu.console.serial.0`.", searchable=True
    )


@shape("nmdm")
class NmdmSource(CharacterDeviceSource):
    """A pair of terminals on FreeBSD, joined by a virtual null modem cable. Since libvirt 1.2.4."""

    master: str | None = attribute("Host path of the terminal that the hypervisor opens.", searchable=True)
    slave: str | None = attribute("Host path of the terminal that a client opens.", searchable=True)


@words
class VdagentMouse(Enum):
    """Who places the pointer of a guest whose screen is shown to a client."""

    SERVER = word("server", "The hypervisor, which moves it as the client's mouse moves")
    CLIENT = word("client", "The client, which sends where the pointer is")


@shape("qemu-vdagent")
class VdagentSource(CharacterDeviceSource):
    """QEMU's own end of the SPICE agent protocol, which needs no SPICE display. Since libvirt 8.4.0."""

    clipboard: YesNo | None = attribute(
        "Whether guest and client, such as a VNC viewer, share their clipboards; no where it is missing.",
        xml="copypaste",
        within="clipboard",
    )
    mouse: VdagentMouse | None = attribute(
        "Who places the pointer; QEMU takes `client` where it is missing.",
        xml="mode",
        within="mouse",
    )


@shape("null", "stdio", "vc", "spicevmc")
class PlainSource(CharacterDeviceSource):
    """An end without a place of its own: nowhere, the VM's log, a console on its display or its SPICE channel."""


@shape("other")
class OtherCharacterDeviceSource(CharacterDeviceSource):
    """An end of a type that this release of virtgraph does not know."""


@words
class CharacterDeviceProtocolType(Enum):
    """What is spoken on a TCP connection."""

    RAW = word("raw", "The bytes themselves and nothing around them")
    TELNET = word("telnet", "The telnet protocol, so that a telnet client can connect")
    TELNETS = word("telnets", "The telnet protocol inside of TLS", since="0.8.5")
    TLS = word("tls", "The bytes themselves inside of TLS", since="0.8.5")


@element
class CharacterDeviceProtocol(Element):
    """The protocol of a character device that is a TCP connection."""

    type: CharacterDeviceProtocolType | None = attribute("What is spoken on the connection.")


@element
class CharacterDeviceLog(Element):
    """A host file that keeps a copy of what the guest writes. Since libvirt 1.3.3."""

    file: str | None = attribute("Host path of the log file.", searchable=True)
    append: OnOff | None = attribute("Whether a restart of the VM keeps the log; off where it is missing.")


@element
class CharacterDeviceBackend(Element):
    """What every character device has: its end on the host."""

    type: str | None = attribute(
        "What it is on the host; decides the shape of `sources`: `pty` (a pseudo terminal), `unix`, `tcp` or `udp` (a "
        "socket), `file`, `dev` (a device of the host), `pipe`, `stdio` (the VM's log), `vc` (a text console on its "
        "display), `null` (nothing), `nmdm`, `spicevmc`, `spiceport`, `qemu-vdagent` or `dbus`.",
        searchable=True,
    )
    sources: list[CharacterDeviceSource] | None = variants(
        "Where it ends on the host: one place, or two for `udp`.", xml="source", by="type"
    )
    protocol: CharacterDeviceProtocol | None = child("What is spoken, where the type is `tcp`.")
    log: CharacterDeviceLog | None = child("Host file that keeps a copy of the output, whatever the type.")


def host_end(document: Document) -> str | None:
    """A character device's end on the host in a few words, for summaries: `tcp connect 192.0.2.1:4555`."""
    places = (part for source in document.get("sources", ()) for part in _place(source))
    return " ".join([*((document["type"],) if "type" in document else ()), *places]) or None


def _place(source: Document) -> Iterator[str]:
    if "mode" in source:
        yield source["mode"]
    if "host" in source or "service" in source:
        host = source.get("host", "")
        yield f"{f'[{host}]' if ':' in host else host}:{source.get('service', '')}"
    yield from (source[key] for key in ("path", "channel", "master", "slave") if key in source)
