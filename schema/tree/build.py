"""From a definition to the list of nodes, each behind its parent.

Nothing that a document says makes it fail: a bus that an address names and nobody provides becomes a node of its own,
and of controllers that are plugged into each other in a circle the first is taken out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..address import address_text
from ..definition import devices_of
from ..element import Document, value_at
from .drives import DRIVES, drive_family
from .numbers import controller_numbers
from .others import MEMORY, OTHERS
from .parts import Bus, BusKind, Family, FreeSlots, Machine, Place, Spot, Spots
from .pci import ROOTS, Pci
from .usb import Usb, hub_bus, is_companion, port_text

DOMAIN_PATHS = ("os.type.machine", "os.type.arch", "maxMemory.slots")
"""What the tree is made from, below `domain`; a definition may lack everything else."""
DEVICE_PATHS = ("id", "kind", "address")
"""The same of every device."""
FURTHER_PATHS = {
    "controllers": ("type", "index", "model", "companionStartPort", "ports"),
    "disks": ("device", "target.bus", "target.dev"),
    "consoles": ("target.type",),
}
"""The same of some kinds of devices, by their lists."""

_FAMILIES: dict[str, Family] = {"pci": Pci(), "usb": Usb(), **DRIVES, **OTHERS}
_BY_ADDRESS = {"dimm": "memory"}
"""Families whose name is not that of their addresses."""
_BELOW_MACHINE = (
    "pci",
    "ccw",
    "spapr-vio",
    "virtio-mmio",
    "isa",
    "usb",
    *DRIVES,
    "virtio-serial",
    "ccid",
    "xenbus",
    "",
)
_RANKS = {family: rank for rank, family in enumerate((*_BELOW_MACHINE, "memory", "unattached"))}


@dataclass(slots=True, eq=False)
class TreeNode:
    """A device, or a bus that no element of the document stands for."""

    id: str
    """That of the device; `machine`, `unattached` and `bus/…` for what is none."""
    device: Document | None = None
    summary: str | None = None
    """What to call a node without a device."""
    implicit: bool = False
    """Whether it is a controller or hub that the document should list, and does not."""
    bus: BusKind | None = None
    """What it provides."""
    provides: Bus | None = None
    """The same as addresses name it."""
    address: str | None = None
    collision: str | None = None
    """The id of another node that claims the same place or the same number."""
    depth: int = 0
    parent: "TreeNode | None" = None
    family: str = ""
    """What it is, or would be, the controller of."""
    place: Place | None = None
    spots: Spots | None = None
    taken: set[Spot] = field(default_factory=set)
    """Places on its bus that nodes claim."""

    @property
    def bus_number(self) -> int | None:
        """The number by which addresses name its bus; None where there is only one."""
        return self.provides.number if self.provides and _FAMILIES[self.provides.family].numbered else None

    def free_slots(self) -> FreeSlots | None:
        """What is left of its bus; None where the size of that is not known."""
        return None if self.spots is None else self.spots.free(self.taken)


def place_of(device: Document) -> Place | None:
    """The place that a device's address names; None without one, or for an address that libvirt is still to fill in."""
    address = device.get("address")
    if address is None or (device["kind"] == "CONTROLLER" and device.get("model") in ROOTS):
        return None
    kind = address["kind"]
    family = drive_family(device) if kind == "drive" else _FAMILIES.get(_BY_ADDRESS.get(kind, kind))
    return None if family is None else family.place(device, address)


def device_tree(definition: Document) -> list[TreeNode]:
    """All devices and buses depth first: the machine, and behind each bus what is plugged into it."""
    return list(_Builder(definition).walk())


