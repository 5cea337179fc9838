"""The declarations' tables: what each word does."""

from typing import Any

import pytest

import schema
from schema.codec import read, write
from schema.device import device
from schema.devices.disk import Disk
from schema.element import (
    Element,
    Variant,
    attribute,
    chain,
    child,
    children,
    element,
    family,
    flag,
    raw_children,
    shape,
    text,
    text_child,
    variant,
    variants,
)
from schema.identity import check_identity
from schema.scalars import AnyBase, Hex2, Long, OnOff, YesNo
from schema.tables import node
from schema.xmltext import DefinitionError, Source
from tests.shared import difference


@element
class Leaf(Element):
    """A small element."""

    value: Long | None = text("Its number.")
    unit: str | None = attribute("Its unit.")


@family(own="type")
class Place(Variant):
    """A place that says itself what it is."""


@shape("near", "here")
class Near(Place):
    """A near place."""

    distance: int | None = attribute("How far it is.")


@shape("other")
class Elsewhere(Place):
    """Any other place."""

    type: str | None = attribute("The word for it.")


@family(default="near")
class Thing(Variant):
    """A thing whose owner says what it is."""


@shape("near")
class NearThing(Thing):
    """A near thing."""

    path: str | None = attribute("Where it is.")


@shape("other")
class OtherThing(Thing):
    """Any other thing."""


@element
class Whole(Element):
    """Every word once."""

    type: str | None = attribute("What the thing is.")
    based: AnyBase | None = attribute("A number that is mostly decimal.")
    slot: Hex2 | None = attribute("A number in hexadecimal.")
    delay: float | None = attribute("A number with a fraction.")
    on: OnOff | None = attribute("A switch.", xml="is_on")
    deep: YesNo | None = attribute("Something folded.", xml="yes", within="fold/inner")
    name: str | None = text_child("A text.")
    ready: bool | None = flag("A presence.")
    leaf: Leaf | None = child("One element.")
    leaves: list[Leaf] | None = children("Several elements.", xml="item", within="items")
    words: list[str] | None = children("Several texts.", xml="word")
    links: list[Leaf] | None = chain("A chain.", xml="link")
    place: Place | None = variant("A place.")
    places: list[Place] | None = variants("Several places.", xml="stop")
    thing: Thing | None = variant("A thing.", by="type")
    rest: list[str] | None = raw_children("Anything.", xml="any")
    command: str | None = text_child("A text of a namespace.", xml="qemu:command")


