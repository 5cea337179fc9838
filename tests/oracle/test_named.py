"""Queries that chance seldom writes, over whole and over damaged documents."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, NamedTuple

import pytest

from schema.element import Document

from .fleet import Fleet
from .outcome import Likeness
from .pair import Pair
from .queries import Query

Change = Callable[[Document], Any]


class Named(NamedTuple):
    """A query, values of its variables, and what is done to every VM before it is asked a second time."""

    text: str
    variables: dict[str, Any] | None = None
    change: Change | None = None
    operation: str | None = None


def every(kind: str, change: Callable[[Document], Any], *, start: int = 0) -> Change:
    """A change of every second device in a list of a VM."""

    def changed(vm: Document) -> None:
        for device in vm.get("devices", {}).get(kind, [])[start::2]:
            change(device)

    return changed


DISKS = "vms(first: 60) { nodes { name disks { id %s } } }"

CASES = {
    "merged fields across fragments": Named("""{
        vms(first: 60) { ...A nodes { disks { target { dev } } } ...B }
      }
      fragment A on VmConnection { nodes { disks { target { bus } ... on Device { alias } } name } }
      fragment B on VmConnection { nodes { name disks { id target { removable dev } } } totalCount }"""),
    "an alias that is another field's name": Named(
        "{ vms(first: 60) { nodes { name: uuid uuid: name disks: interfaces { id: kind kind: id } } } }"
    ),
    "an alias with another meaning in each type": Named(
        "{ vms(first: 60) { nodes { devices { ... on Disk { it: serial } ... on Interface { it: model } } } } }"
    ),
    "@skip on fragments": Named(
        """query($yes: Boolean!) { vms(first: 60) { nodes {
             ...A @skip(if: $yes) ... @include(if: $yes) { uuid } ... on Node @skip(if: $yes) { id } } } }
           fragment A on VirtualMachine { name disks { id } }""",
        {"yes": True},
    ),
    "the same without": Named(
        """query($yes: Boolean!) { vms(first: 60) { nodes {
             ...A @skip(if: $yes) ... @include(if: $yes) { uuid } ... on Node @skip(if: $yes) { id } } } }
           fragment A on VirtualMachine { name disks { id } }""",
        {"yes": False},
    ),
    "a fragment that is skipped once and spread again": Named(
        "{ vms(first: 3) { nodes { ...A @skip(if: true) uuid ...A } } } fragment A on VirtualMachine { name }"
    ),
    "nothing is selected in the end": Named("{ vms(first: 2) { nodes { name @skip(if: true) } } }"),
    "nothing at all is selected": Named("{ changeCursor @skip(if: true) ... @include(if: false) { hosts { name } } }"),
    "defaults of variables": Named(
        """query($first: Int = 3, $wanted: Boolean = false, $kinds: [DeviceKind!] = [DISK]) {
             vms(first: $first) { nodes { name @include(if: $wanted) devices(kinds: $kinds) { id } } } }"""
    ),
    "a default that is overridden": Named(
        "query($wanted: Boolean = false) { vms(first: 3) { nodes { name @include(if: $wanted) state } } }",
        {"wanted": True},
    ),
    "null for a condition": Named(
        "query($wanted: Boolean = false) { vms(first: 3) { nodes { name @include(if: $wanted) state } } }",
        {"wanted": None},
    ),
    "an edge that is included": Named(
        """query($v: Boolean!) { vms(first: 9) { nodes {
             host @include(if: $v) { name } conflicts @skip(if: $v) { kind } } } }""",
        {"v": True},
    ),
    "an edge that is not": Named(
        """query($v: Boolean!) { vms(first: 9) { nodes {
             host @include(if: $v) { name } conflicts @skip(if: $v) { kind } } } }""",
        {"v": False},
    ),
    "one edge under several names": Named("""{ vms(first: 9) { nodes {
        one: neighbours(first: 1) { nodes { vm { name } } } two: neighbours(first: 2) { nodes { vm { uuid } } }
        neighbours(first: 2) { nodes { vm { name } } } disks { resource { name } again: resource { id host { name } } }
      } } }"""),
    "an edge whose parts are merged": Named("""{ vms(first: 9) { nodes {
        disks { resource { name } ... on Disk { resource { ... on StorageVolume { capacity { bytes } } } } }
        devices { resource { id } ... on Disk { resource { attachments(first: 2) { nodes { vm { name } } } } } }
      } } }"""),
    "edges three deep": Named("""{ vms(first: 20) { nodes { disks { resource { __typename attachments(first: 5) {
        nodes { role vm { name host { name } disks { id resource { name } } } } } } } } } }"""),
    "null among devices": Named(
        "{ vms(first: 60) { nodes { name devices { id xml } } } }",
        change=lambda vm: vm["devices"]["disks"].append(None),
    ),
    "null among texts": Named(
        "{ vms(first: 60) { nodes { name untyped } } }", change=lambda vm: vm.update(untyped=[{"path": None}])
    ),
    "an error in the middle of an edge's list": Named(
        "{ vms(first: 60) { nodes { disks { id resource { id kind } serial } } } }",
        change=every("disks", lambda disk: disk.update(serial={"words": 7}), start=1),
    ),
    "an error in a field that may be null": Named(
        "{ %s }" % (DISKS % "serial bootOrder"),
        change=every("disks", lambda disk: disk.update(serial=[1], bootOrder="first")),
    ),
    "a null that goes up to a field that may be null": Named(
        "{ %s }" % (DISKS % "address { ... on PciAddress { text slot } } driver { name extra { name } }"),
        change=every("disks", lambda disk: disk.update(address={"kind": "pci", "slot": []}, driver={"extra": 7})),
    ),
    "null for what no declaration knows": Named(
        "{ %s }" % (DISKS % "serial extra { name value }"), change=every("disks", lambda disk: disk.update(extra=None))
    ),
    "an emulator that is a number": Named(
        "{ vms(first: 60) { nodes { name emulator } } }", change=lambda vm: vm["devices"].update(emulator=7)
    ),
    "an emulator that is an object": Named(
        "{ vms(first: 60) { nodes { emulator disks { id } } } }", change=lambda vm: vm["devices"].update(emulator={})
    ),
    "an emulator where devices are none": Named(
        "{ vms(first: 60) { nodes { emulator disks { id } name } } }", change=lambda vm: vm.update(devices=None)
    ),
    "a null that goes up to the data": Named(
        "{ changeCursor vms(first: 60) { nodes { state name } } hosts { name } }",
        change=lambda vm: vm.update(state="ODD"),
    ),
    "a null that goes up to an edge": Named(
        "{ hosts { vms(first: 9) { totalCount nodes { name revision } } } }", change=lambda vm: vm.update(revision=None)
    ),
    "a null that goes up to a node": Named(
        "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on VirtualMachine { sourceKey } } }",
        change=lambda vm: vm.pop("sourceKey"),
    ),
    "a kind that nobody knows": Named(
        "{ vms(first: 60) { nodes { devices { __typename id summary } } } }",
        change=every("disks", lambda disk: disk.update(kind="UNHEARD_OF")),
    ),
    "a source of a kind that nobody knows": Named(
        "{ %s }" % (DISKS % "source { __typename kind ... on FileDiskSource { file } }"),
        change=every("disks", lambda disk: disk.update(source={"kind": "UNHEARD_OF", "file": "a"})),
    ),
    "numbers of every size": Named(
        "{ %s }" % (DISKS % "bootOrder rotationRate: bootOrder"),
        change=every("disks", lambda disk: disk.update(bootOrder=2**31)),
    ),
    "a number that is whole": Named("{ %s }" % (DISKS % "bootOrder"),
        change=every("disks", lambda disk: disk.update(bootOrder=5.0))),
    "no number": Named("{ %s }" % (DISKS % "bootOrder"),
        change=every("disks", lambda disk: disk.update(bootOrder=float("nan")))),
    "true for a number, a number for true": Named("{ %s }" % (DISKS % "bootOrder rawio"),
        change=every("disks", lambda disk: disk.update(bootOrder=True, rawio=1))),
    "__typename everywhere": Named("""{ __typename vms(first: 60) { __typename edges { __typename node { __typename
        host { __typename } domain { __typename os { __typename type { __typename } } } devices { __typename address {
        __typename } resource { __typename } } } } pageInfo { __typename } } }"""),
    "introspection beside documents": Named(
        '{ __schema { queryType { name } } vms(first: 2) { nodes { name } } __type(name: "Disk") { name kind } }'
    ),
    "the second operation": Named(
        "query A { hosts { name } } query B { vms(first: 2) { nodes { name } } }", operation="B"
    ),
    "no operation of several": Named("query A { hosts { name } } query B { vms(first: 2) { nodes { name } } }"),
    "an operation that is not there": Named("query A { hosts { name } }", operation="B"),
    "empty lists": Named("{ vms(first: 0) { nodes { disks { id } } edges { cursor } } nodes(ids: []) { id } }"),
    "no such thing": Named(
        '{ vm(id: "x") { name } node(id: "") { id } host(name: "x") { name } resource(id: "é") { id } }'
    ),
    "texts of all the world": Named(
        "{ vms(first: 60) { nodes { name disks { serial } } } search(text: \"ü€😀\") { nodes { field } } }",
        change=every("disks", lambda disk: disk.update(serial='ü€😀\u0000\u2028"\\\ud7ff')),
    ),
    "a page that is too large": Named("{ vms(first: 501) { nodes { name } } hosts { name } }"),
    "a cursor that is none": Named('{ vms(first: 1, after: "?") { nodes { name } } }'),
    "a value of no enum": Named(
        "query($k: [DeviceKind!]) { vms(first: 1) { nodes { devices(kinds: $k) { id } } } }", {"k": ["NOTHING"]}
    ),
    "a variable that is missing": Named("query($id: ID!) { vm(id: $id) { name } }"),
    "one field with two meanings": Named("{ vms(first: 1) { nodes { a: name a: uuid } } }"),
    "what is not in the schema": Named("{ vms { nodes { nothing } } }"),
    "no GraphQL": Named("{ vms { "),
    "a subscription": Named("subscription { changes { __typename } }"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
async def test_plans_answer_what_graphql_answers(name: str, fleet: Fleet, pair: Pair) -> None:
    asked = CASES[name]
    ids = {"ids": list(fleet.known["vm.id"])} if "$ids" in asked.text else {}
    query = Query(asked.text, (asked.variables or {}) | ids, asked.operation)
    *ours, plain_of_whole = whole = await pair.outcomes(query, fleet.api)
    assert all(one.likeness(plain_of_whole) is not Likeness.DIFFERENT for one in ours), whole
    if asked.change is None:
        return
    changed = deepcopy([vm for vm in fleet.documents["vms"] if vm.get("devices", {}).get("disks")])
    for vm in changed:
        asked.change(vm)
    await fleet.put({"vms": changed})
    try:
        *ours, plain = await pair.outcomes(query, fleet.api)
    finally:
        await fleet.restore({"vms": changed})
    assert plain != plain_of_whole, "nothing of the change is seen"
    assert all(one.likeness(plain) is not Likeness.DIFFERENT for one in ours), (*ours, plain)
    assert await pair.outcomes(query, fleet.api) == whole
