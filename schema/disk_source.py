"""`<source>` of disks, backing stores and mirrors: where the data lives.

Source: libvirt's domain XML, "Hard drives, floppy disks, CDROMs".
"""

from enum import Enum

import strawberry

from .element import (
    Document,
    Element,
    Variant,
    attribute,
    chain,
    child,
    children,
    derived,
    element,
    family,
    shape,
    text,
    variant,
)
from .parts import Auth, Encryption, HostPciAddress, Reconnect, SecurityLabel, pci_text
from .scalars import Long, LongAnyBase, YesNo, word, words
from .sizes import ByteSize


@words
class StartupPolicy(Enum):
    """What happens when the source is missing as the VM starts."""

    MANDATORY = word("mandatory", "The start fails if the source is missing for any reason, the default")
    REQUISITE = word("requisite", "The start fails unless the source was lost while migrating or restoring")
    OPTIONAL = word("optional", "The source is dropped and the VM starts without it")


@words
class NetworkTransport(Enum):
    """How the packets to a storage server travel."""

    TCP = word("tcp", "Over TCP, the default, and all that most protocols can do")
    RDMA = word("rdma", "Over remote direct memory access, of gluster only")
    UNIX = word("unix", "Over a unix socket of the host, of gluster and NBD only")


@words
class StorageFormat(Enum):
    """How an image lays out the data of a disk."""

    RAW = word("raw", "The bytes of the disk as they are")
    DIR = word("dir", "A directory of the host instead of an image")
    BOCHS = word("bochs", "An image of the emulator Bochs")
    CLOOP = word("cloop", "A compressed loop image, as on live CDs")
    DMG = word("dmg", "An Apple disk image of macOS")
    ISO = word("iso", "The image of an optical disc")
    VPC = word("vpc", "A VHD image of Microsoft's Virtual PC")
    VDI = word("vdi", "A disk image of VirtualBox")
    FAT = word("fat", "A FAT volume made up from a directory of the host")
    VHD = word("vhd", "A VHD image of Microsoft's hypervisors")
    PLOOP = word("ploop", "A loop image of Virtuozzo's containers")
    LUKS = word("luks", "A volume encrypted with LUKS")
    COW = word("cow", "A copy-on-write image of user-mode Linux")
    QCOW = word("qcow", "QEMU's first copy-on-write format, now obsolete")
    QCOW2 = word("qcow2", "QEMU's own format, with snapshots and backing files")
    QED = word("qed", "QEMU's enhanced disk format, which qcow2 superseded")
    VMDK = word("vmdk", "A disk image of VMware's hypervisors")


@words
class MirrorJob(Enum):
    """What a block job makes the copy for."""

    COPY = word("copy", "The disk is copied to another place (`virsh blockcopy`)")
    ACTIVE_COMMIT = word("active-commit", "The top layers are merged into a lower one (`virsh blockcommit --active`)")


@words
class MirrorState(Enum):
    """How far a block job that mirrors a disk has come."""

    YES = word("yes", "The copy is in step with the disk, which may move to it")
    ABORT = word("abort", "The job is being given up, and the disk stays", since="1.2.7")
    PIVOT = word("pivot", "The disk is moving to the copy", since="1.2.7")


@element
class Slice(Element):
    """A part of the source that stands for the whole. Since libvirt 6.1.0."""

    type: str | None = attribute("What is cut out: always `storage`, the part that holds the image.")
    offset: Long | None = attribute("First byte of the slice, counted from 0.")
    size: Long | None = attribute("Length of the slice in bytes.")


@element
class ReservationsSource(Element):
    """The socket of the helper that handles persistent reservations."""

    type: str | None = attribute("Kind of connection, always `unix`.")
    path: str | None = attribute("Host path of the helper's socket.", searchable=True, term=True)
    mode: str | None = attribute("Role of the hypervisor on the socket: `client`.")
    reconnect: Reconnect | None = child("How a lost connection is made again.")


