"""`<source>` of disks, backing stores and mirrors: where the data lives."""

from enum import Enum

from .element import Element, Variant, attribute, chain, child, children, element, family, shape, text, variant
from .parts import Auth, Encryption, HostPciAddress, Reconnect, SecurityLabel
from .scalars import Long, LongHex, YesNo, word, words
from .sizes import ByteSize


@words
class StartupPolicy(Enum):
    """What happens when the source is missing as the VM starts."""

    MANDATORY = word("mandatory", "The start fails if the source is missing for any reason")
    REQUISITE = word("requisite", "The start fails unless the source was lost while migrating or restoring")
    OPTIONAL = word("optional", "The source is dropped and the VM starts without it")


@words
class SliceType(Enum):
    """What a slice of a source cuts out."""

    STORAGE = word("storage", "A part of the storage below the image format")


@element
class Slice(Element):
    """A part of the source that stands for the whole."""

    type: SliceType | None = attribute("What the slice cuts out of.")
    offset: Long | None = attribute("First byte of the slice.")
    size: Long | None = attribute("Length of the slice in bytes.")


@element
class ReservationsSource(Element):
    """The socket of the helper that handles persistent reservations."""

    type: str | None = attribute("Kind of connection, always `unix`.")
    path: str | None = attribute("Host path of the helper's socket.", searchable=True)
    mode: str | None = attribute("Role of the hypervisor on the socket: `client`.")
    reconnect: Reconnect | None = child("How a lost connection is made again.")


@element
class Reservations(Element):
    """SCSI persistent reservations, through a helper process."""

    managed: YesNo | None = attribute("Whether libvirt starts a helper for this VM by itself.")
    migration: YesNo | None = attribute("Whether reservations move along when the VM migrates.")
    source: ReservationsSource | None = child("The helper's socket, when it is not libvirt's own.")


@element
class MetadataCache(Element):
    """Cache for the image format's own tables."""

    max_size: ByteSize | None = child("Largest size that the cache may take.", xml="max_size")


@element
class ImageFormat(Element):
    """Format of an image."""

    type: str | None = attribute("Format of the image, such as `qcow2` or `raw`.", searchable=True)
    metadata_cache: MetadataCache | None = child("Cache for the tables of qcow2.", xml="metadata_cache")


@element
class DataStore(Element):
    """The file that holds the data of a qcow2 image whose tables stand apart."""

    type: str | None = attribute("Where the data lives; decides the shape of `source`.")
    format: ImageFormat | None = child("Format of the data file, always raw.")
    source: "DiskSource | None" = variant("The data file itself.", by="type")


@family(default="file")
class DiskSource(Variant):
    """Where a disk's data lives."""

    index: int | None = attribute("libvirt's number for this layer, used by block jobs; live only.")
    startup_policy: StartupPolicy | None = attribute("What happens when the source is missing at start.")
    slices: list[Slice] | None = children("Parts of the source that stand for the whole.", xml="slice", within="slices")
    encryption: Encryption | None = child("Encryption of the data.")
    reservations: Reservations | None = child("SCSI persistent reservations of a LUN.")
    security_labels: list[SecurityLabel] | None = children("Labels that override the domain's.", xml="seclabel")
    data_store: DataStore | None = child("External data file of a qcow2 image.")


@shape("file")
class FileDiskSource(DiskSource):
    """A file on the host."""

    file: str | None = attribute("Absolute path of the image; absent for an empty drive.", searchable=True)
    fdgroup: str | None = attribute("Name of a group of open file descriptors passed to libvirt instead of the path.")


@shape("block")
class BlockDiskSource(DiskSource):
    """A block device of the host."""

    dev: str | None = attribute("Path of the device, under `/dev`.", searchable=True)


@shape("dir")
class DirectoryDiskSource(DiskSource):
    """A host directory shown to the guest as a FAT volume."""

    dir: str | None = attribute("Absolute path of the directory.", searchable=True)


@element
class NetworkHost(Element):
    """A server that holds the data."""

    name: str | None = attribute("Host name or IP address of the server.", searchable=True)
    port: int | None = attribute("Port the server listens on, where it is not the protocol's own.")
    transport: str | None = attribute("Transport: `tcp` (assumed), `rdma` or `unix`.")
    socket: str | None = attribute("Path of the unix socket, with that transport.", searchable=True)


@element
class Cookie(Element):
    """A cookie sent to an HTTP server."""

    name: str | None = attribute("Name of the cookie as the server knows it.")
    value: str | None = text("Value of the cookie.", secret=True)


@element
class NetworkIdentity(Element):
    """As whom the hypervisor logs in to the server."""

    user: str | None = attribute("User of an NFS server, by name or number.")
    group: str | None = attribute("Group of an NFS server, by name or number.")
    username: str | None = attribute("Login name of an SSH server.")
    keyfile: str | None = attribute("Host path of the private SSH key.")
    agentsock: str | None = attribute("Host path of the SSH agent's socket.")


