"""Every edge, forward and back: what names a key, and what answers to it."""

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

import schema
from schema.definition import WholeDomain
from schema.devices import DEVICES
from schema.edges import ANSWERS, EDGES, answers_of, edges_of
from schema.edges.spaces import SPACES
from schema.edges.words import Row
from schema.element import Document
from schema.referenced import REFERENCED
from schema.resource import RESOURCES, called
from schema.tables import node
from tests.conftest import Say
from tests.edges.case import Case, all_cases
from tests.schema.host.test_resources import SOURCES
from tests.shared import SHARED, corpus, needs_corpus

HOST = "kvm-1"
PLAN = SHARED / "design" / "graph-edges.md"
CASES = all_cases()
every_case = pytest.mark.parametrize("case", CASES, ids=str)


def resources_of(case: Case) -> dict[str, Document]:
    """The case's resources by `KIND/name`, as they are stored."""
    found = {}
    for xml, facts in case.resources:
        document = schema.resource_from_xml(xml) | ({"facts": facts} if facts else {})
        found[f"{document['kind']}/{called(document)}"] = document
    return found


def owners_in_vm(definition: Document) -> Iterator[tuple[str, str, Document]]:
    for device in schema.devices_of(definition):
        yield device["id"], device["kind"].lower(), device
    yield "", "domain", definition


def named(case: Case) -> list[tuple[str, str, str, str]]:
    """Everything that the case's documents name: owner, role, key, access."""
    definition = schema.domain_from_xml(case.xml)
    resources = resources_of(case)
    return [
        *((one.get("device", ""), one["role"], one["key"], one["access"])
          for one in schema.attachments(definition, HOST)),
        *((owner, edge.role, key, edge.access_of(document, row))
          for owner, tag, document in (*owners_in_vm(definition), *((name, one["kind"], one)
                                                                    for name, one in resources.items()))
          for edge, row in edges_of(tag, within_vm=True)
          for key in row.keys(document, "")),
        *((name, one["role"], one["key"], "READ")
          for name, resource in resources.items() for one in schema.resource_links(resource, HOST)),
    ]  # fmt: skip


def answering(case: Case) -> dict[str, list[str]]:
    """Who answers to which keys: a device or the domain, within the VM and beyond, or a resource."""
    definition = schema.domain_from_xml(case.xml)
    found: dict[str, list[str]] = {}
    for owner, tag, document in owners_in_vm(definition):
        for answer in answers_of(tag):
            for key in answer.keys(document, "" if answer.to.scope == "VM" else HOST):
                found.setdefault(key, []).append(owner or "domain")
    for name, resource in resources_of(case).items():
        for key in schema.resource_keys(resource, HOST):
            found.setdefault(key, []).append(name)
    return found


@every_case
def test_the_owner_names_it(case: Case) -> None:
    owned = [entry for entry in named(case) if entry[:2] == (case.owner, case.role)]
    assert (case.owner, case.role, case.key_on(HOST), case.access) in owned, owned


@every_case
def test_what_is_named_answers(case: Case) -> None:
    answers = answering(case).get(case.key_on(HOST), [])
    assert answers == ([case.answered] if case.answered else [])
    space = SPACES[case.key.partition("|")[0]]
    if case.answered in ("", "domain"):
        assert case.kind == space.kind
        assert space.scope == "VM" or case.kind in REFERENCED or case.kind in RESOURCES
    else:
        kinds = {device["id"]: device["kind"] for device in schema.devices_of(schema.domain_from_xml(case.xml))}
        assert case.kind == kinds.get(case.answered, case.answered.partition("/")[0])


@every_case
def test_a_device_is_made_of_one_thing(case: Case) -> None:
    assert EDGES[case.role].source is case.source
    definition = schema.domain_from_xml(case.xml)
    for device in schema.devices_of(definition):
        made_of = {edge.role for edge, row in edges_of(device["kind"].lower(), within_vm=False)
                   if edge.source and any(row.names(device))}  # fmt: skip
        assert len(made_of) <= 1


def test_every_edge_has_a_case() -> None:
    assert {case.role for case in CASES} == set(EDGES)


