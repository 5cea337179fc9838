"""What can be wrong between VMs and what they share, how bad it is, and what to do about it."""

from collections.abc import Sequence
from enum import Enum

import strawberry

from .element import Document

RUNNING = frozenset({"RUNNING", "BLOCKED", "PAUSED", "SHUTDOWN", "PMSUSPENDED"})
"""States in which a VM holds what it is attached to."""

CHANGING = frozenset({"WRITE", "SHARE", "EXCLUSIVE"})
"""What a VM does with a resource that it may change."""

CLAIMING = frozenset({"WRITE", "EXCLUSIVE"})
"""What a VM does with a resource that it counts on having for itself."""


@strawberry.enum(description="What is wrong between VMs and what they share.")
class ConflictKind(Enum):
    """What is wrong."""

    STORAGE_WRITTEN_TWICE = strawberry.enum_value(
        "STORAGE_WRITTEN_TWICE", description="Several VMs write to one image or device, and one does not share it."
    )
    BASE_WRITTEN = strawberry.enum_value(
        "BASE_WRITTEN", description="A VM writes to an image that lies below the disks of other VMs."
    )
    HOST_DEVICE_SHARED = strawberry.enum_value(
        "HOST_DEVICE_SHARED", description="Several VMs are given one device of the host, which only one can have."
    )
    IOMMU_GROUP_SPLIT = strawberry.enum_value(
        "IOMMU_GROUP_SPLIT", description="Devices that can only be assigned together are given to different VMs."
    )
    DUPLICATE_MAC = strawberry.enum_value(
        "DUPLICATE_MAC", description="Network cards of several VMs have one MAC address."
    )
    DUPLICATE_VSOCK_CID = strawberry.enum_value(
        "DUPLICATE_VSOCK_CID", description="Several VMs of a host have one vsock context identifier."
    )
    DUPLICATE_UUID = strawberry.enum_value(
        "DUPLICATE_UUID", description="VMs of one UUID run on several hosts at the same time."
    )
    PORT_TAKEN_TWICE = strawberry.enum_value(
        "PORT_TAKEN_TWICE", description="Several VMs listen on one port of a host, for a display or a serial line."
    )
    SOCKET_BOUND_TWICE = strawberry.enum_value(
        "SOCKET_BOUND_TWICE", description="Several VMs bind one unix socket of a host."
    )
    MISSING_RESOURCE = strawberry.enum_value(
        "MISSING_RESOURCE",
        description="A VM names a network, a volume, a filter, a secret or a device that is not there.",
    )
    BROKEN_BACKING_CHAIN = strawberry.enum_value(
        "BROKEN_BACKING_CHAIN", description="An image lies over another one that is not where it should be."
    )
    CYCLE = strawberry.enum_value(
        "CYCLE", description="Images lie over each other, or filters include each other, in a circle."
    )


@strawberry.enum(description="How urgent a conflict is.")
class Severity(Enum):
    """How urgent a conflict is."""

    CRITICAL = strawberry.enum_value("CRITICAL", description="It does harm now, as VMs that are concerned run.")
    WARNING = strawberry.enum_value("WARNING", description="It will do harm once VMs are started that are off now.")


ADVICE = {
    "STORAGE_WRITTEN_TWICE": "Give each VM an image of its own; if all of them use a cluster file system, mark the "
    "disk <shareable/> in each and turn its cache off.",
    "BASE_WRITTEN": "Stop the VM that writes: each write damages the disks that lie over the image. Give it an overlay "
    "of its own.",
    "HOST_DEVICE_SHARED": "Take the device from all VMs but one: the second one that starts fails, or takes it away.",
    "IOMMU_GROUP_SPLIT": "Give all devices of the group to one VM, or move a card to a slot with a group of its own.",
    "DUPLICATE_MAC": "Change the address of all cards but one: on one network switches send frames to the wrong VM.",
    "DUPLICATE_VSOCK_CID": "Set <cid auto='yes'/>, or give each VM a number of its own: the second one fails to start.",
    "DUPLICATE_UUID": "Find out which one is meant: after a failed migration one of the two has to be stopped at once.",
    "PORT_TAKEN_TWICE": "Let libvirt choose ports (autoport='yes'), or give each VM one of its own.",
    "SOCKET_BOUND_TWICE": "Give each VM a path of its own: the second one takes the socket from the first.",
    "MISSING_RESOURCE": "Create or start what is missing, or correct the name in the VM: it cannot start without.",
    "BROKEN_BACKING_CHAIN": "Bring the image back, or tell the overlay where it is now (qemu-img rebase -u).",
    "CYCLE": "Break the circle: nothing in it can be opened as it is.",
}
"""What to do, by kind of conflict."""

_BY_SPACE = {
    "char": "HOST_DEVICE_SHARED",
    "endpoint": "PORT_TAKEN_TWICE",
    "mac": "DUPLICATE_MAC",
    "mdev": "HOST_DEVICE_SHARED",
    "pci": "HOST_DEVICE_SHARED",
    "scsi": "HOST_DEVICE_SHARED",
    "socket": "SOCKET_BOUND_TWICE",
    "usb": "HOST_DEVICE_SHARED",
    "vhost-scsi": "HOST_DEVICE_SHARED",
    "vsock": "DUPLICATE_VSOCK_CID",
}
STORAGE = ("path", "volume", "network-volume")
"""Spaces of storage, whose resources may be named in several of them."""

CONTESTED = (*STORAGE, *_BY_SPACE)
"""Spaces in which VMs can be in each other's way; leases are there to be contested."""


def contested_kind(space: str, parties: Sequence[Document]) -> str:
    """The kind of a conflict over something in a space: what the parties do with it decides where it is storage."""
    if space not in STORAGE:
        return _BY_SPACE[space]
    changing = {party["vm"] for party in parties if party["access"] in CHANGING}
    return "STORAGE_WRITTEN_TWICE" if len(changing) > 1 else "BASE_WRITTEN"
