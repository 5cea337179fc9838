"""`<disk>`: disks, CD-ROMs, floppies and LUNs.

Source: libvirt's domain XML, "Hard drives, floppy disks, CDROMs".
"""

from enum import Enum

from ..device import Device, device
from ..disk_source import BackingStore, DiskSource, MetadataCache, Mirror
from ..element import Element, attribute, chain, child, children, element, flag, text_child, variant
from ..parts import Auth, Encryption, IoThreadMapping, VirtioOptions
from ..scalars import Long, OnOff, YesNo, word, words


@words
class DiskDevice(Enum):
    """How the guest sees a disk."""

    DISK = word("disk", "A hard disk, the default")
    CDROM = word("cdrom", "A CD-ROM drive, whose medium can be changed")
    FLOPPY = word("floppy", "A floppy drive, whose medium can be changed")
    LUN = word("lun", "A SCSI device whose commands reach the host's device")


@words
class DiskBus(Enum):
    """The bus that the guest sees a disk on."""

    IDE = word("ide", "Parallel ATA, for old guests")
    FDC = word("fdc", "The floppy controller of a PC")
    SCSI = word("scsi", "A SCSI controller, often virtio-scsi")
    VIRTIO = word("virtio", "virtio-blk, a device of its own")
    XEN = word("xen", "Xen's paravirtual block device")
    USB = word("usb", "USB mass storage that can be plugged at will")
    UML = word("uml", "User-mode Linux's own block device")
    SATA = word("sata", "Serial ATA, usually of an ICH9 controller")
    SD = word("sd", "An SD card of an embedded board")
    NVME = word("nvme", "A namespace of an emulated NVMe controller")


@words
class DiskSnapshot(Enum):
    """What happens to a disk when its VM is snapshotted."""

    NO = word("no", "The disk is left out of snapshots")
    INTERNAL = word("internal", "The snapshot is kept inside the image")
    EXTERNAL = word("external", "The snapshot freezes the image and goes on in a new file")
    MANUAL = word("manual", "Something outside libvirt takes the snapshot")


@words
class Sgio(Enum):
    """Which SCSI commands of the guest are let through."""

    FILTERED = word("filtered", "Only commands that the kernel finds harmless")
    UNFILTERED = word("unfiltered", "All commands, which needs a trusted guest")


@words
class DiskCache(Enum):
    """How the host caches what a disk reads and writes."""

    DEFAULT = word("default", "The hypervisor's own choice")
    NONE = word("none", "Bypasses the host's page cache; the guest's flushes count")
    WRITEBACK = word("writeback", "Uses the host's page cache; the guest's flushes count")
    WRITETHROUGH = word("writethrough", "Uses the host's page cache and flushes each write")
    DIRECTSYNC = word("directsync", "Bypasses the host's page cache and flushes each write")
    UNSAFE = word("unsafe", "Uses the host's page cache and ignores the guest's flushes")


@words
class DiskErrorPolicy(Enum):
    """What the hypervisor does when a disk's I/O fails."""

    STOP = word("stop", "The VM is paused")
    REPORT = word("report", "The guest sees the error")
    IGNORE = word("ignore", "The error is swallowed")
    ENOSPACE = word("enospace", "The VM is paused if space ran out, otherwise the guest sees the error")


@words
class DiskIo(Enum):
    """How the hypervisor submits I/O to the host's kernel."""

    THREADS = word("threads", "From a pool of threads")
    NATIVE = word("native", "By Linux asynchronous I/O")
    IO_URING = word("io_uring", "By io_uring")


@words
class DiskDiscard(Enum):
    """What becomes of the guest's discard requests."""

    UNMAP = word("unmap", "They free space on the host")
    IGNORE = word("ignore", "They are dropped")


@words
class DetectZeroes(Enum):
    """What becomes of blocks of zeroes that the guest writes."""

    OFF = word("off", "They are written like others")
    ON = word("on", "They are written as holes")
    UNMAP = word("unmap", "They are discarded, if the disk allows it")


@words
class Tray(Enum):
    """Where the tray of a removable drive is."""

    OPEN = word("open", "The tray is out, and no medium is in")
    CLOSED = word("closed", "The tray is in")


@words
class Translation(Enum):
    """How a BIOS maps the geometry of a disk."""

    AUTO = word("auto", "The BIOS decides by itself")
    NONE = word("none", "The geometry is taken as it is")
    LBA = word("lba", "Logical block addressing is assumed")


@element
class LatencyBin(Element):
    """One bin of a latency histogram."""

    start: Long | None = attribute("Lower bound of the bin in nanoseconds.")


