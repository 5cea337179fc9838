"""`<source>` of storage pools: what a pool takes its volumes from.

Source: libvirt's storage XML, "Source elements".
"""

from .element import Element, Variant, attribute, child, children, element, family, shape, text_child
from .parts import Auth
from .scalars import YesNo
from .scsi_adapter import ScsiAdapter
from .storage_formats import PoolFormat
from .storage_parts import DeviceExtent


@element
class PoolHost(Element):
    """A server that holds the storage of a pool."""

    name: str | None = attribute("Host name or IP address of the server.", searchable=True)
    port: int | None = attribute(
        "Port the server listens on, where it is not the protocol's own: 3260 for iSCSI, 6789 for Ceph."
    )


@element
class PoolDevice(Element):
    """A block device, or an iSCSI target, that a pool is made of."""

    path: str | None = attribute(
        "Path of the device on the host, such as `/dev/sdb`, or the name (IQN) of the iSCSI target.",
        searchable=True,
        term=True,
    )
    part_separator: YesNo | None = attribute(
        "Whether the partitions of a multipath device are called with a `p` before their number; only where the "
        "device's own name ends with a digit, if it is missing.",
        xml="part_separator",
        since="1.3.1",
    )
    free_extents: list[DeviceExtent] | None = children(
        "Stretches of the device that are free; a new partition has to fit into one of them.", xml="freeExtent"
    )


@element
class PoolAuth(Auth):
    """Credentials that the host shows to the server of a pool's storage."""

    type: str | None = attribute("How the server checks them: `chap` for iSCSI, `ceph` for RBD.")


@family()
class PoolSource(Variant):
    """What a pool takes its volumes from; the pool's type decides what it tells."""

    vendor_name: str | None = attribute(
        "Who made the storage, for information only.", xml="name", within="vendor", searchable=True, since="0.8.4"
    )
    product_name: str | None = attribute(
        "What the maker calls the storage, for information only.",
        xml="name",
        within="product",
        searchable=True,
        since="0.8.4",
    )


@shape("dir")
class DirectoryPoolSource(PoolSource):
    """A directory of the host; the pool's target says which."""


@shape("fs")
class FilesystemPoolSource(PoolSource):
    """A file system on a block device, which libvirt mounts at the pool's target."""

    devices: list[PoolDevice] | None = children("The block device with the file system.", xml="device")
    format: PoolFormat | None = attribute(
        "Kind of file system; found out by `mount` where it is missing.", xml="type", within="format", searchable=True
    )


@shape("netfs")
class NetworkFilesystemPoolSource(PoolSource):
    """A directory on a server (NFS, SMB, gluster), which libvirt mounts at the pool's target."""

    hosts: list[PoolHost] | None = children("The server that exports the directory.", xml="host")
    dir: str | None = attribute(
        "Path of the directory on the server; the name of the share for SMB.",
        xml="path",
        within="dir",
        searchable=True,
        term=True,
    )
    format: PoolFormat | None = attribute(
        "How the server shares it; `auto` leaves it to `mount`.",
        xml="type",
        within="format",
        searchable=True,
    )
    protocol_version: str | None = attribute(
        "Version of NFS that the server is spoken to with, such as `4.1`.", xml="ver", within="protocol", since="5.1.0"
    )


@element
class PartitionedPoolSource(PoolSource):
    """A source that libvirt divides into volumes by a table of its own: a volume group, or a disk."""

    devices: list[PoolDevice] | None = children(
        "Block devices of the host: the physical volumes of a volume group, or the disk, with the stretches of it that "
        "are free.",
        xml="device",
    )
    format: PoolFormat | None = attribute(
        "The table that the volumes stand in: `lvm2` for volume groups, for disks the kind of partition table.",
        xml="type",
        within="format",
        searchable=True,
    )
    format_vendor: str | None = attribute(
        "Vendor where the XML has it inside `<format>`; libvirt's schema allows that, libvirt itself overlooks it.",
        xml="name",
        within="format/vendor",
    )
    format_product: str | None = attribute(
        "Product where the XML has it inside `<format>`; libvirt's schema allows that, libvirt itself overlooks it.",
        xml="name",
        within="format/product",
    )


