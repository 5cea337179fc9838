"""What only a running VM has: the places of a definition that libvirt fills in when the VM starts.

Aliases, ports, the devices behind consoles, the features of the host's CPU: where a definition leaves them open, their
values say nothing about the next start.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..element import Document
from .values import ABSENT, same


class Place(NamedTuple):
    """A place in both definitions: the values there, ABSENT where there is none, and what they are part of."""

    live: Any
    persistent: Any
    of: Document
    """The device, or the domain, as it runs."""
    other: Document
    """The same in the persistent definition."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """What at a path says nothing about the next start, where the condition holds; `*` is any key or position."""

    path: str
    when: Callable[[Place], bool]


def _left_open(place: Place) -> bool:
    return place.persistent is ABSENT


def _is_made_up_alias(place: Place) -> bool:
    return _left_open(place) and not str(place.live).startswith("ua-")


def _is_made_up_name(place: Place) -> bool:
    return _left_open(place) and str(place.live).startswith(("vnet", "macvtap", "macvlan", "vif"))


def _is_drawn_port(place: Place) -> bool:
    return place.other.get("autoport") is True or place.persistent == -1


def _is_drawn_websocket(place: Place) -> bool:
    return bool(place.persistent == -1)


def _is_drawn_cid(place: Place) -> bool:
    return place.other.get("autoCid") is True


def _is_network_port(place: Place) -> bool:
    """Whether a card got what it is plugged into from the network that both definitions name."""
    source, other = place.of.get("source", {}), place.other.get("source", {})
    named = place.other.get("type") == "network" and "network" in other
    return bool(named and (source.get("network") == other["network"] or place.of.get("type") == "hostdev"))


def _is_network_port_left_open(place: Place) -> bool:
    return _left_open(place) and _is_network_port(place)


def _is_pool_function(place: Place) -> bool:
    """Whether a card is a PCI function that the network lent it."""
    return _is_network_port(place) and place.of.get("type") == "hostdev"


def _is_made_up_socket(place: Place) -> bool:
    """Whether a character device got its pseudo terminal or socket at the start."""
    return _left_open(place) and place.of.get("type") == place.other.get("type") in ("pty", "unix")


def _is_terminal(place: Place) -> bool:
    return place.of.get("type") == place.other.get("type") == "pty"


def _is_vfio(place: Place) -> bool:
    return _left_open(place) and place.live in ("vfio", {"name": "vfio"})


def _is_empty_drive(place: Place) -> bool:
    """Whether a drive has no medium, of which only a persistent definition says the format."""
    return place.live is ABSENT and "source" not in place.of


def _is_same_chain(place: Place) -> bool:
    """Whether a chain of images was left open, or is the same but for the end that libvirt adds."""
    if not isinstance(place.live, list) or not place.live:
        return False
    return _left_open(place) or (same(place.live[:-1], place.persistent) and not place.live[-1])


def _is_host_cpu(place: Place) -> bool:
    """Whether the CPU is to be the host's, as which it runs as a model with a list of features."""
    return bool(place.other.get("cpu", {}).get("mode") == "host-model")


def _is_checked(place: Place) -> bool:
    """Whether libvirt says that it compared the CPU that the guest got with the one that was asked for."""
    return _left_open(place) or place.live == "full"


def _is_settled_model(place: Place) -> bool:
    return bool(place.live == "forbid")


def _are_features_found(place: Place) -> bool:
    """Whether a CPU has all the features that were asked for; those of its model are added when it starts."""
    if not isinstance(place.live, list):
        return False
    return _left_open(place) or all(feature in place.live for feature in place.persistent)


def _is_guest_clock(place: Place) -> bool:
    """Whether the guest sets its clock, and libvirt keeps the difference."""
    return bool(place.other.get("clock", {}).get("offset") == "variable")


def _is_picked_firmware(place: Place) -> bool:
    return _left_open(place) and "firmware" in place.other.get("os", {})


def _are_made_up_labels(place: Place) -> bool:
    """Whether security labels differ by what a security driver made up for this run."""
    if not isinstance(place.live, list):
        return False
    left = [_without_made_up(label) for label in place.live]
    for wanted in map(_without_made_up, [] if _left_open(place) else place.persistent):
        if wanted not in left:
            return False
        left.remove(wanted)
    return all(label.get("type") == "dynamic" for label in left)


