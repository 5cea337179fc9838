"""`<controller>`: the buses that other devices are plugged into.

Source: libvirt's domain XML, "Controllers".
"""

from collections.abc import Iterable
from enum import Enum

from ..device import Device, device
from ..element import Document, Element, attribute, child, children, element, text_child, value_at
from ..parts import IoThreadMapping, VirtioOptions
from ..scalars import AnyBase, Hex1, Long, OnOff, word, words
from ..sizes import ScaledSize


@words
class PciControllerModel(Enum):
    """The device that the hypervisor emulates for a PCI controller."""

    SPAPR_PCI_HOST_BRIDGE = word("spapr-pci-host-bridge", "Host bridge of pseries machines, for `pci-root`")
    PCI_BRIDGE = word("pci-bridge", "QEMU's PCI-to-PCI bridge, for `pci-bridge`")
    I82801B11_BRIDGE = word("i82801b11-bridge", "Intel's DMI-to-PCI bridge, for `dmi-to-pci-bridge`")
    PCIE_PCI_BRIDGE = word("pcie-pci-bridge", "QEMU's PCI Express to PCI bridge, for `pcie-to-pci-bridge`")
    IOH3420 = word("ioh3420", "Intel's PCI Express root port, for `pcie-root-port`")
    PCIE_ROOT_PORT = word("pcie-root-port", "QEMU's generic PCI Express root port, for `pcie-root-port`")
    X3130_UPSTREAM = word(
        "x3130-upstream", "Upstream port of a Texas Instruments switch, for `pcie-switch-upstream-port`"
    )
    XIO3130_DOWNSTREAM = word(
        "xio3130-downstream", "Downstream port of a Texas Instruments switch, for `pcie-switch-downstream-port`"
    )
    PXB = word("pxb", "Expander bus of a conventional PCI machine, for `pci-expander-bus`")
    PXB_PCIE = word("pxb-pcie", "Expander bus of a PCI Express machine, for `pcie-expander-bus`")


@element
class ControllerTarget(Element):
    """What the guest sees of a PCI controller beside its address; libvirt fills it in. Since libvirt 1.2.19."""

    chassis_nr: AnyBase | None = attribute(
        "Chassis number of a `pci-bridge`, 1 to 255; the controller's `index` where nothing else is said."
    )
    chassis: AnyBase | None = attribute("Chassis number of a root port or a switch's downstream port, 0 to 255.")
    port_number: Hex1 | None = attribute(
        "Port number of a root port or a switch's downstream port, 0 to 255.", xml="port"
    )
    bus_nr: AnyBase | None = attribute(
        "First bus number of an expander bus, 1 to 254. The numbers from here to the next expander's, or to 255, are "
        "free for the controllers below it."
    )
    index: AnyBase | None = attribute("Order in which pseries guests see their host bridges.", since="3.6.0")
    hotplug: OnOff | None = attribute(
        "Whether devices can be plugged into this controller while the guest runs; on where it is missing.",
        since="6.3.0",
    )
    mem_reserve: Long | None = attribute(
        "KiB of memory that the controller reserves for a device plugged later, where the firmware's own reckoning is "
        "too small for it.",
        since="10.3.0",
    )
    node: int | None = text_child("NUMA cell of the guest that devices below an expander bus belong to.")


@element
class ControllerDriver(VirtioOptions):
    """How the hypervisor serves a controller."""

    queues: int | None = attribute(
        "Number of request queues, for virtio-scsi. One for each virtual CPU is the fastest.", since="1.0.5"
    )
    cmd_per_lun: int | None = attribute(
        "Commands that may wait at one device of the controller, for virtio-scsi.", xml="cmd_per_lun", since="1.2.7"
    )
    max_sectors: int | None = attribute(
        "Most that one command may transfer, in sectors of 512 bytes, for virtio-scsi.",
        xml="max_sectors",
        since="1.2.7",
    )
    ioeventfd: OnOff | None = attribute(
        "Whether I/O is handled apart from the virtual CPU that asked for it, which then runs on.", since="1.2.18"
    )
    iothread: int | None = attribute(
        "Number of the domain's I/O thread that serves the controller and all its disks, from 1; for virtio-scsi.",
        searchable=True,
        since="1.3.5",
    )
    iothreads: list[IoThreadMapping] | None = children(
        "I/O threads that share the queues of a virtio-scsi controller, instead of a single `iothread`.",
        xml="iothread",
        within="iothreads",
        since="11.2.0",
    )