class _Builder:
    def __init__(self, definition: Document) -> None:
        self._machine = Machine.of(definition)
        name = " ".join(part for part in (self._machine.arch, self._machine.name) if part)
        self._root = TreeNode("machine", summary=name or "machine", bus=BusKind.MACHINE)
        self._nodes = [TreeNode(device["id"], device) for device in devices_of(definition)]
        """All but the root, in the order of the document; what the document does not list comes last."""
        self._buses: dict[Bus, TreeNode] = {}
        self._claimed: dict[Place, TreeNode] = {}
        self._nowhere: TreeNode | None = None
        devices = [(node, node.device) for node in self._nodes if node.device is not None]
        self._provide(devices)
        for node, device in devices:
            node.place = place_of(device)
            node.address = address_text(device["address"]) if "address" in device else None
            self._plug(node)
        if self._machine.memory_slots is not None:
            self._bus(MEMORY)
        self._break_circles()

    def _provide(self, devices: list[tuple[TreeNode, Document]]) -> None:
        """Find who provides which bus: companions give way to the controller that they share a number with."""
        controllers = [(node, device) for node, device in devices if device["kind"] == "CONTROLLER"]
        numbers = list(controller_numbers([device for _, device in controllers]))
        for companions in (False, True):
            for (node, device), number in zip(controllers, numbers, strict=True):
                family = device.get("type", "")
                if family in _FAMILIES and is_companion(device) is companions:
                    self._offer(Bus(family, number), node, device)
        for node, device in devices:
            if device["kind"] == "HUB" and (bus := hub_bus(device)) is not None:
                self._offer(bus, node, device)

    def _offer(self, bus: Bus, node: TreeNode, device: Document) -> None:
        node.family = bus.family
        first = self._buses.setdefault(bus, node)
        if first is node:
            self._equip(node, bus)
        elif not is_companion(device):
            _collide(first, node)

    def _equip(self, node: TreeNode, bus: Bus) -> None:
        """Say of a node what bus it provides."""
        family = _FAMILIES[bus.family]
        node.family = bus.family
        node.bus = family.kind_of(bus, node.device, self._machine)
        if node.bus is not None:
            node.provides = bus
            node.spots = family.spots(bus, node.device, self._machine)

    def _plug(self, node: TreeNode) -> None:
        """Hang a node under the bus that it names; without one, a bus belongs to the machine itself."""
        if node.place is None and node.provides is not None:
            node.place = _FAMILIES[node.provides.family].above(node.provides, self._machine)
            if node.place is not None:
                node.address = address_text(_address(node.place))
        place = node.place
        if place is None:
            is_bus = node.device is None or node.device["kind"] == "CONTROLLER"
            node.parent = self._root if is_bus else self._unattached()
            return
        node.parent = bus = self._bus(place.bus)
        if place.spot and not is_echo(node.device):
            bus.taken.add(place.spot)
            first = self._claimed.setdefault(place, node)
            if first is not node:
                _collide(first, node)

    def _bus(self, bus: Bus) -> TreeNode:
        """The node of a bus: its controller or hub, or else one that is made for it, with those above it."""
        if (known := self._buses.get(bus)) is not None:
            return known
        family = _FAMILIES[bus.family]
        made = TreeNode(_name(bus), summary=family.summary(bus), implicit=not family.built_in)
        self._buses[bus] = made
        self._nodes.append(made)
        self._equip(made, bus)
        self._plug(made)
        return made

    def _unattached(self) -> TreeNode:
        if self._nowhere is None:
            self._nowhere = TreeNode("unattached", summary="not on a bus", bus=BusKind.UNATTACHED, parent=self._root)
            self._nowhere.family = "unattached"
            self._nodes.append(self._nowhere)
        return self._nowhere

    def _break_circles(self) -> None:
        """Hang the first node of every circle under the machine; each node is looked at once."""
        order = {id(node): number for number, node in enumerate(self._nodes)}
        sound = {id(self._root)}
        for start in self._nodes:
            way: list[TreeNode] = []
            on_the_way: set[int] = set()
            at = start
            while id(at) not in sound and id(at) not in on_the_way and at.parent is not None:
                way.append(at)
                on_the_way.add(id(at))
                at = at.parent
            if id(at) in on_the_way:
                circle = way[way.index(at) :]
                min(circle, key=lambda node: order[id(node)]).parent = self._root
            sound |= on_the_way

    def walk(self) -> Iterator[TreeNode]:
        """The nodes depth first; without recursion, as bridges can be plugged into bridges a thousand deep."""
        below: dict[int, list[TreeNode]] = {}
        for node in self._nodes:
            below.setdefault(id(node.parent), []).append(node)
        waiting = [self._root]
        while waiting:
            node = waiting.pop()
            yield node
            children = sorted(below.get(id(node), ()), key=_by_bus if node is self._root else _by_place)
            for one in reversed(children):
                one.depth = node.depth + 1
                waiting.append(one)


def _by_bus(node: TreeNode) -> tuple[int, int]:
    return _RANKS[node.family], node.provides.number if node.provides else 0


def _by_place(node: TreeNode) -> tuple[bool, Spot]:
    """In the order of the places on the bus; what libvirt is still to place comes last."""
    spot = (node.place and node.place.spot) or ()
    return not spot, spot


def _address(place: Place) -> Document:
    """The address of a controller or hub that has none in the document: on PCI, or of USB."""
    bus, spot = place.bus, place.spot or ()
    if bus.family == "usb":
        return {"kind": "usb", "bus": bus.number, "port": port_text((*bus.path, *spot))}
    return {"kind": "pci", "bus": bus.number, **dict(zip(("slot", "function"), spot, strict=False))}


def is_echo(device: Document | None) -> bool:
    """Whether it is a console that is the first serial port once more, address included."""
    return device is not None and device["kind"] == "CONSOLE" and value_at(device, "target.type") in (None, "serial")


def _collide(first: TreeNode, other: TreeNode) -> None:
    """Tell each node of another that claims the same; the first learns of the second."""
    other.collision = other.collision or first.id
    first.collision = first.collision or other.id


def _name(bus: Bus) -> str:
    """The id of a bus without a device."""
    name = f"bus/{bus.family}/{bus.number}" if _FAMILIES[bus.family].numbered else f"bus/{bus.family}"
    return f"{name}/{'.'.join(map(str, bus.path))}" if bus.path else name
