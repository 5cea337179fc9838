"""Filters: what MongoDB finds for them is what a plain reading of the answers finds."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLSchema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.collector.inventory import Observation
from tests.loaders.judge import answers_query, draw_filter, meets
from tests.schema.graph.api import Api

FIND = "query($filter: VmFilter) { vms(first: 500, filter: $filter) { totalCount nodes { id } } }"


@pytest.fixture(scope="module")
async def answers(fleet: Api, graphql_schema: GraphQLSchema) -> list[Any]:
    """Everything that filters can see of the fleet."""
    found: list[Any] = []
    after = None
    while (page := (await fleet.data(answers_query(graphql_schema), after=after))["vms"])["nodes"]:
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
    return found


@pytest.fixture(scope="module")
def vm_filter(graphql_schema: GraphQLSchema) -> GraphQLInputObjectType:
    of = graphql_schema.type_map["VmFilter"]
    assert isinstance(of, GraphQLInputObjectType)
    return of


async def check(fleet: Api, answers: list[Any], vm_filter: GraphQLInputObjectType, condition: Any) -> int:
    found = (await fleet.data(FIND, filter=condition))["vms"]
    expected = [vm["id"] for vm in answers if meets(condition, vm_filter, vm)]
    assert [vm["id"] for vm in found["nodes"]] == expected
    assert found["totalCount"] == len(expected)
    return len(expected)


@pytest.fixture(scope="module")
def sizes() -> Iterator[Counter[str]]:
    """How many VMs the drawn filters found: a judge that only sees empty answers proves little."""
    counted: Counter[str] = Counter()
    yield counted
    assert counted["some"] > 0.2 * counted.total(), counted


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_any_filter_finds_what_a_plain_reading_finds(
    fleet: Api, answers: list[Any], vm_filter: GraphQLInputObjectType, sizes: Counter[str], data: st.DataObject
) -> None:
    condition = draw_filter(data.draw, vm_filter, answers)
    found = await check(fleet, answers, vm_filter, condition)
    sizes["none" if not found else "all" if found == len(answers) else "some"] += 1


SOME = [
    *({"name": condition} for condition in (
        {"eq": "web-1"}, {"ne": "web-1"}, {"in": ["web-1", "web-2", "no such"]}, {"notIn": ["web-1"]},
        {"startsWith": "web-"}, {"startsWith": "web-", "ne": "web-1"}, {"contains": "b-"},
    )),
    {"host": {"eq": "beta"}},
    {"host": {"ne": "beta"}},
    {"host": {"startsWith": "a"}},
    {"uuid": {"contains": "-4"}},
    {"state": {"eq": "RUNNING"}},
    {"state": {"in": ["RUNNING", "PAUSED"]}},
    {"state": {"notIn": ["RUNNING"]}},
    {"sourceKey": {"eq": "web-1"}},
    {"domain": {"type": {"eq": "kvm"}}},
    {"domain": {"vcpu": {"value": {"gte": 4, "lt": 16}}}},
    {"domain": {"os": {"type": {"arch": {"ne": "x86_64"}}}}},
    {"domain": {"title": {"exists": False}}},
    {"untyped": {"eq": "domain/@news"}},
    {"untyped": {"ne": "domain/@news"}},
    {"untyped": {"in": ["domain/@news", "no such"]}},
    {"untyped": {"notIn": ["domain/@news"]}},
    {"untyped": {"startsWith": "domain/devices/", "contains": "@ne"}},
    {"untyped": {"startsWith": ""}},
    {"untyped": {"exists": True}},
    {"untyped": {"exists": False}},
    {"hostdevs": {"exists": True}},
    {"hostdevs": {"exists": False}},
    {"graphics": {"none": {}}},
    {"graphics": {"some": {}}},
    {"disks": {"some": {"driver": {"cache": {"eq": "NONE"}}, "target": {"bus": {"eq": "VIRTIO"}}}}},
    {"disks": {"none": {"target": {"bus": {"eq": "VIRTIO"}}}}},
    {"disks": {"some": {"driver": {"cache": {"exists": False}}}}},
    {"disks": {"some": {"source": {"file": {"startsWith": "/var/lib/libvirt/images/web"}}}}},
    {"disks": {"some": {"source": {"kind": {"eq": "network"}, "protocol": {"eq": "rbd"}}}}},
    {"disks": {"some": {"source": {"hosts": {"some": {"name": {"startsWith": "10.20.0.1"}}}}}}},
    {"disks": {"some": {"source": {"hosts": {"exists": True}}}}},
    {"disks": {"some": {"source": {"hosts": {"none": {}}}}}},
    {"interfaces": {"some": {"source": {"network": {"exists": True}}}}},
    {"interfaces": {"some": {"mac": {"address": {"startsWith": "52:54:00"}}}}},
    {"interfaces": {"some": {"address": {"kind": {"eq": "pci"}, "bus": {"gt": 0}}}}},
    {"controllers": {"some": {"index": {"gt": 3}, "type": {"eq": "pci"}}}},
    {"graphics": {"some": {"port": {"lt": 0}}}},
    {"not": {"disks": {"some": {"driver": {"cache": {"eq": "NONE"}}}}}},
    {"or": [{"name": {"eq": "web-1"}}, {"state": {"eq": "PAUSED"}}]},
    {"and": [{"name": {"startsWith": "web"}}, {"not": {"name": {"eq": "web-1"}}}]},
    {"not": {"or": [{"state": {"eq": "RUNNING"}}, {"host": {"eq": "alpha"}}], "name": {"startsWith": "w"}}},
]  # fmt: skip


@pytest.mark.parametrize("condition", SOME, ids=str)
async def test_filters_that_find_some(
    fleet: Api, answers: list[Any], vm_filter: GraphQLInputObjectType, condition: Any
) -> None:
    assert 0 < await check(fleet, answers, vm_filter, condition) < len(answers)


@pytest.mark.parametrize(
    "condition",
    [{}, None, {"and": []}, {"name": None}, {"name": {}}, {"name": {"eq": None}}, {"disks": {"some": None}},
     {"or": [{}]}, {"and": [{}]}, {"name": {"notIn": []}}, {"domain": {}}, {"not": {"or": []}}, {"or": None}],
    ids=str,
)  # fmt: skip
async def test_conditions_that_say_nothing_find_all(fleet: Api, answers: list[Any], condition: Any) -> None:
    assert (await fleet.data(FIND, filter=condition))["vms"]["totalCount"] == len(answers)


@pytest.mark.parametrize(
    "condition",
    [{"or": []}, {"name": {"in": []}}, {"not": {}}, {"not": {"and": []}}, {"disks": {"some": {"serial": {"in": []}}}},
     {"disks": {"some": {}, "none": {}}}, {"name": {"contains": "a\0"}}, {"name": {"eq": "a\0"}}],
    ids=str,
)  # fmt: skip
async def test_conditions_that_nothing_can_meet(fleet: Api, condition: Any) -> None:
    assert (await fleet.data(FIND, filter=condition))["vms"] == {"totalCount": 0, "nodes": []}


async def test_text_is_taken_as_it_is(api: Api) -> None:
    for name in ("a.c", "abc", "A.C", "a.c\nb", "^a", "😀x"):
        xml = f"<domain><name>{name}</name></domain>"
        await api.inventory.vms_observed("host", [Observation(name, "UNKNOWN", xml)])

    async def names(condition: dict[str, str]) -> list[str]:
        found = await api.data("query($f: VmFilter) { vms(filter: $f) { nodes { name } } }", f={"name": condition})
        return [vm["name"] for vm in found["vms"]["nodes"]]

    assert await names({"startsWith": "a.c"}) == ["a.c", "a.c\nb"]
    assert await names({"startsWith": "b"}) == []
    assert await names({"contains": "^a"}) == ["^a"]
    assert await names({"contains": "\n"}) == ["a.c\nb"]
    assert await names({"startsWith": "😀"}) == ["😀x"]
    assert await names({"eq": "A.C"}) == ["A.C"]


def nested(levels: int) -> Any:
    condition: Any = {"name": {"eq": "web-1"}}
    for _ in range(levels):
        condition = {"not": condition}
    return condition


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"name": {"contains": "x" * 4097}}, "`startsWith` and `contains` take at most 4096 characters."),
        ({"name": {"eq": "\ud800"}}, "A text of the filter is not valid Unicode."),
        (
            {"hostdevs": {"some": {"source": {"address": {"domain": {"gt": str(2**63)}}}}}},
            "9223372036854775808 exceeds 64 bits.",
        ),
        (nested(20), "`and`, `or` and `not` go 20 levels deep."),
    ],
    ids=["long", "unicode", "number", "deep"],
)
async def test_filters_that_mongodb_would_not_take(fleet: Api, condition: Any, message: str) -> None:
    assert await fleet.refusal("query($f: VmFilter) { vms(filter: $f) { nodes { id } } }", f=condition) == message
    assert await fleet.refusal("query($f: VmFilter) { vms(filter: $f) { totalCount } }", f=condition) == message


async def test_the_longest_and_deepest_that_are_taken(fleet: Api) -> None:
    assert (await fleet.data(FIND, filter={"name": {"contains": "(" * 4096}}))["vms"]["totalCount"] == 0
    assert (await fleet.data(FIND, filter={"name": {"startsWith": "😀" * 4096}}))["vms"]["totalCount"] == 0
    plain, deep = [(await fleet.data(FIND, filter=nested(depth)))["vms"]["totalCount"] for depth in (0, 18)]
    assert plain == deep > 0
