"""`<controller>`: the buses that other devices are plugged into.

Source: libvirt's domain XML, "Controllers".
"""

from enum import Enum

from ..device import Device, device
from ..element import Element, attribute, child, children, element, text_child
from ..parts import IoThreadMapping, VirtioOptions
from ..scalars import Hex1, Hex2, Long, OnOff, word, words
from ..sizes import ScaledSize


@words
class PciControllerModel(Enum):
    """The device that implements a PCI controller."""

    SPAPR_PCI_HOST_BRIDGE = word("spapr-pci-host-bridge", "Host bridge of pseries machines")
    PCI_BRIDGE = word("pci-bridge", "QEMU's PCI-to-PCI bridge")
    I82801B11_BRIDGE = word("i82801b11-bridge", "Intel's DMI-to-PCI bridge")
    PCIE_PCI_BRIDGE = word("pcie-pci-bridge", "PCI Express to PCI bridge")
    IOH3420 = word("ioh3420", "Intel's PCI Express root port")
    PCIE_ROOT_PORT = word("pcie-root-port", "QEMU's generic PCI Express root port")
    X3130_UPSTREAM = word("x3130-upstream", "Upstream port of a PCI Express switch")
    XIO3130_DOWNSTREAM = word("xio3130-downstream", "Downstream port of a PCI Express switch")
    PXB = word("pxb", "Expander bus of a conventional PCI machine")
    PXB_PCIE = word("pxb-pcie", "Expander bus of a PCI Express machine")


@element
class ControllerTarget(Element):
    """How a PCI controller is set up in the guest."""

    chassis_nr: Hex1 | None = attribute("Chassis number of a PCI bridge.")
    chassis: Hex1 | None = attribute("Chassis number of a PCI Express port.")
    port_number: Hex2 | None = attribute("Port number within the chassis.", xml="port")
    bus_nr: Hex1 | None = attribute("First bus number of an expander bus.")
    index: Hex1 | None = attribute("Order of host bridges on pseries.")
    hotplug: OnOff | None = attribute("Whether devices can be plugged while the guest runs.")
    mem_reserve: Long | None = attribute("KiB of memory reserved for devices plugged later.")
    node: int | None = text_child("NUMA cell of the guest that an expander bus belongs to.")


@element
class ControllerDriver(VirtioOptions):
    """How the hypervisor serves a controller."""

    queues: int | None = attribute("Number of virtqueues for requests.")
    cmd_per_lun: int | None = attribute("Commands in flight to one LUN.", xml="cmd_per_lun")
    max_sectors: int | None = attribute("Largest transfer in sectors.", xml="max_sectors")
    ioeventfd: OnOff | None = attribute("Whether I/O leaves the virtual CPU at once.")
    iothread: int | None = attribute("I/O thread of the domain that serves the controller.", searchable=True)
    iothreads: list[IoThreadMapping] | None = children(
        "I/O threads that share the queues.", xml="iothread", within="iothreads"
    )


@device("controller", identity=("type", "index"))
class Controller(Device):
    """A bus controller: PCI, USB, SCSI, SATA, IDE, virtio-serial, smart card and others."""

    type: str | None = attribute(
        "Kind of bus: `fdc`, `sata`, `ccid`, `scsi`, `usb`, `ide`, `isa`, `pci`, `virtio-serial`, `xenbus` or `nvme`.",
        searchable=True,
    )
    index: int | None = attribute("Number among the controllers of its type; addresses refer to it.", searchable=True)
    model: str | None = attribute("What the controller is, such as `pcie-root-port` or `virtio-scsi`.", searchable=True)
    pci_model: PciControllerModel | None = attribute(
        "The device that implements a PCI controller.", xml="name", within="model"
    )
    ports: int | None = attribute("Number of ports, of USB and virtio-serial controllers.")
    vectors: int | None = attribute("Number of interrupt vectors of a virtio-serial controller.")
    max_grant_frames: int | None = attribute("Grant frames that Xen gives the guest at most.")
    max_event_channels: int | None = attribute("Event channels that Xen gives the guest at most.")
    companion_start_port: str | None = attribute(
        "First port of the USB 2 controller that this companion serves.", xml="startport", within="master"
    )
    target: ControllerTarget | None = child("How a PCI controller is set up.")
    pci_hole64: ScaledSize | None = child("Address space for 64-bit PCI memory.", xml="pcihole64")
    driver: ControllerDriver | None = child("How the hypervisor serves it.")
    serial: str | None = text_child("Serial number of an NVMe controller.", searchable=True)
