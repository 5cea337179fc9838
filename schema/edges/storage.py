"""What disks name."""

from ..element import Document
from .keys import disk_access, path
from .spaces import PATH, VOLUME
from .words import Answer, Edge


def _in_pool(volume: Document) -> str | None:
    pool = volume.get("facts", {}).get("pool")
    return f"{pool}/{volume['name']}" if pool and "name" in volume else None


EDGES = (
    Edge(
        "disk-file", "The image file of a disk.", of="disk", at="source[file].file", to=PATH, by=path,
        access=disk_access, source=True,
    ),
    Edge(
        "disk-volume", "The volume of a storage pool that a disk names.", of="disk", at="source[volume]", to=VOLUME,
        by=lambda source: f"{source['pool']}/{source['volume']}" if {"pool", "volume"} <= source.keys() else None,
        access=disk_access, source=True,
    ),
)  # fmt: skip

ANSWERS = (
    Answer("STORAGE_VOLUME", "target.path", PATH, path),
    Answer("STORAGE_VOLUME", "", VOLUME, _in_pool),
)
