"""`<graphics>`: how people see the guest's screen.

Source: libvirt's domain XML, "Graphical framebuffers".
"""

from collections.abc import Iterable, Iterator
from enum import Enum

from ..device import Device, device
from ..element import Document, Element, Variant, attribute, child, children, element, family, shape, value_at, variants
from ..scalars import AnyBase, OnOff, YesNo, word, words


@words
class VncSharePolicy(Enum):
    """Whether several viewers may share a VNC display."""

    ALLOW_EXCLUSIVE = word("allow-exclusive", "A viewer may ask to be alone, and the others are dropped")
    FORCE_SHARED = word("force-shared", "Viewers must ask to share, none can be alone")
    IGNORE = word("ignore", "Every viewer is let in at any time", since="1.0.6")


@words
class PasswordConnected(Enum):
    """What a changed password does to viewers that are connected."""

    KEEP = word("keep", "Viewers stay connected, the only word that VNC knows")
    FAIL = word("fail", "The change is refused while viewers are connected")
    DISCONNECT = word("disconnect", "Viewers are disconnected by the change")


@words
class SpiceMode(Enum):
    """Whether a SPICE channel is encrypted."""

    ANY = word("any", "Encrypted where that is possible, else in the clear")
    SECURE = word("secure", "Over the TLS port and no other")
    INSECURE = word("insecure", "Over the port without TLS")


@words
class SpiceChannelName(Enum):
    """What a channel of the SPICE protocol carries."""

    MAIN = word("main", "The channel that sets up the others", since="0.8.6")
    DISPLAY = word("display", "The pictures on the guest's screen", since="0.8.6")
    INPUTS = word("inputs", "What is typed and clicked in the viewer", since="0.8.6")
    CURSOR = word("cursor", "Shape and place of the pointer", since="0.8.6")
    PLAYBACK = word("playback", "Sound that the guest plays", since="0.8.6")
    RECORD = word("record", "Sound that the guest records", since="0.8.6")
    SMARTCARD = word("smartcard", "Smart cards of the viewer's computer", since="0.8.8")
    USBREDIR = word("usbredir", "USB devices of the viewer's computer", since="0.9.12")


@words
class ImageCompression(Enum):
    """How SPICE compresses the pictures that it sends."""

    AUTO_GLZ = word("auto_glz", "GLZ or QUIC, chosen for each picture")
    AUTO_LZ = word("auto_lz", "LZ or QUIC, chosen for each picture")
    QUIC = word("quic", "Always QUIC, which is made for photographs")
    GLZ = word("glz", "Always LZ with a dictionary across pictures")
    LZ = word("lz", "Always plain LZ within one picture")
    OFF = word("off", "Pictures are sent as they are")


@words
class WanCompression(Enum):
    """When SPICE compresses for slow networks."""

    AUTO = word("auto", "Only while the network is slow")
    NEVER = word("never", "Not even while the network is slow")
    ALWAYS = word("always", "Whatever the speed of the network")


@words
class StreamingMode(Enum):
    """Which moving pictures SPICE sends as video."""

    FILTER = word("filter", "Areas that look like video to SPICE")
    ALL = word("all", "Every area that changes fast")
    OFF = word("off", "None, all areas are sent as pictures")


@words
class MouseMode(Enum):
    """Who decides where the pointer of a SPICE display is."""

    SERVER = word("server", "The guest, from the movements that the viewer reports")
    CLIENT = word("client", "The viewer, which reports where the pointer is")


@family(own="type")
class Listen(Variant):
    """Where a VNC, SPICE or RDP display can be reached."""


@shape("address")
class AddressListen(Listen):
    """A display reached at an IP address that the host has."""

    address: str | None = attribute(
        "IP address or host name that is listened on; the hypervisor's configured one where it is missing.",
        searchable=True,
        term=True,
    )


@shape("network")
class NetworkListen(Listen):
    """A display reached at the address that the host has on a libvirt network."""

    network: str | None = attribute("Name of the libvirt network, such as `default`.", searchable=True)
    address: str | None = attribute("Address that the network led to; live only.", searchable=True, term=True)


@shape("socket")
class SocketListen(Listen):
    """A display reached through a unix socket of the host, with QEMU's VNC and SPICE.

    Since libvirt 2.0.0.
    """

    socket: str | None = attribute(
        "Host path of the socket; libvirt makes one up if it is missing.", searchable=True, term=True
    )


