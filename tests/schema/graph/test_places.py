"""The search for the XML's values in an answer finds what is wrong there: exactly that, wherever it is."""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from graphql import GraphQLSchema
from lxml import etree

from schema.element import Document
from server.collector.inventory import Observation
from server.store.embedded import EmbeddedMongo
from tests.conftest import Say
from tests.schema.graph.api import open_api, pages
from tests.schema.graph.places import Piece, Place, leaves, missing, places, surplus, whole
from tests.schema.graph.selections import full_depth

XML = """<domain type='kvm' id='7' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' xmlns:x='urn:x' x:mark='1'>
  <name>web</name><uuid>6f1c0000-0000-4000-8000-000000000001</uuid>
  <metadata><x:notes by='ann'>first <!-- aside --> words<x:more>second</x:more></x:notes><x:empty/></metadata>
  <memory unit='b'>18446744073709551615</memory><vcpu current='two'>4</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type><boot dev='hd'/><boot dev='network'/></os>
  <features><acpi/><apic eoi='on'/></features><omen of='rain'><sky>grey</sky></omen><omen of='sun'/>
  <devices news='1'>
    <emulator odd='2'>/usr/bin/qemu</emulator><oracle model='delphi'/>
    <disk type='network' device='disk'>
      <driver name='qemu' type='qcow2' queues='0x4'/><boot order='2' twice='3'/>
      <source protocol='rbd' name='p/i'><host name='a' port='6789'/><host name='b'/></source>
      <backingStore type='file'><format type='raw'/><source file='/b'/>
        <backingStore type='block' moon='full'><source dev='/dev/c'/><backingStore/></backingStore></backingStore>
      <target dev='vda' bus='virtio'/><readonly/><serial>  WD-1</serial>
      <address type='pci' domain='0x0000' bus='0x0A' slot='010' function='7'/>
    </disk>
    <disk type='later' device='cdrom'><source cloud='9'/><target dev='sda'/><address type='moon' phase='new'/></disk>
    <interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/><model type='e1000'/></interface>
    <sound model='ich9'><codec type='micro'/><codec type='duplex'/></sound>
    <graphics type='vnc' port='-1' autoport='yes'><listen type='address' address='::1'/><listen type='none'/></graphics>
    <seclabel/>
  </devices>
  <seclabel type='dynamic' model='dac'><label>0:0</label></seclabel><seclabel type='none' model='selinux'/>
  <qemu:commandline><qemu:arg value='-a'/><qemu:arg value='-b'/><qemu:env name='E' value=''/></qemu:commandline>
</domain>"""

Step = str | int


@pytest.fixture(scope="module")
async def answer(mongo: EmbeddedMongo, graphql_schema: GraphQLSchema) -> Document:
    """The full-depth answer for the document."""
    async with open_api(mongo.uri) as api:
        await api.inventory.vms_observed("kvm", [Observation("web", "RUNNING", XML)])
        (page,) = [page async for page in pages(api, full_depth(graphql_schema), "kvm")]
    return whole(page["web"])


@pytest.fixture(scope="module")
def wanted(graphql_schema: GraphQLSchema) -> list[Place]:
    """The places of all that the document says."""
    return list(places(graphql_schema, etree.fromstring(XML)))


def found_missing(wanted: list[Place], answer: Document) -> list[str]:
    """The attributes and texts that are not where they should be."""
    return [one.place.xml for one in missing(wanted, answer) if one.place.text is not None]