CASES: list[tuple[str, dict[str, Any]]] = [
    ("<w/>", {}),
    ("<w type='near'/>", {"type": "near"}),
    ("<w slot='0x0a'/>", {"slot": 10}),
    ("<w slot='0x0A'/>", {"slot": 10, "spelling": {"slot": "0x0A"}}),
    ("<w slot='012'/>", {"slot": 10, "spelling": {"slot": "012"}}),
    ("<w slot='1f'/>", {"slot": 31, "spelling": {"slot": "1f"}}),
    ("<w slot='4294967296'/>", {"extra": [{"name": "slot", "value": "4294967296"}]}),
    ("<w slot='x'/>", {"extra": [{"name": "slot", "value": "x"}]}),
    ("<w based='16'/>", {"based": 16}),
    ("<w based='0x10'/>", {"based": 16, "spelling": {"based": "0x10"}}),
    ("<w delay='0.5'/>", {"delay": 0.5}),
    ("<w delay='2'/>", {"delay": 2.0}),
    ("<w delay='2.50'/>", {"delay": 2.5, "spelling": {"delay": "2.50"}}),
    ("<w delay='18446744073709551615'/>", {"delay": 2.0**64, "spelling": {"delay": "18446744073709551615"}}),
    ("<w delay='NaN'/>", {"extra": [{"name": "delay", "value": "NaN"}]}),
    ("<w delay='1e999'/>", {"extra": [{"name": "delay", "value": "1e999"}]}),
    ("<w is_on='on'/>", {"on": True}),
    ("<w is_on='yes'/>", {"extra": [{"name": "is_on", "value": "yes"}]}),
    ("<w><fold><inner yes='no'/></fold></w>", {"deep": False}),
    ("<w><fold/></w>", {"spelling": {"fold/": ""}}),
    ("<w><fold a='1'/></w>", {"extra": [{"path": "fold", "name": "a", "value": "1"}]}),
    ("<w><name/></w>", {"name": ""}),
    ("<w><name> x </name></w>", {"name": " x "}),
    ("<w><ready/></w>", {"ready": True}),
    ("<w><leaf/></w>", {"leaf": {}}),
    ("<w><leaf unit='k'>5</leaf></w>", {"leaf": {"unit": "k", "value": 5}}),
    ("<w><leaf>05</leaf></w>", {"leaf": {"value": 5, "spelling": {"value": "05"}}}),
    ("<w><leaf>99999999999999999999</leaf></w>", {"leaf": {"value": "99999999999999999999"}}),
    (
        "<w><leaf> +099999999999999999999</leaf></w>",
        {"leaf": {"value": "99999999999999999999", "spelling": {"value": " +099999999999999999999"}}},
    ),
    ("<w><leaf>much</leaf></w>", {"leaf": {"extra": [{"name": "#text", "value": "much"}]}}),
    ("<w><items><item>1</item><item>2</item></items></w>", {"leaves": [{"value": 1}, {"value": 2}]}),
    ("<w><items/></w>", {"spelling": {"items/": ""}}),
    ("<w><word>a</word><word/></w>", {"words": ["a", ""]}),
    (
        "<w><word>a</word><word x='1'/><word>b</word></w>",
        {
            "words": ["a"],
            "extra": [{"name": "word", "xml": '<word x="1"/>'}, {"name": "word", "xml": "<word>b</word>"}],
        },
    ),
    ("<w><link unit='a'><link unit='b'/></link></w>", {"links": [{"unit": "a"}, {"unit": "b"}]}),
    ("<w><place type='here' distance='3'/></w>", {"place": {"kind": "here", "distance": 3}}),
    ("<w><place type='far'/></w>", {"place": {"kind": "other", "type": "far"}}),
    ("<w><place/></w>", {"place": {"kind": "other"}}),
    ("<w><stop type='near'/><stop/></w>", {"places": [{"kind": "near"}, {"kind": "other"}]}),
    ("<w><thing path='/x'/></w>", {"thing": {"kind": "near", "path": "/x"}}),
    (
        "<w type='far'><thing path='/x'/></w>",
        {"type": "far", "thing": {"kind": "other", "extra": [{"name": "path", "value": "/x"}]}},
    ),
    ("<w><any><b/><a>1</a></any></w>", {"rest": ["<b/>", "<a>1</a>"]}),
    ("<w><any/></w>", {"rest": []}),
    (
        "<w xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:command>x</q:command></w>",
        {"command": "x"},
    ),
    ("<w xmlns:n='urn:n' n:a='1'/>", {"extra": [{"name": "a", "namespace": "urn:n", "value": "1"}]}),
]


@pytest.mark.parametrize(("xml", "document"), CASES)
def test_each_word_reads_and_writes(xml: str, document: dict[str, Any]) -> None:
    assert read(Source(xml), Whole) == document
    assert read(Source(str(write(document, Whole, "w"))), Whole) == document


def test_a_stale_spelling_is_not_written() -> None:
    written = str(write({"slot": 11, "spelling": {"slot": "0x0A"}}, Whole, "w"))
    assert written == '<w slot="0x0b"/>\n'


@pytest.mark.parametrize(("value", "text"), [(2, "2"), (2.0, "2"), (0.25, "0.25"), (1e20, "1e+20")])
def test_a_fraction_is_written_as_short_as_can_be(value: float, text: str) -> None:
    assert str(write({"delay": value}, Whole, "w")) == f'<w delay="{text}"/>\n'


