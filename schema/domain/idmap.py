"""`<idmap>`: users and groups of a guest, told as users and groups of the host.

Source: libvirt's domain XML, "Container boot" and "Filesystems".
"""

from ..element import Element, attribute, children, element
from ..scalars import Long


@element
class IdRange(Element):
    """Consecutive IDs of the guest, mapped one by one to consecutive IDs of the host."""

    start: Long | None = attribute("First ID in the guest; 0 for a container.")
    target: Long | None = attribute("ID of the host that the first one is mapped to, such as 100000.", searchable=True)
    count: Long | None = attribute("Number of IDs that are mapped, such as 65536.")


@element
class IdMap(Element):
    """A user namespace: the IDs that users and groups of the guest have on the host."""

    uids: list[IdRange] | None = children("Ranges of user IDs that are mapped.", xml="uid")
    gids: list[IdRange] | None = children("Ranges of group IDs that are mapped.", xml="gid")
