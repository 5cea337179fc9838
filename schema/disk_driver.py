"""`<driver>` of disks: how the hypervisor serves the data.

Source: libvirt's domain XML, "Hard drives, floppy disks, CDROMs".
"""

from enum import Enum

from .disk_source import MetadataCache
from .element import Element, attribute, child, children, element
from .parts import IoThreadMapping, VirtioOptions
from .scalars import Long, OnOff, word, words


@words
class DiskCache(Enum):
    """How the host caches what a disk reads and writes."""

    DEFAULT = word("default", "The hypervisor chooses, as without the attribute")
    NONE = word("none", "Bypasses the host's page cache; the guest's flushes count")
    WRITEBACK = word("writeback", "Uses the host's page cache; the guest's flushes count")
    WRITETHROUGH = word("writethrough", "Uses the host's page cache and flushes each write")
    DIRECTSYNC = word("directsync", "Bypasses the host's page cache and flushes each write", since="0.9.5")
    UNSAFE = word("unsafe", "Uses the host's page cache and ignores the guest's flushes", since="0.9.7")


@words
class DiskErrorPolicy(Enum):
    """What the hypervisor does when a disk's I/O fails."""

    STOP = word("stop", "The VM is paused until somebody resumes it")
    REPORT = word("report", "The guest sees the error", since="0.9.7")
    IGNORE = word("ignore", "The error is swallowed, and the VM goes on")
    ENOSPACE = word("enospace", "The VM is paused if the host's space ran out, otherwise the guest sees the error")


@words
class DiskIo(Enum):
    """How the hypervisor submits I/O to the host's kernel."""

    THREADS = word("threads", "By a pool of threads that make blocking calls")
    NATIVE = word("native", "By Linux's own asynchronous I/O (AIO)")
    IO_URING = word("io_uring", "By Linux's shared rings of requests and answers", since="6.3.0")


@words
class DiskDiscard(Enum):
    """What becomes of the guest's discard (trim, unmap) requests."""

    UNMAP = word("unmap", "They are passed on, and free space on the host")
    IGNORE = word("ignore", "They are dropped, and the host's space stays used")


@words
class DetectZeroes(Enum):
    """What becomes of blocks of zeroes that the guest writes."""

    OFF = word("off", "They are written like others")
    ON = word("on", "They are written as holes, which costs CPU and saves space")
    UNMAP = word("unmap", "They are discarded where `discard` allows it, otherwise written as holes")


@element
class LatencyBin(Element):
    """One bin of a latency histogram, which ends where the next one starts."""

    start: Long | None = attribute("Shortest duration that is counted in the bin, in nanoseconds.")


@element
class LatencyHistogram(Element):
    """Counts of a disk's operations by how long they took, kept while the VM runs. Since libvirt 12.1.0."""

    type: str | None = attribute(
        "Operations that are counted: `read`, `write`, `zone` or `flush`; all of them where it is missing."
    )
    bins: list[LatencyBin] | None = children("The bins, from the shortest durations to the longest.", xml="bin")


@element
class Statistic(Element):
    """A window of time for which the hypervisor keeps statistics of a disk. Since libvirt 11.9.0."""

    interval: int | None = attribute("Length of the window in seconds.")


@element
class DiskDriver(VirtioOptions):
    """How the hypervisor serves a disk's data. What is missing is the hypervisor's choice. Since libvirt 0.1.8."""

    name: str | None = attribute(
        "Backend that serves the disk: always `qemu` for QEMU; `tap`, `tap2`, `phy` or `file` for Xen.",
        searchable=True,
    )
    type: str | None = attribute(
        "Format of the image: `raw`, `qcow2`, `qed`, `qcow`, `cow`, `vmdk`, `vdi`, `vpc`, `vhd`, `luks`, `fat`, "
        "`iso`, `dmg`, `bochs`, `cloop`, `ploop`, `dir`, or Xen's `aio`.",
        searchable=True,
    )
    cache: DiskCache | None = attribute("How the host caches the disk.", searchable=True, since="0.6.0")
    error_policy: DiskErrorPolicy | None = attribute(
        "What happens when I/O fails, reads included unless `rerrorPolicy` says otherwise.",
        xml="error_policy",
        since="0.8.0",
    )
    rerror_policy: DiskErrorPolicy | None = attribute(
        "What happens when a read fails, never `enospace`; the same as `errorPolicy` where it is missing.",
        xml="rerror_policy",
        since="0.9.7",
    )
    io: DiskIo | None = attribute("How I/O is submitted to the host's kernel.", searchable=True, since="0.8.8")
    ioeventfd: OnOff | None = attribute(
        "Whether the virtual CPU goes on at once while another thread does the I/O.", since="0.9.3"
    )
    event_idx: OnOff | None = attribute(
        "Whether host and guest hold back notifications of each other, which saves interrupts; mostly on.",
        xml="event_idx",
        since="0.9.5",
    )
    copy_on_read: OnOff | None = attribute(
        "Whether data read from a backing file is copied into the image, for slow backing files; off where missing.",
        xml="copy_on_read",
        since="0.9.10",
    )
    discard: DiskDiscard | None = attribute(
        "What becomes of the guest's discard (trim) requests.", searchable=True, since="1.0.6"
    )
    discard_no_unref: OnOff | None = attribute(
        "Whether qcow2 keeps the place of clusters that the guest discards, against fragmentation of the image.",
        xml="discard_no_unref",
        since="9.5.0",
    )
    detect_zeroes: DetectZeroes | None = attribute(
        "What becomes of blocks of zeroes that the guest writes.", xml="detect_zeroes", since="2.0.0"
    )
    iothread: int | None = attribute(
        "Number of the domain's I/O thread, from 1, that serves the disk; excludes `iothreads`.",
        searchable=True,
        since="1.2.8",
    )
    iothreads: list[IoThreadMapping] | None = children(
        "I/O threads of the domain that share the disk's virtqueues.",
        xml="iothread",
        within="iothreads",
        since="10.0.0",
    )
    queues: int | None = attribute("Number of virtqueues of a virtio or vhost-user disk.", since="3.9.0")
    queue_size: int | None = attribute(
        "Number of entries that each virtqueue has, such as 256.", xml="queue_size", since="7.8.0"
    )
    metadata_cache: MetadataCache | None = child(
        "Cache for the tables of the qcow2 image; layers below have their own.", xml="metadata_cache", since="7.0.0"
    )
    statistics: list[Statistic] | None = children(
        "Windows of time for which the hypervisor keeps statistics.",
        xml="statistic",
        within="statistics",
        since="11.9.0",
    )
    latency_histograms: list[LatencyHistogram] | None = children(
        "Histograms of how long operations took; one of a single type replaces the general one for that type.",
        xml="latency-histogram",
        within="statistics",
        since="12.1.0",
    )
