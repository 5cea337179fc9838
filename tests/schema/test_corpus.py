"""Every document of libvirt's own test suite, in and out."""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import bson

import schema
from schema.definition import WholeDomain
from schema.element import Document
from schema.scalars import Integer, Word
from schema.tables import Child, Node, Slot, node
from tests.conftest import Say
from tests.shared import corpus, difference, needs_corpus

pytestmark = needs_corpus


def through_bson(definition: Document) -> Document:
    stored: Document = bson.decode(bson.encode(definition))
    return stored


def test_every_document_comes_back_the_same(say: Say) -> None:
    differences = {}
    for path in corpus():
        xml = path.read_bytes()
        if found := difference(xml, schema.domain_to_xml(through_bson(schema.domain_from_xml(xml)))):
            differences[path.name] = found
    say(f"corpus round trip: {len(corpus()) - len(differences)} of {len(corpus())} documents are the same")
    assert differences == {}
    assert len(corpus()) >= 2106


def test_nearly_all_leaf_values_of_declared_kinds_are_typed(say: Say) -> None:
    whole: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = {}
    for path in corpus():
        xml = path.read_bytes()
        for kind, counts in schema.typed_share(xml, schema.domain_from_xml(xml)).items():
            whole.update(counts)
            kinds.setdefault(kind, Counter()).update(counts)
    share = 1 - whole["untyped"] / whole["total"]
    say(f"typed: {whole['total'] - whole['untyped']} of {whole['total']} leaf values ({share:.3%})")
    assert share >= 0.95
    assert {kind: counts for kind, counts in kinds.items() if counts["untyped"] > 0.05 * counts["total"]} == {}


def typed_values(table: Node, document: Document, at: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every typed value of a document: the way to it and its slot, or its plan for a list of texts."""
    for slot in table.slots():
        if slot.key in document:
            yield (*at, slot.key), slot
    for _, plan in table.plans():
        value = document.get(plan.key)
        if value is None:
            continue
        if not isinstance(plan.of, type):
            yield from (((*at, plan.key, number), plan) for number in range(len(value)))
        elif plan.many:
            for number, item in enumerate(value):
                yield from typed_values(plan.shape(item.get("kind", "")), item, (*at, plan.key, number))
        else:
            yield from typed_values(plan.shape(value.get("kind", "")), value, (*at, plan.key))


def changed(value: Any, claim: Slot | Child) -> Any:
    """Another value of the same field."""
    if isinstance(claim, Slot) and isinstance(claim.spelling, Word):
        return next((word for word in sorted(claim.spelling.words) if word != value), None)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value - 1 if value > 0 else value + 1
    if isinstance(claim, Child) and claim.of is None:
        return "<changed/>"
    if isinstance(claim, Slot) and claim.spelling is not None and isinstance(claim.spelling, Integer):
        return value[:-1] + ("1" if value[-1] != "1" else "2")
    return f"{value}-changed"


def test_no_copy_of_the_xml_is_kept(say: Say) -> None:
    """Each typed field, wherever the corpus first fills it: another value gives other XML, and is read back."""
    seen: set[tuple[Any, ...]] = set()
    table = node(WholeDomain)
    for path in corpus():
        xml = path.read_bytes()
        definition = schema.domain_from_xml(xml)
        whole = {**definition["domain"], **{key: definition[key] for key in definition if key != "domain"}}
        for way, claim in typed_values(table, whole):
            field = tuple(step for step in way if isinstance(step, str))
            if field in seen:
                continue
            full = way if way[0] in ("name", "uuid", "devices") else ("domain", *way)
            other = deepcopy(definition)
            home: Any = other
            for step in full[:-1]:
                home = home[step]
            if (new := changed(home[full[-1]], claim)) is None:
                continue  # an enum of a single word
            seen.add(field)
            home[full[-1]] = new
            written = schema.domain_to_xml(other)
            assert difference(xml, written) is not None, f"{path.name}: {full} may change without changing the XML"
            if new is not False and "kind" not in full:
                again: Any = schema.domain_from_xml(written)
                for step in full[:-1]:
                    again = again[step]
                if isinstance(claim, Slot) and claim.key != "type":  # `type` decides the shape of its neighbours
                    assert again.get(full[-1]) == new, full
    say(f"changed and found in the XML: {len(seen)} typed fields")
    assert len(seen) > 400


def test_the_text_of_a_document_may_be_str_or_bytes() -> None:
    for path in corpus()[::100]:
        xml = path.read_bytes()
        assert schema.domain_from_xml(xml) == schema.domain_from_xml(xml.decode())


def test_ids_are_unique_within_a_vm() -> None:
    for path in corpus():
        ids = [device["id"] for device in schema.devices_of(schema.domain_from_xml(path.read_bytes()))]
        assert len(ids) == len(set(ids)), path.name


def test_reading_again_keeps_every_id() -> None:
    for path in corpus()[::7]:
        xml = path.read_bytes()
        first, second = schema.domain_from_xml(xml), schema.domain_from_xml(xml)
        schema.keep_identity(first, second)
        assert first == second, path.name