@element
class LatencyHistogram(Element):
    """Counts of requests by how long they took."""

    type: str | None = attribute("Requests counted: `read`, `write`, `zone`, `flush`; all where it is missing.")
    bins: list[LatencyBin] | None = children("Bounds between the bins.", xml="bin")


@element
class Statistic(Element):
    """An interval over which the hypervisor averages."""

    interval: int | None = attribute("Length of the interval in seconds.")


@element
class DiskDriver(VirtioOptions):
    """How the hypervisor serves a disk's data."""

    name: str | None = attribute("Backend driver, such as `qemu` or Xen's `phy`.", searchable=True)
    type: str | None = attribute("Format of the image, such as `qcow2` or `raw`.", searchable=True)
    cache: DiskCache | None = attribute("How the host caches the disk.", searchable=True)
    error_policy: DiskErrorPolicy | None = attribute("What happens when a write fails.", xml="error_policy")
    rerror_policy: DiskErrorPolicy | None = attribute("What happens when a read fails.", xml="rerror_policy")
    io: DiskIo | None = attribute("How I/O is submitted to the host.", searchable=True)
    ioeventfd: OnOff | None = attribute("Whether I/O leaves the virtual CPU at once.")
    event_idx: OnOff | None = attribute("Whether virtqueues hold back notifications.", xml="event_idx")
    copy_on_read: OnOff | None = attribute("Whether data read from a backing file is kept.", xml="copy_on_read")
    discard: DiskDiscard | None = attribute("What becomes of discard requests.", searchable=True)
    discard_no_unref: OnOff | None = attribute(
        "Whether discarded clusters of qcow2 stay allocated, against fragmentation.", xml="discard_no_unref"
    )
    detect_zeroes: DetectZeroes | None = attribute("What becomes of blocks of zeroes.", xml="detect_zeroes")
    iothread: int | None = attribute("I/O thread of the domain that serves the disk.", searchable=True)
    iothreads: list[IoThreadMapping] | None = children(
        "I/O threads that share the disk's queues.", xml="iothread", within="iothreads"
    )
    queues: int | None = attribute("Number of virtqueues of the disk.")
    queue_size: int | None = attribute("Entries of each virtqueue.", xml="queue_size")
    metadata_cache: MetadataCache | None = child("Cache for the tables of qcow2.", xml="metadata_cache")
    statistics: list[Statistic] | None = children(
        "Intervals that the hypervisor averages over.", xml="statistic", within="statistics"
    )
    latency_histograms: list[LatencyHistogram] | None = children(
        "Histograms of latency that the hypervisor keeps.", xml="latency-histogram", within="statistics"
    )


@element
class DiskTarget(Element):
    """How the guest addresses a disk."""

    dev: str | None = attribute("Name that tells the VM's disks apart, such as `vda`.", searchable=True)
    bus: DiskBus | None = attribute("Bus that the guest sees the disk on.", searchable=True)
    tray: Tray | None = attribute("Where the tray of a removable drive is.")
    removable: OnOff | None = attribute("Whether a USB or SCSI disk says that it is removable.")
    rotation_rate: int | None = attribute("Rotations a minute; 1 says that it is an SSD.", xml="rotation_rate")
    dpofua: OnOff | None = attribute("Whether the disk offers the SCSI bits DPO and FUA.")


@element
class Transient(Element):
    """Says that what the guest writes is forgotten when it stops."""

    share_backing: YesNo | None = attribute("Whether several VMs may start from the same image.")


@element
class IoTune(Element):
    """Limits on a disk's throughput; 0 means unlimited."""

    total_bytes_sec: Long | None = text_child("Bytes a second, read and written.", xml="total_bytes_sec")
    read_bytes_sec: Long | None = text_child("Bytes read a second.", xml="read_bytes_sec")
    write_bytes_sec: Long | None = text_child("Bytes written a second.", xml="write_bytes_sec")
    total_iops_sec: Long | None = text_child("Operations a second, of either kind.", xml="total_iops_sec")
    read_iops_sec: Long | None = text_child("Read operations a second.", xml="read_iops_sec")
    write_iops_sec: Long | None = text_child("Write operations a second.", xml="write_iops_sec")
    total_bytes_sec_max: Long | None = text_child("Bytes a second in a burst.", xml="total_bytes_sec_max")
    read_bytes_sec_max: Long | None = text_child("Bytes read a second in a burst.", xml="read_bytes_sec_max")
    write_bytes_sec_max: Long | None = text_child("Bytes written a second in a burst.", xml="write_bytes_sec_max")
    total_iops_sec_max: Long | None = text_child("Operations a second in a burst.", xml="total_iops_sec_max")
    read_iops_sec_max: Long | None = text_child("Read operations a second in a burst.", xml="read_iops_sec_max")
    write_iops_sec_max: Long | None = text_child("Write operations a second in a burst.", xml="write_iops_sec_max")
    size_iops_sec: Long | None = text_child("Bytes that count as one operation.", xml="size_iops_sec")
    group_name: str | None = text_child("Disks of the VM with this name share the limits.", xml="group_name")
    total_bytes_sec_max_length: Long | None = text_child(
        "Seconds that a burst of bytes may last.", xml="total_bytes_sec_max_length"
    )
    read_bytes_sec_max_length: Long | None = text_child(
        "Seconds that a burst of bytes read may last.", xml="read_bytes_sec_max_length"
    )
    write_bytes_sec_max_length: Long | None = text_child(
        "Seconds that a burst of bytes written may last.", xml="write_bytes_sec_max_length"
    )
    total_iops_sec_max_length: Long | None = text_child(
        "Seconds that a burst of operations may last.", xml="total_iops_sec_max_length"
    )
    read_iops_sec_max_length: Long | None = text_child(
        "Seconds that a burst of reads may last.", xml="read_iops_sec_max_length"
    )
    write_iops_sec_max_length: Long | None = text_child(
        "Seconds that a burst of writes may last.", xml="write_iops_sec_max_length"
    )


