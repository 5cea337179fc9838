"""Arguments that nobody means well with: each is refused in a sentence, or finds nothing."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loaders.pages import packed
from server.collector.inventory import Observation, ResourceObservation
from server.store.embedded import EmbeddedMongo
from tests.schema.graph.api import FACTS, Api, open_api

UUID = "11111111-0000-4000-8000-000000000001"
NOT_ONE = "The cursor is not one of this list."
HALF = "\ud800"


def vm(name: str, number: int) -> Observation:
    uuid = f"{UUID[:-1]}{number}"
    nic = "<interface type='network'><mac address='52:54:00:00:00:01'/><source network='{}'/></interface>"
    xml = (
        f"<domain type='kvm'><name>{name}</name><uuid>{uuid}</uuid><devices>{nic.format('lan')}{nic.format('gone')}"
        "<disk type='file'><source file='/shared'/><target dev='vda'/></disk></devices></domain>"
    )
    return Observation(uuid, "RUNNING", xml)


@pytest.fixture(scope="module")
async def there(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """Two VMs that share a network and an image."""
    async with open_api(mongo.uri) as api:
        await api.inventory.host_connected("kvm", "qemu:///system", FACTS)
        await api.inventory.vms_observed("kvm", [vm("a", 1), vm("b", 2)])
        networks = [
            ResourceObservation("NETWORK", name, f"<network><name>{name}</name><bridge name='virbr0'/></network>")
            for name in ("lan", "wan")
        ]
        await api.inventory.resources_observed("kvm", "networks", networks)
        yield api


LISTS = {
    "resources": "resources(ARGUMENTS) { edges { cursor } nodes { id } }",
    "resources of a host": "hosts { resources(ARGUMENTS) { edges { cursor } nodes { id } } }",
    "sockets": "resources(kind: NETWORK, referenced: true, ARGUMENTS) { edges { cursor } nodes { id } }",
    "attachments": "resources { nodes { attachments(ARGUMENTS) { edges { cursor } nodes { role } } } }",
    "naming": "resources { nodes { referencedBy(ARGUMENTS) { edges { cursor } nodes { id } } } }",
    "neighbours": "vms { nodes { neighbours(ARGUMENTS) { edges { cursor } nodes { vm { id } } } } }",
    "dependents": "vms { nodes { dependents(ARGUMENTS) { edges { cursor } nodes { role } } } }",
    "naming of a VM": "vms { nodes { referencedBy(ARGUMENTS) { edges { cursor } nodes { id } } } }",
    "free devices": "hosts { freeDevices(ARGUMENTS) { edges { cursor } nodes { id } } }",
    "conflicts": "conflicts(ARGUMENTS) { edges { cursor } nodes { kind } }",
    "changes": "changes(ARGUMENTS) { edges { cursor } nodes { revision } }",
    "changes from the start": "changes(order: OLDEST_FIRST, ARGUMENTS) { edges { cursor } nodes { cursor } }",
    "history of a VM": "vms { nodes { history(ARGUMENTS) { edges { cursor } nodes { at } } } }",
    "history of a device": "vms { nodes { devices { history(ARGUMENTS) { edges { cursor } nodes { at } } } } }",
    "history of a resource": "resources { nodes { history(ARGUMENTS) { edges { cursor } nodes { at } } } }",
}
SORTS = {name: "resources" if name.startswith(("resources", "naming", "free")) else name for name in LISTS} | {
    "dependents": "attachments",
    "changes from the start": "changes",
    "history of a VM": "history",
    "history of a device": "history",
    "history of a resource": "history",
}
"""What the lists are of: those of one sort take each other's cursors, which only tell a place in the order."""
every_list = pytest.mark.parametrize("selection", LISTS.values(), ids=LISTS)


def asked(selection: str) -> str:
    return f"query($first: Int, $after: String) {{ {selection.replace('ARGUMENTS', 'first: $first, after: $after')} }}"


async def messages(api: Api, query: str, **variables: Any) -> set[str]:
    """What a query is told; nothing but mistakes of the client."""
    result = await api.schema.execute(query, variables, context_value=api.context())
    for error in result.errors or ():
        assert error.original_error is None or isinstance(error.original_error, ValueError), repr(error.original_error)
    return {error.message for error in result.errors or ()}


def cursors(answer: Any) -> set[str]:
    """All cursors in an answer."""
    if isinstance(answer, list):
        return {one for item in answer for one in cursors(item)}
    if isinstance(answer, dict):
        own = {answer["cursor"]} if "cursor" in answer else set()
        return own | {one for item in answer.values() for one in cursors(item)}
    return set()


@every_list
@pytest.mark.parametrize("first", [-1, 501, 2**31 - 1, -(2**31)])
async def test_pages_have_a_size(there: Api, selection: str, first: int) -> None:
    told = await messages(there, asked(selection), first=first, after=None)
    assert told == {f"A page holds 0 to 500 items, not {first}; read on with `after`."}


