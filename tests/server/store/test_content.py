from typing import Any

import pytest

from server.store.content import content_from_xml, definition_of, refused, same
from tests.server.store.documents import UUID, disk, domain


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ({"a": 1, "b": {"c": 1, "d": 2}}, {"b": {"d": 2, "c": 1}, "a": 1}, True),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": True}, {"a": 1}, False),
        ({"a": "1"}, {"a": 1}, False),
        ({}, {"a": None}, False),
    ],
)
def test_contents_are_compared_by_what_they_say(one: dict[str, Any], other: dict[str, Any], equal: bool) -> None:
    assert same(one, other) is equal


def test_the_definition_comes_back_out_of_a_document() -> None:
    content = content_from_xml(domain(devices=disk("vda")), None, "a", "kvm")
    assert content["attachments"]
    envelope = {"_id": "kvm/a", "hostId": "kvm", "revision": 1, "declarations": "x"}
    definition = definition_of({**envelope, **content})
    assert definition is not None
    assert definition.keys() == {"name", "uuid", "domain", "devices"}
    assert definition_of({**envelope, **refused("<", "why", "a")}) is None


def test_only_the_definition_in_force_has_attachments() -> None:
    assert "attachments" not in content_from_xml(domain(devices=disk("vda")), None, "a")
    assert "attachments" not in content_from_xml(domain(), None, "a", "kvm")
    assert "attachments" not in content_from_xml("<domain>", None, "a", "kvm")


def test_what_no_declaration_knows_is_counted_beside_the_definition() -> None:
    news = "<weather of='rain'/><weather of='sun'/>"
    content = content_from_xml(domain(devices="<oracle/>", more=news), None, "a")
    assert content["untyped"] == [{"path": "domain/weather", "count": 2}, {"path": "domain/devices/oracle", "count": 1}]
    assert definition_of({"_id": "kvm/a", **content}) == definition_of(
        {key: content[key] for key in content.keys() - {"untyped"}}
    )
    assert "untyped" not in content_from_xml(domain(), None, "a")
    assert "untyped" not in content_from_xml("<domain>", None, "a")


def test_hostile_documents_make_short_lists() -> None:
    attributes = " ".join(f"a{number:04}='1'" for number in range(3000))
    long = "".join(f"<{'x' * 1000}{number}/>" for number in range(3))
    content = content_from_xml(f"<domain {attributes}><name>a</name>{long}</domain>", None, "a")
    untyped = content["untyped"]
    assert untyped[0] == {"path": "domain/" + "x" * 248 + "…", "count": 3}
    assert [one["path"] for one in untyped[1:1000]] == [f"domain/@a{number:04}" for number in range(999)]
    assert untyped[1000:] == [{"path": "…", "count": 2001}]
    assert content["domain"]["extra"][2999] == {"name": "a2999", "value": "1"}, "the document itself keeps everything"


def test_what_is_refused_keeps_what_can_be_seen() -> None:
    assert refused(f"<name>a &lt; b</name><uuid>{UUID}</uuid>", "why", "key") == {
        "name": "a < b",
        "error": "why",
        "uuid": UUID,
        "terms": [{"t": "a < b", "p": "name"}, {"t": UUID, "p": "uuid"}],
        "rawXml": f"<name>a &lt; b</name><uuid>{UUID}</uuid>",
    }
    named = {"name": "key", "terms": [{"t": "key", "p": "name"}]}
    assert refused(b"<\xff", "", "key") == {**named, "error": "The XML was refused.", "rawXml": "<\\xff"}
    assert refused("", "why", "key") == {**named, "error": "why"}
    assert "rawXml" not in refused("x" * (17 << 20), "why", "key")
