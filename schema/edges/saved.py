"""Names that snapshots and checkpoints give: their VM, the one before them, and the disks they speak of."""

from collections.abc import Iterator

from ..element import Document, value_at
from .keys import path
from .words import Named, values


def domain_of(kept: Document) -> str | None:
    """The UUID of the VM that a snapshot or checkpoint is of."""
    uuid = value_at(kept, "facts.domainUuid") or value_at(kept, "definition.uuid")
    return uuid.lower() if isinstance(uuid, str) else None


def name_kept(kept: Document) -> Named:
    """What tells a snapshot or checkpoint from all others of its host."""
    domain, name = domain_of(kept), kept.get("name")
    return f"{domain}/{name}" if domain and name else None


def parent_kept(kept: Document) -> Named:
    """The name of the snapshot or checkpoint before it."""
    domain, parent = domain_of(kept), kept.get("parentName")
    return f"{domain}/{parent}" if domain and parent else None


def disk_names(disk: Document) -> Iterator[str]:
    """What snapshots and block jobs may call a disk: its target, or the path of its source."""
    yield from (path(name) for name in values(disk, "target.dev source[file].file source[block].dev"))


def disks_kept(kept: Document) -> Iterator[Named]:
    """The disks that a snapshot or checkpoint speaks of."""
    if domain := domain_of(kept):
        for name in values(kept, "snapshotDisks.name revertDisks.name checkpointDisks.name"):
            yield f"{domain}/{path(name)}"
