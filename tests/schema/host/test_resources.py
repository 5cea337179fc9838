"""Every kind of resource beside libvirt's documents and schemas: all of them typed, nothing lost."""

from functools import cache
from typing import Any

import bson
import pytest

import schema
from schema.element import Document
from schema.resource import RESOURCES
from schema.scalars import Verbatim
from tests.conftest import Say
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
    "capabilities/host/cpu/arch": "a set that grows with every architecture",
    "domainCapabilities/features/sgx/section_size/@unit": "units are strings everywhere, though this is always KiB",
    "domainCapabilities/features/sgx/sections/section/@unit": "units are strings everywhere, though this is always KiB",
    "device/capability/type": "libvirt's words of graphics cards are an enum; those of SCSI devices are no closed set",
    "device/capability/capability/fields/@access": "a family's own words; the string is for those that nobody declared",
    "filter/@chain": "`root`, or a name that begins with one of some words",
}
"""Paths of values that stay strings though the schema lists words or numbers, and why."""

BOUNDED = {
    "NODE_DEVICE": {
        "(0x)?[0-9a-f]+": "(0x)?[0-9a-f]{1,4}",  # numbers of PCI and USB
        "[0-9]+(.[0-9]+)?": r"[0-9]{1,2}(\.[0-9])?",  # speeds, where the schema forgot that a dot means anything
    }
}
"""Patterns of a schema that fit more than libvirt writes, each with what it stands for."""

MORE = {
    "DOMAIN_CAPABILITIES": (
        b"<domainCapabilities><features><tdx supported='yes'/><hyperv supported='yes'><enum name='features'/>"
        b"<defaults><spinlocks>4095</spinlocks><stimer_direct>on</stimer_direct><tlbflush_direct>on</tlbflush_direct>"
        b"<tlbflush_extended>off</tlbflush_extended><vendor_id>Linux KVM Hv</vendor_id></defaults></hyperv>"
        b"</features></domainCapabilities>",
    ),
    "NODE_DEVICE": (
        b"<device><name>computer</name><capability type='system'><product>2241B36</product><hardware>"
        b"<uuid>c9488981-5049-11cb-9c1c-993d0230b4cd</uuid></hardware><firmware/></capability></device>",
        b"<device><name>scsi_0_0_1_0</name><capability type='scsi'><host>0</host><bus>0</bus><target>1</target>"
        b"<lun>0</lun><type>disk</type></capability></device>",
    ),
}
"""Documents of our own, for what the schema's paths do not tell: shapes under one path, and what is newer than 11.3."""

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
    return tuple(Writer(grammar(SOURCES[kind][0]), patterns=BOUNDED.get(kind, {})).documents(targets(kind)))


@cache
def documents(kind: str) -> tuple[bytes, ...]:
    folder = SOURCES[kind][1]
    found = tuple(path.read_bytes() for path in corpus(folder)) if folder else ()
    return (*found, *MORE.get(kind, ()))


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
def test_every_path_of_the_schema_is_claimed(kind: str, say: Say) -> None:
    paths = sorted(path for path in targets(kind) if "=" not in path)
    unclaimed = [path for path in paths if not claimed(path, RESOURCES[kind])]
    say(f"{kind}: {len(paths) - len(unclaimed)} of {len(paths)} paths claimed")
    assert unclaimed == []


@needs_schemas
@every_kind
def test_generated_documents_come_back_the_same_and_typed(kind: str, say: Say) -> None:
    for xml in generated(kind):
        document = through_bson(xml)
        assert schema.untyped(document) == [], xml.decode()
        assert difference(xml, schema.resource_to_xml(document)) is None
    held = {place for xml in (*generated(kind), *documents(kind)) for place in places(xml)}
    missing = sorted(targets(kind) - held)
    say(f"{kind}: {len(generated(kind))} generated documents, {len(missing)} of {len(targets(kind))} not had")
    assert len(missing) < 0.02 * len(targets(kind)) + 1, missing


@needs_corpus  # a host's own schemas may be older than the declarations
@needs_schemas
@every_kind
def test_every_declared_field_is_filled_by_some_document(kind: str) -> None:
    filled = {
        field
        for xml in (*generated(kind), *documents(kind))
        for field in filled_fields(schema.resource_from_xml(xml))
    }  # fmt: skip
    shared = declared_fields()  # with domains, whose documents fill them
    unfilled = declared_fields(RESOURCES[kind]) - filled - shared - FORGOTTEN
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
