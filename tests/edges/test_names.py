"""Names that different documents spell differently."""

from typing import Any

import pytest

import schema
from schema.edges.keys import endpoint, numbers, path
from schema.edges.sources import located, network_volume
from schema.edges.words import Name


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("0-3,^2", ["0", "1", "3"]),
        ("1", ["1"]),
        (" 2 , 1", ["1", "2"]),
        ("3-1", []),
        ("all", []),
        ("", []),
        ("1022-99999", ["1022", "1023"]),
        ("5000", []),
    ],
)
def test_sets_of_numbers(text: str, members: list[str]) -> None:
    assert list(numbers(text)) == members


def test_paths() -> None:
    assert path("//var/./lib//a.img/") == "/var/lib/a.img"
    assert path("[ds] a//b.vmdk") == "[ds] a//b.vmdk"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nbd://Server/export", ("nbd://server:10809/export", "FLEET", "network-volume")),
        ("rbd:vms/web", None),
        ("vms/web", None),
        ("gluster://[fd00::1]:24008/vol/a", ("gluster://[fd00::1]:24008/vol/a", "FLEET", "network-volume")),
        ("http://host:port/a", None),
        ("http://[a/b", None),
        ("/a//b", ("/a/b", None, "path")),
    ],
)
def test_locations(text: str, name: Any) -> None:
    found = located(text)
    if name is None:
        assert found is None
    else:
        assert isinstance(found, Name)
        assert found.space is not None
        assert (found.value, found.scope, found.space.name) == name


def test_a_server_that_is_the_host_itself_means_another_one_elsewhere() -> None:
    assert network_volume("nbd", [{"name": "127.0.0.1"}], "a") == network_volume("nbd", [{"name": "LOCALHOST"}], "a")
    assert network_volume("nbd", [{"name": "::1", "port": 1}], "a").scope == "HOST"
    assert network_volume("nbd", [{"name": "10.0.0.1"}], "a").scope == "FLEET"
    assert network_volume("rbd", [], "pool/a").scope == "HOST"


def test_the_layers_of_a_chain_keep_their_order_whatever_they_are() -> None:
    layers = (
        "<source file='/top'/><backingStore type='network'><source protocol='nbd'><host name='n'/></source>"
        "<backingStore type='file'><source file='/b'/><backingStore type='block'><source dev='/dev/a'/>"
        "<backingStore type='volume'><source pool='p' volume='v'/><backingStore/></backingStore></backingStore>"
        "</backingStore></backingStore>"
    )
    definition = schema.domain_from_xml(
        f"<domain><devices><disk type='file'>{layers}<target dev='vda'/></disk></devices></domain>"
    )
    assert [(one["role"], one["key"]) for one in schema.attachments(definition, "h")] == [
        ("disk-file", "path|h|/top"),
        ("backing-chain", "network-volume||nbd://n:10809/"),
        ("backing-chain", "path|h|/b"),
        ("backing-chain", "path|h|/dev/a"),
        ("backing-chain", "volume|h|p/v"),
    ]


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("<interface type='network'><source network='lan' portid='1' bridge='virbr0'/></interface>",
         ["if-network", "if-networkport", "if-bridge"]),
        ("<interface type='direct'><source network='lan' dev='eth0' mode='vepa'/></interface>",
         ["if-network", "if-direct"]),
        ("<interface type='vds'><source switchid='s' portid='1'/></interface>", ["if-vds"]),
        ("<interface type='bridge'><target dev='vnet%d'/></interface>", []),
        ("<graphics type='vnc' port='-1' autoport='yes'/>", []),
        ("<graphics type='spice' port='5900'><listen type='network' network='lan'/></graphics>", ["gfx-listen"]),
        ("<graphics type='vnc' port='5900'><listen type='none'/></graphics>", []),
        ("<serial type='pty'><source path='/dev/pts/3'/></serial>", []),
    ],
)  # fmt: skip
def test_what_live_and_unsettled_devices_name(text: str, roles: list[str]) -> None:
    """A running VM names its network before what that led to; what libvirt is still to choose has no name."""
    definition = schema.domain_from_xml(f"<domain><devices>{text}</devices></domain>")
    assert [one["role"] for one in schema.attachments(definition, "h")] == roles


def test_of_ports_the_protocol_and_the_hosts_own_addresses_count() -> None:
    assert endpoint("0.0.0.0", 5900) == endpoint("127.0.0.1", "5900") == Name(":5900")
    assert endpoint("0.0.0.0", 5900, "udp") == Name(":5900/udp")
    assert endpoint("[2001:DB8::1]", 5900) == endpoint("2001:db8::1", 5900) == Name("[2001:db8::1]:5900", "FLEET")
    assert endpoint("192.0.2.1", -1) is None
