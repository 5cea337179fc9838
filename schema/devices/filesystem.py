"""`<filesystem>`: directories of the host that the guest can mount, and a container's mounts.

Source: libvirt's domain XML, "Filesystems".
"""

from collections.abc import Iterable
from enum import Enum

import strawberry

from ..device import Device, device
from ..domain.idmap import IdMap
from ..element import (
    Document,
    Element,
    Variant,
    attribute,
    child,
    derived,
    element,
    family,
    flag,
    shape,
    value_at,
    variant,
)
from ..parts import VirtioOptions
from ..scalars import Long, OnOff, word, words
from ..sizes import ByteSize, size_in_bytes


@words
class FilesystemAccess(Enum):
    """Whose permissions decide about access to the shared files."""

    PASSTHROUGH = word("passthrough", "Those of the user inside the guest; what is assumed")
    MAPPED = word("mapped", "Those of the hypervisor's process; the guest's owners and modes are kept beside the files")
    SQUASH = word("squash", "Those of the user inside the guest, but privileged operations may fail unnoticed")


@words
class FilesystemMultidevs(Enum):
    """What happens when a share spans several file systems of the host, whose file numbers may collide."""

    DEFAULT = word("default", "QEMU decides, at present for a warning")
    REMAP = word("remap", "The guest gets file numbers of its own, so that none collide")
    FORBID = word("forbid", "The guest can use the first file system only; others fail")
    WARN = word("warn", "Nothing but one warning in the host's log")


@words
class FilesystemWritePolicy(Enum):
    """When the host writes back what the guest wrote."""

    IMMEDIATE = word("immediate", "At once, while the guest's write operation still runs")


@words
class FilesystemImageFormat(Enum):
    """The format of an image that a container mounts."""

    RAW = word("raw", "The bytes of the disk as they are")
    DIR = word("dir", "A directory instead of an image")
    BOCHS = word("bochs", "An image of the Bochs emulator")
    CLOOP = word("cloop", "A compressed image of the Linux cloop driver")
    DMG = word("dmg", "A disk image of Apple's macOS")
    ISO = word("iso", "An image of a CD or DVD")
    VPC = word("vpc", "An image of Microsoft's Virtual PC")
    VDI = word("vdi", "An image of Oracle's VirtualBox")
    FAT = word("fat", "A directory that looks like a FAT disk")
    VHD = word("vhd", "A virtual hard disk of Microsoft's")
    PLOOP = word("ploop", "An image of Virtuozzo's and OpenVZ's containers")
    LUKS = word("luks", "A raw image that LUKS encrypts")
    COW = word("cow", "The oldest copy-on-write format of QEMU")
    QCOW = word("qcow", "The first version of QEMU's own format")
    QCOW2 = word("qcow2", "QEMU's own format, with snapshots and backing files")
    QED = word("qed", "QEMU's enhanced disk format, now obsolete")
    VMDK = word("vmdk", "An image of VMware's products")


@element
class FilesystemDriver(VirtioOptions):
    """How the hypervisor serves the file system."""

    type: str | None = attribute(
        "Backend that serves it: `virtiofs`, fast and with shared memory, `path` or `handle` (9p), `mtp`, or for "
        "containers `loop`, `nbd` or `ploop`.",
        searchable=True,
    )
    format: FilesystemImageFormat | None = attribute("Format of the image that `loop`, `nbd` or `ploop` mounts.")
    wrpolicy: FilesystemWritePolicy | None = attribute(
        "When the host writes back what the guest wrote; left to the host's page cache where it is missing.",
        since="0.9.10",
    )
    queue: int | None = attribute(
        "Length of the virtiofs queue, the requests that may wait in it, such as 1024.", since="6.2.0"
    )


@words
class VirtiofsCache(Enum):
    """What a guest may keep of a virtiofs share in its own cache."""

    NONE = word("none", "Nothing: every access asks the host")
    ALWAYS = word("always", "Data and metadata, for as long as it likes")


@words
class VirtiofsSandbox(Enum):
    """How virtiofsd shuts itself into the directory that it shares."""

    NAMESPACE = word("namespace", "With namespaces of its own for mounts, processes and network")
    CHROOT = word("chroot", "With chroot, where it may make no namespaces")


@element
class FilesystemBinary(Element):
    """How libvirt runs virtiofsd, the daemon that serves a virtiofs share. Since libvirt 6.2.0."""

    path: str | None = attribute("Host path of the daemon, where it is not the installed one.", searchable=True)
    xattr: OnOff | None = attribute("Whether extended attributes of files are passed through to the guest.")
    cache_mode: VirtiofsCache | None = attribute(
        "What the guest may keep in its own cache.", xml="mode", within="cache"
    )
    sandbox_mode: VirtiofsSandbox | None = attribute(
        "How the daemon shuts itself into the shared directory.", xml="mode", within="sandbox", since="7.2.0"
    )
    posix_locks: OnOff | None = attribute(
        "Whether POSIX locks (`fcntl`) of the guest reach the host's files.", xml="posix", within="lock"
    )
    flock_locks: OnOff | None = attribute(
        "Whether BSD locks (`flock`) of the guest reach the host's files.", xml="flock", within="lock"
    )
    thread_pool_size: int | None = attribute(
        "Threads that may serve requests at once; 0 turns the pool off, which suits fast storage.",
        xml="size",
        within="thread_pool",
        since="8.5.0",
    )
    open_files_max: Long | None = attribute(
        "Files that the daemon may have open at once.", xml="max", within="openfiles", since="10.6.0"
    )


