"""`<iommu>`: the unit that translates addresses for a guest's devices.

Source: libvirt's domain XML, "IOMMU devices".
"""

from collections.abc import Iterable

import strawberry

from ..device import Device, device
from ..element import Document, Element, attribute, child, derived, element, value_at
from ..scalars import AnyBase, Long, OnOff
from ..sizes import bytes_of, size_text


@element
class IommuGranule(Element):
    """The smallest piece of memory that a `virtio` IOMMU maps: the host's page size or a given one."""

    mode: str | None = attribute("`host` for the page size of the host, instead of a size.")
    size: Long | None = attribute("Size of the piece, counted in `unit`; QEMU takes 4, 8, 16 and 64 KiB.")
    unit: str | None = attribute("Unit of the size, such as `KiB`.")

    @derived("The size in bytes; null where there is none, or where its unit is missing or unknown to libvirt.")
    def bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        return bytes_of(granule_size(document))


def granule_size(granule: Document) -> Document | None:
    """The size of a granule as elements hold sizes; None without a unit, as libvirt does not say which it assumes."""
    unit = granule.get("unit")
    return {"value": granule["size"], "unit": unit} if "size" in granule and unit else None


@element
class IommuDriver(Element):
    """Settings of an IOMMU; each belongs to some of the models."""

    intremap: OnOff | None = attribute(
        "Whether interrupts of devices are translated too, for which the VM needs QEMU's own I/O APIC.", since="3.4.0"
    )
    caching_mode: OnOff | None = attribute(
        "Whether the guest announces each new mapping, as passed-through devices need; `intel` only.",
        xml="caching_mode",
        since="3.4.0",
    )
    eim: OnOff | None = attribute(
        "Whether interrupts can reach more than 255 virtual CPUs (Extended Interrupt Mode), together with `intremap`; "
        "`intel` only.",
        since="3.4.0",
    )
    iotlb: OnOff | None = attribute("Whether devices may cache translations (device IOTLB).", since="3.5.0")
    aw_bits: AnyBase | None = attribute(
        "Width of device addresses in bits, such as 39 or 48; `intel` and `virtio` only.", xml="aw_bits", since="6.5.0"
    )
    dma_translation: OnOff | None = attribute(
        "Whether memory addresses are translated; off where only interrupts are wanted. `intel` only.",
        xml="dma_translation",
        since="10.7.0",
    )
    xtsup: OnOff | None = attribute(
        "Whether x2APIC mode is offered, for many virtual CPUs; `amd` only.", since="11.5.0"
    )
    passthrough: OnOff | None = attribute(
        "Whether devices read and write memory without any translation; `amd` only.", since="11.5.0"
    )
    pci_bus: int | None = attribute(
        "Index of the PCI controller whose devices this IOMMU serves; `smmuv3` only.", searchable=True, since="11.10.0"
    )
    granule: IommuGranule | None = child(
        "Smallest piece of memory that is mapped, for guests whose page size is not the host's; `virtio` only.",
        since="12.1.0",
    )
    accel: OnOff | None = attribute(
        "Whether the host's own SMMU speeds up the translation; `smmuv3` only.", since="12.7.0"
    )
    ats: OnOff | None = attribute(
        "Whether the guest is told that devices may cache translations (PCIe ATS), with `accel`; `smmuv3` only.",
        since="12.7.0",
    )
    ril: OnOff | None = attribute(
        "Whether ranges of cached translations can be dropped at once as the host's SMMU does it, with `accel`; "
        "`smmuv3` only.",
        since="12.7.0",
    )
    ssidsize: int | None = attribute(
        "Bits of a device's stream number for address spaces (SSID), 0 to 20; more than 0 offers PASID to the guest. "
        "`smmuv3` only.",
        since="12.7.0",
    )
    oas: int | None = attribute("Width of translated addresses in bits; `smmuv3` only.", since="12.7.0")
    cmdqv: OnOff | None = attribute(
        "Whether the guest gets command queues of its own in NVIDIA's Tegra241 SMMU, with `accel`; `smmuv3` only.",
        since="12.7.0",
    )


@device("iommu", identity=("driver.pciBus",))
class Iommu(Device):
    """A unit between the guest's devices and its memory that translates their addresses. Since libvirt 2.1.0.

    With it the guest can pass devices on to guests of its own. Since libvirt 11.10.0 a VM may have several.
    """

    model: str | None = attribute(
        "The unit: `intel` (VT-d, for Q35 machines), `amd` (since 11.5.0), `smmuv3` (for Arm, since 5.5.0) or `virtio` "
        "(since 8.3.0).",
        searchable=True,
    )
    driver: IommuDriver | None = child("Settings of the unit; the hypervisor's own where they are missing.")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:  # noqa: D102
        driver = device.get("driver", {})
        model, bits, bus = device.get("model"), driver.get("awBits"), driver.get("pciBus")
        yield f"{model} IOMMU" if model else None
        yield None if bus is None else f"PCI controller {bus}"
        yield driver.get("intremap") and "interrupt remapping"
        yield driver.get("passthrough") and "passthrough"
        yield driver.get("accel") and "accelerated"
        yield f"{bits} address bits" if bits else None
        yield _granule(value_at(driver, "granule"))


def _granule(granule: Document | None) -> str | None:
    text = granule and (granule.get("mode") or size_text(granule_size(granule)))
    return f"granule {text}" if text else None
