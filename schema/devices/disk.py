"""`<disk>`: disks, CD-ROMs, floppies and LUNs.

Source: libvirt's domain XML, "Hard drives, floppy disks, CDROMs".
"""

from collections.abc import Iterable
from enum import Enum
from typing import Annotated, Any

import strawberry

from ..device import Device, device
from ..disk_driver import DiskDriver
from ..disk_source import BackingStore, DiskSource, Mirror, location_text
from ..element import (
    Document,
    Element,
    attribute,
    chain,
    child,
    children,
    derived,
    element,
    flag,
    text_child,
    value_at,
    variant,
)
from ..graph.arguments import After, First
from ..iotune import IoTune
from ..parts import Auth, Encryption
from ..scalars import Long, OnOff, YesNo, word, words


@words
class DiskDevice(Enum):
    """How the guest sees a disk."""

    DISK = word("disk", "A hard disk, the default")
    CDROM = word("cdrom", "A CD-ROM drive, whose medium can be changed")
    FLOPPY = word("floppy", "A floppy drive, whose medium can be changed")
    LUN = word("lun", "A SCSI device of the host that takes the guest's SCSI commands itself", since="0.9.10")


@words
class DiskBus(Enum):
    """The bus that the guest sees a disk on."""

    IDE = word("ide", "Parallel ATA, for old guests")
    FDC = word("fdc", "The floppy controller of a PC")
    SCSI = word("scsi", "A SCSI controller, often virtio-scsi")
    VIRTIO = word("virtio", "virtio-blk, a device of its own")
    XEN = word("xen", "The paravirtual block device of Xen guests")
    USB = word("usb", "USB mass storage that can be plugged at will")
    UML = word("uml", "The block device of user-mode Linux, no longer used")
    SATA = word("sata", "Serial ATA, usually of an ICH9 controller", since="0.9.7")
    SD = word("sd", "An SD card of an embedded board", since="1.1.2")
    NVME = word("nvme", "A namespace of an emulated NVMe controller", since="11.5.0")


@words
class DiskSnapshot(Enum):
    """What happens to a disk when its VM is snapshotted."""

    NO = word("no", "The disk is left out of snapshots")
    INTERNAL = word("internal", "The snapshot is kept inside the image, which must be able to, as qcow2 is")
    EXTERNAL = word("external", "The snapshot freezes the image and goes on in a new file")
    MANUAL = word("manual", "Something outside libvirt takes the snapshot")


@words
class Sgio(Enum):
    """Which SCSI commands of an unprivileged guest are let through."""

    FILTERED = word("filtered", "Only commands that the kernel finds harmless, the default")
    UNFILTERED = word("unfiltered", "All commands, which needs a trusted guest")


@words
class Tray(Enum):
    """Where the tray of a removable drive is."""

    OPEN = word("open", "The tray is out, and no medium is in")
    CLOSED = word("closed", "The tray is in, as it is by default")


@words
class Translation(Enum):
    """How a BIOS maps the geometry of a disk."""

    AUTO = word("auto", "The BIOS decides by itself")
    NONE = word("none", "The geometry is taken as it is")
    LBA = word("lba", "Logical block addressing is assumed")


@element
class DiskTarget(Element):
    """How the guest addresses a disk."""

    dev: str | None = attribute(
        "Name that tells the VM's disks apart, such as `vda`; the guest may well give the disk another one.",
        searchable=True,
    )
    bus: DiskBus | None = attribute(
        "Bus that the guest sees the disk on; guessed from `dev` where it is missing.", searchable=True, since="0.4.3"
    )
    tray: Tray | None = attribute("Where the tray of a removable drive is.", since="0.9.11")
    removable: OnOff | None = attribute(
        "Whether a USB or SCSI disk tells the guest that it is removable; off where it is missing.", since="1.1.3"
    )
    rotation_rate: int | None = attribute(
        "Rotations a minute that the guest is told, 1025 to 65534; 1 says that the disk is an SSD.",
        xml="rotation_rate",
        since="7.3.0",
    )
    dpofua: OnOff | None = attribute(
        "Whether a SCSI disk lets the guest bypass its cache for single requests (DPO and FUA).", since="11.10.0"
    )


@element
class Transient(Element):
    """Says that what the guest writes to the disk is forgotten when it stops."""

    share_backing: YesNo | None = attribute("Whether several VMs may start from the same image at once.", since="7.4.0")


@element
class ThrottleFilter(Element):
    """A throttle group that a disk's I/O passes through."""

    group: str | None = attribute("Name of one of the domain's `throttleGroups`.", searchable=True)


@element
class Geometry(Element):
    """Geometry of a disk that the guest is told, for DASDs of s390 and for DOS."""

    cylinders: int | None = attribute("Number of cylinders that the disk has.", xml="cyls")
    heads: int | None = attribute("Number of heads that the disk has.")
    sectors: int | None = attribute("Number of sectors of each track.", xml="secs")
    translation: Translation | None = attribute("How the BIOS maps the geometry.", xml="trans")


