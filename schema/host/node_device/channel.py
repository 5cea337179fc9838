"""`<capability type='ccw'>` and the like: devices of s390's channel subsystem.

Source: libvirt's node device XML format, "ccw" and "css".
"""

from enum import Enum

import strawberry

from ...element import (
    Document,
    Element,
    attribute,
    child,
    children,
    derived,
    element,
    shape,
    text,
    text_child,
    variants,
)
from ...scalars import Hex1, Hex4, word, words
from .capability import NodeDeviceCapability, NodeDeviceSubcapability


@element
class ChannelAddress(Element):
    """Where a device is in the channel subsystem of an s390 host."""

    @derived("The address as `lscss` prints it, such as `0.0.0815`; null where it has no parts.")
    def text(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        parts = ("cssid", "ssid", "devno")
        cssid, ssid, devno = (int(document.get(part, 0)) for part in parts)
        return f"{cssid:x}.{ssid:x}.{devno:04x}" if any(part in document for part in parts) else None

    cssid: Hex1 | None = text_child("Channel subsystem, 0 to 254; 0 for what Linux sees on most machines.")
    ssid: Hex1 | None = text_child("Subchannel set in that channel subsystem, 0 to 3.")
    devno: Hex4 | None = text_child("Number of the device or subchannel in that set, 0 to 65535.", searchable=True)


@words
class ChannelDeviceState(Enum):
    """Whether Linux may use a channel device."""

    ONLINE = word("online", "The device is switched on and its driver uses it")
    OFFLINE = word("offline", "The device is known and switched off")


@shape("ccw")
class CcwCapability(NodeDeviceCapability, ChannelAddress):
    """A channel device of s390, driven by channel command words: a disk (DASD), a part of a network card."""

    state: ChannelDeviceState | None = text_child("Whether the host has the device switched on.")
    capabilities: list[NodeDeviceSubcapability] | None = variants(
        "The group that the device is a part of, if it is in one.", xml="capability"
    )


@shape("ccwgroup_member")
class CcwGroupMemberCapability(NodeDeviceSubcapability):
    """It is part of a group of channel devices that work as one."""

    group_device: str | None = text_child(
        "Name of the node device that is the group, such as `ccwgroup_0_0_bd00`.",
        xml="group_device",
        searchable=True,
    )


@element
class CcwGroupMember(Element):
    """A channel device that is part of a group."""

    ref: str | None = attribute("Its part in the group, such as `cdev0` or `cdev1`.")
    name: str | None = text("Name of its node device, such as `ccw_0_0_bd00`.", searchable=True)


@shape("ccwgroup")
class CcwGroupCapability(NodeDeviceCapability, ChannelAddress):
    """Channel devices of s390 that work as one, as the three of a network card do."""

    state: ChannelDeviceState | None = text_child("Whether the host has the group switched on.")
    members: list[CcwGroupMember] | None = children(
        "The devices that make up the group.", xml="ccw_device", within="members"
    )
    capabilities: list[NodeDeviceSubcapability] | None = variants(
        "What the group is together, such as a network card.", xml="capability"
    )


@shape("qeth_generic", "qeth_layer2", "qeth_layer3")
class QethCapability(NodeDeviceSubcapability):
    """It is an OSA or HiperSockets network card of s390, for frames (layer 2), IP (layer 3) or either (generic)."""

    card_type: str | None = text_child("Model of the card, such as `OSD_10GIG`.", xml="card_type", searchable=True)
    chpid: str | None = text_child("Identifier of the channel path to the card, two hexadecimal digits.")


@shape("css")
class CssCapability(NodeDeviceCapability, ChannelAddress):
    """A subchannel of s390's channel subsystem: the way to a channel device."""

    channel_device_address: ChannelAddress | None = child(
        "The channel device at its end, which a guest would see.", xml="channel_dev_addr"
    )
    capabilities: list[NodeDeviceSubcapability] | None = variants(
        "Types of mediated devices that the subchannel can become.", xml="capability", since="6.10.0"
    )