def _without_made_up(label: Document) -> Document:
    made_up = ("label", "imageLabel") if label.get("type") == "dynamic" else ()
    return {key: value for key, value in label.items() if key not in made_up}


ANY_DEVICE = (
    Runtime("alias", _is_made_up_alias),
    Runtime("address", _left_open),
    Runtime("address.*", _left_open),
)
"""What only a running device has, whatever its kind."""

_CHARACTER_DEVICE = (
    Runtime("sources", _is_made_up_socket),
    Runtime("sources.*.path", _is_terminal),
)

# fmt: off
RUNTIME: dict[str, tuple[Runtime, ...]] = {
    "DISK": (
        Runtime("source.index", _left_open),
        Runtime("source.dataStore.source.index", _left_open),
        Runtime("source.reservations.source", _left_open),
        Runtime("backingStores.*.index", _left_open),
        Runtime("backingStores.*.source.index", _left_open),
        Runtime("backingStores", _is_same_chain),
        Runtime("mirror", _left_open),
        Runtime("target.tray", _left_open),
        Runtime("driver.type", _is_empty_drive),
    ),
    "INTERFACE": (
        Runtime("target.dev", _is_made_up_name),
        Runtime("guest.actual", _left_open),
        Runtime("mac.currentAddress", _left_open),
        Runtime("source", _is_pool_function),
        Runtime("managed", _is_pool_function),
        Runtime("driver", _is_pool_function),
        Runtime("source.kind", _is_network_port),
        Runtime("source.*", _is_network_port_left_open),
        Runtime("virtualport", _is_network_port_left_open),
        Runtime("virtualport.*", _is_network_port_left_open),
        Runtime("vlan", _is_network_port_left_open),
        Runtime("bandwidth", _is_network_port_left_open),
        Runtime("type", _is_network_port),
    ),
    "SERIAL": _CHARACTER_DEVICE,
    "PARALLEL": _CHARACTER_DEVICE,
    "CONSOLE": (*_CHARACTER_DEVICE, Runtime("tty", _left_open)),
    "CHANNEL": (*_CHARACTER_DEVICE, Runtime("target.state", _left_open)),
    "REDIRDEV": _CHARACTER_DEVICE,
    "GRAPHICS": (
        Runtime("port", _is_drawn_port),
        Runtime("tlsPort", _is_drawn_port),
        Runtime("websocket", _is_drawn_websocket),
        Runtime("listen", _left_open),
        Runtime("listens", _left_open),
        Runtime("listens.*.address", _left_open),
        Runtime("listens.*.socket", _left_open),
        Runtime("socket", _left_open),
        Runtime("gl.rendernode", _left_open),
    ),
    "HOSTDEV": (
        Runtime("driver", _is_vfio),
        Runtime("driver.name", _is_vfio),
        Runtime("source.usbAddress", _left_open),
    ),
    "MEMORY": (
        Runtime("target.current", _left_open),
        Runtime("target.base", _left_open),
    ),
    "SHMEM": (Runtime("server.path", _left_open),),
    "TPM": (
        Runtime("backend.source", _left_open),
        Runtime("backend.profile", _left_open),
    ),
    "VSOCK": (Runtime("cid", _is_drawn_cid),),
}
"""What only a running device of a kind has besides."""

RUNTIME_OF_DOMAIN = (
    Runtime("id", _left_open),
    Runtime("resource.partition", _left_open),
    Runtime("securityLabels", _are_made_up_labels),
    Runtime("clock.adjustment", _is_guest_clock),
    Runtime("os.loader", _is_picked_firmware),
    Runtime("os.loader.*", _is_picked_firmware),
    Runtime("os.nvram", _is_picked_firmware),
    Runtime("os.nvram.*", _is_picked_firmware),
    Runtime("cpu.match", _is_host_cpu),
    Runtime("cpu.model", _is_host_cpu),
    Runtime("cpu.mode", _is_host_cpu),
    Runtime("cpu.match", _left_open),
    Runtime("cpu.check", _is_checked),
    Runtime("cpu.vendor", _left_open),
    Runtime("cpu.migratable", _left_open),
    Runtime("cpu.model.fallback", _is_settled_model),
    Runtime("cpu.features", _are_features_found),
)
"""What only a running domain has, beside its devices."""
# fmt: on