def values(answer: Any, way: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Every single value of an answer with the way to it."""
    if isinstance(answer, dict | list):
        for step, inner in answer.items() if isinstance(answer, dict) else enumerate(answer):
            yield from values(inner, (*way, step))
    elif answer is not None:
        yield way, answer


def with_other(answer: Document, way: tuple[Step, ...], value: Any) -> Document:
    """The answer with another value in one place."""
    other = deepcopy(answer)
    home: Any = other
    for step in way[:-1]:
        home = home[step]
    home[way[-1]] = value
    return other


def at(answer: Any, *way: Step) -> Any:
    for step in way:
        answer = answer[step]
    return answer


def test_every_value_has_one_place(wanted: list[Place]) -> None:
    root = etree.fromstring(XML)
    of_values = [place for place in wanted if place.text is not None]
    assert Counter((place.xml, place.text) for place in of_values) == Counter(leaves(root))
    assert len(of_values) > 75
    assert len({(place.way, place.inside) for place in of_values}) == len(of_values)


def test_all_is_there(wanted: list[Place], answer: Document) -> None:
    assert list(map(str, missing(wanted, answer))) == []
    assert surplus(wanted, answer) == []


@pytest.mark.parametrize(
    ("way", "value", "xml"),
    [
        (("name",), "wob", "/domain/name/text()"),
        (("memory", "value"), 2**64 - 1, "/domain/memory/text()"),
        (("memory", "value"), "18446744073709551614", "/domain/memory/text()"),
        (("devices", "disks", 0, "address", "bus"), 11, "/domain/devices/disk[1]/address/@bus"),
        (("devices", "disks", 0, "address", "slot"), 10, "/domain/devices/disk[1]/address/@slot"),
        (("devices", "disks", 0, "address", "domain"), False, "/domain/devices/disk[1]/address/@domain"),
        (("devices", "disks", 0, "device"), "disk", "/domain/devices/disk[1]/@device"),
        (("devices", "disks", 0, "serial"), "WD-1", "/domain/devices/disk[1]/serial/text()"),
        (("devices", "disks", 0, "backingStores", 1, "source", "dev"), "/b",
         "/domain/devices/disk[1]/backingStore/backingStore/source/@dev"),
        (("devices", "disks", 1, "address", "type"), "sun", "/domain/devices/disk[2]/address/@type"),
        (("devices", "graphics", 0, "autoport"), "yes", "/domain/devices/graphics/@autoport"),
        (("devices", "extra", 0, "value"), "2", "/domain/devices/@news"),
        (("qemuCommandline", "environment", 0, "value"), None, "/domain/qemu:commandline/qemu:env/@value"),
    ],
)  # fmt: skip
def test_one_other_value_is_found(
    wanted: list[Place], answer: Document, way: tuple[Step, ...], value: Any, xml: str
) -> None:
    assert found_missing(wanted, with_other(answer, way, value)) == [xml]


def test_each_value_counts(wanted: list[Place], answer: Document, say: Say) -> None:
    """Whatever is taken away or changed is found, if it came from the XML, and nothing beside it."""
    texts = {place.xml for place in wanted if place.text is not None and not place.inside}
    noticed = {"taken away": set[str](), "changed": set[str]()}
    for way, value in values(answer):
        if way[-1] in ("path", "name", "namespace", "xml") and "extra" in way:
            continue  # the address of a piece, not a value
        other = "-changed" if isinstance(value, str) else not value if isinstance(value, bool) else -value - 3
        for how, changed in (("taken away", None), ("changed", other)):
            found = [xml for xml in found_missing(wanted, with_other(answer, way, changed)) if xml in texts]
            assert len(found) <= 1, (way, how, found)
            noticed[how].update(found)
    say(f"each taken away and changed, and found missing: {len(texts)} values")
    assert noticed == {"taken away": texts, "changed": texts}
    assert len(texts) > 70


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (("devices", "disks"), None),
        (("os", "boots"), ["/domain/os/boot[1]/@dev", "/domain/os/boot[2]/@dev"]),
        (("qemuCommandline", "arguments"), ["/qemu:arg[1]/@value", "/qemu:arg[2]/@value"]),
        (("devices", "disks", 0, "source", "hosts"), ["/host[1]/@name", "/host[1]/@port", "/host[2]/@name"]),
        (("devices", "sounds", 0, "codecs"), ["/codec[1]/@type", "/codec[2]/@type"]),
        (("devices", "graphics", 0, "listens"), ["/listen[1]/@type", "/listen[1]/@address", "/listen[2]/@type"]),
        (("metadata",), ["/x:notes/@by", "/x:notes/text()", "/x:notes/x:more/text()"]),
    ],
)
def test_entries_in_the_wrong_order_are_found(
    wanted: list[Place], answer: Document, way: tuple[Step, ...], expected: list[str] | None
) -> None:
    one, other, *rest = at(answer, *way)
    swapped = found_missing(wanted, with_other(answer, way, [other, one, *rest]))
    if expected is None:
        assert len(swapped) > 20
        assert all(xml.startswith("/domain/devices/disk[") for xml in swapped)
    else:
        assert len(swapped) == len(expected)
        assert all(xml.endswith(end) for xml, end in zip(swapped, expected, strict=True))


def test_pieces_of_one_name_in_the_wrong_order_are_found(wanted: list[Place], answer: Document) -> None:
    pieces = answer["extra"]
    swapped = with_other(answer, ("extra",), [*reversed(pieces)])
    assert found_missing(wanted, swapped) == [
        "/domain/omen[1]/@of", "/domain/omen[1]/sky/text()", "/domain/omen[2]/@of",
    ]  # fmt: skip


def test_what_is_elsewhere_is_missing(wanted: list[Place], answer: Document) -> None:
    """A value that some other field of the same object has is not where it should be."""
    moved = with_other(answer, ("devices", "disks", 0, "wwn"), answer["devices"]["disks"][0]["serial"])
    moved = with_other(moved, ("devices", "disks", 0, "serial"), None)
    assert found_missing(wanted, moved) == ["/domain/devices/disk[1]/serial/text()"]
    assert surplus(wanted, moved) == [("devices", "disks", 0, "wwn")]


def test_elements_without_values_are_missed(wanted: list[Place], answer: Document) -> None:
    """Flags, empty objects, variants of another shape, lists that are too short."""
    for way, value, xml in (
        (("devices", "disks", 0, "readonly"), None, "/domain/devices/disk[1]/readonly"),
        (("features", "acpi"), False, "/domain/features/acpi"),
        (("devices", "disks", 0, "backingStores", 2), None,
         "/domain/devices/disk[1]/backingStore/backingStore/backingStore"),
        (("devices", "disks", 0, "source", "__typename"), "FileDiskSource", "/domain/devices/disk[1]/source"),
        (("devices", "disks", 0, "source", "kind"), "file", "/domain/devices/disk[1]/source"),
    ):  # fmt: skip
        found = list(missing(wanted, with_other(answer, way, value)))
        assert [one.place.xml for one in found] == [xml]


def test_what_the_xml_does_not_say_is_found(wanted: list[Place], answer: Document) -> None:
    for way, value in (
        (("devices", "disks", 0, "shareable"), True),
        (("devices", "disks", 0, "source", "tls"), False),
        (("title",), ""),
    ):
        assert surplus(wanted, with_other(answer, way, value)) == [way]
    twice = with_other(answer, ("devices", "sounds"), answer["devices"]["sounds"] * 2)
    again: tuple[Step, ...] = ("devices", "sounds", 1)
    assert sorted(map(str, surplus(wanted, twice))) == sorted(
        map(str, [again, (*again, "model"), *((*again, "codecs", n) for n in (0, 1)),
                  *((*again, "codecs", n, "type") for n in (0, 1))])
    )  # fmt: skip
    thrice = with_other(answer, ("extra",), [*answer["extra"], answer["extra"][-1]])
    assert surplus(wanted, thrice) == [(Piece(None, "omen", None, "xml", 2),)]


def test_a_missing_value_says_where(wanted: list[Place], answer: Document) -> None:
    (one,) = missing(wanted, with_other(answer, ("name",), "wob"))
    assert str(one) == "/domain/name/text() 'web': name is 'wob', not 'web'"
