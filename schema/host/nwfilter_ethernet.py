"""What rules of a network filter say of Ethernet frames, and of protocols that go without IP.

Source: libvirt's network filter XML format, "Supported protocols".
"""

from typing import Annotated

from ..element import Element, attribute, element
from ..scalars import NumberOrText, NumberOrVariable, NumberOrWord, TrueFalse, YesNo

EtherType = Annotated[NumberOrText, NumberOrWord(bits=64, words=("arp", "rarp", "ipv4", "ipv6", "vlan"))]

_OPCODES = (
    "request", "reply", "request_reverse", "reply_reverse", "drarp_request", "drarp_reply", "drarp_error",
    "inarp_request", "arp_nak",
)  # fmt: skip
ArpOpcode = Annotated[NumberOrText, NumberOrWord(bits=64, words=_OPCODES)]


@element
class FilterMatch(Element):
    """Conditions on a packet: every value that is given must match."""

    match: YesNo | None = attribute(
        "Whether packets must have these values; `false`: none of them, masks aside. They must where it is missing."
    )
    comment: str | None = attribute("Note for people, up to 256 characters, shown by the firewall.", since="0.8.5")
    source_mac: str | None = attribute(
        "Hardware address of the sender, or a variable, nearly always `$MAC`.", xml="srcmacaddr"
    )


@element
class SenderMatch(FilterMatch):
    """Conditions on a frame and the hardware address that sent it."""

    source_mac_mask: str | None = attribute(
        "Bits of the sender's hardware address that count, such as `ff:ff:ff:00:00:00`.", xml="srcmacmask"
    )


@element
class FrameMatch(SenderMatch):
    """Conditions on a frame and the hardware addresses of both its ends."""

    destination_mac: str | None = attribute("Hardware address that the frame is for, or a variable.", xml="dstmacaddr")
    destination_mac_mask: str | None = attribute(
        "Bits of that hardware address that count, such as `ff:ff:ff:00:00:00`.", xml="dstmacmask"
    )


@element
class MacMatch(FrameMatch):
    """Conditions on an Ethernet frame, whatever it carries."""

    protocol_id: EtherType | None = attribute(
        "Protocol that the frame carries: its EtherType, from 1536, or `arp`, `rarp`, `ipv4`, `ipv6`, `vlan`, or a "
        "variable.",
        xml="protocolid",
    )


@element
class VlanMatch(FrameMatch):
    """Conditions on an Ethernet frame that is tagged with a VLAN (802.1Q)."""

    vlan_id: NumberOrVariable | None = attribute("Number of the VLAN, 0 to 4095, or a variable.", xml="vlanid")
    encapsulated_protocol: EtherType | None = attribute(
        "Protocol that the frame carries behind the tag: its EtherType, or `arp`, `ipv4`, `ipv6` and so on, or a "
        "variable.",
        xml="encap-protocol",
    )


