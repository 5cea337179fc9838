"""Terms: what a definition is found by, how it is spelled, and how much of it there is."""

import pytest

import schema
from schema.terms import LONGEST_TERM, MOST_TERMS, fold


def of_disk(source: str) -> list[dict[str, str]]:
    xml = f"<domain><devices><disk><source file='{source}'/></disk></devices></domain>"
    return schema.terms(schema.domain_from_xml(xml))


def test_a_term_says_where_it_stands_and_how_it_is_written() -> None:
    at = {"p": "disks.source.file", "d": "disk/#1"}
    assert of_disk("/Images/A.img") == [
        {"t": "/images/a.img", **at, "v": "/Images/A.img"},
        {"t": "a.img", **at, "v": "/Images/A.img"},
    ]
    assert of_disk("a") == [{"t": "a", **at}]
    assert [term["t"] for term in of_disk("/a/b/")] == ["/a/b/", "b"]
    assert [term["t"] for term in of_disk("/")] == ["/"]
    assert of_disk(" ") == []


def test_what_a_snapshot_remembers_of_its_vm_is_not_found() -> None:
    xml = "<domainsnapshot><name>before</name><domain><name>web</name><title>Web</title></domain></domainsnapshot>"
    snapshot = schema.resource_from_xml(xml)
    assert schema.terms({**snapshot, "label": "before"}) == [{"t": "before", "p": "name"}]


def test_documents_have_a_bounded_number_of_bounded_terms() -> None:
    disks = "".join(f"<disk><source file='/{'x' * 2000}/{number}'/></disk>" for number in range(3000))
    found = schema.terms(schema.domain_from_xml(f"<domain><name>web</name><devices>{disks}</devices></domain>"))
    assert len(found) == MOST_TERMS
    assert found[0] == {"t": "web", "p": "name"}
    assert {len(term["t"]) for term in found[1:]} == {LONGEST_TERM}
    assert {len(term["v"]) for term in found[1:]} == {1024}


@pytest.mark.parametrize(
    ("text", "folded"),
    [("ABC", "abc"), (" a b\n", "a b"), ("Straße", "strasse"), ("ΟΔΟΣ", "οδοσ"), ("É", "e\u0301"), ("\t", "")],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded
