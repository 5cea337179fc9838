"""`<pool>`: storage that a host divides into volumes.

Source: libvirt's storage XML, "Storage pool XML".
"""

from enum import Enum
from typing import Any

import strawberry

from ..element import Document, Element, attribute, child, children, derived, element, text_child, value_at, variant
from ..graph.arguments import After, First
from ..resource import Resource, resource
from ..resource_fields import CONNECTION, naming
from ..scalars import YesNo, word, words
from ..sizes import ByteSize
from ..storage_parts import FilePermissions
from ..storage_pool_source import PoolSource


@words
class RefreshedAllocation(Enum):
    """How much of a pool a volume is taken to use, when libvirt looks at the pool again."""

    DEFAULT = word("default", "What it really uses, which may take long to find out")
    CAPACITY = word("capacity", "As much as it could at most, which is quick to find out")


@element
class PoolTarget(Element):
    """Where the volumes of a pool appear on the host."""

    path: str | None = text_child(
        "Directory of the files or device nodes, such as `/var/lib/libvirt/images` or `/dev/disk/by-path`; of "
        "`logical`, `zfs` and `mpath` libvirt chooses it.",
        searchable=True,
        term=True,
    )
    permissions: FilePermissions | None = child("Who may use that directory, where libvirt makes it.")


@element
class MountOption(Element):
    """An option that libvirt gives to `mount -o` for the file system of a pool. Since libvirt 5.1.0."""

    name: str | None = attribute("The option as `mount` knows it, such as `sync` or `nodev`.")


@element
class RbdOption(Element):
    """A setting of Ceph's client library for one pool. Since libvirt 5.1.0."""

    name: str | None = attribute("Name of the setting in Ceph, such as `client_mount_timeout`.")
    value: str | None = attribute("Value that the setting gets for this pool.")


@resource("pool", "STORAGE_POOL")
class StoragePool(Resource):
    """Storage that a host divides into volumes: a directory, a volume group, a Ceph pool. Since libvirt 0.4.1."""

    type: str | None = attribute(
        "What the storage is; decides the shape of `source`: `dir`, `fs`, `netfs`, `logical`, `disk`, `iscsi`, "
        "`iscsi-direct`, `scsi`, `mpath`, `rbd`, `sheepdog`, `gluster`, `zfs` or `vstorage`.",
        searchable=True,
    )
    name: str | None = text_child(
        "Name by which disks refer to the pool, unique on its host; that of the source where it is missing.",
        searchable=True,
    )
    uuid: str | None = text_child(
        "UUID of the pool, which libvirt makes up where its definition brings none.", searchable=True, term=True
    )
    capacity: ByteSize | None = child("Size of the whole storage; 0 while the pool is not running.")
    allocation: ByteSize | None = child(
        "How much of the storage is in use, by volumes and by what the pool itself needs; live only."
    )
    available: ByteSize | None = child("How much of the storage is free for volumes; live only.")
    copy_on_write: YesNo | None = attribute(
        "Whether btrfs copies what is rewritten in the images of a `dir` or `fs` pool; libvirt tries to turn that off "
        "where it is missing.",
        xml="state",
        within="features/cow",
        since="6.6.0",
    )
    source: PoolSource | None = variant("What the pool takes its volumes from.", by="type")
    target: PoolTarget | None = child("Where the volumes appear on the host, if they do.")
    refreshed_allocation: RefreshedAllocation | None = attribute(
        "How much an RBD image is taken to use, as some take long to measure; `DEFAULT` where it is missing.",
        xml="allocation",
        within="refresh/volume",
        since="5.2.0",
    )
    mount_options: list[MountOption] | None = children(
        "Further options for mounting an `fs` or `netfs` pool, which libvirt does not check.",
        xml="fs:option",
        within="fs:mount_opts",
        since="5.1.0",
    )
    rbd_options: list[RbdOption] | None = children(
        "Settings of Ceph's client library for an `rbd` pool, which libvirt does not check.",
        xml="rbd:option",
        within="rbd:config_opts",
        since="5.1.0",
    )

    @derived("The volumes that are in the pool, by name.", graphql_type=CONNECTION)
    async def volumes(  # noqa: D102
        document: strawberry.Parent[Document],
        info: strawberry.Info[Any, Any],
        first: First = None,
        after: After = None,
    ) -> Any:
        return await naming(document, info, first, after, "host-pool-vol", ["STORAGE_VOLUME"])

    @classmethod
    def name_of(cls, document: Document) -> str | None:
        """Its name, or that of its source, as libvirt takes it."""
        name: str | None = document.get("name") or value_at(document, "source.name")
        return name
