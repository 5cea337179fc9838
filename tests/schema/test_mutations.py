"""Real documents, damaged at random: never an undocumented error, never a loss."""

from copy import deepcopy
from typing import Any

import bson
import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from lxml import etree

import schema
from tests.shared import corpus, difference, needs_corpus

pytestmark = needs_corpus

# fmt: off
NAMES = (
    "disk", "source", "address", "alias", "driver", "metadata", "unheard-of", "{urn:example}piece", "boot",
    "backingStore", "readonly", "target", "mac", "serial", "model", "listen", "memory", "iothreads",
    "throttlefilters", "devices", "name", "uuid", "{http://libvirt.org/schemas/domain/qemu/1.0}commandline",
)
ATTRIBUTES = (
    "type", "index", "file", "kind", "id", "unheard-of", "{urn:example}mark",
    "{http://www.w3.org/XML/1998/namespace}lang",
)
# fmt: on
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
    for _ in range(draw(st.integers(1, 30))):
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


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged())
def test_damaged_documents_lose_nothing(xml: bytes) -> None:
    try:
        definition = schema.domain_from_xml(xml)
    except schema.XmlError:  # too deep: the one thing that this damage can make of readable XML
        return
    again = schema.domain_to_xml(bson.decode(bson.encode(definition)))
    assert difference(xml, again) is None
    schema.facets(definition)
    schema.untyped(definition)
    schema.typed_share(xml, definition)