@every_list
@pytest.mark.parametrize(
    "after",
    [
        "", "x", "%%%", HALF, "é", "A" * 100_000, packed([]), packed(["name", "x", "y"]), packed(["resources"]),
        packed(["resources", None, None, None]), packed(["resources", "NETWORK", HALF, "x"]),
        packed(["resources", {"$gt": ""}, "x", "y"]), packed(["attachments", "a", "b", "c", HALF]),
        packed(["attachments", 1, 2, 3, 4]), packed(["neighbours", {"$ne": None}]), packed(["conflicts", 99, "x"]),
        packed(["conflicts", -1, "x"]), packed(["conflicts", 10**30, "x"]), packed(["conflicts", 0, HALF]),
        packed(["referenced", ["x"]]), packed(["revisions", 0]), packed(["revisions", HALF]),
        packed(["revisions", 1.5]), packed(["revisions", 10**30]), packed(["revisions", True]),
        packed(["change", 1, 2, 3]), "W" * 4000 + "==",
    ],
    ids=lambda after: repr(after)[:24],
)  # fmt: skip
async def test_what_is_no_cursor_is_refused(there: Api, selection: str, after: str) -> None:
    assert await messages(there, asked(selection), first=2, after=after) == {NOT_ONE}


async def test_cursors_of_other_lists_are_refused(there: Api) -> None:
    given = {name: cursors(await there.data(asked(LISTS[name]), first=5, after=None)) for name in SORTS}
    assert all(given[name] for name in ("resources", "sockets", "attachments", "neighbours", "conflicts", "changes"))
    assert given["history of a VM"]
    for name, selection in LISTS.items():
        for other, some in given.items():
            for cursor in some:
                told = await messages(there, asked(selection), first=5, after=cursor)
                assert told == (set() if SORTS[name] == SORTS[other] else {NOT_ONE}), (name, other)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_any_place_is_one_of_the_list_or_refused(there: Api, data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from(["resources", "attachments", "neighbours", "conflicts", "referenced", "revisions"])
    )
    rest = st.lists(st.none() | st.text() | st.integers() | st.booleans() | st.dictionaries(st.text(), st.text()))
    selection = data.draw(st.sampled_from(list(LISTS.values())))
    told = await messages(there, asked(selection), first=3, after=packed([name, *data.draw(rest)]))
    assert told <= {NOT_ONE}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("query($t: String!) { conflicts(host: $t) { nodes { kind } } }", "`host` is not valid Unicode."),
        ("query($t: String!) { resources(filter: {host: {eq: $t}}) { nodes { id } } }", "not valid Unicode"),
        ("query($t: String!) { resources(filter: {name: {in: [$t]}}) { totalCount } }", "not valid Unicode"),
        ("query($t: String!) { resources(filter: {name: {contains: $t}}) { totalCount } }", "not valid Unicode"),
        ("query($t: String!) { resources(filter: {untyped: {startsWith: $t}}) { totalCount } }", "not valid Unicode"),
        ("query($t: String!) { resources(kind: UNIX_SOCKET, filter: {name: {eq: $t}}) { nodes { id } } }",
         "not valid Unicode"),
        ("query($t: String!) { hosts { freeDevices(capability: $t) { nodes { id } } } }", "not valid Unicode"),
        ("query($t: ID!) { resource(id: $t) { id } }", None),
        ("query($t: String!) { host(name: $t) { resources { totalCount } } }", None),
    ],
)  # fmt: skip
async def test_half_a_surrogate_pair(there: Api, query: str, said: str | None) -> None:
    told = await messages(there, query, t=HALF)
    assert len(told) == (said is not None)
    assert all(str(said) in one for one in told)


@pytest.mark.parametrize("text", ["$where", "{$gt: ''}", "a.b", "^.*$", "(", "\\", "\x00", "x" * 4000, "|", "||", "é|"])
async def test_texts_are_only_texts(there: Api, text: str) -> None:
    query = """query($t: String!) {
      conflicts(host: $t) { nodes { kind } } hosts { freeDevices(capability: $t) { nodes { id } } }
      a: resources(filter: {name: {eq: $t}}) { totalCount } b: resources(filter: {host: {in: [$t]}}) { totalCount }
      c: resources(filter: {untyped: {startsWith: $t}}) { totalCount }
      d: resources(kind: MAC_ADDRESS, filter: {name: {eq: $t}, host: {notIn: []}}) { totalCount nodes { name } }
    }"""
    data = await there.data(query, t=text)
    assert data == {
        "conflicts": {"nodes": []}, "hosts": [{"freeDevices": {"nodes": []}}], "a": {"totalCount": 0},
        "b": {"totalCount": 0}, "c": {"totalCount": 0}, "d": {"totalCount": 0, "nodes": []},
    }  # fmt: skip


async def test_nobody_asks_for_no_kinds_or_roles(there: Api) -> None:
    """An empty list of what is wanted is nothing, a list with everything twice is everything once."""
    data = await there.data(
        """{ conflicts(kinds: []) { nodes { kind } }
             twice: conflicts(kinds: [DUPLICATE_MAC, DUPLICATE_MAC]) { nodes { kind } }
             vms { nodes { attachments(roles: []) { role } neighbours(roles: []) { nodes { vm { id } } } } }
             resources { nodes { attachments(roles: []) { totalCount nodes { role } } references(roles: []) { role }
                                 referencedBy(roles: []) { nodes { id } } } } }"""
    )
    assert data["conflicts"]["nodes"] == []
    assert data["twice"]["nodes"] == [{"kind": "DUPLICATE_MAC"}]
    for one in data["vms"]["nodes"]:
        assert one == {"attachments": [], "neighbours": {"nodes": []}}
    for one in data["resources"]["nodes"]:
        assert one == {"attachments": {"totalCount": 0, "nodes": []}, "references": [], "referencedBy": {"nodes": []}}
