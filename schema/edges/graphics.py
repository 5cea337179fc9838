"""Where screens and sound of guests come out: ports and sockets of the host, audio servers."""

from collections.abc import Iterator

from ..element import Document
from .keys import endpoint, is_own, path
from .spaces import AUDIO_SERVER, CHARACTER, ENDPOINT, NETWORK, PATH, SOCKET
from .words import Access, Edge, Name, Named

_PORTS = ("port", "tlsPort", "websocket")


def _endpoints(graphics: Document) -> Iterator[Named]:
    """Ports and sockets that a display listens on; those that libvirt is still to choose have no name."""
    if graphics.get("type") not in ("vnc", "spice", "rdp"):
        return
    if "socket" in graphics:  # beside it, nothing else counts
        yield _socket(graphics["socket"])
        return
    older: list[Document] = [{"kind": "address", "address": graphics.get("listen")}]
    for listen in graphics.get("listens") or older:
        match listen.get("kind"):
            case "socket":
                yield _socket(listen.get("socket"))
            case "address" | "network" if listen.get("kind") == "address" or listen.get("address"):
                for port in _PORTS:
                    if isinstance(number := graphics.get(port), int) and number > 0:
                        yield endpoint(listen.get("address"), number)


def _socket(at: str | None) -> Named:
    return Name(path(at), space=SOCKET) if at else None


def _servers(audio: Document) -> Iterator[Named]:
    """What plays and records on the host."""
    kind = audio.get("type", "")
    ways = [audio[way] for way in ("output", "input") if way in audio]
    match kind:
        case "pulseaudio" if audio.get("serverName"):
            server = audio["serverName"]
            own = is_own(server) or "/" in server
            yield Name(f"{kind}:{server}", "HOST" if own else "FLEET")
        case "pipewire" if audio.get("runtimeDir"):
            yield f"{kind}:{path(audio['runtimeDir'])}"
        case "jack":
            yield from (f"{kind}:{way['serverName']}" for way in ways if way.get("serverName"))
        case "file" if audio.get("path"):
            yield Name(path(audio["path"]), space=PATH)
        case "alsa" | "oss":
            for dev in (way["dev"] for way in ways if way.get("dev")):
                yield Name(path(dev), space=CHARACTER) if dev.startswith("/") else f"{kind}:{dev}"


def _audio_access(audio: Document) -> Access:
    """A file is one VM's own; servers and sound cards mix."""
    return "WRITE" if audio.get("type") == "file" else "CONNECT"


EDGES = (
    Edge(
        "gfx-listen", "The virtual network on whose address a display can be reached.", of="graphics",
        at="listens[network].network", to=NETWORK, access="CONNECT",
    ),
    Edge(
        "gfx-endpoint", "The address and port, or the socket, that viewers of a display connect to.", of="graphics",
        at="", to=ENDPOINT, by=_endpoints, access="EXCLUSIVE", source=True,
    ),
    Edge(
        "audio-host", "The server, device or file of the host that sound goes to and comes from.", of="audio", at="",
        to=AUDIO_SERVER, by=_servers, access=_audio_access, source=True,
    ),
)  # fmt: skip
