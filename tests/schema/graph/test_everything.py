"""The one query for everything, over all of libvirt's own documents: what the XML says is in the answer."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLObjectType, GraphQLSchema
from lxml import etree

from schema.devices import DEVICES
from tests.schema.graph.api import Api
from tests.schema.graph.selections import EDGES, everything
from tests.shared import CORPUS, corpus, needs_corpus

pytestmark = needs_corpus

_PAGE = 500


def read_as(text: str, words: dict[str, set[str]]) -> Iterator[str]:
    """What a text of the XML may have become in an answer: itself, a number, a boolean, the name of an enum's value."""
    yield text
    yield from sorted(words.get(text, ()))
    for base in (0, 10, 16, 8):
        try:
            yield str(int(text, base))
        except ValueError:
            continue
    yield from {"yes": ["True"], "on": ["True"], "no": ["False"], "off": ["False"]}.get(text, [])


def texts(element: Any) -> Iterator[tuple[str, str]]:
    """Every attribute and every text of an element and of those below it, with the place where it stands."""
    for each in element.iter():
        if not isinstance(each.tag, str):
            continue
        place = "/".join(etree.QName(one).localname for one in (*reversed(list(each.iterancestors())), each))
        yield from ((f"{place}/@{name}", value.strip()) for name, value in each.attrib.items())
        if content := "".join([each.text or "", *(child.tail or "" for child in each)]).strip():
            yield place, content


def leaves(answer: Any) -> Iterator[str]:
    """Every value of an answer; of XML that came back as XML, every attribute and text in it."""
    if isinstance(answer, dict):
        for value in answer.values():
            yield from leaves(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from leaves(value)
    elif isinstance(answer, str) and answer.startswith("<") and answer.endswith(">"):
        yield from (text for _, text in texts(etree.fromstring(answer)))
    elif answer is not None:
        yield answer.strip() if isinstance(answer, str) else str(answer)


@dataclass
class Tally:
    """Values of the XML that were looked for in answers, and those that were not there."""

    words: dict[str, set[str]]
    checked: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)

    def check(self, of: str, name: str, elements: Iterable[Any], answer: Any) -> None:
        left = Counter(leaves(answer))
        for place, text in (one for element in elements for one in texts(element)):
            self.checked[of] += 1
            found = next((value for value in read_as(text, self.words) if left[value]), None)
            if found is None:
                self.missing.append(f"{name}: {place} {text!r}")
            else:
                left[found] -= 1


@pytest.fixture(scope="module")
async def answers(libvirts_own: Api, graphql_schema: GraphQLSchema) -> dict[str, Any]:
    """Every VM with all of its fields, by file name."""
    vm = graphql_schema.type_map["VirtualMachine"]
    assert isinstance(vm, GraphQLObjectType)
    lists = {f"VirtualMachine.{declared.array}" for declared in DEVICES.values()}
    below = everything(graphql_schema, vm, {*EDGES, *lists, "VirtualMachine.xml", "Device.xml"})
    query = (
        f"query($after: String) {{ vms(first: {_PAGE}, after: $after) {{ nodes {below} pageInfo {{ endCursor }} }} }}"
    )
    found: dict[str, Any] = {}
    after = None
    while (page := (await libvirts_own.data(query, after=after))["vms"])["nodes"]:
        found |= {vm["sourceKey"]: vm for vm in page["nodes"]}
        after = page["pageInfo"]["endCursor"]
    return found


async def test_every_value_of_the_xml_is_in_the_answer(
    answers: dict[str, Any], graphql_schema: GraphQLSchema, capsys: pytest.CaptureFixture[str]
) -> None:
    words: dict[str, set[str]] = {}
    for of in graphql_schema.type_map.values():
        for name, value in of.values.items() if isinstance(of, GraphQLEnumType) else ():
            words.setdefault(str(value.value), set()).add(name)
    tally = Tally(words)
    assert set(answers) == {path.name for path in corpus()}
    for path in corpus():
        answer = answers[path.name]
        assert answer["error"] is None
        root = etree.parse(path).getroot()
        devices: list[Any] = [child for container in root.findall("devices")[:1] for child in container]
        for declared in DEVICES.values():
            elements = [child for child in devices if child.tag == declared.tag]
            found = [device for device in answer["devices"] if device["kind"] == declared.kind_name]
            assert len(found) == len(elements), f"{path.name}: {declared.tag}"
            for element, device in zip(elements, found, strict=True):
                assert device["__typename"] == declared.__name__
                tally.check(declared.tag, path.name, [element], device)
        for child in devices:
            if child.tag in DEVICES:
                child.getparent().remove(child)
        rest = {key: value for key, value in answer.items() if key not in ("devices", "sourceKey", "state", "error")}
        tally.check("domain", path.name, [root], rest)
    with capsys.disabled():
        print(f"\nvalues of the XML in the answer: {tally.checked.total()} checked, {len(tally.missing)} missing")
        print(dict(tally.checked))
    assert tally.missing == []
    assert tally.checked.keys() == {*DEVICES, "domain"}
    assert tally.checked.total() > 50_000
    assert CORPUS.is_dir()


async def test_every_enum_is_answered_by_its_names(answers: dict[str, Any], graphql_schema: GraphQLSchema) -> None:
    buses = Counter(disk["target"]["bus"] for disk in devices(answers, "DISK") if disk["target"])
    assert set(buses) >= {"VIRTIO", "SCSI", "IDE", "SATA", "USB", "FDC"}
    of = graphql_schema.type_map["DiskBus"]
    assert isinstance(of, GraphQLEnumType)
    assert set(buses) - {None} <= set(of.values)


async def test_every_variant_shows_its_own_fields(answers: dict[str, Any]) -> None:
    sources = Counter(disk["source"]["__typename"] for disk in devices(answers, "DISK") if disk["source"])
    assert set(sources) >= {"FileDiskSource", "BlockDiskSource", "NetworkDiskSource", "VolumeDiskSource"}
    for disk in devices(answers, "DISK"):
        if disk["source"]:
            own = {"FileDiskSource": "file", "BlockDiskSource": "dev", "NetworkDiskSource": "protocol"}
            if (key := own.get(disk["source"]["__typename"])) is not None:
                assert key in disk["source"]


def devices(answers: dict[str, Any], kind: str) -> list[Any]:
    return [device for vm in answers.values() for device in vm["devices"] if device["kind"] == kind]
