"""What lands in `extra`, and what can be found."""

import subprocess
import sys

import schema
from schema.node import node_id, parse_node_id
from schema.sizes import size_in_bytes

XML = """<domain type='kvm' unheard-of='1'><name>x</name><uuid>u</uuid><omen of='rain'/>
<devices><oracle model='delphi'/><emulator>/usr/bin/qemu</emulator>
<disk type='file'><driver cache='none' news='1'/><source file='/a'><seclabel odd='1'/></source>
<target dev='vda' bus='virtio'/><boot order='1' twice='2'/></disk>
<disk type='network'><source protocol='rbd' name='p/i'><host name='a'/><host name='b'/></source></disk>
</devices></domain>"""


def test_untyped_names_xml_paths() -> None:
    assert sorted(schema.untyped(schema.domain_from_xml(XML))) == [
        "domain/@unheard-of",
        "domain/devices/disk/boot/@twice",
        "domain/devices/disk/driver/@news",
        "domain/devices/disk/source/seclabel/@odd",
        "domain/devices/oracle",
        "domain/omen",
    ]


def test_names_in_a_namespace_are_told_apart() -> None:
    xml = """<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' xmlns:n='urn:news' n:at='1'>
    <qemu:novel/><n:os/><novel/><devices><n:disk/><disk n:glow='1'><n:target/></disk></devices></domain>"""
    assert sorted(schema.untyped(schema.domain_from_xml(xml))) == [
        "domain/@{urn:news}at",
        "domain/devices/disk/@{urn:news}glow",
        "domain/devices/disk/{urn:news}target",
        "domain/devices/{urn:news}disk",
        "domain/novel",
        "domain/qemu:novel",
        "domain/{urn:news}os",
    ]


def test_counts_are_the_same_in_whatever_order_the_pieces_come() -> None:
    pieces = [f"<omen{number % 7} of='{number}'/>" for number in range(20)]
    one = schema.untyped_counts(schema.domain_from_xml(f"<domain>{''.join(pieces)}</domain>"))
    other = schema.untyped_counts(schema.domain_from_xml(f"<domain>{''.join(reversed(pieces))}</domain>"))
    assert one == other
    assert [(counted["path"], counted["count"]) for counted in one][:2] == [("domain/omen0", 3), ("domain/omen1", 3)]
    assert sum(counted["count"] for counted in one) == 20


def test_the_share_counts_leaf_values_of_declared_kinds() -> None:
    shares = schema.typed_share(XML.encode(), schema.domain_from_xml(XML))
    assert {kind: (counts["total"], counts["untyped"]) for kind, counts in shares.items()} == {
        "domain": (2, 0),
        "emulator": (1, 0),
        "disk": (14, 3),
    }


def test_facets_hold_what_is_searchable_once() -> None:
    found = {(facet["p"], facet["v"]) for facet in schema.facets(schema.domain_from_xml(XML))}
    assert ("disks.driver.cache", "none") in found
    assert ("disks.target.bus", "virtio") in found
    assert ("disks.source.hosts.name", "b") in found
    assert ("domain.type", "kvm") in found
    assert len(found) == len(schema.facets(schema.domain_from_xml(XML)))


def test_every_process_has_the_same_hash_of_the_declarations() -> None:
    code = "import schema; print(schema.DECLARATIONS_HASH)"
    said = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert said == {schema.DECLARATIONS_HASH}


def test_sizes_follow_libvirts_units() -> None:
    units = {
        None: 1024,
        "b": 1,
        "bytes": 1,
        "KB": 1000,
        "k": 1024,
        "KiB": 1024,
        "mib": 1024**2,
        "GB": 10**9,
        "T": 2**40,
    }
    assert {unit: size_in_bytes(1, unit) for unit in units} == units
    assert size_in_bytes(1, "furlong") is None
    assert size_in_bytes(1, "") == 1024


def test_ids_are_opaque_and_come_back() -> None:
    opaque = node_id("Device", "host/ü", "disk/vda")
    assert parse_node_id(opaque) == ("Device", ("host/ü", "disk/vda"))
    for wrong in ("", "!", "abc", "e30", "WyJhIl0", "WzEsMl0", "ü"):
        assert parse_node_id(wrong) is None
