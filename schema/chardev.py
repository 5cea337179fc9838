"""Character devices' host side: `<source>`, `<protocol>` and `<log>` of serial ports, consoles, channels and more.

Source: libvirt's domain XML, "Consoles, serial, parallel & channel devices", "Host interface".
"""

from collections.abc import Iterator
from enum import Enum

from .element import Document, Element, attribute, child, children, element
from .parts import Reconnect, SecurityLabel
from .scalars import OnOff, YesNo, word, words


@words
class VdagentMouse(Enum):
    """Who places the pointer of a guest whose screen is shown to a client."""

    SERVER = word("server", "The hypervisor, which moves it as the client's mouse moves")
    CLIENT = word("client", "The client, which sends where the pointer is")


@element
class CharacterDeviceSource(Element):
    """Where a character device ends on the host. Its owner's `type` tells which of these attributes libvirt reads.

    It is one class for all types because libvirt's schema allows every attribute with every type, and documents use
    that: values that libvirt passes over are values all the same.
    """

    mode: str | None = attribute(
        "Whether the hypervisor listens (`bind`) or connects (`connect`), of the types `unix` and `tcp`; of `udp`, "
        "whether this is the end that receives (`bind`) or the one sent to (`connect`)."
    )
    path: str | None = attribute(
        "Host path of the device, pipe, file or socket, of the types `dev`, `pty`, `pipe`, `file` and `unix`. libvirt "
        "chooses it for a pseudo terminal, and for a virtio channel's socket that names none.",
        searchable=True,
        term=True,
    )
    host: str | None = attribute(
        "Name or address to listen on or to connect to, of the types `tcp` and `udp`.", searchable=True
    )
    service: str | None = attribute(
        "Port by its number or the name of the service, of the types `tcp` and `udp`.", searchable=True
    )
    tls: YesNo | None = attribute(
        "Whether TLS encrypts a TCP connection; QEMU's setting `chardev_tls` decides where it is missing.",
        since="2.4.0",
    )
    append: OnOff | None = attribute(
        "Whether a restart of the VM keeps what a file holds; off where it is missing.", since="1.3.1"
    )
    channel: str | None = attribute(
        "Name under which a client finds the port, such as `org.qemu.console.serial.0`, of the types `spiceport` "
        "(since libvirt 1.2.2) and `dbus`.",
        searchable=True,
    )
    master: str | None = attribute(
        "Host path of the terminal that the hypervisor opens, of FreeBSD's null modem pairs (`nmdm`).",
        searchable=True,
        since="1.2.4",
    )
    slave: str | None = attribute(
        "Host path of the terminal that a client opens, of FreeBSD's null modem pairs (`nmdm`).",
        searchable=True,
        since="1.2.4",
    )
    clipboard: YesNo | None = attribute(
        "Whether guest and client, such as a VNC viewer, share their clipboards, of the type `qemu-vdagent`; no where "
        "it is missing.",
        xml="copypaste",
        within="clipboard",
        since="8.4.0",
    )
    mouse: VdagentMouse | None = attribute(
        "Who places the pointer, of the type `qemu-vdagent`; QEMU takes `client` where it is missing.",
        xml="mode",
        within="mouse",
        since="8.4.0",
    )
    reconnect: Reconnect | None = child(
        "Whether a lost connection is made again, in the mode `connect`.", since="3.7.0"
    )
    security_labels: list[SecurityLabel] | None = children(
        "Security labels of the source, instead of those that the domain's own labels give it.", xml="seclabel"
    )


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

    file: str | None = attribute("Host path of the log file.", searchable=True, term=True)
    append: OnOff | None = attribute("Whether a restart of the VM keeps the log; off where it is missing.")


@element
class CharacterDeviceBackend(Element):
    """What every character device has: its end on the host."""

    type: str | None = attribute(
        "What it is on the host; tells which attributes of `sources` count: `pty` (a pseudo terminal), `unix`, `tcp` "
        "or `udp` (a socket), `file`, `dev` (a device of the host), `pipe`, `stdio` (the VM's log), `vc` (a text "
        "console on its display), `null` (nothing), `nmdm`, `spicevmc`, `spiceport`, `qemu-vdagent` or `dbus`.",
        searchable=True,
    )
    sources: list[CharacterDeviceSource] | None = children(
        "Where it ends on the host: one place, or two for `udp`.", xml="source"
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
