"""The declarations beside libvirt's schemas: every path claimed, every value typed, every field filled somewhere.

The schemas are 11.3's, beside the repository, or else the host's own.
"""

import json
import re
from collections import Counter
from functools import cache
from typing import Any

import bson
import pytest

import schema
from schema.element import Document
from schema.scalars import Verbatim
from tests.conftest import Say
from tests.relaxng import places
from tests.schema.claims import claimed, declared_fields, filled_fields, spelled
from tests.schema.test_newer import NEWER, UNHEARD_OF
from tests.shared import (
    SCHEMAS,
    SHARED,
    corpus,
    difference,
    generated,
    grammar,
    needs_corpus,
    needs_schemas,
)

CATALOGUE = SHARED / "libvirt" / "rng_catalog.json"

pytestmark = needs_schemas
needs_catalogue = pytest.mark.skipif(not CATALOGUE.is_file(), reason=f"the schemas' catalogue is not at {CATALOGUE}")

STRINGS = {
    "@type @model @mode @protocol @name": "kinds of devices meet under these names, where enums would contradict",
    "wwn @wwnn @wwpn @parent_wwnn @parent_wwpn @parent_fabric_wwn": "names, of 64 bits that JSON numbers do not hold",
    "@arch @machine type": "sets that grow with every hypervisor",
    "@adjustment": "a number of seconds or the word `reset`; `adjustmentSeconds` is the number",
    "@passwdValidTo": "a time without a zone, kept as it was written",
}
"""Values that stay strings though the schema lists words or says more of them, and why."""


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """What the catalogue says of each path: those of devices, then those of the rest of the domain."""
    content = json.loads(CATALOGUE.read_text())
    devices = {f"domain/devices/{one['path']}": one for kind in content["devices"].values() for one in kind["paths"]}
    return devices | {one["path"]: one for one in content["domain_without_devices"]}


def through_bson(xml: str | bytes) -> Document:
    stored: Document = bson.decode(bson.encode(schema.domain_from_xml(xml)))
    return stored


def test_every_path_of_the_schema_is_claimed(say: Say) -> None:
    paths = sorted(path for path in grammar().targets(grammar().start) if "=" not in path)
    unclaimed = [path for path in paths if not claimed(path)]
    say(f"paths of {SCHEMAS}: {len(paths) - len(unclaimed)} of {len(paths)} claimed")
    assert unclaimed == []
    assert len(paths) > 2500


@needs_catalogue
def test_every_path_of_the_catalogue_is_claimed(say: Say) -> None:
    counts: dict[str, Counter[bool]] = {"device": Counter(), "domain": Counter()}
    for path in catalogue():
        counts["device" if path.startswith("domain/devices/") else "domain"][bool(claimed(path))] += 1
    for kind, count in counts.items():
        say(f"{kind} paths of the catalogue: {count[True]} of {count.total()} claimed")
    assert [path for path in catalogue() if not claimed(path)] == []
    assert (counts["device"].total(), counts["domain"].total()) == (2096, 688)


@needs_catalogue
def test_values_that_the_schema_types_are_typed() -> None:
    excused = {name for names in STRINGS for name in names.split()}
    plain = set()
    for path, one in catalogue().items():
        base = one.get("base") or (one.get("text") or {}).get("base") or "string"
        if base != "string" and any(isinstance(spelled(claim), Verbatim) for claim in claimed(path)):
            plain.add(path.rpartition("/")[2])
    assert plain - excused == set()
    assert excused - plain == set(), "these need no excuse any more"


def test_a_path_that_no_schema_knows_is_not_claimed() -> None:
    for path in ("domain/devices/oracle", "domain/@mood", "domain/devices/disk/target/@mood", "domain/os/type/inner"):
        assert claimed(path) == []


def test_generated_documents_come_back_the_same(say: Say) -> None:
    documents = list(generated().values())
    differences = [found for xml in documents if (found := difference(xml, schema.domain_to_xml(through_bson(xml))))]
    say(f"generated documents: {len(documents) - len(differences)} of {len(documents)} are the same")
    assert differences == []
    assert len(documents) > 500


def test_generated_documents_have_every_path_and_word(say: Say) -> None:
    wanted = grammar().targets(grammar().start)
    held = {one for xml in generated().values() for one in places(xml)}
    again = re.compile(r"/(backingStore|source)/(.+/)?\1/")  # those of the outer one once more
    missing = sorted(one for one in wanted - held if not again.search(one))
    say(f"paths and words in generated documents: {len(wanted & held)} of {len(wanted)}")
    assert missing == []


def test_generated_documents_are_typed() -> None:
    assert {path for xml in generated().values() for path in schema.untyped(schema.domain_from_xml(xml))} == set()


@needs_corpus
def test_valid_documents_of_libvirt_are_typed(say: Say) -> None:
    valid = [xml for path in corpus() if grammar().accepts(xml := path.read_bytes())]
    untyped = {path for xml in valid for path in schema.untyped(schema.domain_from_xml(xml))}
    say(f"libvirt's documents that are valid: {len(valid)} of {len(corpus())}; untyped in them: {len(untyped)}")
    assert untyped == set()
    assert len(valid) > 1500


@needs_corpus
def test_some_document_fills_every_declared_field(say: Say) -> None:
    every: list[str | bytes] = [NEWER, UNHEARD_OF, *generated().values(), *(path.read_bytes() for path in corpus())]
    filled = {field for xml in every for field in filled_fields(schema.domain_from_xml(xml))}
    say(f"declared fields: {len(declared_fields())}, filled by documents: {len(filled & declared_fields())}")
    assert sorted(declared_fields() - filled) == []