@shape("network")
class NetworkDiskSource(DiskSource):
    """Data on a server: Ceph, iSCSI, NBD, HTTP and others."""

    protocol: str | None = attribute(
        "How the server is spoken to: `nbd`, `gluster`, `rbd`, `iscsi`, `http`, `https`, `ftp`, `ftps`, `ssh`, "
        "`sheepdog`, `tftp`, `vxhs` or `nfs`.",
        searchable=True,
    )
    name: str | None = attribute("Name of the volume: rbd image, iSCSI target and LUN, URL path …", searchable=True)
    query: str | None = attribute("Query part of an HTTP URL.")
    tls: YesNo | None = attribute("Whether the connection is encrypted with TLS.")
    tls_hostname: str | None = attribute("Name that the server's certificate must carry.")
    hosts: list[NetworkHost] | None = children("Servers, any of which will do.", xml="host")
    snapshot: str | None = attribute("Internal snapshot that is used as the disk.", xml="name", within="snapshot")
    config: str | None = attribute("Host path of a Ceph configuration file.", xml="file", within="config")
    auth: Auth | None = child("Credentials for the server.")
    initiator: str | None = attribute("iSCSI name that the host takes.", xml="name", within="initiator/iqn")
    cookies: list[Cookie] | None = children("Cookies for an HTTP server.", xml="cookie", within="cookies")
    ssl_verify: YesNo | None = attribute("Whether the server's certificate is checked.", xml="verify", within="ssl")
    readahead: Long | None = attribute("Bytes that are read ahead.", xml="size", within="readahead")
    timeout: int | None = attribute("Seconds before an answer is given up.", xml="seconds", within="timeout")
    reconnect: Reconnect | None = child("How a lost connection is made again.")
    known_hosts: str | None = attribute("Host path of the SSH known_hosts file.", xml="path", within="knownHosts")
    identity: NetworkIdentity | None = child("As whom the hypervisor logs in.")


@shape("volume")
class VolumeDiskSource(DiskSource):
    """A volume of a libvirt storage pool."""

    pool: str | None = attribute("Name of the storage pool on the host.", searchable=True)
    volume: str | None = attribute("Name of the volume in the pool.", searchable=True)
    mode: str | None = attribute("How an iSCSI volume is reached: as a `host` device or `direct` by the hypervisor.")


@shape("nvme")
class NvmeDiskSource(DiskSource):
    """A namespace of an NVMe controller, driven by the hypervisor itself."""

    type: str | None = attribute("Bus of the controller, always `pci`.")
    namespace: LongHex | None = attribute("Number of the namespace, from 1.")
    managed: YesNo | None = attribute("Whether libvirt takes the controller from its host driver by itself.")
    address: HostPciAddress | None = child("PCI address of the controller on the host.")


@shape("vhostuser")
class VhostUserDiskSource(DiskSource):
    """A process on the host that serves the disk over vhost-user."""

    type: str | None = attribute("Kind of connection, always `unix`.")
    path: str | None = attribute("Host path of the process's socket.", searchable=True)
    reconnect: Reconnect | None = child("How a lost connection is made again.")


@shape("vhostvdpa", "ctl")
class DeviceDiskSource(DiskSource):
    """A vDPA character device, or a target of FreeBSD's CTL."""

    dev: str | None = attribute("Host path of the device.", searchable=True)


@shape("other")
class OtherDiskSource(DiskSource):
    """A source of a type that this release does not know."""


@element
class BackingStore(Element):
    """One layer below an image; an empty one says that the chain ends here."""

    type: str | None = attribute("Where the layer lives; decides the shape of `source`.")
    index: int | None = attribute("libvirt's number for the layer, as older releases wrote it.")
    format: ImageFormat | None = child("Format of the layer.")
    source: DiskSource | None = variant("The layer's data.", by="type")


@element
class Mirror(Element):
    """The copy that a running block job writes."""

    type: str | None = attribute("Where the copy lives; decides the shape of `source`.")
    job: str | None = attribute("Kind of block job: `copy` or `active-commit`.")
    ready: str | None = attribute("How far the job is: `yes`, `abort` or `pivot`; absent while it runs.")
    file: str | None = attribute("Path of the copy, as older releases wrote it.")
    format_name: str | None = attribute("Format of the copy, as older releases wrote it.", xml="format")
    format: ImageFormat | None = child("Format of the copy.")
    source: DiskSource | None = variant("The copy's data.", by="type")
    backing_stores: list[BackingStore] | None = chain("Layers below the copy, outermost first.", xml="backingStore")


__all__ = ["BackingStore", "DiskSource", "ImageFormat", "MetadataCache", "Mirror", "StartupPolicy"]
