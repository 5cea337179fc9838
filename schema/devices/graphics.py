"""`<graphics>`: how people see the guest's screen.

Source: libvirt's domain XML, "Graphical framebuffers".
"""

from enum import Enum

from ..device import Device, device
from ..element import Element, Variant, attribute, child, children, element, family, shape, variants
from ..scalars import AnyBase, OnOff, YesNo, word, words


@words
class VncSharePolicy(Enum):
    """Whether several viewers may share a VNC display."""

    ALLOW_EXCLUSIVE = word("allow-exclusive", "A viewer may ask to be alone, and the others are dropped")
    FORCE_SHARED = word("force-shared", "All viewers share, whatever they ask for")
    IGNORE = word("ignore", "Every viewer is let in at any time")


@words
class PasswordConnected(Enum):
    """What a changed password does to viewers that are connected."""

    KEEP = word("keep", "They stay connected")
    FAIL = word("fail", "The change is refused while they are connected")
    DISCONNECT = word("disconnect", "They are disconnected")


@words
class SpiceMode(Enum):
    """Whether a SPICE channel is encrypted."""

    ANY = word("any", "Encrypted or not, as the client likes")
    SECURE = word("secure", "Only with TLS")
    INSECURE = word("insecure", "Only without TLS")


@words
class SpiceChannelName(Enum):
    """A channel of the SPICE protocol."""

    MAIN = word("main", "The channel that sets up the others")
    DISPLAY = word("display", "Pictures of the screen")
    INPUTS = word("inputs", "Keyboard and mouse")
    CURSOR = word("cursor", "Shape and place of the pointer")
    PLAYBACK = word("playback", "Sound from the guest")
    RECORD = word("record", "Sound to the guest")
    SMARTCARD = word("smartcard", "Smart cards of the client")
    USBREDIR = word("usbredir", "USB devices of the client")


@words
class ImageCompression(Enum):
    """How SPICE compresses pictures."""

    AUTO_GLZ = word("auto_glz", "GLZ or QUIC, chosen by picture")
    AUTO_LZ = word("auto_lz", "LZ or QUIC, chosen by picture")
    QUIC = word("quic", "QUIC, for photographs")
    GLZ = word("glz", "LZ with a dictionary across pictures")
    LZ = word("lz", "Plain LZ within a picture")
    OFF = word("off", "Pictures are sent as they are")


@words
class WanCompression(Enum):
    """When SPICE compresses for slow networks."""

    AUTO = word("auto", "On slow networks only")
    NEVER = word("never", "On no network")
    ALWAYS = word("always", "On every network")


@words
class StreamingMode(Enum):
    """Which moving pictures SPICE sends as video."""

    FILTER = word("filter", "Areas that look like video")
    ALL = word("all", "Every area that changes fast")
    OFF = word("off", "No area at all")


@words
class MouseMode(Enum):
    """Who places the pointer."""

    SERVER = word("server", "The guest, from movements")
    CLIENT = word("client", "The viewer, from positions")


@family(own="type")
class Listen(Variant):
    """Where the display can be reached."""


@shape("address")
class AddressListen(Listen):
    """An address of the host."""

    address: str | None = attribute("IP address or host name that is listened on.", searchable=True)


@shape("network")
class NetworkListen(Listen):
    """The host's address on a libvirt network."""

    network: str | None = attribute("Name of the libvirt network.", searchable=True)
    address: str | None = attribute("Address that the network led to; live only.", searchable=True)


@shape("socket")
class SocketListen(Listen):
    """A unix socket of the host."""

    socket: str | None = attribute("Host path of the socket; libvirt makes one up if it is missing.", searchable=True)


@shape("none")
class NoListen(Listen):
    """Nowhere: the display is handed over by libvirt."""


@shape("other")
class OtherListen(Listen):
    """A place of a type that this release does not know."""

    type: str | None = attribute("libvirt's word for the type of place.")
    address: str | None = attribute("Address, where one is given all the same.")


