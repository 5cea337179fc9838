"""Real documents, damaged at random: never an undocumented error, never a loss.

`TEST_MUTATIONS` says how many are tried.
"""

import os
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import bson
import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from lxml import etree

import schema
from schema.definition import WholeDomain
from schema.device import summary
from schema.tables import Node, node, reachable
from schema.xmltext import SEPARATOR
from tests.conftest import Say
from tests.shared import corpus, difference, needs_corpus

pytestmark = needs_corpus


def clark(name: str) -> str:
    """The name as lxml writes it."""
    namespace, _, local = name.rpartition(SEPARATOR)
    return f"{{{namespace}}}{local}" if namespace else local


def names(table: Node) -> Iterator[str]:
    """The children that a table knows, those inside of folds included."""
    for name, plan in table.children.items():
        yield name
        if isinstance(plan, Node):
            yield from names(plan)


MUTATIONS = int(os.environ.get("TEST_MUTATIONS", "2000"))

TABLES = [node(cls) for cls in reachable(WholeDomain)]
ODD = ["unheard-of", "{urn:example}piece", "{http://www.w3.org/XML/1998/namespace}lang"]
NAMES = [*ODD, *sorted({clark(name) for table in TABLES for name in names(table)})]
ATTRIBUTES = [*ODD, *sorted({clark(name[1:]) for table in TABLES for name in table.attributes})]
VALUES = ["", "0", "0x0A", "010", "yes", "no", "on", "off", "-1", "9" * 20, "\t a\n", "ü€😀", "<&>\"'", "\r\n", "  "]


def remove(draw: st.DrawFn, one: Any) -> None:
    if one.getparent() is not None:
        one.getparent().remove(one)


def double(draw: st.DrawFn, one: Any) -> None:
    if one.getparent() is not None:
        one.addnext(deepcopy(one))


def rename(draw: st.DrawFn, one: Any) -> None:
    if one.getparent() is not None:
        one.tag = draw(st.sampled_from(NAMES))


def garble_attribute(draw: st.DrawFn, one: Any) -> None:
    one.set(draw(st.sampled_from([*one.attrib, *ATTRIBUTES])), draw(st.sampled_from(VALUES)))


def garble_text(draw: st.DrawFn, one: Any) -> None:
    one.text = draw(st.sampled_from(VALUES))


def add_child(draw: st.DrawFn, one: Any) -> None:
    etree.SubElement(one, draw(st.sampled_from(NAMES))).text = draw(st.sampled_from(VALUES))


def shuffle(draw: st.DrawFn, one: Any) -> None:
    one[:] = draw(st.permutations(list(one)))


def deepen(draw: st.DrawFn, one: Any) -> None:
    for _ in range(draw(st.integers(1, 80))):
        one = etree.SubElement(one, one.tag)


OPERATIONS = (remove, double, rename, garble_attribute, garble_text, add_child, shuffle, deepen)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    parser = etree.XMLParser(remove_comments=True)
    tree = etree.fromstring(draw(st.sampled_from(corpus())).read_bytes(), parser)
    for _ in range(draw(st.integers(1, 5))):
        one = draw(st.sampled_from(list(tree.iter())))
        operation = draw(st.sampled_from(OPERATIONS))
        operation(draw, one)
    xml: bytes = etree.tostring(tree)
    return xml


@settings(max_examples=MUTATIONS, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged())
def lose_nothing(counts: Counter[str], xml: bytes) -> None:
    counts["tried"] += 1
    try:
        definition = schema.domain_from_xml(xml)
    except schema.XmlError as refusal:  # the one thing that this damage can make of readable XML
        if "deeper than" not in str(refusal):
            raise
        counts["too deep"] += 1
        return
    again = schema.domain_to_xml(bson.decode(bson.encode(definition)))
    assert difference(xml, again) is None
    schema.facets(definition)
    schema.untyped(definition)
    schema.typed_share(xml, definition)
    for device in schema.devices_of(definition):
        assert summary(device)


def test_damaged_documents_lose_nothing(say: Say) -> None:
    counts: Counter[str] = Counter()
    lose_nothing(counts)
    say(f"mutations of libvirt's documents: {counts['tried']} tried, {counts['too deep']} refused as too deep")
    assert counts["tried"] >= MUTATIONS
    assert counts["too deep"] < counts["tried"] / 2
