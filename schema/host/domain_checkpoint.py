"""`<domaincheckpoint>`: a point in time from which changes to a VM's disks are tracked, for incremental backups.

Source: libvirt's checkpoint XML format.
"""

from enum import Enum

from ..element import Element, attribute, children, element
from ..resource import resource
from ..scalars import Long, word, words
from .saved_domain import SavedDomain


@words
class DiskCheckpoint(Enum):
    """Whether changes to a disk are tracked since a checkpoint."""

    NO = word("no", "The disk takes no part in the checkpoint")
    BITMAP = word("bitmap", "A bitmap in the disk's image tells which parts have changed")


@element
class CheckpointDisk(Element):
    """What a checkpoint does with one disk of its VM."""

    name: str | None = attribute(
        "The disk by the name of its target, such as `vda`, or by the path of its source.", searchable=True
    )
    checkpoint: DiskCheckpoint | None = attribute("Whether changes to the disk are tracked.")
    bitmap: str | None = attribute(
        "Name of the bitmap in the disk's image; the checkpoint's own name where it is missing."
    )
    size: Long | None = attribute("Estimate in bytes of what has changed since the checkpoint, only if asked for.")


@resource("domaincheckpoint", "DOMAIN_CHECKPOINT")
class DomainCheckpoint(SavedDomain):
    """A point in time from which changes to a VM's disks are tracked, for incremental backups. Since libvirt 5.6.0."""

    checkpoint_disks: list[CheckpointDisk] | None = children(
        "Whether and how changes to each disk of the VM are tracked.", xml="disk", within="disks"
    )
