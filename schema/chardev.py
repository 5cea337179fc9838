"""Character devices' host side: `<source>`, `<protocol>` and `<log>` of serial ports, consoles, channels and more."""

from enum import Enum

from .element import Element, Variant, attribute, child, children, element, family, shape, variants
from .parts import Reconnect, SecurityLabel
from .scalars import OnOff, YesNo, word, words


@family()
class CharacterDeviceSource(Variant):
    """The host's end of a character device."""


@shape("dev", "pty", "pipe")
class PathSource(CharacterDeviceSource):
    """A host device, a pseudo terminal or a pair of named pipes."""

    path: str | None = attribute("Host path of the device or pipe.", searchable=True)
    security_labels: list[SecurityLabel] | None = children("Labels that override the domain's.", xml="seclabel")


@shape("file")
class FileSource(CharacterDeviceSource):
    """A host file that output is written to."""

    path: str | None = attribute("Host path of the file.", searchable=True)
    append: OnOff | None = attribute("Whether earlier output is kept at start.")
    security_labels: list[SecurityLabel] | None = children("Labels that override the domain's.", xml="seclabel")


@shape("unix")
class UnixSource(CharacterDeviceSource):
    """A unix socket on the host."""

    mode: str | None = attribute("Whether the hypervisor listens (`bind`) or connects (`connect`).")
    path: str | None = attribute("Host path of the socket.", searchable=True)
    reconnect: Reconnect | None = child("How a lost connection is made again.")
    security_labels: list[SecurityLabel] | None = children("Labels that override the domain's.", xml="seclabel")


@shape("tcp")
class TcpSource(CharacterDeviceSource):
    """A TCP connection."""

    mode: str | None = attribute("Whether the hypervisor listens (`bind`) or connects (`connect`).")
    host: str | None = attribute("Address to listen on or to connect to.", searchable=True)
    service: str | None = attribute("Port number or service name.", searchable=True)
    tls: YesNo | None = attribute("Whether the connection is encrypted with TLS.")
    reconnect: Reconnect | None = child("How a lost connection is made again.")


@shape("udp")
class UdpSource(CharacterDeviceSource):
    """One end of a UDP flow; there are two, one for each direction."""

    mode: str | None = attribute("Whether this is the local end (`bind`) or the remote one (`connect`).")
    host: str | None = attribute("Address of this end.", searchable=True)
    service: str | None = attribute("Port number or service name of this end.", searchable=True)


@shape("spiceport", "dbus")
class PortSource(CharacterDeviceSource):
    """A named port of the graphical protocol."""

    channel: str | None = attribute("Name under which a client finds the port.", searchable=True)


@shape("nmdm")
class NmdmSource(CharacterDeviceSource):
    """FreeBSD's null-modem pair."""

    master: str | None = attribute("Host path of the end that the hypervisor opens.", searchable=True)
    slave: str | None = attribute("Host path of the end for a client.", searchable=True)


@shape("qemu-vdagent")
class VdagentSource(CharacterDeviceSource):
    """QEMU's own SPICE agent, for clipboard sharing without SPICE."""

    clipboard: YesNo | None = attribute("Whether clipboard contents are shared.", xml="copypaste", within="clipboard")
    mouse: str | None = attribute("Who draws the pointer: `server` or `client`.", xml="mode", within="mouse")


@shape("null", "stdio", "vc", "spicevmc")
class PlainSource(CharacterDeviceSource):
    """A backend without a place of its own on the host."""


@shape("other")
class OtherCharacterDeviceSource(CharacterDeviceSource):
    """A backend of a type that this release does not know."""


@words
class CharacterDeviceProtocolType(Enum):
    """What is spoken on a TCP character device."""

    RAW = word("raw", "The bytes themselves")
    TELNET = word("telnet", "The telnet protocol")
    TELNETS = word("telnets", "Telnet over TLS")
    TLS = word("tls", "The bytes over TLS")


@element
class CharacterDeviceProtocol(Element):
    """What is spoken on a TCP character device."""

    type: CharacterDeviceProtocolType | None = attribute("The protocol; plain bytes unless said otherwise.")


@element
class CharacterDeviceLog(Element):
    """A host file that keeps a copy of what the guest writes."""

    file: str | None = attribute("Host path of the log file.", searchable=True)
    append: OnOff | None = attribute("Whether the log survives a restart of the domain.")


@element
class CharacterDeviceBackend(Element):
    """What every character device has: its end on the host."""

    type: str | None = attribute(
        "Backend on the host; decides the shape of `sources`: `pty`, `unix`, `tcp`, `udp`, `file`, `dev`, `pipe`, "
        "`stdio`, `vc`, `null`, `nmdm`, `spicevmc`, `spiceport`, `qemu-vdagent` or `dbus`.",
        searchable=True,
    )
    sources: list[CharacterDeviceSource] | None = variants(
        "Ends on the host; two for `udp`, otherwise one.", xml="source", by="type"
    )
    protocol: CharacterDeviceProtocol | None = child("What is spoken on a TCP backend.")
    log: CharacterDeviceLog | None = child("File that keeps a copy of the output.")