@element
class Reservations(Element):
    """SCSI persistent reservations, through a helper process. Since libvirt 4.4.0."""

    managed: YesNo | None = attribute(
        "Whether libvirt starts a helper for this VM by itself; otherwise `source` names one that runs already."
    )
    migration: YesNo | None = attribute(
        "Whether the hypervisor tries to take reservations along when the VM migrates.", since="12.1.0"
    )
    source: ReservationsSource | None = child("Where the helper listens, when it is not libvirt's own.")


@element
class MetadataCache(Element):
    """Cache for the image format's own tables. Since libvirt 7.0.0."""

    max_size: ByteSize | None = child("Largest size that the cache may take.", xml="max_size")


@element
class ImageFormat(Element):
    """How the data of a layer is laid out in its image."""

    type: str | None = attribute("Format of the image, such as `qcow2` or `raw`.", searchable=True)
    metadata_cache: MetadataCache | None = child("Cache for the tables of qcow2.", xml="metadata_cache")


@element
class DataStore(Element):
    """The storage that holds the data of a qcow2 image, which itself holds only the tables. Since libvirt 10.10.0."""

    type: str | None = attribute("Where the data lives; decides the shape of `source`, as for a disk.")
    format: ImageFormat | None = child("Format of the data file, always raw.")
    source: "DiskSource | None" = variant("Where the data file itself lives.", by="type")


