"""`<lxc:namespace>`: namespaces of the kernel that a container shares with others.

Source: libvirt's driver page for LXC, "Inherit namespaces".
"""

from enum import Enum

from ..element import Element, attribute, child, element
from ..scalars import word, words


@words
class LxcShareType(Enum):
    """Whose namespace a container joins."""

    NETNS = word("netns", "A network namespace that the host knows by name; for `sharenet` only")
    NAME = word("name", "The one of the container with this name")
    PID = word("pid", "The one of the process with this number")


@element
class LxcShare(Element):
    """A namespace of the kernel that exists already and that the container joins instead of getting its own."""

    type: LxcShareType | None = attribute("How `value` names the namespace.")
    value: str | None = attribute(
        "Name of the network namespace or of the container, or number of the process.", searchable=True
    )


@element
class LxcNamespace(Element):
    """Namespaces of the kernel that a container shares with others; it gets its own where none is named.

    Since libvirt 1.2.19.
    """

    sharenet: LxcShare | None = child("Whose network devices, addresses and routes it sees.", xml="lxc:sharenet")
    shareipc: LxcShare | None = child("Whose shared memory, semaphores and queues it sees.", xml="lxc:shareipc")
    shareuts: LxcShare | None = child("Whose host name it has.", xml="lxc:shareuts")
