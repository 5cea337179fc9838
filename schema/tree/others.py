"""Buses without branches: virtio-serial, smart card readers, memory slots, ISA, and those of s390, POWER and Arm.

Source: libvirt's domain XML, "Device Addresses"; 31 ports of a virtio-serial controller are what libvirt assigns from
where `ports` is missing, one slot is what QEMU's smart card reader has.
"""

from ..element import Document
from .parts import Bus, BusKind, Family, Machine, Place, Spot, Spots

_SERIAL_PORTS = 31
_VIRTUAL_CSSID = 0xFE
"""The channel subsystem of virtio devices, where libvirt puts a device that does not say which."""


class VirtioSerial(Family):
    """Ports of a virtio-serial controller; port 0 is kept for a console."""

    kind = BusKind.VIRTIO_SERIAL

    def place(self, device: Document, address: Document) -> Place | None:  # noqa: D102
        port = address.get("port", "")
        if "controller" not in address and not port:
            return None
        number = int(port) if port.isascii() and port.isdecimal() and len(port) < 10 else 0
        known = bool(port) and (number > 0 or device["kind"] == "CONSOLE")  # with 0, libvirt chooses one of a channel
        return Place(Bus("virtio-serial", int(address.get("controller", 0))), (number,) if known else None)

    def spots(self, bus: Bus, provider: Document | None, machine: Machine) -> Spots | None:  # noqa: D102
        if provider is None:
            return None

        def address(spot: Spot) -> Document:
            return {"kind": "virtio-serial", "controller": bus.number, "port": str(spot[0])}

        return Spots((range(1, int(provider.get("ports", _SERIAL_PORTS))),), address)


class Ccid(Family):
    """The slot of a smart card reader."""

    kind = BusKind.CCID

    def place(self, device: Document, address: Document) -> Place:  # noqa: D102
        return Place(Bus("ccid", int(address.get("controller", 0))), (int(address.get("slot", 0)),))

    def spots(self, bus: Bus, provider: Document | None, machine: Machine) -> Spots:  # noqa: D102
        def address(spot: Spot) -> Document:
            return {"kind": "ccid", "controller": bus.number, "slot": spot[0]}

        return Spots((range(1),), address)


class Memory(Family):
    """Slots for memory modules, as many as `maxMemory` says."""

    kind = BusKind.MEMORY
    numbered = False
    built_in = True

    def place(self, device: Document, address: Document) -> Place:  # noqa: D102
        return Place(MEMORY, (int(address["slot"]),) if "slot" in address else None)

    def spots(self, bus: Bus, provider: Document | None, machine: Machine) -> Spots | None:  # noqa: D102
        if machine.memory_slots is None:
            return None
        return Spots((range(machine.memory_slots),), lambda spot: {"kind": "dimm", "slot": spot[0]})

    def summary(self, bus: Bus) -> str:  # noqa: D102
        return "memory slots"


MEMORY = Bus("memory")


class Ccw(Family):
    """A channel subsystem of s390: four sets of 65536 subchannels."""

    kind = BusKind.CCW
    built_in = True

    def place(self, device: Document, address: Document) -> Place:  # noqa: D102
        bus = Bus("ccw", int(address.get("cssid", _VIRTUAL_CSSID)))
        return Place(bus, (int(address.get("ssid", 0)), int(address["devno"])) if "devno" in address else None)

    def spots(self, bus: Bus, provider: Document | None, machine: Machine) -> Spots:  # noqa: D102
        def address(spot: Spot) -> Document:
            return {"kind": "ccw", "cssid": bus.number, "ssid": spot[0], "devno": spot[1]}

        return Spots((range(4), range(0x10000)), address)

    def summary(self, bus: Bus) -> str:  # noqa: D102
        return f"channel subsystem {bus.number:x}"


class Registers(Family):
    """A bus of the machine itself whose places are numbers that no list bounds."""

    numbered = False
    built_in = True

    def __init__(self, name: str, kind: BusKind, summary: str, parts: tuple[str, ...] = ()) -> None:
        self._bus, self.kind, self._summary, self._parts = Bus(name), kind, summary, parts

    def place(self, device: Document, address: Document) -> Place:  # noqa: D102
        known = any(part in address for part in self._parts)
        return Place(self._bus, tuple(int(address.get(part, 0)) for part in self._parts) if known else None)

    def summary(self, bus: Bus) -> str:  # noqa: D102
        return self._summary


class Xenbus(Family):
    """The bus of Xen's paravirtual devices, which have no addresses."""

    kind = BusKind.XENBUS


OTHERS: dict[str, Family] = {
    "virtio-serial": VirtioSerial(),
    "ccid": Ccid(),
    "xenbus": Xenbus(),
    "ccw": Ccw(),
    "spapr-vio": Registers("spapr-vio", BusKind.SPAPR_VIO, "sPAPR virtual I/O bus", ("reg",)),
    "virtio-mmio": Registers("virtio-mmio", BusKind.VIRTIO_MMIO, "virtio-mmio transports"),
    "isa": Registers("isa", BusKind.ISA, "ISA bus", ("iobase", "irq")),
    "memory": Memory(),
}