@element
class ThrottleFilter(Element):
    """A throttle group that a disk's I/O passes through."""

    group: str | None = attribute("Name of the domain's throttle group.")


@element
class Geometry(Element):
    """Geometry of a disk that the BIOS is told."""

    cylinders: int | None = attribute("Number of cylinders of the disk.", xml="cyls")
    heads: int | None = attribute("Number of heads of the disk.")
    sectors: int | None = attribute("Number of sectors of a track.", xml="secs")
    translation: Translation | None = attribute("How the BIOS maps the geometry.", xml="trans")


@element
class BlockIo(Element):
    """Block sizes that a disk claims to have."""

    logical_block_size: int | None = attribute("Smallest unit of I/O in bytes.", xml="logical_block_size")
    physical_block_size: int | None = attribute("Unit in bytes that is fast to write.", xml="physical_block_size")
    discard_granularity: Long | None = attribute(
        "Smallest discard in bytes; 0 turns discard off.", xml="discard_granularity"
    )


@device("disk", identity=("target.dev",))
class Disk(Device):
    """A disk, CD-ROM, floppy or LUN that the guest sees."""

    type: str | None = attribute(
        "Where the data lives; decides the shape of `source`: `file`, `block`, `dir`, `network`, `volume`, `nvme`, "
        "`vhostuser`, `vhostvdpa` or `ctl`.",
        searchable=True,
    )
    device: DiskDevice | None = attribute("How the guest sees it; a hard disk where it is missing.", searchable=True)
    model: str | None = attribute("Whether virtio shows itself in its `-transitional` or `-non-transitional` form.")
    rawio: YesNo | None = attribute("Whether the VM needs the host's raw I/O capability for a LUN.")
    sgio: Sgio | None = attribute("Which SCSI commands of a LUN are let through.")
    snapshot: DiskSnapshot | None = attribute("What snapshots of the VM do with the disk.")
    driver: DiskDriver | None = child("How the hypervisor serves the data.")
    auth: Auth | None = child("Credentials for the source, as older documents place them.")
    source: DiskSource | None = variant("The data itself; absent for an empty drive.", by="type")
    target: DiskTarget | None = child("How the guest addresses it.")
    backing_stores: list[BackingStore] | None = chain("Layers below the image, outermost first.", xml="backingStore")
    mirror: Mirror | None = child("The copy that a running block job writes.")
    backend_domain: str | None = attribute("Xen domain that serves the disk.", xml="name", within="backenddomain")
    readonly: bool | None = flag("Whether the guest cannot write to it.")
    shareable: bool | None = flag("Whether several running VMs may use it at once.")
    transient: Transient | None = child("Says that writes are forgotten when the guest stops.")
    serial: str | None = text_child("Serial number that the guest reads.", searchable=True)
    wwn: str | None = text_child("World Wide Name of the disk, 16 hexadecimal digits.", searchable=True)
    vendor: str | None = text_child("Vendor that a SCSI disk reports, up to 8 characters.")
    product: str | None = text_child("Product that a SCSI disk reports, up to 16 characters.")
    encryption: Encryption | None = child("Encryption of the data, as older documents place it.")
    iotune: IoTune | None = child("Limits on throughput.")
    throttle_filters: list[ThrottleFilter] | None = children(
        "Throttle groups that I/O passes, in order.", xml="throttlefilter", within="throttlefilters"
    )
    geometry: Geometry | None = child("Geometry that the BIOS is told.")
    blockio: BlockIo | None = child("Block sizes that it claims to have.")
