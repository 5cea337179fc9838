"""`<lease>`: what a lock manager must hold before the VM may start.

Source: libvirt's domain XML, "Device leases".
"""

from collections.abc import Iterable

from ..device import Device, device
from ..element import Document, Element, attribute, child, element, text_child, value_at
from ..scalars import Long


@element
class LeaseTarget(Element):
    """Where the lock manager keeps a lease."""

    path: str | None = attribute("Host path of the file that belongs to the lockspace.", searchable=True, term=True)
    offset: Long | None = attribute(
        "Byte of that file at which the lease stands; 0 for lock managers that need no offset."
    )


@device("lease", identity=("lockspace", "key"))
class Lease(Device):
    """A lock that a lock manager, such as sanlock, must get before the VM starts."""

    lockspace: str | None = text_child("Name of the lockspace in which the key is unique.", searchable=True)
    key: str | None = text_child("Name of the lease within its lockspace.", searchable=True)
    target: LeaseTarget | None = child("Where the lock manager finds the lease.")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """The key, the lockspace it is of, and where the lease stands."""
        lockspace = device.get("lockspace")
        path, offset = value_at(device, "target.path"), value_at(device, "target.offset")
        return (
            device.get("key"),
            lockspace and f"lockspace {lockspace}",
            f"{path} at {offset}" if path and offset else path,
        )