@shape("logical")
class LogicalPoolSource(PartitionedPoolSource):
    """A volume group of LVM, whose logical volumes are the pool's."""

    name: str | None = text_child("Name of the volume group; the pool's own where it is missing.", searchable=True)


@shape("disk")
class DiskPoolSource(PartitionedPoolSource):
    """A disk of the host, whose partitions are the pool's volumes."""


@shape("iscsi", "iscsi-direct")
class IscsiPoolSource(PoolSource):
    """An iSCSI target, whose LUNs are the volumes: `iscsi` logs the host in, `iscsi-direct` uses a client library."""

    hosts: list[PoolHost] | None = children("The portal (server) of the target.", xml="host")
    devices: list[PoolDevice] | None = children("The target itself; its name (IQN) stands as the path.", xml="device")
    initiator: str | None = attribute(
        "Name (IQN) under which the host logs in; the host's own where it is missing, `iscsi-direct` needs one.",
        xml="name",
        within="initiator/iqn",
        searchable=True,
    )
    auth: PoolAuth | None = child("Credentials that the target asks for, by CHAP.")


@shape("scsi")
class ScsiPoolSource(PoolSource):
    """A SCSI adapter of the host, whose LUNs are the volumes."""

    adapter: ScsiAdapter | None = child("The adapter, by name, by PCI address, or as a port of Fibre Channel.")


@shape("mpath")
class MultipathPoolSource(PoolSource):
    """All multipath devices of the host, which need no further words. Since libvirt 0.7.1."""


@shape("rbd")
class RbdPoolSource(PoolSource):
    """A pool of a Ceph cluster, whose RBD images are the volumes. Since libvirt 0.9.13."""

    name: str | None = text_child("Name of the pool in the Ceph cluster.", searchable=True)
    hosts: list[PoolHost] | None = children("Monitors of the cluster, any of which will do.", xml="host")
    auth: PoolAuth | None = child("Credentials of a user of the cluster, by `cephx`.")


@shape("sheepdog")
class SheepdogPoolSource(PoolSource):
    """A Sheepdog cluster, whose virtual disks are the volumes; libvirt 8.8.0 dropped it."""

    name: str | None = text_child("Name of the Sheepdog cluster's store.", searchable=True)
    hosts: list[PoolHost] | None = children("Server of the cluster that is asked.", xml="host")


@shape("gluster")
class GlusterPoolSource(PoolSource):
    """A volume of gluster, whose files are the pool's volumes without a mount. Since libvirt 1.2.0."""

    name: str | None = text_child("Name of the gluster volume.", searchable=True)
    hosts: list[PoolHost] | None = children("Server of the gluster cluster that is asked.", xml="host")
    dir: str | None = attribute(
        "Directory of the gluster volume that the pool begins at; all of the volume where it is missing.",
        xml="path",
        within="dir",
        searchable=True,
    )


@shape("zfs")
class ZfsPoolSource(PoolSource):
    """A pool of ZFS, whose block volumes (zvols) are the pool's. Since libvirt 1.2.8."""

    name: str | None = text_child("Name of the ZFS pool on the host.", searchable=True)
    devices: list[PoolDevice] | None = children("Block devices that libvirt makes the ZFS pool of.", xml="device")


@shape("vstorage")
class VstoragePoolSource(PoolSource):
    """A cluster of Virtuozzo Storage, which libvirt mounts at the pool's target. Since libvirt 3.1.0."""

    name: str | None = text_child("Name of the Virtuozzo Storage cluster.", searchable=True)


@shape("other")
class OtherPoolSource(PoolSource):
    """The source of a pool of a type that this release does not know."""