@pytest.mark.parametrize("value", [True, "2", float("inf"), float("nan")])
def test_what_is_no_fraction_is_not_written(value: Any) -> None:
    with pytest.raises(DefinitionError, match=r"w.delay: .* is not a number"):
        write({"delay": value}, Whole, "w")


def test_two_fields_may_not_claim_one_place() -> None:
    @element
    class Twice(Element):
        """A mistake."""

        a: str | None = attribute("One.", xml="same")
        b: str | None = attribute("Another.", xml="same")

    with pytest.raises(TypeError, match=r"Twice\.b claims XML that another field claims"):
        node(Twice)


def test_a_fold_may_not_reach_into_an_object() -> None:
    @element
    class Through(Element):
        """A mistake."""

        leaf: Leaf | None = child("An object.")
        unit: str | None = attribute("Its unit, again.", within="leaf")

    with pytest.raises(TypeError, match="which has an object of its own"):
        node(Through)


def test_a_family_needs_a_word() -> None:
    @element
    class Wordless(Element):
        """A mistake."""

        thing: Thing | None = variant("By what?")

    with pytest.raises(TypeError, match=r"Wordless\.thing: the word must stand on Thing \(own=\) or on its owner"):
        node(Wordless)


def test_a_family_needs_a_shape_for_other_words() -> None:
    @family(own="type")
    class Closed(Variant):
        """A family that forgets."""

    @element
    class Owner(Element):
        """A mistake."""

        closed: Closed | None = variant("Something.")

    with pytest.raises(TypeError, match=r'Owner\.closed: Closed has no shape\("other"\)'):
        node(Owner)

    @shape("other")
    class Wordless(Closed):
        """A shape that loses its word."""

    with pytest.raises(TypeError, match="must declare the attribute type"):
        node(Owner)


def test_a_shape_is_no_family() -> None:
    @element
    class Owner(Element):
        """A mistake."""

        near: Near | None = variant("Something.")

    with pytest.raises(TypeError, match="Near is no family"):
        node(Owner)


def test_a_device_must_be_one_of_libvirts() -> None:
    with pytest.raises(ValueError, match="<watchdgo> is not in ORDER"):
        device("watchdgo")


def test_a_natural_key_must_lead_somewhere() -> None:
    class Wrong(Disk):
        """A mistake."""

        identity = ("target.dve",)

    with pytest.raises(TypeError, match=r"Wrong: the identity 'target\.dve' names no field 'dve'"):
        check_identity(Wrong, node(Disk))


def test_a_boolean_must_say_its_words() -> None:
    @element
    class Vague(Element):
        """A mistake."""

        on: bool | None = attribute("On or yes?")

    with pytest.raises(TypeError, match="has no spelling"):
        node(Vague)


def backing_chain(links: int) -> str:
    stores = "<backingStore type='file'>" * links + "</backingStore>" * links
    return f"<domain><devices><disk type='file'>{stores}</disk></devices></domain>"


def test_a_chain_is_flat_and_has_an_end() -> None:
    definition = schema.domain_from_xml(backing_chain(200))
    (disk,) = definition["devices"]["disks"]
    assert len(disk["backingStores"]) == 200
    assert schema.domain_from_xml(schema.domain_to_xml(definition)) == definition
    with pytest.raises(schema.XmlError, match="<backingStore> stands in itself more than 200 times"):
        schema.domain_from_xml(backing_chain(201))
    disk["backingStores"].append({"type": "file"})
    with pytest.raises(schema.DefinitionError, match=r"backingStores: 201 links, more than 200"):
        schema.domain_to_xml(definition)


def test_an_empty_element_is_no_spelling_of_the_attribute_of_its_name() -> None:
    xml = "<domain><os firmware='efi'><firmware/></os></domain>"
    assert difference(xml, schema.domain_to_xml(schema.domain_from_xml(xml))) is None


def test_a_no_break_space_is_text() -> None:
    definition = schema.domain_from_xml("<domain>\u00a0<devices/></domain>")
    assert schema.untyped(definition) == ["domain/#text"]
    assert "\u00a0" in schema.domain_to_xml(definition)
