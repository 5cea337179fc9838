"""`fleet`: what MongoDB counts is what a plain reading of the answers counts."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLObjectType, GraphQLSchema, get_named_type
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.collector.inventory import Observation
from tests.loaders.judge import answers_query
from tests.schema.graph.api import Api

FLEET = """query($by: String!, $filter: VmFilter, $first: Int, $after: String) {
  fleet(groupBy: $by, filter: $filter, first: $first, after: $after) {
    totalCount vmCount nodes { value vmCount count } edges { cursor node { value } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}"""


@pytest.fixture(scope="module")
async def answers(fleet: Api, graphql_schema: GraphQLSchema) -> list[Any]:
    """Everything that the API shows of the fleet's VMs."""
    found: list[Any] = []
    after = None
    while (page := (await fleet.data(answers_query(graphql_schema), after=after))["vms"])["nodes"]:
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
    return found


def text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def values(document: Any, steps: list[str]) -> Iterator[str | None]:
    """Each value under a path; None for what lacks one, an empty list among it."""
    if isinstance(document, list):
        if not document:
            yield None
        for item in document:
            yield from values(item, steps)
    elif not steps or document is None:
        yield text(document)
    else:
        yield from values(document.get(steps[0]), steps[1:])


def judged(vms: list[Any], by: str) -> list[tuple[str | None, int, int]]:
    """The groups of VMs, sorted as the API does."""
    in_vms: Counter[str | None] = Counter()
    in_all: Counter[str | None] = Counter()
    for vm in vms:
        found = list(values({**vm, "host": vm["host"]["name"]}, by.split(".")))
        in_vms.update(set(found))
        in_all.update(found)
    groups = [(value, in_vms[value], in_all[value]) for value in in_vms]
    return sorted(groups, key=lambda one: (-one[1], one[0] is not None, one[0] or ""))


async def groups(api: Api, by: str, size: int = 500, condition: Any = None) -> list[tuple[str | None, int, int]]:
    """All groups, a page at a time."""
    found: list[Any] = []
    after = None
    while True:
        page = (await api.data(FLEET, by=by, first=size, after=after, filter=condition))["fleet"]
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(found)
            return [(one["value"], one["vmCount"], one["count"]) for one in found]


def enums(schema: GraphQLSchema, by: str) -> bool:
    """Whether a path ends at an enum: these are sorted by the words that are stored, which answers do not show."""
    types: list[Any] = [schema.type_map["VirtualMachine"]]
    for step in by.split("."):
        inner = [
            one
            for of in types
            for one in (schema.get_possible_types(of) if not isinstance(of, GraphQLObjectType) else [of])
        ]
        types = [get_named_type(of.fields[step].type) for of in inner if step in of.fields]
        if any(isinstance(of, GraphQLEnumType) for of in types):
            return True
    return False


def paths(vm: Any, at: str = "") -> Iterator[str]:
    """The paths of an answer that lead to single values."""
    if isinstance(vm, list):
        for item in vm:
            yield from paths(item, at)
    elif isinstance(vm, dict):
        for name, inner in vm.items():
            yield from paths(inner, f"{at}.{name}" if at else name)
    else:
        yield at


async def check(api: Api, schema: GraphQLSchema, vms: list[Any], by: str, size: int) -> None:
    found, expected = await groups(api, by, size), judged(vms, by)
    if enums(schema, by):
        assert sorted(found, key=str) == sorted(expected, key=str)
        assert [one[1] for one in found] == [one[1] for one in expected]
    else:
        assert found == expected


SOME = [
    "host", "state", "name", "emulator", "domain.os.type.machine", "domain.memory.unit", "domain.memory.value",
    "domain.vcpu.value", "domain.cpu.features.name", "disks.driver.cache", "disks.source.kind", "disks.target.bus",
    "disks.source.hosts.name", "disks.backingStores.format.type", "interfaces.source.network", "interfaces.model",
    "interfaces.mac.address", "graphics.port", "graphics.listens.address", "hostdevs.managed",
    "hostdevs.source.address.bus",
    "controllers.index", "disks.readonly", "disks.source.securityLabels.labels", "domain.features.acpi",
]  # fmt: skip


@pytest.mark.parametrize("by", SOME)
async def test_counts_are_those_of_a_plain_reading(
    fleet: Api, graphql_schema: GraphQLSchema, answers: list[Any], by: str
) -> None:
    await check(fleet, graphql_schema, answers, by, 500)
    await check(fleet, graphql_schema, answers, by, 3) if len(judged(answers, by)) < 60 else None
    page = (await fleet.data(FLEET, by=by, first=1))["fleet"]
    assert page["vmCount"] == len(answers)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_any_path_that_can_be_counted(
    fleet: Api, graphql_schema: GraphQLSchema, answers: list[Any], data: st.DataObject
) -> None:
    vm = data.draw(st.sampled_from(answers))
    by = data.draw(st.sampled_from(sorted(set(paths(vm)))))
    size = data.draw(st.sampled_from([5, 50, 500]))
    result = await fleet.schema.execute(FLEET, {"by": by}, context_value=fleet.context())
    if result.errors:
        (error,) = result.errors
        assert isinstance(error.original_error, ValueError)
        # An object that a VM lacks looks like a value that it lacks; a host is counted by its name.
        said = ("that can be counted", "is an object", "`host` is a single value")
        assert any(words in error.message for words in said), error.message
        return
    await check(fleet, graphql_schema, answers, by, size)


async def test_only_vms_that_meet_the_filter_are_counted(fleet: Api, answers: list[Any]) -> None:
    some = [vm for vm in answers if vm["host"]["name"] == "beta"]
    assert await groups(fleet, "domain.vcpu.value", condition={"host": {"eq": "beta"}}) == judged(
        some, "domain.vcpu.value"
    )
    page = (await fleet.data(FLEET, by="name", filter={"host": {"eq": "beta"}}))["fleet"]
    assert page["vmCount"] == len(some)
    page = (await fleet.data(FLEET, by="name", filter={"host": {"eq": "no such"}}))["fleet"]
    assert (page["vmCount"], page["totalCount"], page["nodes"]) == (0, 0, [])


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ("disks.drivr.cache", "`disks` has no field `drivr` that can be counted: did you mean `driver`?"),
        ("Disks.driver", "A VM has no field `Disks` that can be counted: did you mean `disks`?"),
        ("disks.driver.cash", "`disks.driver` has no field `cash` that can be counted: did you mean `cache`?"),
        ("interfaces.mac", "`interfaces.mac` is an object: go on with one of its fields, `address`, `type`, `check` "
         "and `currentAddress`."),
        ("host.name", "`host` is a single value: `name` cannot follow."),
        ("disks.target.dev.x", "`disks.target.dev` is a single value: `x` cannot follow."),
        ("domain.memory.bytes", "`domain.memory` has no field `bytes` that can be counted, only `unit`, `dumpCore`, "
         "`slots` and `value`."),
        ("x" * 501, "`groupBy` takes at most 500 characters: no path is longer."),
    ],
)  # fmt: skip
async def test_paths_that_lead_nowhere(fleet: Api, by: str, message: str) -> None:
    assert await fleet.refusal(FLEET, by=by) == message


