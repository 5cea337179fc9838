"""`schema.devices.interface`: network interfaces."""

from typing import Any

import pytest

import schema
from schema.interface_source import nic_text
from tests.schema.devices import described

MAC = "<mac address='52:54:00:00:00:01'/>"


def interface(xml: str) -> dict[str, Any]:
    """The document of one interface."""
    (device,) = schema.devices_of(schema.domain_from_xml(f"<domain><devices>{xml}</devices></domain>"))
    return device


@pytest.mark.parametrize(
    ("xml", "summary"),
    [
        (
            f"<interface type='network'>{MAC}<source network='default' bridge='virbr0'/><target dev='vnet3'/>"
            "<model type='virtio'/><link state='down'/></interface>",
            "52:54:00:00:00:01, virtio NIC, network default, vnet3, link down",
        ),
        (
            f"<interface type='bridge'>{MAC}<source bridge='br0'/><model type='e1000e'/><link state='up'/></interface>",
            "52:54:00:00:00:01, e1000e NIC, bridge br0",
        ),
        ("<interface type='direct'><source dev='eth0' mode='vepa'/></interface>", "direct eth0"),
        ("<interface type='vdpa'><source dev='/dev/vhost-vdpa-0'/></interface>", "vdpa /dev/vhost-vdpa-0"),
        (
            "<interface type='hostdev'><source><address type='pci' domain='0' bus='0x04' slot='0x10' function='0x2'/>"
            "</source></interface>",
            "hostdev 0000:04:10.2",
        ),
        ("<interface type='vhostuser'><source path='/run/ovs.sock'/></interface>", "vhostuser /run/ovs.sock"),
        ("<interface type='vhostuser'><backend type='passt'/></interface>", "vhostuser passt"),
        ("<interface type='vhostuser'><backend type='passt'/><source dev='eth0'/></interface>", "vhostuser passt eth0"),
        ("<interface type='user'><backend type='passt'/><source dev='eth0'/></interface>", "user passt eth0"),
        ("<interface type='user'><backend type='default'/></interface>", "user"),
        ("<interface type='mcast'><source address='230.0.0.1' port='5558'/></interface>", "mcast 230.0.0.1:5558"),
        ("<interface type='server'><source port='5558'/></interface>", "server :5558"),
        ("<interface type='internal'><source name='lab'/></interface>", "internal lab"),
        ("<interface type='vds'><source switchid='9d5e' portid='6'/></interface>", "vds 9d5e"),
        ("<interface type='ethernet'><target dev='tap1'/></interface>", "ethernet, tap1"),
        ("<interface type='null'/>", "null"),
        ("<interface/>", "interface"),
    ],
)
def test_an_interface_says_who_it_is_and_where_it_leads(xml: str, summary: str) -> None:
    assert described(xml) == summary


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ({"type": "pci", "domain": 0, "bus": 4, "slot": 16, "function": 2}, "0000:04:10.2"),
        ({"type": "usb", "bus": 3, "device": 4}, "003:004"),
        ({"bus": 3, "port": "1.2"}, "3-1.2"),
    ],
)
def test_a_card_has_the_address_that_tools_of_the_host_print(address: dict[str, Any], text: str) -> None:
    assert nic_text(address) == text


def test_a_card_on_usb_is_named_by_what_it_is_and_where_it_is_plugged() -> None:
    found = interface(
        "<interface type='hostdev'><source missing='yes'><vendor id='0x0b95'/><product id='0x1790'/>"
        "<address bus='003' device='0x04'/></source></interface>"
    )
    assert found["source"] == {
        "kind": "hostdev",
        "missing": True,
        "vendor": 0x0B95,
        "product": 0x1790,
        "address": {"bus": 3, "device": 4, "spelling": {"bus": "003", "device": "0x04"}},
    }


def test_a_port_profile_reads_numbers_in_any_base() -> None:
    found = interface(
        "<interface type='direct'><virtualport type='802.1Qbg'>"
        "<parameters managerid='11' typeid='0x123457' typeidversion='2'/></virtualport></interface>"
    )
    assert found["virtualport"] == {
        "type": "802.1Qbg",
        "managerid": 11,
        "typeid": 0x123457,
        "typeidversion": 2,
        "spelling": {"typeid": "0x123457"},
    }


def test_a_default_route_needs_no_address() -> None:
    found = interface("<interface type='user'><route gateway='10.30.0.1' metric='4294967295'/></interface>")
    assert found["routes"] == [{"gateway": "10.30.0.1", "metric": 2**32 - 1}]


def test_the_other_end_of_a_tunnel_and_this_one_are_told_apart() -> None:
    found = interface(
        "<interface type='udp'><source address='127.0.0.1' port='11115'><local address='127.0.0.2' port='11116'/>"
        "</source></interface>"
    )
    assert found["source"] == {
        "kind": "udp",
        "ipAddress": "127.0.0.1",
        "port": 11115,
        "localAddress": "127.0.0.2",
        "localPort": 11116,
    }
