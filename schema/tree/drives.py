"""Drives: SCSI, SATA, IDE, floppy and NVMe controllers, which share one type of address.

Source: libvirt's `virDomainDiskDefAssignAddress` for IDE, SATA and floppies, its narrow SCSI bus for `lsilogic`; QEMU's
`max_target` and `max_lun` for the other SCSI controllers; `qemuDomainValidateDevicePCISlots…` for where chipsets have
theirs.
"""

from ..element import Document, value_at
from .parts import Bus, BusKind, Family, Machine, Place, Spot, Spots
from .pci import PCI_ROOT

_BY_NAME = {"hd": "ide", "sd": "scsi", "fd": "fdc"}
"""Buses that libvirt guesses from the first letters of a disk's `target.dev`."""

_ONE = range(1)
_NARROW = (_ONE, _ONE, range(7))
_VIRTIO = (_ONE, range(256), range(16384))
_SCSI = {
    "virtio-scsi": _VIRTIO,
    "virtio-transitional": _VIRTIO,
    "virtio-non-transitional": _VIRTIO,
    "ibmvscsi": (_ONE, range(64), range(32)),
    "lsilogic": _NARROW,
}


class Drives(Family):
    """Drives at `bus:target:unit` of a controller; `ranges` are the places of one, where all have the same."""

    def __init__(self, name: str, kind: BusKind, ranges: tuple[range, ...] | None = None) -> None:
        self.name, self.kind, self._ranges = name, kind, ranges

    def place(self, device: Document, address: Document) -> Place | None:  # noqa: D102
        spot = tuple(int(address.get(part, 0)) for part in ("bus", "target", "unit"))
        return Place(Bus(self.name, int(address.get("controller", 0))), spot)

    def spots(self, bus: Bus, provider: Document | None, machine: Machine) -> Spots | None:  # noqa: D102
        ranges = self._ranges or (_SCSI.get((provider or {}).get("model", "")) if self.name == "scsi" else None)
        if ranges is None:
            return None

        def address(spot: Spot) -> Document:
            place = dict(zip(("bus", "target", "unit"), spot, strict=True))
            return {"kind": "drive", "controller": bus.number, **place}

        return Spots(ranges, address)

    def above(self, bus: Bus, machine: Machine) -> Place | None:
        """The chipsets of PCs have the first IDE or SATA controller themselves; libvirt accepts it nowhere else."""
        if bus == ("ide", 0, ()) and machine.is_i440fx:
            return Place(PCI_ROOT, (1, 1))
        if bus == ("sata", 0, ()) and machine.is_q35:
            return Place(PCI_ROOT, (31, 2))
        return None


DRIVES = {
    "scsi": Drives("scsi", BusKind.SCSI),
    "sata": Drives("sata", BusKind.SATA, (_ONE, _ONE, range(6))),
    "ide": Drives("ide", BusKind.IDE, (range(2), _ONE, range(2))),
    "fdc": Drives("fdc", BusKind.FDC, (_ONE, _ONE, range(2))),
    "nvme": Drives("nvme", BusKind.NVME),
}


def drive_family(device: Document) -> Drives | None:
    """The controllers that the `controller` of a device's drive address counts; None for a disk of no such bus.

    libvirt takes everything with a drive address that is no disk for SCSI.
    """
    if device["kind"] != "DISK":
        return DRIVES["scsi"]
    bus = value_at(device, "target.bus")
    if bus is None:
        name = value_at(device, "target.dev") or ""
        bus = "fdc" if device.get("device") == "floppy" else _BY_NAME.get(name[:2], "")
    return DRIVES.get(bus)
