"""Every kind of resource beside libvirt's documents and schemas: all of them typed, nothing lost."""

from functools import cache
from typing import Any

import bson
import pytest

import schema
from schema.element import Document
from schema.resource import RESOURCES
from schema.scalars import Verbatim
from tests.relaxng import Writer, places
from tests.schema.claims import claimed, declared_fields, filled_fields
from tests.shared import corpus, difference, grammar, needs_corpus, needs_schemas

SOURCES = {
    "CAPABILITIES": ("capability", "capabilities"),
    "DOMAIN_CAPABILITIES": ("domaincaps", "domaincaps"),
    "DOMAIN_CHECKPOINT": ("domaincheckpoint", None),
    "DOMAIN_SNAPSHOT": ("domainsnapshot", "domainsnapshot"),
    "HOST_INTERFACE": ("interface", "interface"),
    "NETWORK": ("network", "network"),
    "NETWORK_PORT": ("networkport", "networkport"),
    "NODE_DEVICE": ("nodedev", "nodedev"),
    "NWFILTER": ("nwfilter", "nwfilter"),
    "NWFILTER_BINDING": ("nwfilterbinding", "nwfilterbinding"),
    "SECRET": ("secret", "secret"),
    "STORAGE_POOL": ("storagepool", "storagepool"),
    "STORAGE_VOLUME": ("storagevol", "storagevol"),
}
"""The schema and the folder of documents of each kind."""

STRINGS: dict[str, str] = {
    "filter/@chain": "`root`, or a name that begins with one of some words",
}
"""Paths of values that stay strings though the schema lists words or numbers, and why."""

FORGOTTEN = {"ArpMatch.arp_source_mask", "ArpMatch.arp_destination_mask"}
"""Fields for what libvirt's documentation has, and neither its schemas nor its documents."""

every_kind = pytest.mark.parametrize("kind", sorted(set(RESOURCES) & set(SOURCES)))


def through_bson(xml: str | bytes) -> Document:
    stored: Document = bson.decode(bson.encode(schema.resource_from_xml(xml)))
    return stored


def in_a_domain(path: str) -> bool:
    """Whether a path lies in a whole domain, which has tests of its own."""
    return path.startswith(("domainsnapshot/domain/", "domainsnapshot/inactiveDomain/", "domaincheckpoint/domain/"))


@cache
def targets(kind: str) -> frozenset[str]:
    """What the schema allows: paths, and words behind a `=`."""
    rules = grammar(SOURCES[kind][0])
    return frozenset(target for target in rules.targets(rules.start) if not in_a_domain(target))


@cache
def generated(kind: str) -> tuple[bytes, ...]:
    return tuple(Writer(grammar(SOURCES[kind][0])).documents(targets(kind)))


@cache
def documents(kind: str) -> tuple[bytes, ...]:
    folder = SOURCES[kind][1]
    return tuple(path.read_bytes() for path in corpus(folder)) if folder else ()


def test_every_kind_is_declared() -> None:
    assert set(SOURCES) <= set(RESOURCES)


@needs_corpus
@every_kind
def test_every_document_comes_back_the_same(kind: str) -> None:
    assert documents(kind) or SOURCES[kind][1] is None
    for xml in documents(kind):
        assert difference(xml, schema.resource_to_xml(through_bson(xml))) is None


@needs_corpus
@needs_schemas
@every_kind
def test_nothing_is_untyped_in_a_valid_document(kind: str) -> None:
    rules = grammar(SOURCES[kind][0])
    for xml in documents(kind):
        if rules.accepts(xml):
            assert schema.untyped(schema.resource_from_xml(xml)) == [], xml.decode()


@needs_schemas
@every_kind
def test_every_path_of_the_schema_is_claimed(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    paths = sorted(path for path in targets(kind) if "=" not in path)
    unclaimed = [path for path in paths if not claimed(path, RESOURCES[kind])]
    with capsys.disabled():
        print(f"\n{kind}: {len(paths) - len(unclaimed)} of {len(paths)} paths claimed")
    assert unclaimed == []


@needs_schemas
@every_kind
def test_generated_documents_come_back_the_same_and_typed(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    for xml in generated(kind):
        document = through_bson(xml)
        assert schema.untyped(document) == [], xml.decode()
        assert difference(xml, schema.resource_to_xml(document)) is None
    held = {place for xml in (*generated(kind), *documents(kind)) for place in places(xml)}
    missing = sorted(targets(kind) - held)
    with capsys.disabled():
        print(f"\n{kind}: {len(generated(kind))} generated documents, {len(missing)} of {len(targets(kind))} not had")
    assert len(missing) < 0.02 * len(targets(kind)) + 1, missing


@needs_schemas
@every_kind
def test_every_declared_field_is_filled_by_some_document(kind: str) -> None:
    filled = {
        field
        for xml in (*generated(kind), *documents(kind))
        for field in filled_fields(schema.resource_from_xml(xml))
    }  # fmt: skip
    domain = declared_fields() if kind in ("DOMAIN_SNAPSHOT", "DOMAIN_CHECKPOINT") else set[str]()
    unfilled = declared_fields(RESOURCES[kind]) - filled - domain - FORGOTTEN
    assert {field for field in unfilled if not field.startswith("Other")} == set()


@needs_schemas
@every_kind
def test_words_that_the_schema_lists_are_typed(kind: str) -> None:
    """An attribute or element whose text the schema lists, or describes as a number, is no plain string."""
    worded = {target.partition("=")[0] for target in targets(kind) if "=" in target}
    plain = {path for path in worded if any(_is_plain(claim) for claim in claimed(path, RESOURCES[kind]))}
    excused = {path for path in plain if path.rpartition("/")[2] in ("@type", "@model", "@mode", "@protocol", "@name")}
    assert plain - excused - set(STRINGS) == set()


def _is_plain(claim: Any) -> bool:
    return isinstance(getattr(claim, "spelling", None), Verbatim)


def test_an_unknown_root_is_refused_by_name() -> None:
    with pytest.raises(schema.XmlError, match=r"<domain>, not one of .*<secret>"):
        schema.resource_from_xml("<domain/>")
    with pytest.raises(schema.DefinitionError, match="no kind of resource"):
        schema.resource_to_xml({"kind": "DISK"})