@element
class BlockIo(Element):
    """Block sizes that a disk claims to have, where they are not the hypervisor's choice."""

    logical_block_size: int | None = attribute(
        "Smallest unit of I/O in bytes, such as 512 or 4096.", xml="logical_block_size"
    )
    physical_block_size: int | None = attribute(
        "Size of the disk's own sectors in bytes, such as 4096, to which guests align their data.",
        xml="physical_block_size",
    )
    discard_granularity: Long | None = attribute(
        "Smallest discard in bytes, a multiple of the logical block size; 0 turns discard off.",
        xml="discard_granularity",
    )


@device("disk", identity=("target.dev",))
class Disk(Device):
    """A disk, CD-ROM, floppy or LUN that the guest sees. Since libvirt 0.0.3."""

    type: str | None = attribute(
        "Where the data lives; decides the shape of `source`: `file`, `block`, `dir`, `network`, `volume`, `nvme`, "
        "`vhostuser`, `vhostvdpa` or `ctl`.",
        searchable=True,
    )
    device: DiskDevice | None = attribute(
        "How the guest sees it; a hard disk where it is missing.", searchable=True, since="0.1.4"
    )
    model: str | None = attribute(
        "Device model where the bus has several: `virtio`, `virtio-transitional` or `virtio-non-transitional` of "
        "virtio, `usb-storage` or `usb-bot` of USB (the latter makes proper CD-ROM drives; since libvirt 11.5.0).",
        searchable=True,
        since="5.2.0",
    )
    rawio: YesNo | None = attribute(
        "Whether the VM gets the host's raw I/O capability for a LUN, all its disks with it; no where it is missing.",
        since="0.9.10",
    )
    sgio: Sgio | None = attribute(
        "Which SCSI commands of a LUN are let through; no hypervisor supports it any longer.", since="1.0.2"
    )
    snapshot: DiskSnapshot | None = attribute(
        "What snapshots of the VM do with the disk by default; read-only disks are left out where it is missing.",
        since="0.9.5",
    )
    driver: DiskDriver | None = child("How the hypervisor serves the data.")
    auth: Auth | None = child("Credentials for the source, as older documents place them.", since="0.9.7")
    source: DiskSource | None = variant("The data itself; absent for an empty drive.", by="type")
    target: DiskTarget | None = child("How the guest addresses it.")
    backing_stores: list[BackingStore] | None = chain(
        "Layers below the image, the nearest first; a last empty one says that the chain ends there. Of a running VM "
        "these are what the hypervisor found.",
        xml="backingStore",
        since="1.2.4",
    )
    mirror: Mirror | None = child("The copy that a running block job writes; live only.", since="0.9.12")
    backend_domain: str | None = attribute(
        "Name of the Xen domain that serves the disk.",
        xml="name",
        within="backenddomain",
        searchable=True,
        since="1.2.13",
    )
    readonly: bool | None = flag("Whether the guest cannot write to it, as to each CD-ROM.")
    shareable: bool | None = flag("Whether several running VMs may use it at once; it should not be cached then.")
    transient: Transient | None = child("Says that writes are forgotten when the guest stops.")
    serial: str | None = text_child(
        "Serial number that the guest reads; IDE and SATA cut it to 20 characters.",
        searchable=True,
        term=True,
        since="0.7.1",
    )
    wwn: str | None = text_child(
        "World Wide Name of the disk, 16 hexadecimal digits.", searchable=True, term=True, since="0.10.1"
    )
    vendor: str | None = text_child(
        "Vendor that a SCSI disk reports, up to 8 characters.", searchable=True, since="1.0.1"
    )
    product: str | None = text_child(
        "Product that the disk reports: up to 16 characters for SCSI, 40 for SATA and IDE (since libvirt 11.1.0).",
        searchable=True,
        since="1.0.1",
    )
    encryption: Encryption | None = child("Encryption of the data, as older documents place it.")
    iotune: IoTune | None = child("Limits on the throughput of this disk; excludes `throttleFilters`.", since="0.9.8")
    throttle_filters: list[ThrottleFilter] | None = children(
        "Throttle groups of the domain that all of the disk's I/O counts against.",
        xml="throttlefilter",
        within="throttlefilters",
        since="11.2.0",
    )
    geometry: Geometry | None = child("Geometry that the guest is told.", since="0.10.0")
    blockio: BlockIo | None = child("Block sizes that it claims to have.", since="0.10.2")

    @derived(
        "The snapshots and checkpoints of the VM that speak of this disk, by kind and name.",
        graphql_type=Annotated["ResourceConnection", strawberry.lazy("schema.graph.resources")],  # noqa: F821
    )
    async def snapshots(  # noqa: D102
        document: strawberry.Parent[Document],
        info: strawberry.Info[Any, Any],
        first: First = None,
        after: After = None,
    ) -> Any:
        from ..graph.resources import saved_disks

        return await saved_disks(document, info, first, after)

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """As `lsblk` would: name, what it is, format, where the data lives."""
        seen_as = device.get("device", "disk")
        bus = value_at(device, "target.bus")
        place = location_text(device["source"]) if "source" in device else None
        return (
            value_at(device, "target.dev"),
            f"{bus} {seen_as}" if bus else seen_as,
            value_at(device, "driver.type"),
            place or (seen_as in ("cdrom", "floppy") and "empty"),
            device.get("readonly") and seen_as != "cdrom" and "read-only",
            device.get("shareable") and "shareable",
            "transient" in device and "transient",
        )
