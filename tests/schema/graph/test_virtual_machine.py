"""`VirtualMachine`: its definitions, its XML, and what becomes of XML that cannot be read."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from schema import domain_from_xml, domain_to_xml
from schema.node import node_id
from server.collector.inventory import Observation
from server.store.embedded import EmbeddedMongo
from tests.conftest import Say
from tests.schema.graph.api import Api, open_api
from tests.shared import corpus, difference, needs_corpus

LIVE = """<domain type='kvm' id='7'>
  <name>web</name><uuid>6f1c0000-0000-4000-8000-000000000001</uuid>
  <memory unit='KiB'>9007199254740993</memory>
  <currentMemory unit='b'>18446744073709551615</currentMemory>
  <maxMemory slots='4' unit='GiB'>9007199254740991</maxMemory>
  <omen of='rain'/>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <oracle model='delphi'/>
    <disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><readonly/></disk>
    <disk type='later' device='disk'><target dev='vdb' bus='virtio' tomorrow='x'/></disk>
    <interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/></interface>
  </devices>
</domain>"""
NEXT = """<domain type='kvm'><name>web</name><uuid>6f1c0000-0000-4000-8000-000000000001</uuid><devices>
  <disk type='file' device='disk'><source file='/b'/><target dev='vda' bus='virtio'/></disk></devices></domain>"""
BROKEN = "<domain><name>broken</name><devices></domain>"


@pytest.fixture(scope="module")
async def vms(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """A VM of each sort."""
    async with open_api(mongo.uri) as opened:
        await opened.inventory.vms_observed(
            "kvm",
            [
                Observation("web", "RUNNING", LIVE, NEXT),
                Observation("broken", "SHUTOFF", BROKEN),
                Observation("half", "RUNNING", NEXT.replace("web", "half"), BROKEN),
                Observation("silent", "UNKNOWN", "", error="Permission denied."),
                Observation("bare", "UNKNOWN", "<domain/>"),
            ],
        )
        yield opened


async def vm(api: Api, key: str, selection: str) -> Any:
    query = f"query($id: ID!) {{ vm(id: $id) {selection} }}"
    return (await api.data(query, id=node_id("VirtualMachine", f"kvm/{key}")))["vm"]


async def test_the_xml_of_a_vm_is_that_of_its_definition(vms: Api) -> None:
    assert (await vm(vms, "web", "{ xml }"))["xml"] == domain_to_xml(domain_from_xml(LIVE))
    assert (await vm(vms, "web", "{ persistentDefinition { xml } }"))["persistentDefinition"]["xml"] == domain_to_xml(
        domain_from_xml(NEXT)
    )


@needs_corpus
async def test_the_xml_of_libvirts_own_documents_comes_back(fleet: Api, say: Say) -> None:
    query = """query($after: String) { vms(first: 500, after: $after, filter: {host: {eq: "corpus"}}) {
        nodes { sourceKey xml devices { id xml } } pageInfo { endCursor } } }"""
    found = {one["sourceKey"]: one for one in (await fleet.data(query))["vms"]["nodes"]}
    paths = corpus()[::9]
    different = [path.name for path in paths if difference(path.read_bytes(), found[path.name]["xml"])]
    say(f"XML through the API: {len(paths) - len(different)} of {len(paths)} documents are the same")
    assert different == []
    assert len(found) == len(paths) > 200


async def test_the_xml_of_a_device(vms: Api) -> None:
    found = await vm(vms, "web", "{ devices { xml } }")
    assert [device["xml"].split("\n")[0] for device in found["devices"]] == [
        "<disk type='file' device='disk'>".replace("'", '"'),
        "<disk type='later' device='disk'>".replace("'", '"'),
        "<interface type='bridge'>".replace("'", '"'),
    ]
    assert difference(found["devices"][2]["xml"], LIVE[LIVE.index("<interface") : LIVE.index("</devices>")]) is None


async def test_unknown_xml_is_extra_where_it_stands(vms: Api) -> None:
    found = await vm(
        vms,
        "web",
        """{ emulator extra { path name value xml } domain { extra { name } }
             disks { type source { kind } target { extra { name value } } } }""",
    )
    assert found["emulator"] == "/usr/bin/qemu-system-x86_64"
    assert [(piece["path"], piece["name"]) for piece in found["extra"]] == [(None, "omen"), ("devices", "oracle")]
    assert found["extra"][1]["xml"] == '<oracle model="delphi"/>'
    assert found["domain"]["extra"] == [{"name": "omen"}]
    assert found["disks"][1] == {
        "type": "later", "source": None, "target": {"extra": [{"name": "tomorrow", "value": "x"}]},
    }  # fmt: skip


async def test_unknown_xml_among_the_devices_says_where_it_stands(api: Api) -> None:
    xml = "<domain><devices news='1'><emulator odd='2'>/a</emulator><emulator>/b</emulator></devices></domain>"
    await api.inventory.vms_observed("kvm", [Observation("a", "UNKNOWN", xml)])
    found = (await vm(api, "a", "{ extra { path name value xml } }"))["extra"]
    assert [(piece["path"], piece["name"], piece["value"] or piece["xml"]) for piece in found] == [
        ("devices", "news", "1"), ("devices/emulator", "odd", "2"), ("devices", "emulator", "<emulator>/b</emulator>"),
    ]  # fmt: skip


async def test_long_numbers(vms: Api) -> None:
    found = await vm(
        vms, "web", "{ domain { id memory { value bytes } currentMemory { value bytes } maxMemory { value bytes } } }"
    )
    assert found["domain"] == {
        "id": 7,
        "memory": {"value": "9007199254740993", "bytes": str(9007199254740993 * 1024)},
        "currentMemory": {"value": str(2**64 - 1), "bytes": str(2**64 - 1)},
        "maxMemory": {"value": 2**53 - 1, "bytes": str((2**53 - 1) * 2**30)},
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0018446744073709551616", "18446744073709551616"), ("+18446744073709551616", "18446744073709551616"),
     ("9223372036854775808", "9223372036854775808"), ("-9223372036854775809", "-9223372036854775809"),
     ("9223372036854775807", "9223372036854775807"), (" 12 ", 12)],
)  # fmt: skip
async def test_numbers_beyond_64_bits_keep_their_digits(api: Api, text: str, expected: Any) -> None:
    await api.inventory.vms_observed("kvm", [Observation("a", "UNKNOWN", f"<domain><memory>{text}</memory></domain>")])
    assert (await vm(api, "a", "{ domain { memory { value } } }"))["domain"]["memory"]["value"] == expected


async def test_enums_are_names_and_flags_booleans(vms: Api) -> None:
    found = await vm(vms, "web", "{ state disks { kind device readonly target { bus } } devices { kind } }")
    assert found["state"] == "RUNNING"
    assert found["disks"][0] == {"kind": "DISK", "device": "DISK", "readonly": True, "target": {"bus": "VIRTIO"}}
    assert [device["kind"] for device in found["devices"]] == ["DISK", "DISK", "INTERFACE"]


async def test_devices_of_some_kinds(vms: Api) -> None:
    found = await vm(
        vms,
        "web",
        """{ a: devices(kinds: [INTERFACE]) { kind } b: devices(kinds: []) { kind } c: devices(kinds: null) { kind }
             d: devices(kinds: [RNG, DISK]) { kind } }""",
    )
    assert [len(found[alias]) for alias in "abcd"] == [1, 0, 3, 2]


async def test_xml_that_cannot_be_read_is_shown_as_it_came(vms: Api) -> None:
    found = await vm(
        vms, "broken", "{ name error xml domain { type } devices { id } disks { id } extra { name } emulator }"
    )
    assert found.pop("error").startswith("the XML is malformed: mismatched tag")
    assert found == {
        "name": "broken", "xml": BROKEN, "domain": None, "devices": [], "disks": [], "extra": [], "emulator": None,
    }  # fmt: skip


async def test_xml_that_did_not_come(vms: Api) -> None:
    found = await vm(vms, "silent", "{ name error xml devices { id } }")
    assert found == {"name": "silent", "error": "Permission denied.", "xml": None, "devices": []}


async def test_a_domain_that_says_nothing(vms: Api) -> None:
    found = await vm(
        vms,
        "bare",
        """{ name uuid error xml domain { type extra { name } } devices { id } extra { name }
             persistentDefinition { name } }""",
    )
    assert found == {
        "name": None, "uuid": None, "error": None, "xml": "<domain/>\n", "domain": {"type": None, "extra": []},
        "devices": [], "extra": [], "persistentDefinition": None,
    }  # fmt: skip


async def test_a_persistent_definition_that_cannot_be_read(vms: Api) -> None:
    found = await vm(vms, "half", "{ error persistentDefinition { error xml domain { type } devices { id } } }")
    assert found["error"] is None
    assert found["persistentDefinition"].pop("error").startswith("the XML is malformed: mismatched tag")
    assert found["persistentDefinition"] == {"xml": BROKEN, "domain": None, "devices": []}


async def test_a_host_that_nobody_knows_any_more(vms: Api) -> None:
    found = await vm(vms, "web", "{ host { id name state uri } }")
    assert found["host"] == {"id": node_id("Host", "kvm"), "name": "kvm", "state": "DISCONNECTED", "uri": None}
