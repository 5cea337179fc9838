"""`<domainsnapshot>`: the state of a VM's disks, and of its memory perhaps, to which it can go back.

Source: libvirt's snapshot XML format.
"""

from enum import Enum

from ..definition import WholeDomain
from ..devices.disk import DiskSnapshot
from ..disk_source import DiskSource, ImageFormat
from ..element import Element, attribute, child, children, element, flag, raw_children, text_child, variant
from ..resource import resource
from ..scalars import OneZero, word, words
from .saved_domain import SAVED, SavedDomain, saved


@words
class SnapshotVmState(Enum):
    """What a VM was doing as its snapshot was taken, and does again after going back to it."""

    RUNNING = word("running", "It ran, and its memory was saved")
    BLOCKED = word("blocked", "It waited for some resource of the host")
    PAUSED = word("paused", "It stood still, with its memory in place")
    SHUTDOWN = word("shutdown", "The guest was shutting itself down")
    SHUTOFF = word("shutoff", "It was off, without any memory to save")
    CRASHED = word("crashed", "The guest had crashed and was kept")
    DISK_SNAPSHOT = word(
        "disk-snapshot", "Only disks were saved: going back leaves the VM off, as after a power cut", since="0.9.5"
    )


@words
class MemorySnapshot(Enum):
    """Where a snapshot keeps the memory of its VM."""

    NO = word("no", "Nowhere: only the disks are in the snapshot")
    INTERNAL = word("internal", "Inside one of the VM's disk images")
    EXTERNAL = word("external", "In a file of its own on the host")


@element
class SnapshotDisk(Element):
    """What a snapshot does with one disk of its VM."""

    name: str | None = attribute(
        "The disk by the name of its target, such as `vda`, or by the path of its source.", searchable=True
    )
    snapshot: DiskSnapshot | None = attribute(
        "How the disk is saved; where it is missing, the disk itself says so, or libvirt decides."
    )
    type: str | None = attribute(
        "Where the new image lives; decides the shape of `source`, as for a disk: `file` (assumed), `block` or "
        "`network`.",
        since="1.2.2",
    )
    driver: ImageFormat | None = child("Format of the new image, such as qcow2.")
    source: DiskSource | None = variant(
        "The new image, which takes what the guest writes after an external snapshot; libvirt makes up a name where it "
        "is missing.",
        by="type",
    )
    delete_in_progress: bool | None = flag(
        "Whether libvirt began to delete the snapshot of this disk and did not finish.", xml="snapshotDeleteInProgress"
    )


@resource("domainsnapshot", "DOMAIN_SNAPSHOT")
class DomainSnapshot(SavedDomain):
    """The state of a VM's disks, and of its memory perhaps, to which it can go back."""

    vm_state: SnapshotVmState | None = text_child(
        "What the VM was doing as the snapshot was taken.", xml="state", searchable=True
    )
    memory_snapshot: MemorySnapshot | None = attribute(
        "Where the memory of the VM is kept; external where it is missing and a file is named.",
        xml="snapshot",
        within="memory",
        since="1.0.1",
    )
    memory_file: str | None = attribute(
        "Host path of the file that holds the memory of the VM.",
        xml="file",
        within="memory",
        searchable=True,
        since="1.0.1",
    )
    snapshot_disks: list[SnapshotDisk] | None = children(
        "How each disk of the VM is saved; missing where the snapshot holds all of them inside their images.",
        xml="disk",
        within="disks",
        since="0.9.5",
    )
    revert_disks: list[SnapshotDisk] | None = children(
        "Images that the disks got as the VM went back to this external snapshot, so that the saved ones stay as they "
        "are.",
        xml="disk",
        within="revertDisks",
    )
    current: OneZero | None = text_child(
        "Whether this is the latest snapshot that the VM was saved to or went back to.", xml="active"
    )
    inactive_definition: WholeDomain | None = child(
        "What the next start of the VM would have used as the snapshot was taken, where it ran on another definition.",
        xml="inactiveDomain",
        resolver=saved("inactiveDefinition"),
        graphql_type=SAVED,
    )
    cookie: list[str] | None = raw_children(
        "What the hypervisor's driver remembers to restore the memory of the VM, as XML elements.", xml="cookie"
    )
