"""Queries for everything, over all of libvirt's own documents and over documents made from its schemas.

Every attribute and text of the XML is in the answer at its own place, and nothing else is.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from graphql import GraphQLObjectType, GraphQLSchema
from lxml import etree

from schema.definition import WholeDomain
from schema.devices import DEVICES
from schema.element import Document
from server.bounds import LARGEST_REQUEST
from server.endpoint import served_schema
from tests.conftest import Say
from tests.schema.graph.api import Api, pages
from tests.schema.graph.places import leaves, missing, places, surplus, whole
from tests.schema.graph.selections import EDGES, everything, full_depth
from tests.shared import corpus, generated, needs_corpus

pytestmark = needs_corpus

_ARRAYS = {declared.array: declared.tag for declared in DEVICES.values()}


@pytest.fixture(scope="module")
def bounded(libvirts_own: Api) -> Api:
    """libvirt's own documents behind the bounds that the server holds requests to."""
    return replace(libvirts_own, schema=served_schema())


@dataclass
class Tally:
    """What was looked for in answers, and what was not there."""

    schema: GraphQLSchema
    values: Counter[str] = field(default_factory=Counter)
    missing: dict[str, list[str]] = field(default_factory=dict)
    surplus: list[str] = field(default_factory=list)
    documents: int = 0

    def check(self, name: str, xml: bytes, answer: Document, declared: type = WholeDomain) -> None:
        """Look for all that a document says in the answer for it, whose parts are put together."""
        root = etree.fromstring(xml)
        wanted = list(places(self.schema, root, declared))
        values = [place for place in wanted if place.text is not None]
        assert Counter((place.xml, place.text) for place in values) == Counter(leaves(root)), name
        elements = {root.getroottree().getpath(element) for element in root.iter(etree.Element)}
        assert {place.xml for place in wanted if place.text is None} == elements, name
        assert len({(place.way, place.inside) for place in values}) == len(values), f"{name}: two values share a place"
        self.documents += 1
        self.values.update(kind(place.way) for place in values)
        for one in missing(wanted, answer):
            self.missing.setdefault(kind(one.place.way), []).append(f"{name}: {one}")
        self.surplus += [f"{name}: {way}" for way in surplus(wanted, answer)]

    def __str__(self) -> str:
        lines = [
            f"  {tag}: values checked {count}, missing {len(self.missing.get(tag, []))}"
            for tag, count in sorted(self.values.items())
        ]
        found = sum(len(one) for one in self.missing.values())
        total = f"  in {self.documents} documents: values checked {self.values.total()}, missing {found}"
        return "\n".join([*lines, f"{total}, of no value in the XML {len(self.surplus)}"])


def kind(way: tuple[Any, ...]) -> str:
    """The device element that a place is in; `domain` for all the rest."""
    return _ARRAYS.get(way[1], "domain") if way[:1] == ("devices",) and way[1:] else "domain"


@pytest.mark.parametrize("host", ["corpus", "generated"])
async def test_every_value_of_the_xml_is_at_its_place(
    bounded: Api, graphql_schema: GraphQLSchema, host: str, say: Say
) -> None:
    served = generated() if host == "generated" else {path.name: path.read_bytes() for path in corpus()}
    tally = Tally(graphql_schema)
    queries = full_depth(graphql_schema)
    assert max(map(len, queries.values())) < LARGEST_REQUEST
    async for page in pages(bounded, queries, host):
        for name, vm in page.items():
            assert vm["error"] is None
            tally.check(name, served[name], whole(vm))
    say(f"values of the XML of {host} documents at their own place in full-depth answers\n{tally}")
    assert tally.missing == {}
    assert tally.surplus == []
    assert tally.documents == len(served) > 1000
    unseen = {*DEVICES, "domain"} - tally.values.keys()
    assert unseen == ({"crypto", "pstore"} if host == "corpus" else set())  # libvirt's own documents have none of these


async def test_all_devices_together_are_those_of_each_kind(libvirts_own: Api, graphql_schema: GraphQLSchema) -> None:
    vm = graphql_schema.type_map["VirtualMachine"]
    assert isinstance(vm, GraphQLObjectType)
    typed = {f"{declared.__name__}.xml" for declared in DEVICES.values()}
    below = everything(graphql_schema, vm, EDGES | typed | {"VirtualMachine.xml", "Device.xml"})
    query = f'{{ vms(first: 250, filter: {{host: {{eq: "corpus"}}}}) {{ nodes {below} }} }}'
    page = (await libvirts_own.data(query))["vms"]["nodes"]
    for one in page:
        by_kind = [device for declared in DEVICES.values() for device in one[declared.array]]
        assert one["devices"] == by_kind
    assert sum(len(one["devices"]) for one in page) > 500
