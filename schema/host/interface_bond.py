"""`<bond>` and `<vlan>` of a host's interface: interfaces that are built on others.

Source: libvirt's schema of host interfaces, and the Linux kernel's page on bonding.
"""

from enum import Enum

from ..element import Element, attribute, child, children, element
from ..network_parts import HardwareAddress, OperationalState
from ..scalars import word, words


@element
class PlainInterface(Element):
    """A network interface of the host by itself, such as a card that a bond is made of."""

    type: str | None = attribute("What it is: `ethernet`, `bridge`, `bond` or `vlan`.", searchable=True)
    name: str | None = attribute("Name of the interface on the host, such as `eth0`.", searchable=True)
    mac: HardwareAddress | None = child("Hardware address of the interface.")
    link_speed: int | None = attribute(
        "Speed of the link in megabits a second, 0 where none is plugged in; live only.", xml="speed", within="link"
    )
    link_state: OperationalState | None = attribute(
        "What the kernel says of the link; live only.", xml="state", within="link", searchable=True
    )


@words
class CarrierCheck(Enum):
    """How the bonding driver finds out whether a card has a link."""

    IOCTL = word("ioctl", "It asks the card's driver by the older MII and ethtool calls")
    NETIF = word("netif", "It takes the state that the card's driver keeps in the kernel")


@element
class MiiMonitor(Element):
    """A bond's watch over its cards that looks at the link of each."""

    freq: int | None = attribute("Milliseconds between two looks at a card.")
    downdelay: int | None = attribute("Milliseconds that a link must be gone before its card is no longer used.")
    updelay: int | None = attribute("Milliseconds that a link must be back before its card is used again.")
    carrier: CarrierCheck | None = attribute("How the state of a link is found out.")


@words
class ArpValidation(Enum):
    """Which cards of a bond must have received a proper answer to count as working."""

    NONE = word("none", "Any traffic counts as a sign of life, nothing is validated")
    ACTIVE = word("active", "Answers are validated on the card that is in use")
    BACKUP = word("backup", "Answers are validated on the cards that stand by")
    ALL = word("all", "Answers are validated on every card of the bond")


@element
class ArpMonitor(Element):
    """A bond's watch over its cards that asks a neighbour for signs of life by ARP."""

    interval: int | None = attribute("Milliseconds between two requests to the neighbour.")
    target: str | None = attribute("IPv4 address that is asked.", searchable=True)
    validate: ArpValidation | None = attribute("On which cards the answers are validated.")


@element
class Bond(Element):
    """Several network cards of the host that act as one."""

    mode: str | None = attribute(
        "How the cards share the work: `active-backup` uses one, the first listed if it can, and keeps the others for "
        "its failure; `balance-rr` takes turns, `balance-xor` chooses by address, `broadcast` sends through all, "
        "`802.3ad` follows LACP with the switch; `balance-tlb` spreads what is sent, `balance-alb` also what comes in.",
        searchable=True,
    )
    miimon: MiiMonitor | None = child("Watch over the links of the cards; instead of `arpmon`.")
    arpmon: ArpMonitor | None = child("Watch by asking a neighbour; instead of `miimon`.")
    interfaces: list[PlainInterface] | None = children("Network cards that the bond is made of.", xml="interface")


@element
class VlanDevice(Element):
    """One VLAN of another interface, which carries its packets with a tag."""

    tag: int | None = attribute("Number of the VLAN, 0 to 4095.", searchable=True)
    interface: str | None = attribute(
        "Name of the interface that carries the packets, such as `eth0`.",
        xml="name",
        within="interface",
        searchable=True,
    )


@element
class StackedInterface(PlainInterface):
    """A network interface of the host that may be built on others, such as one that a bridge joins."""

    bond: Bond | None = child("Of a bond, the network cards that act as one.")
    vlan: VlanDevice | None = child("Of a VLAN, its number and the interface that carries it.")


__all__ = ["StackedInterface"]
