"""`<volume>`: a piece of a storage pool, which a disk can be.

Source: libvirt's storage XML, "Storage volume XML".
"""

from typing import Any

import strawberry

from ..element import Document, Element, attribute, child, children, derived, element, flag, text_child
from ..graph.arguments import After, First
from ..parts import Encryption
from ..resource import Resource, resource
from ..resource_fields import CONNECTION, RESOURCE, first_reference, naming, selected_paths
from ..sizes import ByteSize
from ..storage_formats import VolumeFormat
from ..storage_parts import DeviceExtent, FilePermissions, FileTimestamps


@element
class VolumeLayer(Element):
    """A file or device with data of a volume, as the host finds it."""

    path: str | None = text_child(
        "Where the data is: a file, a device node, and where the host has neither a name such as `pool/image` or a "
        "URL.",
        searchable=True,
        term=True,
    )
    format: VolumeFormat | None = attribute(
        "How the data is laid out; a volume that libvirt makes gets its pool's default where it is missing.",
        xml="type",
        within="format",
        searchable=True,
    )
    permissions: FilePermissions | None = child("Who may use the file or device.")
    timestamps: FileTimestamps | None = child("When the file was last used.", since="0.10.0")


@element
class VolumeTarget(VolumeLayer):
    """How a volume appears on the host."""

    encryption: Encryption | None = child("How the data is encrypted, and what unlocks it.")
    compat: str | None = text_child(
        "QEMU release that a qcow2 image stays readable for: `0.10` (version 2 of the format) or `1.1` (version 3).",
        since="1.1.0",
    )
    nocow: bool | None = flag(
        "Whether btrfs was told not to copy what is rewritten in the file, which makes images faster.", since="1.2.7"
    )
    cluster_size: ByteSize | None = child("Unit in which a qcow2 image gives out space, such as 64 KiB.", since="7.4.0")
    lazy_refcounts: bool | None = flag(
        "Whether a qcow2 image may put off counting references, which is faster and needs a check after a crash.",
        xml="lazy_refcounts",
        within="features",
        since="1.1.0",
    )
    extended_l2: bool | None = flag(
        "Whether a qcow2 image divides its clusters, so that small writes copy less from the backing image.",
        xml="extended_l2",
        within="features",
    )


@element
class VolumeBackingStore(VolumeLayer):
    """What a volume is a copy-on-write layer over: another image, or the origin of an LVM snapshot."""


@element
class VolumeDevice(Element):
    """A block device of the pool that a volume lies on, in whole or in part."""

    path: str | None = attribute("Path of the device on the host, such as `/dev/sda2`.", searchable=True, term=True)
    extents: list[DeviceExtent] | None = children("Stretches of the device that are the volume's.", xml="extent")


@element
class VolumeSource(Element):
    """Where in its pool a volume lies: told of logical volumes and partitions, else empty."""

    devices: list[VolumeDevice] | None = children("Block devices that the volume lies on.", xml="device")


@resource("volume", "STORAGE_VOLUME")
class StorageVolume(Resource):
    """A piece of a storage pool that a VM can have as a disk: a file, a logical volume, a LUN. Since libvirt 0.4.1."""

    type: str | None = attribute(
        "What the volume is on the host: `file`, `block`, `dir`, `network`, `netdir` (a directory on a server) or "
        "`ploop`.",
        searchable=True,
        since="1.2.0",
    )
    name: str | None = text_child("Name of the volume, unique in its pool, such as `web-3.qcow2`.", searchable=True)
    key: str | None = text_child(
        "libvirt's identifier of the volume on its host, often the path; some volumes answer to two.",
        searchable=True,
    )
    capacity: ByteSize | None = child("Size that a guest sees; the volume may take less of its pool, or more.")
    allocation: ByteSize | None = child(
        "Space of the pool that the volume takes: less than `capacity` where it is sparse, more where the format adds "
        "tables of its own."
    )
    physical: ByteSize | None = child("Size of the file or device itself on the host, holes included.", since="3.0.0")
    source: VolumeSource | None = child("Where in its pool the volume lies, as some pools tell it.")
    target: VolumeTarget | None = child("How the volume appears on the host.")
    backing_store: VolumeBackingStore | None = child(
        "The layer that the volume only holds differences to; absent for one that stands alone.", since="0.6.0"
    )

    @derived("The storage pool that the volume is in.", graphql_type=RESOURCE)
    async def pool(document: strawberry.Parent[Document], info: strawberry.Info[Any, Any]) -> Any:  # noqa: D102
        return await first_reference(document, info, "host-pool-vol")

    @derived(
        "The volumes below this one, the nearest first, as far as storage pools list them; where the chain runs in a "
        "circle, each once. A layer that no pool lists ends it: `references` names that one.",
        graphql_type=list["StorageVolume"],
    )
    async def backing_chain(document: strawberry.Parent[Document], info: strawberry.Info[Any, Any]) -> Any:  # noqa: D102
        return await info.context.loaders.resources.backing_chain(document["_id"], selected_paths(info))

    @derived("The volumes that hold only differences to this one, by name.", graphql_type=CONNECTION)
    async def overlays(  # noqa: D102
        document: strawberry.Parent[Document],
        info: strawberry.Info[Any, Any],
        first: First = None,
        after: After = None,
    ) -> Any:
        return await naming(document, info, first, after, "host-vol-backing")
