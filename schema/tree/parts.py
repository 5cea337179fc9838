"""What the families of buses have in common: buses, places on them, and how many places there are."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from math import prod
from typing import NamedTuple

from ..address import address_text
from ..element import Document, value_at

MOST_FREE_SLOTS = 32
"""How many free places are named; the count tells of the rest."""

Spot = tuple[int, ...]
"""A place on a bus in the order that people count: `(slot, function)`, `(bus, target, unit)`, `(port,)`."""


class BusKind(StrEnum):
    """What a bus is."""

    MACHINE = "MACHINE"
    PCI = "PCI"
    PCI_EXPRESS = "PCI_EXPRESS"
    USB = "USB"
    SCSI = "SCSI"
    SATA = "SATA"
    IDE = "IDE"
    FDC = "FDC"
    NVME = "NVME"
    VIRTIO_SERIAL = "VIRTIO_SERIAL"
    CCID = "CCID"
    ISA = "ISA"
    SPAPR_VIO = "SPAPR_VIO"
    CCW = "CCW"
    VIRTIO_MMIO = "VIRTIO_MMIO"
    XENBUS = "XENBUS"
    MEMORY = "MEMORY"
    UNATTACHED = "UNATTACHED"


class Bus(NamedTuple):
    """Which bus an address means; equal for all addresses on it."""

    family: str
    """libvirt's type of controller, or of address where no controller provides the bus."""
    number: int = 0
    path: Spot = ()
    """The ports that lead to a USB hub; the domain of a PCI bus, where it is not 0."""


class Place(NamedTuple):
    """Where a device is; without a spot it is on the bus, and libvirt is still to choose the place there."""

    bus: Bus
    spot: Spot | None = None


@dataclass(frozen=True, slots=True)
class FreeSlots:
    """The places of a bus that no device names: how many, and the addresses of the first."""

    count: int
    slots: list[str]


@dataclass(frozen=True, slots=True)
class Spots:
    """All places of a bus: every combination of the ranges, without the reserved ones."""

    ranges: tuple[range, ...]
    address: Callable[[Spot], Document]
    reserved: frozenset[Spot] = frozenset()

    def free(self, taken: Collection[Spot]) -> FreeSlots:
        """What is left; a spot that is longer than the ranges, as a PCI function's, takes the whole of its slot."""
        length = len(self.ranges)
        gone = self.reserved | {spot[:length] for spot in taken}
        inside = sum(all(one in of for one, of in zip(spot, self.ranges, strict=False)) for spot in gone)
        left = (spot for spot in _combinations(self.ranges) if spot not in gone)
        return FreeSlots(
            prod(map(len, self.ranges)) - inside,
            [text for spot in islice(left, MOST_FREE_SLOTS) if (text := address_text(self.address(spot)))],
        )


def _combinations(ranges: tuple[range, ...]) -> Iterator[Spot]:
    """The product of the ranges one by one: `itertools.product` would unroll each of them, however long, first."""
    if not ranges:
        yield ()
        return
    for first in ranges[0]:
        for rest in _combinations(ranges[1:]):
            yield (first, *rest)


@dataclass(frozen=True, slots=True)
class Machine:
    """What the domain says about the machine that the buses are part of."""

    name: str
    arch: str
    memory_slots: int | None

    @classmethod
    def of(cls, definition: Document) -> "Machine":
        """The machine of a definition."""
        domain = definition.get("domain", {})
        told = value_at(domain, "os.type") or {}
        return cls(told.get("machine", ""), told.get("arch", ""), value_at(domain, "maxMemory.slots"))

    @property
    def is_q35(self) -> bool:
        """A PC with Intel's ICH9 chipset."""
        return self.name == "q35" or self.name.startswith("pc-q35")

    @property
    def is_i440fx(self) -> bool:
        """A PC with Intel's PIIX3 chipset; the names of old releases do not say so."""
        return self.name == "pc" or self.name.startswith(("pc-i440fx", "pc-0.", "pc-1."))

    @property
    def is_virt(self) -> bool:
        """QEMU's machine for Arm, RISC-V and LoongArch that stands for no real board."""
        return self.name == "virt" or self.name.startswith("virt-")


class Family:
    """How one kind of bus is addressed; the defaults are those of a bus that is simply there."""

    kind: BusKind
    numbered = True
    """Whether there can be several, told apart by a number."""
    built_in = False
    """Whether a machine has the bus without any element for it, so that nothing is missing where none is."""

    def place(self, device: Document, address: Document) -> Place | None:
        """Where an address on such a bus leads; None where it only asks for any place."""
        raise NotImplementedError

    def kind_of(self, bus: Bus, provider: Document | None, machine: Machine) -> BusKind | None:
        """What the bus is that a controller or hub provides; None where it provides none."""
        return self.kind

    def spots(self, bus: Bus, provider: Document | None, machine: Machine) -> Spots | None:
        """The places on the bus; None where nobody knows how many there are."""
        return None

    def above(self, bus: Bus, machine: Machine) -> Place | None:
        """Where the controller or hub of a bus must be, though no address says so; None for just in the machine."""
        return None

    def summary(self, bus: Bus) -> str:
        """What to call a bus that no element provides."""
        return f"{bus.family} controller {bus.number}"