@family(default="mount")
class FilesystemSource(Variant):
    """What the guest gets to see."""


@shape("mount", "bind")
class DirectoryFilesystemSource(FilesystemSource):
    """A directory of the host, or with `bind` one inside the container itself."""

    dir: str | None = attribute("Path of the directory that the guest gets to see.", searchable=True, term=True)
    socket: str | None = attribute(
        "Host path of the socket of a virtiofsd that libvirt does not run; it decides what is shared.",
        searchable=True,
        term=True,
    )


@shape("file")
class FileFilesystemSource(FilesystemSource):
    """A file of the host with the image of a file system, for containers."""

    file: str | None = attribute("Host path of the image that is mounted.", searchable=True, term=True)


@shape("block")
class BlockFilesystemSource(FilesystemSource):
    """A block device of the host with a file system on it, for containers. Since libvirt 0.9.5."""

    dev: str | None = attribute("Host path of the block device that is mounted.", searchable=True, term=True)


@shape("template")
class TemplateFilesystemSource(FilesystemSource):
    """A template from which OpenVZ makes the container's root."""

    name: str | None = attribute("Name of the template in OpenVZ.", searchable=True)


@shape("ram")
class RamFilesystemSource(FilesystemSource):
    """A file system in the host's memory (tmpfs), for containers. Since libvirt 0.9.13."""

    usage: Long | None = attribute("Memory that it may take at most, counted in `units`.")
    units: str | None = attribute("Unit of the limit, such as `KiB` or `MB`; KiB where it is missing.")

    @derived("The limit in bytes; null for a unit that libvirt does not know.")
    def usage_bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        return size_in_bytes(document.get("usage"), document.get("units"))


@shape("volume")
class VolumeFilesystemSource(FilesystemSource):
    """A volume of a storage pool, for containers of Virtuozzo."""

    pool: str | None = attribute("Name of the storage pool.", searchable=True)
    volume: str | None = attribute("Name of the volume in the pool.", searchable=True, term=True)


@shape("other")
class OtherFilesystemSource(FilesystemSource):
    """A source of a type that this release does not know."""


@element
class FilesystemTarget(Element):
    """Where the guest finds the file system."""

    dir: str | None = attribute(
        "In a container the directory it is mounted at; in a QEMU guest only a tag, which `mount` takes in place of a "
        "device.",
        searchable=True,
    )


@device("filesystem", identity=("target.dir",))
class Filesystem(Device):
    """A directory of the host that the guest can mount, or a mount of a container. Since libvirt 0.3.3."""

    type: str | None = attribute(
        "What is shared; decides the shape of `source`: `mount` (assumed), `file`, `block`, `template`, `ram`, `bind` "
        "or `volume`.",
        searchable=True,
    )
    model: str | None = attribute(
        "Form of virtio that the guest sees: `virtio`, `virtio-transitional` or `virtio-non-transitional`.",
        searchable=True,
        since="5.2.0",
    )
    accessmode: FilesystemAccess | None = attribute(
        "Whose permissions decide about access to the files; virtiofs knows `PASSTHROUGH` alone.",
        searchable=True,
        since="0.8.5",
    )
    multidevs: FilesystemMultidevs | None = attribute(
        "What happens when the share spans several file systems of the host; not with virtiofs.", since="6.3.0"
    )
    fmode: int | None = attribute(
        "Permissions of files that the guest makes, the octal digits of `chmod`: 644; 600 where it is missing. For "
        "`MAPPED` access.",
        since="6.10.0",
    )
    dmode: int | None = attribute(
        "Permissions of directories that the guest makes, the octal digits of `chmod`: 755; 700 where it is missing. "
        "For `MAPPED` access.",
        since="6.10.0",
    )
    driver: FilesystemDriver | None = child("How the hypervisor serves the file system.", since="1.0.6")
    binary: FilesystemBinary | None = child("How virtiofsd, the daemon behind virtiofs, is run.", since="6.2.0")
    source: FilesystemSource | None = variant("What the guest gets to see.", by="type")
    target: FilesystemTarget | None = child("Where the guest finds the file system.")
    idmap: IdMap | None = child("IDs that the guest's users and groups have on the host, for virtiofs.", since="10.0.0")
    readonly: bool | None = flag("Whether the guest can only read; it can write where this is missing.")
    space_hard_limit: ByteSize | None = child(
        "Space that the guest can take and never exceed, on OpenVZ.", xml="space_hard_limit", since="0.9.13"
    )
    space_soft_limit: ByteSize | None = child(
        "Space that the guest may exceed for a time of grace, on OpenVZ.", xml="space_soft_limit", since="0.9.13"
    )

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """`mount_tag, virtiofs mount, /srv/share, read-only`."""
        yield value_at(device, "target.dir")
        yield " ".join(word for word in (value_at(device, "driver.type"), device.get("type")) if word)
        yield _shared(device.get("source", {}))
        yield device.get("readonly", False) and "read-only"


def _shared(source: Document) -> str | None:
    """What the guest gets to see, in one word: `/srv/share`, `default/volume`, `1024 KiB`."""
    match source.get("kind"):
        case "ram" if "usage" in source:
            return f"{source['usage']} {source.get('units', 'KiB')}"
        case "volume":
            return "/".join(source[key] for key in ("pool", "volume") if key in source)
    return next((source[key] for key in ("dir", "socket", "file", "dev", "name") if key in source), None)