@element
class StpMatch(SenderMatch):
    """Conditions on a message between bridges (BPDU of the spanning tree protocol).

    Of values with an end, the first alone stands for itself, both for a range.
    """

    bpdu_type: NumberOrVariable | None = attribute("Kind of message, 0 to 255: 0 is a configuration.", xml="type")
    bpdu_flags: NumberOrVariable | None = attribute("Flags of the message, as a number up to 255.", xml="flags")
    root_priority: NumberOrVariable | None = attribute("Priority of the root bridge, up to 65535.", xml="root-priority")
    root_priority_end: NumberOrVariable | None = attribute(
        "Last priority of the root bridge in the range.", xml="root-priority-hi"
    )
    root_address: str | None = attribute("Hardware address of the root bridge, or a variable.", xml="root-address")
    root_address_mask: str | None = attribute(
        "Bits of the root bridge's hardware address that count.", xml="root-address-mask"
    )
    root_cost: NumberOrVariable | None = attribute("Cost of the path to the root, of 32 bits.", xml="root-cost")
    root_cost_end: NumberOrVariable | None = attribute(
        "Last cost of the path to the root in the range.", xml="root-cost-hi"
    )
    sender_priority: NumberOrVariable | None = attribute(
        "Priority of the bridge that sent the message, up to 65535.", xml="sender-priority"
    )
    sender_priority_end: NumberOrVariable | None = attribute(
        "Last priority of the sending bridge in the range.", xml="sender-priority-hi"
    )
    sender_address: str | None = attribute(
        "Hardware address of the bridge that sent the message, as the message has it.", xml="sender-address"
    )
    sender_address_mask: str | None = attribute(
        "Bits of the sending bridge's hardware address that count.", xml="sender-address-mask"
    )
    port: NumberOrVariable | None = attribute("Number of the bridge's port that the message left by, up to 65535.")
    port_end: NumberOrVariable | None = attribute("Last number of the bridge's port in the range.", xml="port-hi")
    age: NumberOrVariable | None = attribute("Age of the message in 256ths of a second, up to 65535.")
    age_end: NumberOrVariable | None = attribute("Last age of the message in the range.", xml="age-hi")
    max_age: NumberOrVariable | None = attribute(
        "Age in 256ths of a second at which messages are forgotten, up to 65535.", xml="max-age"
    )
    max_age_end: NumberOrVariable | None = attribute(
        "Last age at which messages are forgotten, in the range.", xml="max-age-hi"
    )
    hello_time: NumberOrVariable | None = attribute(
        "Time between messages of the root in 256ths of a second, up to 65535.", xml="hello-time"
    )
    hello_time_end: NumberOrVariable | None = attribute(
        "Last time between messages of the root, in the range.", xml="hello-time-hi"
    )
    forward_delay: NumberOrVariable | None = attribute(
        "Time that a port waits before it forwards, in 256ths of a second, up to 65535.", xml="forward-delay"
    )
    forward_delay_end: NumberOrVariable | None = attribute(
        "Last time that a port waits before it forwards, in the range.", xml="forward-delay-hi"
    )


@element
class ArpMatch(FrameMatch):
    """Conditions on a packet of ARP or RARP, which map IP addresses to hardware addresses and back."""

    hardware_type: NumberOrVariable | None = attribute("Kind of hardware address: 1 is Ethernet.", xml="hwtype")
    protocol_type: NumberOrVariable | None = attribute(
        "Protocol of the other address, by its EtherType: 0x800 is IPv4.", xml="protocoltype"
    )
    opcode: ArpOpcode | None = attribute(
        "What the packet is: its number, such as 1 for a request, or `Request`, `Reply`, `Request_Reverse`, "
        "`Reply_Reverse`, `DRARP_Request`, `DRARP_Reply`, `DRARP_Error`, `InARP_Request` or `ARP_NAK`, or a variable."
    )
    arp_source_mac: str | None = attribute("Sender's hardware address inside the packet.", xml="arpsrcmacaddr")
    arp_destination_mac: str | None = attribute("Target's hardware address inside the packet.", xml="arpdstmacaddr")
    arp_source_address: str | None = attribute(
        "Sender's IPv4 address inside the packet, or a variable, nearly always `$IP`.", xml="arpsrcipaddr"
    )
    arp_source_mask: str | None = attribute(
        "Bits of the sender's IPv4 address that count: a netmask, or their number.", xml="arpsrcipmask", since="1.2.3"
    )
    arp_destination_address: str | None = attribute(
        "Target's IPv4 address inside the packet, or a variable.", xml="arpdstipaddr"
    )
    arp_destination_mask: str | None = attribute(
        "Bits of the target's IPv4 address that count: a netmask, or their number.", xml="arpdstipmask", since="1.2.3"
    )
    gratuitous: TrueFalse | None = attribute(
        "Whether the packet announces an address that nobody asked for, from and to the same one.", since="0.9.2"
    )