@family(default="file")
class DiskSource(Variant):
    """Where a disk's data lives."""

    @derived("Where the data lives in one line: a path, `pool/volume`, or a URL; null for an empty drive.")
    def location(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        return location_text(document)

    index: int | None = attribute(
        "libvirt's number for this layer, by which block jobs name it: 2 is `vda[2]`; live only."
    )
    startup_policy: StartupPolicy | None = attribute("What happens when the source is missing at start.", since="0.9.7")
    slices: list[Slice] | None = children(
        "Parts of the source that stand for the whole.", xml="slice", within="slices", since="6.1.0"
    )
    encryption: Encryption | None = child("How the data is encrypted, and with which secrets.", since="3.9.0")
    reservations: Reservations | None = child("SCSI persistent reservations of a LUN.", since="4.4.0")
    security_labels: list[SecurityLabel] | None = children(
        "Labels for this source that override the domain's.", xml="seclabel", since="0.9.9"
    )
    data_store: DataStore | None = child("External data file of a qcow2 image.", since="10.10.0")


@shape("file")
class FileDiskSource(DiskSource):
    """A file on the host that holds an image."""

    file: str | None = attribute("Absolute path of the image; absent for an empty drive.", searchable=True, term=True)
    fdgroup: str | None = attribute(
        "Name of a group of open file descriptors that libvirt was given to use instead of the path.", since="9.0.0"
    )


@shape("block")
class BlockDiskSource(DiskSource):
    """A block device of the host, such as a logical volume or a LUN."""

    dev: str | None = attribute("Path of the device, under `/dev`.", searchable=True, term=True)


@shape("dir")
class DirectoryDiskSource(DiskSource):
    """A host directory shown to the guest as a FAT volume. Since libvirt 0.7.5."""

    dir: str | None = attribute(
        "Absolute path of the directory, which should not change meanwhile.", searchable=True, term=True
    )


@element
class NetworkHost(Element):
    """A server that holds the data."""

    name: str | None = attribute("Host name or IP address of the server.", searchable=True, term=True)
    port: int | None = attribute(
        "Port the server listens on, where it is not the protocol's own: 10809 for NBD, 3260 for iSCSI, 24007 for "
        "gluster."
    )
    transport: NetworkTransport | None = attribute("How the packets travel; TCP where it is missing.")
    socket: str | None = attribute("Path of the unix socket, with that transport.", searchable=True, term=True)


@element
class Cookie(Element):
    """A cookie sent to an HTTP server. Since libvirt 6.2.0."""

    name: str | None = attribute("Name of the cookie as the server knows it.")
    value: str | None = text("What the cookie says to the server.", secret=True)


@element
class NetworkIdentity(Element):
    """As whom the hypervisor logs in to an NFS or SSH server."""

    user: str | None = attribute("User of an NFS server, by name, or by number as `+1000`.")
    group: str | None = attribute("Group of an NFS server, by name, or by number as `+1000`.")
    username: str | None = attribute("Login name of an SSH server.")
    keyfile: str | None = attribute("Host path of the private SSH key, which must have no passphrase.")
    agentsock: str | None = attribute("Host path of the socket of an SSH agent that holds the key.")


@shape("network")
class NetworkDiskSource(DiskSource):
    """Data on a server: Ceph, iSCSI, NBD, HTTP and others. Since libvirt 0.8.7."""

    protocol: str | None = attribute(
        "How the server is spoken to: `nbd`, `gluster`, `rbd` (Ceph), `iscsi`, `http`, `https`, `ftp`, `ftps`, `ssh`, "
        "`sheepdog`, `tftp`, `vxhs` or `nfs`.",
        searchable=True,
    )
    name: str | None = attribute(
        "What the server calls the data: `pool/image` of Ceph, target and LUN of iSCSI, path of a URL, UUID of VxHS.",
        searchable=True,
        term=True,
    )
    query: str | None = attribute("What follows the `?` in an HTTP URL.", since="6.2.0")
    tls: YesNo | None = attribute(
        "Whether the connection (NBD, VxHS) is encrypted with TLS; the host's settings decide where it is missing."
    )
    tls_hostname: str | None = attribute(
        "Name that the NBD server's certificate must carry, where it is not the host's.", since="8.2.0"
    )
    hosts: list[NetworkHost] | None = children(
        "Servers to reach it at: several monitors of Ceph or servers of gluster, one otherwise.", xml="host"
    )
    snapshot: str | None = attribute(
        "Name of the snapshot of a Ceph image that is used as the disk.",
        xml="name",
        within="snapshot",
        searchable=True,
        since="1.2.11",
    )
    config: str | None = attribute(
        "Host path of a Ceph configuration file.", xml="file", within="config", searchable=True, since="1.2.11"
    )
    auth: Auth | None = child("Credentials for a Ceph, iSCSI or SSH server.", since="3.9.0")
    initiator: str | None = attribute(
        "iSCSI name (IQN) that the host takes.", xml="name", within="initiator/iqn", searchable=True, since="4.7.0"
    )
    cookies: list[Cookie] | None = children(
        "Cookies for an HTTP server.", xml="cookie", within="cookies", since="6.2.0"
    )
    ssl_verify: YesNo | None = attribute(
        "Whether the certificate of an HTTPS or FTPS server is checked.", xml="verify", within="ssl", since="6.2.0"
    )
    readahead: Long | None = attribute(
        "Bytes that are read ahead; 0 leaves it to the hypervisor.", xml="size", within="readahead", since="6.2.0"
    )
    timeout: int | None = attribute(
        "Seconds after which connecting is given up; 0 leaves it to the hypervisor.",
        xml="seconds",
        within="timeout",
        since="6.2.0",
    )
    reconnect: Reconnect | None = child("How a lost connection to an NBD server is made again.")
    known_hosts: str | None = attribute(
        "Host path of the file with the key that the SSH server must have.",
        xml="path",
        within="knownHosts",
        since="9.8.0",
    )
    identity: NetworkIdentity | None = child("As whom the hypervisor logs in to an NFS or SSH server.")


@shape("volume")
class VolumeDiskSource(DiskSource):
    """A volume of a libvirt storage pool. Since libvirt 1.0.5."""

    pool: str | None = attribute("Name of the storage pool on the host.", searchable=True)
    volume: str | None = attribute("Name of the volume in the pool.", searchable=True, term=True)
    mode: str | None = attribute(
        "How a volume of an iSCSI pool is reached: as a device of the `host` (assumed) or `direct` by the hypervisor.",
        since="1.1.1",
    )


@shape("nvme")
class NvmeDiskSource(DiskSource):
    """A namespace of an NVMe controller, driven by the hypervisor itself without the host's kernel.

    Since libvirt 6.0.0.
    """

    type: str | None = attribute("Bus of the controller, always `pci`.")
    namespace: LongAnyBase | None = attribute("Number of the namespace on the controller, from 1.")
    managed: YesNo | None = attribute(
        "Whether libvirt takes the controller from its host driver by itself when the VM starts."
    )
    address: HostPciAddress | None = child("PCI address of the controller on the host.", term=True)


@shape("vhostuser")
class VhostUserDiskSource(DiskSource):
    """A process on the host that serves the disk over vhost-user. Since libvirt 7.1.0."""

    type: str | None = attribute("Kind of connection, always `unix`.")
    path: str | None = attribute("Host path of the process's socket.", searchable=True, term=True)
    reconnect: Reconnect | None = child("How a lost connection is made again.")


@shape("vhostvdpa", "ctl")
class DeviceDiskSource(DiskSource):
    """A vDPA character device (since libvirt 9.8.0), or FreeBSD's CAM target layer, CTL (since libvirt 12.0.0)."""

    dev: str | None = attribute(
        "Host path of the device: `/dev/vhost-vdpa-0`, `/dev/cam/ctl`.", searchable=True, term=True
    )


@shape("other")
class OtherDiskSource(DiskSource):
    """A source of a type that this release does not know."""


@element
class BackingStore(Element):
    """One layer below an image; an empty one says that the chain ends here. Since libvirt 1.2.4."""

    type: str | None = attribute("Where the layer lives; decides the shape of `source`, as for a disk.")
    index: int | None = attribute("libvirt's number for the layer, as older releases wrote it; live only.")
    format: ImageFormat | None = child("Format of the layer's image, such as qcow2.")
    source: DiskSource | None = variant("Where the layer's data lives.", by="type")


@element
class Mirror(Element):
    """The copy that a running block job writes; live only. Since libvirt 0.9.12."""

    type: str | None = attribute("Where the copy lives; decides the shape of `source`, as for a disk.")
    job: MirrorJob | None = attribute("Kind of block job that writes the copy.", since="1.2.7")
    ready: MirrorState | None = attribute("How far the job has come; absent while it still copies.")
    file: str | None = attribute("Path of the copy, as older releases wrote it.", searchable=True, term=True)
    format_name: StorageFormat | None = attribute("Format of the copy, as older releases wrote it.", xml="format")
    format: ImageFormat | None = child("Format of the copy's image, which may differ from the disk's.")
    source: DiskSource | None = variant("Where the copy's data lives.", by="type", since="1.2.6")
    backing_stores: list[BackingStore] | None = chain(
        "Layers below the copy, the nearest first, with an empty one at the end.", xml="backingStore"
    )


def location_text(source: Document) -> str | None:
    """Where the data lives in one line; None where the source does not say.

    Network sources and NVMe namespaces are written as QEMU's URLs: `nbd+unix:///name?socket=/path`.
    """
    match source["kind"]:
        case "file" | "block" | "dir" | "vhostuser" | "vhostvdpa" | "ctl":
            return next((str(source[key]) for key in ("file", "dev", "dir", "path") if key in source), None)
        case "volume":
            return "/".join(source[key] for key in ("pool", "volume") if key in source) or None
        case "nvme" if "address" in source:
            return f"nvme://{pci_text(source['address'])}/{source.get('namespace', '')}"
        case "network" if "protocol" in source:
            return _url(source)
    return None


def _url(source: Document) -> str:
    hosts = source.get("hosts", [])
    first: Document = hosts[0] if hosts else {}
    transport = first.get("transport", "tcp")
    scheme = source["protocol"] if transport == "tcp" else f"{source['protocol']}+{transport}"
    at = ",".join(_server(host) for host in hosts)
    path = source.get("name", "").lstrip("/")
    socket = f"?socket={first['socket']}" if "socket" in first else ""
    return f"{scheme}://{at}/{path}{socket}" if path or socket else f"{scheme}://{at}"


def _server(host: Document) -> str:
    name = host.get("name", "")
    name = f"[{name}]" if ":" in name else name
    return f"{name}:{host['port']}" if "port" in host else name


__all__ = ["BackingStore", "DiskSource", "ImageFormat", "MetadataCache", "Mirror", "StartupPolicy", "location_text"]