@device("controller", identity=("type", "index"))
class Controller(Device):
    """A bus controller: PCI, USB, SCSI, SATA, IDE, NVMe, virtio-serial, smart card and others.

    libvirt adds the ones that a machine has or that its devices need.
    """

    type: str | None = attribute(
        "Kind of bus: `fdc`, `sata`, `ccid`, `scsi`, `usb`, `ide`, `isa`, `pci`, `virtio-serial`, `xenbus` or, since "
        "libvirt 11.5.0, `nvme`.",
        searchable=True,
    )
    index: int | None = attribute(
        "Number among the controllers of its type, from 0, which addresses refer to. Companions of a USB controller "
        "share its number.",
        searchable=True,
    )
    model: str | None = attribute(
        "What the controller is; the hypervisor chooses where it is missing. SCSI: `virtio-scsi`, "
        "`virtio-transitional`, `virtio-non-transitional`, `auto`, `buslogic`, `lsilogic`, `lsisas1068`, `lsisas1078`, "
        "`vmpvscsi`, `ibmvscsi`, `ncr53c90`, `dc390`, `am53c974`. USB: `qemu-xhci`, `nec-xhci`, `ehci`, `ich9-ehci1`, "
        "`ich9-uhci1`, `ich9-uhci2`, `ich9-uhci3`, `piix3-uhci`, `piix4-uhci`, `vt82c686b-uhci`, `pci-ohci`, `qusb1`, "
        "`qusb2`, or `none` for a guest without USB. IDE: `piix3`, `piix4`, `ich6`. PCI: `pci-root`, `pcie-root`, "
        "`pci-bridge`, `dmi-to-pci-bridge`, `pcie-to-pci-bridge`, `pcie-root-port`, `pcie-switch-upstream-port`, "
        "`pcie-switch-downstream-port`, `pci-expander-bus`, `pcie-expander-bus`. virtio-serial: `virtio`, "
        "`virtio-transitional`, `virtio-non-transitional`.",
        searchable=True,
    )
    pci_model: PciControllerModel | None = attribute(
        "The device that the hypervisor emulates for a PCI controller; `model` says what role it has. libvirt fills it "
        "in.",
        xml="name",
        within="model",
        since="1.2.19",
    )
    ports: int | None = attribute(
        "Number of devices that can be connected to a virtio-serial or, since libvirt 1.3.5, a USB controller."
    )
    vectors: int | None = attribute("Number of interrupt vectors (MSI-X) of a virtio-serial controller.")
    max_grant_frames: int | None = attribute(
        "Most grant frames, the memory shared with devices, that a `xenbus` offers its devices.", since="5.2.0"
    )
    max_event_channels: int | None = attribute(
        "Most event channels, the interrupts of paravirtual guests, that a `xenbus` offers.", since="6.3.0"
    )
    companion_start_port: str | None = attribute(
        "On a USB 1 companion, the first port that it serves of the USB 2 controller with the same `index`.",
        xml="startport",
        within="master",
    )
    target: ControllerTarget | None = child("What the guest sees of a PCI controller.", since="1.2.19")
    pci_hole64: ScaledSize | None = child(
        "Size of the address space for 64-bit PCI memory, on `pci-root` and `pcie-root`; 0 turns it off, for guests "
        "that cannot cope with it.",
        xml="pcihole64",
        since="1.1.2",
    )
    driver: ControllerDriver | None = child("How the hypervisor serves it.")
    serial: str | None = text_child(
        "Serial number that the guest reads from an NVMe controller.", searchable=True, since="11.5.0"
    )

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:  # noqa: D102
        model, pci_model, thread = device.get("model"), device.get("pciModel"), value_at(device, "driver.iothread")
        yield " ".join(
            str(part) for part in (device.get("type"), "controller", device.get("index")) if part is not None
        )
        yield model
        yield pci_model if pci_model != model else None
        yield f"{device['ports']} ports" if "ports" in device else None
        yield f"I/O thread {thread}" if thread is not None else None
        yield device.get("serial")