@element
class SpiceChannel(Element):
    """Whether one channel of SPICE is encrypted."""

    name: SpiceChannelName | None = attribute("The channel that is meant.")
    mode: SpiceMode | None = attribute("Whether it is encrypted.")


@element
class OpenGl(Element):
    """Use of the host's graphics card for drawing."""

    enable: YesNo | None = attribute("Whether the host's card draws.")
    rendernode: str | None = attribute("Host path of the render node, under `/dev/dri`.", searchable=True)


@device("graphics", array="graphics", identity=("type",))
class Graphics(Device):
    """A way to see and use the guest's screen: VNC, SPICE, RDP, D-Bus, a window on the host."""

    type: str | None = attribute(
        "Protocol or window system: `sdl`, `vnc`, `spice`, `dbus`, `rdp`, `desktop` or `egl-headless`.",
        searchable=True,
    )
    port: int | None = attribute("TCP port; -1 lets libvirt choose.", searchable=True)
    autoport: YesNo | None = attribute("Whether libvirt chooses the port.")
    tls_port: int | None = attribute("TCP port for SPICE with TLS; -1 lets libvirt choose.")
    websocket: int | None = attribute("Port for VNC through WebSocket; -1 lets libvirt choose.")
    listen: str | None = attribute("Address that is listened on, as older documents give it.", searchable=True)
    listens: list[Listen] | None = variants("Places where it can be reached.", xml="listen")
    socket: str | None = attribute("Unix socket for VNC, as older documents give it.")
    password: str | None = attribute("Password of viewers, in clear text.", xml="passwd", secret=True)
    password_valid_to: str | None = attribute("Moment when the password ends, in UTC.", xml="passwdValidTo")
    connected: PasswordConnected | None = attribute("What a changed password does to viewers.")
    keymap: str | None = attribute("Keyboard layout, such as `de` or `en-us`.")
    share_policy: VncSharePolicy | None = attribute("Whether several viewers may share VNC.")
    power_control: YesNo | None = attribute("Whether VNC viewers may turn the guest off.")
    default_mode: SpiceMode | None = attribute("Whether SPICE channels are encrypted by default.")
    channels: list[SpiceChannel] | None = children("SPICE channels that differ from the default.", xml="channel")
    x_display: str | None = attribute("X display for SDL or desktop windows.", xml="display")
    xauth: str | None = attribute("Host path of the X authority file for SDL.")
    fullscreen: YesNo | None = attribute("Whether the window fills the host's screen.")
    replace_user: YesNo | None = attribute("Whether a new RDP user takes over from the old one.")
    multi_user: YesNo | None = attribute("Whether several RDP users may connect.")
    username: str | None = attribute("User name of RDP viewers.")
    bus_address: str | None = attribute("Address of the D-Bus daemon.", xml="address")
    p2p: YesNo | None = attribute("Whether D-Bus is spoken without a daemon.")
    gl: OpenGl | None = child("Use of the host's graphics card.")
    audio_id: AnyBase | None = attribute("The VM's audio backend that carries its sound.", xml="id", within="audio")
    image_compression: ImageCompression | None = attribute(
        "How SPICE compresses pictures.", xml="compression", within="image"
    )
    jpeg_compression: WanCompression | None = attribute(
        "When SPICE compresses photographs.", xml="compression", within="jpeg"
    )
    zlib_compression: WanCompression | None = attribute(
        "When SPICE compresses with zlib.", xml="compression", within="zlib"
    )
    playback_compression: OnOff | None = attribute(
        "Whether SPICE compresses sound.", xml="compression", within="playback"
    )
    streaming: StreamingMode | None = attribute("Which areas SPICE sends as video.", xml="mode", within="streaming")
    clipboard: YesNo | None = attribute("Whether SPICE shares the clipboard.", xml="copypaste", within="clipboard")
    mouse: MouseMode | None = attribute("Who places the pointer.", xml="mode", within="mouse")
    file_transfer: YesNo | None = attribute("Whether SPICE moves files.", xml="enable", within="filetransfer")
