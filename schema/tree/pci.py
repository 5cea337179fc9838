"""PCI and PCI Express.

Source: libvirt's `virDomainPCIAddressBusSetModel` for the slots of each controller, and the slots that the chipsets of
QEMU's PC machines take for themselves.
"""

from typing import Any

from ..element import Document
from .parts import Bus, BusKind, Family, Machine, Place, Spots

ROOTS = ("pci-root", "pcie-root")
"""Controllers that are part of the machine; all others are plugged into one."""

PCI_ROOT = Bus("pci", 0)

_EXPRESS = frozenset(
    {"pcie-root", "pcie-root-port", "pcie-switch-upstream-port", "pcie-switch-downstream-port", "pcie-expander-bus"}
)
_SLOTS = {
    "pci-root": range(1, 32),
    "pcie-root": range(1, 32),
    "pci-bridge": range(1, 32),
    "pcie-to-pci-bridge": range(1, 32),
    "pci-expander-bus": range(32),
    "pcie-expander-bus": range(32),
    "dmi-to-pci-bridge": range(32),
    "pcie-switch-upstream-port": range(32),
    "pcie-switch-downstream-port": range(1),
    "pcie-root-port": range(1),
}


class Pci(Family):
    """Slots with up to eight functions, behind controllers that are PCI devices themselves."""

    kind = BusKind.PCI

    def place(self, device: Document, address: Document) -> Place | None:  # noqa: D102
        if not any(part in address for part in ("domain", "bus", "slot", "function")):
            return None
        domain, bus, slot, function = (int(address.get(part, 0)) for part in ("domain", "bus", "slot", "function"))
        return Place(Bus("pci", bus, (domain,) if domain else ()), (slot, function))

    def kind_of(self, bus: Bus, provider: Document | None, machine: Machine) -> BusKind:  # noqa: D102
        return BusKind.PCI_EXPRESS if _model(bus, provider, machine) in _EXPRESS else BusKind.PCI

    def spots(self, bus: Bus, provider: Document | None, machine: Machine) -> Spots | None:  # noqa: D102
        slots = _SLOTS.get(_model(bus, provider, machine) or "")
        if slots is None:
            return None
        chipset = {(1,)} if machine.is_i440fx else {(31,)} if machine.is_q35 else set()

        def address(spot: tuple[int, ...]) -> Document:
            return {"kind": "pci", "bus": bus.number, "slot": spot[0]}

        return Spots((slots,), address, frozenset(chipset if bus == PCI_ROOT else ()))

    def summary(self, bus: Bus) -> str:  # noqa: D102
        domain = f" of domain {bus.path[0]}" if bus.path else ""
        return f"pci controller {bus.number}{domain}"


def _model(bus: Bus, provider: Document | None, machine: Machine) -> str | None:
    """libvirt's model; that of the first bus follows from the machine where nothing says it."""
    model: Any = (provider or {}).get("model")
    if model is None and bus == PCI_ROOT:
        if machine.is_q35 or machine.is_virt:
            return "pcie-root"
        if machine.is_i440fx or machine.name.startswith(("pseries", "s390-ccw")):
            return "pci-root"
    return model if isinstance(model, str) else None
