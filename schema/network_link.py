"""`<link>`: what a network card of the host says of its cable, which node devices and host interfaces report."""

from enum import Enum

from .element import Element, attribute, element
from .scalars import word, words


@words
class NetworkLinkState(Enum):
    """Whether a network interface of the host can pass packets, as the kernel puts it (RFC 2863)."""

    UNKNOWN = word("unknown", "The driver does not tell the state of its link")
    NOT_PRESENT = word("notpresent", "A part is missing, as hardware that was pulled out")
    DOWN = word("down", "No packets pass, for instance because no cable is plugged in")
    LOWER_LAYER_DOWN = word("lowerlayerdown", "An interface that this one is built on is down")
    TESTING = word("testing", "The interface is being tested and passes no packets")
    DORMANT = word("dormant", "The interface waits for something outside, such as a login to the network")
    UP = word("up", "The link is there and packets pass")


@element
class NetworkLink(Element):
    """The state of the cable or radio link behind a network interface of the host; reported, never set."""

    speed: int | None = attribute("Speed of the link in megabits per second, such as 1000; only while it is up.")
    state: NetworkLinkState | None = attribute("Whether packets can pass.")