@shape("none")
class NoListen(Listen):
    """A display that listens nowhere: libvirt hands viewers a connection, with QEMU's VNC and SPICE.

    Since libvirt 2.0.0.
    """


@shape("other")
class OtherListen(Listen):
    """A place of a type that this release does not know."""

    type: str | None = attribute("libvirt's word for the type of place.")
    address: str | None = attribute("Address, where one is given all the same.")


@element
class SpiceChannel(Element):
    """Whether one channel of SPICE is encrypted."""

    name: SpiceChannelName | None = attribute("The channel that is meant, by what it carries.")
    mode: SpiceMode | None = attribute("Whether this channel is encrypted; `any` is the same as not naming it.")


@element
class OpenGl(Element):
    """Use of the host's graphics card to draw what the guest shows, through OpenGL."""

    enable: YesNo | None = attribute(
        "Whether the host's card draws; with SPICE only viewers on the host itself can then connect. "
        "Not used by `egl-headless`, which always draws so."
    )
    rendernode: str | None = attribute(
        "Host path of the card, such as `/dev/dri/renderD128`; the first free one where it is missing.",
        searchable=True,
        term=True,
        since="3.1.0",
    )


@device("graphics", array="graphics", identity=("type",))
class Graphics(Device):
    """A way to see and use the guest's screen: VNC, SPICE, RDP, D-Bus, a window on the host."""

    type: str | None = attribute(
        "Protocol or window system: `vnc`, `spice` (since libvirt 0.8.6), `rdp`, `dbus` (8.4.0), `sdl` (a window on "
        "the host), `desktop` (VirtualBox's own window) or `egl-headless` (4.6.0), which only draws with the host's "
        "graphics card and is paired with a protocol that shows the picture.",
        searchable=True,
    )
    port: int | None = attribute(
        "TCP port, usually from 5900 for VNC and SPICE, 3389 for RDP; -1 is an old way to say `autoport`.",
        searchable=True,
    )
    autoport: YesNo | None = attribute("Whether a free port is chosen when the VM starts; it is then `port`.")
    tls_port: int | None = attribute(
        "TCP port for encrypted SPICE; -1 is an old way to say `autoport`.", searchable=True
    )
    websocket: int | None = attribute(
        "TCP port for VNC through WebSocket, as browsers speak it; -1 lets libvirt choose, whatever `autoport` says.",
        since="1.0.6",
    )
    listen: str | None = attribute(
        "Address that is listened on, as older documents give it; the same as the first of `listens`.",
        searchable=True,
        term=True,
    )
    listens: list[Listen] | None = variants(
        "Places where a VNC, SPICE or RDP display can be reached.", xml="listen", since="0.9.4"
    )
    socket: str | None = attribute(
        "Host path of a unix socket for VNC, as older documents give it; `listens` do not count beside it.",
        searchable=True,
        term=True,
        since="0.8.8",
    )
    password: str | None = attribute(
        "Password of VNC, SPICE or RDP viewers, in clear text; an empty one lets nobody in to VNC and SPICE.",
        xml="passwd",
        secret=True,
    )
    password_valid_to: str | None = attribute(
        "Moment when the password ends, in UTC, such as `2030-04-09T15:51:00`; it never ends where it is missing.",
        xml="passwdValidTo",
    )
    connected: PasswordConnected | None = attribute(
        "What a changed password does to viewers that are connected.", since="0.9.3"
    )
    keymap: str | None = attribute("Keyboard layout of VNC or SPICE viewers, such as `de` or `en-us`.")
    share_policy: VncSharePolicy | None = attribute(
        "Whether several viewers may share VNC; `allow-exclusive` where it is missing."
    )
    power_control: YesNo | None = attribute(
        "Whether VNC viewers may shut down, reboot and reset the guest.", since="7.1.0"
    )
    wait: YesNo | None = attribute(
        "Whether the guest starts only when the first VNC viewer connects, with bhyve.", since="11.10.0"
    )
    default_mode: SpiceMode | None = attribute(
        "Whether SPICE channels are encrypted that `channels` does not name; `any` where it is missing.",
        since="0.9.12",
    )
    channels: list[SpiceChannel] | None = children("SPICE channels that differ from the default.", xml="channel")
    x_display: str | None = attribute(
        "X display that an SDL or VirtualBox window opens on, such as `:0.0`.", xml="display"
    )
    xauth: str | None = attribute("Host path of the X authority file for SDL's window.")
    fullscreen: YesNo | None = attribute("Whether the window on the host fills its screen.")
    replace_user: YesNo | None = attribute(
        "Whether a new RDP viewer pushes the connected one out, where only one may connect; with VirtualBox."
    )
    multi_user: YesNo | None = attribute("Whether several RDP viewers may connect at once, with VirtualBox.")
    username: str | None = attribute("User name that RDP viewers log in with.", since="11.1.0")
    bus_address: str | None = attribute(
        "Address of the D-Bus daemon that a D-Bus display is exported on; a private one where it is missing.",
        xml="address",
        searchable=True,
    )
    p2p: YesNo | None = attribute(
        "Whether viewers of a D-Bus display get connections of their own from libvirt, without a daemon."
    )
    gl: OpenGl | None = child("Use of the host's graphics card by SDL, SPICE, D-Bus or `egl-headless`.")
    audio_id: AnyBase | None = attribute(
        "`audioId` of the audio backend whose sound VNC or D-Bus viewers hear; the default one where it is missing.",
        xml="id",
        within="audio",
        since="7.2.0",
    )
    image_compression: ImageCompression | None = attribute(
        "How SPICE compresses the pictures that it sends.", xml="compression", within="image", since="0.9.1"
    )
    jpeg_compression: WanCompression | None = attribute(
        "When SPICE compresses pictures with JPEG, which loses detail.", xml="compression", within="jpeg", since="0.9.1"
    )
    zlib_compression: WanCompression | None = attribute(
        "When SPICE compresses pictures further with zlib.", xml="compression", within="zlib", since="0.9.1"
    )
    playback_compression: OnOff | None = attribute(
        "Whether SPICE compresses the sound that the guest plays.",
        xml="compression",
        within="playback",
        since="0.9.1",
    )
    streaming: StreamingMode | None = attribute(
        "Which areas of the screen SPICE sends as video.", xml="mode", within="streaming", since="0.9.2"
    )
    clipboard: YesNo | None = attribute(
        "Whether SPICE shares the clipboard through its agent in the guest; it does where this is missing.",
        xml="copypaste",
        within="clipboard",
        since="0.9.3",
    )
    mouse: MouseMode | None = attribute(
        "Who decides where the pointer of a SPICE display is; with QEMU `client` where it is missing.",
        xml="mode",
        within="mouse",
        since="0.9.11",
    )
    file_transfer: YesNo | None = attribute(
        "Whether SPICE copies files dropped on the viewer through its agent in the guest; it does where this is "
        "missing.",
        xml="enable",
        within="filetransfer",
        since="1.2.2",
    )

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:  # noqa: D102
        yield "type" in device and f"{device['type']} graphics"
        yield from _endpoints(device)
        yield device.get("tlsPort", 0) > 0 and f"TLS port {device['tlsPort']}"
        yield device.get("websocket", 0) > 0 and f"WebSocket port {device['websocket']}"
        yield device.get("xDisplay") or device.get("busAddress") or (device.get("p2p") and "peer to peer")
        yield value_at(device, "gl.rendernode")


def _endpoints(device: Document) -> Iterator[str]:
    """Where viewers connect, in the notation of `ss`; the port alone where no address is given."""
    port = device.get("port", 0)
    listens = device.get("listens") or [{"kind": "address", **_older_listen(device)}]
    for listen in listens:
        address = listen.get("address", "")
        if listen["kind"] == "none":
            yield "no listener"
        elif "socket" in listen:
            yield listen["socket"]
        elif port > 0:
            yield f"{f'[{address}]' if ':' in address else address}:{port}" if address else f"port {port}"
        else:
            yield address or ("network" in listen and f"network {listen['network']}") or ""
    if port == -1 or (device.get("autoport") and not port):
        yield "automatic port"


def _older_listen(device: Document) -> Document:
    """What documents said before there was `<listen>`."""
    if "socket" in device:
        return {"socket": device["socket"]}
    return {"address": device["listen"]} if "listen" in device else {}