@pytest.mark.parametrize(
    "by", ["", ".", "disks.", "$where", "disks.\0", "graphics.passwd", "domain.metadata", "_id", "xml"]
)
async def test_nothing_else_is_counted(fleet: Api, by: str) -> None:
    assert "that can be counted" in await fleet.refusal(FLEET, by=by)


async def test_texts_are_shown_as_they_are(api: Api) -> None:
    names = ["a.c", "$name", "😀", "x" * 1024, "y" * 1025, "y" * 3000, "true", "null"]
    await api.inventory.vms_observed(
        "host", [Observation(str(i), "RUNNING", f"<domain><title>{n}</title></domain>") for i, n in enumerate(names)]
    )
    await api.inventory.vms_observed("host", [Observation("none", "RUNNING", "<domain/>")])
    expected = [("y" * 1023 + "…", 2, 2), (None, 1, 1)]
    expected += [(name, 1, 1) for name in sorted(["a.c", "$name", "😀", "x" * 1024, "true", "null"])]
    assert await groups(api, "domain.title") == expected
    assert await groups(api, "domain.title", 1) == expected


async def test_pages_while_vms_come_and_go(api: Api) -> None:
    def vm(key: str, title: str) -> Observation:
        return Observation(key, "RUNNING", f"<domain><title>{title}</title></domain>")

    await api.inventory.vms_observed("host", [vm(f"{title}{n}", title) for title in "abcd" for n in range(3)])
    page = (await api.data(FLEET, by="domain.title", first=2))["fleet"]
    assert [one["value"] for one in page["nodes"]] == ["a", "b"]
    await api.inventory.vms_vanished("host", ["b0", "b1", "b2"])
    await api.inventory.vms_observed("host", [vm("e0", "e")])
    page = (await api.data(FLEET, by="domain.title", first=2, after=page["pageInfo"]["endCursor"]))["fleet"]
    assert [one["value"] for one in page["nodes"]] == ["c", "d"]
    assert page["pageInfo"]["hasNextPage"]
    assert await api.refusal(FLEET, by="domain.title", after="x") == "The cursor is not one of this list."


async def test_one_aggregate_counts(fleet: Api) -> None:
    await fleet.data('{ fleet(groupBy: "disks.driver.cache", first: 2) { totalCount nodes { value count } } }')
    assert fleet.sent.summary() == ["aggregate vms"]
    (_, _, body) = fleet.sent.reads[0]
    assert body["maxTimeMS"] > 0
