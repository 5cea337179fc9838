"""USB: controllers, and hubs that make several ports out of one.

Source: libvirt's `virDomainUSBAddressControllerModelToPorts`, and the eight ports of its hubs.
"""

import re

from ..element import Document
from .parts import Bus, BusKind, Family, Machine, Place, Spot, Spots

_PORT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}", re.ASCII)
"""libvirt takes a port behind three hubs at most."""
_COMPANIONS = frozenset({"ich9-uhci1", "ich9-uhci2", "ich9-uhci3"})
_PORTS = {
    "piix3-uhci": 2,
    "piix4-uhci": 2,
    "vt82c686b-uhci": 2,
    "ehci": 6,
    "ich9-ehci1": 6,
    "pci-ohci": 3,
    "nec-xhci": 4,
    "qemu-xhci": 4,
}
_COUNTED_BY_USERS = frozenset({"nec-xhci", "qemu-xhci", "qusb1", "qusb2"})
_HUB_PORTS = 8


class Usb(Family):
    """Ports of a controller, and those of hubs behind them; ports count from 1."""

    kind = BusKind.USB

    def place(self, device: Document, address: Document) -> Place | None:  # noqa: D102
        if "bus" not in address and "port" not in address:
            return None
        bus, ports = int(address.get("bus", 0)), _ports(address)
        return Place(Bus("usb", bus, ports[:-1]), ports[-1:]) if ports else Place(Bus("usb", bus))

    def kind_of(self, bus: Bus, provider: Document | None, machine: Machine) -> BusKind | None:  # noqa: D102
        return None if (provider or {}).get("model") == "none" else BusKind.USB

    def spots(self, bus: Bus, provider: Document | None, machine: Machine) -> Spots | None:  # noqa: D102
        count = _HUB_PORTS if bus.path else _port_count(provider or {})
        if count is None:
            return None

        def address(spot: Spot) -> Document:
            return {"kind": "usb", "bus": bus.number, "port": port_text((*bus.path, *spot))}

        return Spots((range(1, count + 1),), address)

    def above(self, bus: Bus, machine: Machine) -> Place | None:  # noqa: D102
        return Place(Bus("usb", bus.number, bus.path[:-1]), bus.path[-1:]) if bus.path else None

    def summary(self, bus: Bus) -> str:  # noqa: D102
        return "usb hub" if bus.path else f"usb controller {bus.number}"


def hub_bus(hub: Document) -> Bus | None:
    """The bus that a hub provides; None for one that is nowhere."""
    address = hub.get("address", {})
    ports = _ports(address) if address.get("kind") == "usb" else ()
    return Bus("usb", int(address.get("bus", 0)), ports) if ports else None


def is_companion(controller: Document) -> bool:
    """Whether a controller serves the slow devices on the ports of the one whose number it shares."""
    return controller.get("type") == "usb" and (
        "companionStartPort" in controller or controller.get("model") in _COMPANIONS
    )


def port_text(ports: Spot) -> str:
    """The ports on the way as an address has them: `1.2`."""
    return ".".join(map(str, ports))


def _ports(address: Document) -> Spot:
    port = address.get("port", "")
    return tuple(int(one) for one in port.split(".")) if _PORT.fullmatch(port) else ()


def _port_count(controller: Document) -> int | None:
    model = controller.get("model", "")
    told = controller.get("ports") if model in _COUNTED_BY_USERS else None
    return _PORTS.get(model) if told is None else int(told)