INSTEAD: dict[type, tuple[str, ...]] = {str: ("", "x|y", "-1", "//:a:1]"), int: ("9" * 30,)}
"""What stands in place of values: texts can be anything, numbers beyond 64 bits are texts."""


def pruned(document: Any) -> Iterator[Any]:
    """The document without one of its values, or with another text in its place, for each of them."""
    places: list[tuple[tuple[Any, ...], Any]] = [((), document)]
    for path, value in places:  # grows while it is walked
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        places += [((*path, step), one) for step, one in inner]
    for path, value in places[1:]:
        if path[-1] in ("kind", "id"):  # the codec's own, never missing
            continue
        for instead in (None, *INSTEAD.get(type(value), ())):
            changed = copy.deepcopy(document)
            holder = changed
            for step in path[:-1]:
                holder = holder[step]
            if instead is not None:
                holder[path[-1]] = instead
            else:
                del holder[path[-1]]
            yield changed


@every_case
def test_no_document_is_too_odd(case: Case) -> None:
    for definition in pruned(schema.domain_from_xml(case.xml)):
        for _, tag, document in owners_in_vm(definition):
            touch(tag, document)
    for resource in resources_of(case).values():
        for odd in pruned(resource):
            touch(resource["kind"], odd)


def touch(tag: str, document: Document) -> None:
    """Apply every row that there is for the document."""
    rows = [row for vm in (False, True) for _, row in edges_of(tag, within_vm=vm)]
    for row in (*rows, *answers_of(tag)):
        for key in row.keys(document, HOST):
            assert key.startswith(f"{key.partition('|')[0]}|")
            assert key.partition("|")[0] in SPACES


@needs_corpus
def test_the_corpus_is_walked() -> None:
    for path in corpus("domain"):
        definition = schema.domain_from_xml(path.read_bytes())
        for _, tag, document in owners_in_vm(definition):
            touch(tag, document)


@needs_corpus
@pytest.mark.parametrize("folder", [folder for _, folder in SOURCES.values() if folder])
def test_the_corpus_of_resources_is_walked(folder: str) -> None:
    for path in corpus(folder):
        resource = schema.resource_from_xml(path.read_bytes())
        touch(resource["kind"], resource)


BESIDE = {"domain", "devices", "facts", "name", "uuid", "kind"}
"""Keys of a whole definition, or that the store puts around a resource's own."""


@pytest.mark.parametrize(
    "row",
    [*(row for edge in EDGES.values() for row in edge.rows), *ANSWERS],
    ids=lambda row: f"{row.of}:{row.at}:{row.to.name}",
)
def test_paths_are_declared(row: Row) -> None:
    """A path that no declaration has would never find anything."""
    tags = list(DEVICES) if row.of == "*" else row.of.split()
    for path in row.at.split():
        found = [walked(path, tag) for tag in tags]
        assert all(found) if row.of != "*" else any(found), path


def walked(path: str, tag: str) -> bool:
    steps = [step.partition("[")[0] for step in path.split(".")]
    if tag == "domain":
        tables = [node(WholeDomain)]
        steps = steps[1:] if steps[0] == "domain" else steps
    else:
        tables = [node(DEVICES[tag] if tag in DEVICES else RESOURCES[tag])]
        if steps[0] == "facts":
            return True
    for step in steps:
        if step not in BESIDE and not any(step in table.keys for table in tables):
            return False
        tables = [inner for table in tables for inner in table.below(step) if inner is not None]
    return True


@pytest.mark.skipif(not PLAN.is_file(), reason=f"the plan of the edges is not at {PLAN}")
def test_every_edge_of_the_plan_is_there(say: Say) -> None:
    planned = set(re.findall(r"^\| ([a-z][a-z0-9-]+) \|", PLAN.read_text(), re.MULTILINE)) - {"id"}
    say(f"edges of the plan: {len(planned)}, as rows: {len(planned & set(EDGES))}, cases: {len(CASES)}")
    assert planned - set(EDGES) == {"dom-host"}, "which is `VirtualMachine.host`, and back `Host.vms`"
    assert len(planned) == 105
