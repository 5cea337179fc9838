"""Our own judgement of whether two documents say the same, and its agreement with the judge from outside."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from lxml import etree

import schema
from schema.comparison import Difference, first_difference
from tests.conftest import Say
from tests.shared import corpus, difference, needs_corpus

QEMU = "http://libvirt.org/schemas/domain/qemu/1.0"

SAME = {
    "<a/>": "<a></a>",
    "<a> \n\t </a>": "<a/>",
    "<a x='1' y='2'/>": '<a y="2" x="1"/>',
    "<a><b/><c/></a>": "<a>\n  <c/>\n  <b/>\n</a>",
    "<a><b n='1'/><c/><b n='2'/></a>": "<a><c/><b n='1'/><b n='2'/></a>",
    "<a>x<!-- never --><?nor this?>y</a>": "<a>xy</a>",
    "<a>&lt;&#65;<![CDATA[<]]></a>": "<a>&lt;A&lt;</a>",
    "<p:a xmlns:p='urn:x' p:b='1'><p:c/></p:a>": "<a xmlns='urn:x' xmlns:q='urn:x' q:b='1'><c/></a>",
    "<?xml version='1.0' encoding='ISO-8859-1'?><a>ä</a>": "<a>ä</a>",
}

DIFFERENT = {
    ("<domain/>", "<network/>"): "domain: <domain> became <network>",
    ("<domain/>", "<domain xmlns='urn:x'/>"): "domain: <domain> became <{urn:x}domain>",
    ("<a x='0x0A'/>", "<a x='0x0a'/>"): "a/@x: '0x0A' became '0x0a'",
    ("<a x=''/>", "<a/>"): "a/@x: '' became nothing",
    ("<a/>", "<a x='\x7f'/>"): r"a/@x: nothing became '\x7f'",
    ("<a x='1'/>", "<a xmlns:p='urn:x' p:x='1'/>"): "a/@x: '1' became nothing",
    ("<a> x</a>", "<a>x</a>"): "a/#text: ' x' became 'x'",
    ("<a>\u00a0</a>", "<a/>"): r"a/#text: '\xa0' became nothing",
    ("<a>x<b/>y</a>", "<a>x<b/></a>"): "a/#text: 'xy' became 'x'",
    ("<a><b/></a>", "<a/>"): "a/b: 1 element became no elements",
    ("<a><b/></a>", "<a><b/><b/></a>"): "a/b: 1 element became 2 elements",
    ("<a><b/></a>", "<a><c/></a>"): "a/b: 1 element became no elements",
    ("<a><b/></a>", "<a><b/><c/></a>"): "a/c: no elements became 1 element",
    ("<a><b/><c/><b><d n='1'/></b></a>", "<a><b/><b><d n='2'/></b><c/></a>"): "a/b[2]/d/@n: '1' became '2'",
    ("<a><b n='1'/><b n='2'/></a>", "<a><b n='2'/><b n='1'/></a>"): "a/b[1]/@n: '1' became '2'",
    ("<a><c n='1'/><b n='1'/></a>", "<a><b n='2'/><c n='2'/></a>"): "a/c/@n: '1' became '2'",
    (f"<a xmlns:q='{QEMU}'><q:b q:c='1'/></a>", f"<a xmlns:q='{QEMU}'><q:b/></a>"): (
        "a/qemu:b/@qemu:c: '1' became nothing"
    ),
    ("<d><metadata><x><b/><c/></x></metadata></d>", "<d><metadata><x><c/><b/></x></metadata></d>"): (
        "d/metadata/x/b: <b> became <c>"
    ),
}


@pytest.mark.parametrize(("one", "other"), SAME.items())
def test_the_same_information(one: str, other: str) -> None:
    assert first_difference(one, other) is None
    assert first_difference(other, one.encode("latin-1")) is None


@pytest.mark.parametrize("pair", DIFFERENT)
def test_the_first_difference_has_a_place(pair: tuple[str, str]) -> None:
    assert str(first_difference(*pair)) == DIFFERENT[pair]
    assert first_difference(*reversed(pair)) is not None
    assert first_difference(pair[0], pair[0]) is None


def test_a_difference_keeps_its_parts() -> None:
    found = first_difference("<domain><name>a</name></domain>", b"<domain><name>b</name></domain>")
    assert found == Difference("domain/name/#text", "'a'", "'b'")


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "<a>",
        "<a>\ud800</a>",
        "<a>&undeclared;</a>",
        b"<?xml version='1.0' encoding='no-such'?><a/>",
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<a>" * 300 + "</a>" * 300,
    ],
    ids=lambda xml: str(xml[:40]),
)
def test_what_cannot_be_compared_is_refused(xml: str | bytes) -> None:
    with pytest.raises(schema.XmlError, match="cannot be compared"):
        first_difference("<a/>", xml)


def change_attribute(element: Any, chance: random.Random) -> None:
    if names := sorted(element.attrib):
        element.set(chance.choice(names), "changed")


def drop_attribute(element: Any, chance: random.Random) -> None:
    if names := sorted(element.attrib):
        del element.attrib[chance.choice(names)]


def turn_attributes(element: Any, chance: random.Random) -> None:
    attributes = list(reversed(element.attrib.items()))
    element.attrib.clear()
    element.attrib.update(attributes)


def change_text(element: Any, chance: random.Random) -> None:
    element.text = f" {element.text or ''}x"


def blank_text(element: Any, chance: random.Random) -> None:
    element.text = f"{element.text or ''} \n"


def comment(element: Any, chance: random.Random) -> None:
    element.insert(chance.randint(0, len(element)), etree.Comment("never mind"))


def rename(element: Any, chance: random.Random) -> None:
    element.tag = "renamed"


def into_namespace(element: Any, chance: random.Random) -> None:
    element.tag = f"{{urn:elsewhere}}{etree.QName(element).localname}"


def drop(element: Any, chance: random.Random) -> None:
    if (parent := element.getparent()) is not None:
        parent.remove(element)


def double(element: Any, chance: random.Random) -> None:
    if (parent := element.getparent()) is not None:
        parent.append(deepcopy(element))


def swap(element: Any, chance: random.Random) -> None:
    if (after := element.getnext()) is not None:
        element.addprevious(after)


def shuffle(element: Any, chance: random.Random) -> None:
    element[:] = chance.sample(list(element), len(element))


DAMAGES: tuple[Callable[[Any, random.Random], None], ...] = (
    change_attribute,
    drop_attribute,
    turn_attributes,
    change_text,
    blank_text,
    comment,
    rename,
    into_namespace,
    drop,
    double,
    swap,
    shuffle,
)


def damaged(xml: bytes, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """The document with one element damaged, once in every way."""
    for damage in DAMAGES:
        root = etree.fromstring(xml, etree.XMLParser(remove_comments=True, remove_pis=True))
        damage(chance.choice(list(root.iter())), chance)
        yield damage.__name__, etree.tostring(root)


@needs_corpus
def test_it_agrees_with_the_judge_about_every_round_trip() -> None:
    assert len(corpus()) >= 2106
    for path in corpus():
        xml = path.read_bytes()
        written = schema.domain_to_xml(schema.domain_from_xml(xml))
        assert (str(first_difference(xml, written)), difference(xml, written)) == ("None", None), path.name


@needs_corpus
def test_it_agrees_with_the_judge_about_damaged_documents(say: Say) -> None:
    chance, documents = random.Random(20), corpus()[::3]
    found: dict[str, Counter[bool]] = {damage.__name__: Counter() for damage in DAMAGES}
    for path in documents:
        xml = path.read_bytes()
        for damage, other in damaged(xml, chance):
            same = difference(xml, other) is None
            assert (first_difference(xml, other) is None) == same, (path.name, damage, difference(xml, other))
            found[damage][same] += 1
    judged = ", ".join(f"{damage} {counts[True]}/{counts[False]}" for damage, counts in found.items())
    say(f"damaged pairs judged the same / different: {judged}")
    never, always = {"change_text", "rename", "into_namespace"}, {"turn_attributes", "comment"}
    for damage, counts in found.items():
        assert counts.total() == len(documents)
        assert (counts[True] == 0) == (damage in never), damage
        assert (counts[False] == 0) == (damage in always), damage
