"""Where character devices end on the host: serial ports, consoles, channels, and whatever else is one."""

from collections.abc import Callable, Iterator

from ..element import Document
from ..tree import is_echo
from .keys import endpoint, path
from .spaces import CHARACTER, ENDPOINT, PATH, SOCKET
from .words import Access, Also, Edge, Named

_DEVICES = "serial parallel console channel smartcard redirdev"
_GENERATOR = "backend[egd]"
"""Random number generators have the character device in their backend."""


def _of_type(kind: str, field: str) -> Callable[[Document], Iterator[Named]]:
    """The paths in a field of the sources of character devices of one type."""

    def names(character: Document) -> Iterator[Named]:
        if character.get("type") == kind:
            yield from (path(source[field]) for source in character.get("sources", ()) if source.get(field))

    return names


def _sockets(mode: str) -> Callable[[Document], Iterator[Named]]:
    """Unix sockets that the hypervisor binds, or connects to; the latter where nothing is said."""

    def names(character: Document) -> Iterator[Named]:
        if character.get("type") == "unix":
            for source in character.get("sources", ()):
                if source.get("path") and source.get("mode", "connect") == mode:
                    yield path(source["path"])

    return names


def _endpoints(mode: str) -> Callable[[Document], Iterator[Named]]:
    """Ports that the hypervisor listens on, or connects or sends to."""

    def names(character: Document) -> Iterator[Named]:
        protocol = character.get("type", "")
        if protocol in ("tcp", "udp"):
            for source in character.get("sources", ()):
                if source.get("mode", "connect") == mode:
                    yield endpoint(source.get("host"), source.get("service"), protocol)

    return names


def _alone(device: Document) -> Access:
    """The first serial port may be shown once more as a console; it is the serial port that has its end."""
    return "CONNECT" if is_echo(device) else "EXCLUSIVE"


def _writes(device: Document) -> Access:
    return "CONNECT" if is_echo(device) else "WRITE"


def _both(edge: Edge) -> Edge:
    """The edge for the backends of random number generators, too."""
    rows = tuple(
        Also("rng", f"{_GENERATOR}.{row.at}".rstrip("."), row.to, row.by, edge.access_in(row)) for row in edge.rows
    )
    return Edge(
        edge.role, edge.description, edge.of, edge.at, edge.to, edge.by, edge.access, edge.source, (*edge.also, *rows)
    )


EDGES = (
    _both(
        Edge(
            "chardev-unix", "The unix socket of the host that a character device is.", of=_DEVICES, at="", to=SOCKET,
            by=_sockets("bind"), access=_alone, source=True,
            also=(Also(_DEVICES, "", SOCKET, _sockets("connect"), "CONNECT"),),
        )
    ),
    _both(
        Edge(
            "chardev-tcp", "An address and port that a character device listens on, or connects or sends to.",
            of=_DEVICES, at="", to=ENDPOINT, by=_endpoints("bind"), access=_alone, source=True,
            also=(Also(_DEVICES, "", ENDPOINT, _endpoints("connect"), "CONNECT"),),
        )
    ),
    _both(
        Edge(
            "chardev-nmdm", "An end of FreeBSD's null modem: the one that the VM opens, and the one for its peer.",
            of=_DEVICES, at="", to=CHARACTER, by=_of_type("nmdm", "master"), access=_alone, source=True,
            also=(Also(_DEVICES, "", CHARACTER, _of_type("nmdm", "slave"), "CONNECT"),),
        )
    ),
    _both(
        Edge(
            "chardev-path", "The device, file or pipe of the host that a character device is.", of=_DEVICES, at="",
            to=CHARACTER, by=_of_type("dev", "path"), access=_alone, source=True,
            also=(
                Also(_DEVICES, "", PATH, _of_type("file", "path"), _writes),
                Also(_DEVICES, "", PATH, _of_type("pipe", "path"), "CONNECT"),
            ),
        )
    ),
    _both(
        Edge(
            "chardev-log", "The file that keeps a copy of what a character device puts out.", of=_DEVICES,
            at="log.file", to=PATH, by=path, access=_writes,
        )
    ),
)  # fmt: skip
