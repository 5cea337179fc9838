"""Queries read the paths they select, and their answers are those of whole documents."""

from typing import Any

import pytest
from graphql import GraphQLObjectType, GraphQLSchema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema import DEVICE_KINDS
from schema.device_links import DOMAIN_PATHS
from tests.schema.graph.api import Api
from tests.schema.graph.selections import EDGES, everything, some

ALWAYS = {"_id", "hostId", "name"}
"""The key, the host, and what the page is sorted by."""

DOMAIN_OF_TREE = {"domain.os.type.machine", "domain.os.type.arch", "domain.maxMemory.slots"}
TREE = DOMAIN_OF_TREE | {
    *(f"devices.{array}.{path}" for array in DEVICE_KINDS for path in ("id", "kind", "address")),
    *(f"devices.controllers.{path}" for path in ("type", "index", "model", "companionStartPort", "ports")),
    *(f"devices.disks.{path}" for path in ("device", "target.bus", "target.dev")),
    "devices.consoles.target.type",
}
"""What the tree of a VM's buses is made from."""


LINKED = {"devices", *(f"domain.{path}" for path in DOMAIN_PATHS)}
"""What links are worked out from."""


@pytest.mark.parametrize(
    ("selection", "paths"),
    [
        ("name", set()),
        ("id", set()),
        ("__typename", set()),
        ("uuid state revision error", {"uuid", "state", "revision", "error"}),
        ("changedAt sourceKey", {"changedAt", "sourceKey"}),
        ("host { name }", set()),
        ("emulator", {"devices.emulator"}),
        ("untyped", {"untyped.path"}),
        ("extra { name }", {"domain.extra", "devices.extra"}),
        ("xml", {"uuid", "domain", "devices", "rawXml"}),
        ("xml domain { type } disks { id }", {"uuid", "domain", "devices", "rawXml"}),
        ("domain { memory { value unit } }", {"domain.memory.value", "domain.memory.unit"}),
        ("domain { memory { bytes value } }", {"domain.memory"}),
        ("domain { metadata }", {"domain.metadata"}),
        ("domain { __typename }", {"domain.kind"}),
        ("disks { serial }", {"devices.disks.id", "devices.disks.kind", "devices.disks.serial"}),
        ("disks { serial xml }", {"devices.disks"}),
        ("disks { vm { state } }", {"devices.disks.id", "devices.disks.kind", "state"}),
        (
            "disks { driver { cache } ... on Disk { driver { io } } }",
            {"devices.disks.id", "devices.disks.kind", "devices.disks.driver.cache", "devices.disks.driver.io"},
        ),
        (
            "disks { source { ... on FileDiskSource { file } } }",
            {"devices.disks.id", "devices.disks.kind", "devices.disks.source.kind", "devices.disks.source.file"},
        ),
        (
            "disks { source { extra { name } slices { offset } } }",
            {
                "devices.disks.id", "devices.disks.kind", "devices.disks.source.kind", "devices.disks.source.extra",
                "devices.disks.source.slices.offset",
            },
        ),
        ("deviceTree { nodes { address freeSlots { count } } }", TREE),
        ("deviceTree { __typename }", TREE),
        ("deviceTree { nodes { summary device { id } } }", {*DOMAIN_OF_TREE, "devices"}),
        ("deviceTree { nodes { device { alias } } }", TREE | {f"devices.{array}.alias" for array in DEVICE_KINDS}),
        ("deviceTree { nodes { summary device { vm { state } } } }", {*DOMAIN_OF_TREE, "devices", "state"}),
        ("deviceTree { nodes { device { ... on Disk { serial } } } }", TREE | {"devices.disks.serial"}),
        (
            "deviceTree { nodes { device { ... on Disk { target { rotationRate } xml } } } }",
            {path for path in TREE if not path.startswith("devices.disks.")} | {"devices.disks"},
        ),
        ("persistentDefinition { name devices { vm { uuid } } }", {"uuid"}),
        ("persistentDefinition { deviceTree { nodes { device { vm { uuid } } } } }", {"uuid"}),
        ("persistentDefinition { disks { ...F } }", {"state"}),
        ("persistentDefinition { links { device { vm { uuid } } target { linkedFrom { device { vm { state } } } } } }",
         {"uuid", "state"}),
        ("persistentDefinition { devices { attachments { device { vm { uuid } } active } } }", {"uuid", "state"}),
        ("links { role key missing }", LINKED),
        ("links { device { id ... on Disk { serial } } target { vm { state } } part { name } }", LINKED | {"state"}),
        ("disks { links { role } serial }", LINKED),
        ("controllers { linkedFrom { device { vm { uuid } } } }", LINKED | {"uuid"}),
        ("links { key } domain { iothreads vcpu { value } }", LINKED | {"domain.vcpu.value"}),
    ],
)  # fmt: skip
async def test_a_query_reads_what_it_selects(
    fleet: Api, selection: str, paths: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loaders.projections.FEW_PATHS", 1_000)
    fragment = "fragment F on Device { vm { state } }" if "...F" in selection else ""
    await fleet.data(f"{{ vms(first: 5) {{ nodes {{ {selection} }} }} }} {fragment}")
    (find,) = fleet.sent.finds("vms")
    assert set(find["projection"]) == paths | ALWAYS
    assert set(find["projection"].values()) == {1}


async def test_kinds_that_are_not_selected_are_not_read(fleet: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loaders.projections.FEW_PATHS", 1_000)
    await fleet.data("{ vms(first: 5) { nodes { devices { ... on Disk { serial } ... on Interface { model } } } } }")
    (find,) = fleet.sent.finds("vms")
    of_device = {path for path in find["projection"] if path.startswith("devices.")}
    assert {path for path in of_device if not path.endswith((".id", ".kind"))} == {
        "devices.disks.serial", "devices.interfaces.model",
    }  # fmt: skip


async def test_of_many_paths_the_objects_are_read_that_they_lead_into(fleet: Api) -> None:
    await fleet.data("{ vms(first: 5) { nodes { devices { alias ... on Disk { serial } } domain { title } } } }")
    (find,) = fleet.sent.finds("vms")
    assert find["projection"].keys() >= {"devices", "domain.title"}
    assert not any(one.startswith(f"{other}.") for one in find["projection"] for other in find["projection"])


@pytest.mark.parametrize(
    "query",
    [
        "query($id: ID!) { vm(id: $id) { state } }",
        "query($id: ID!) { node(id: $id) { ... on VirtualMachine { state } ... on Disk { serial } } }",
        "query($id: ID!) { nodes(ids: [$id]) { ... on Node { ... on VirtualMachine { state } } } }",
    ],
)
async def test_a_vm_by_its_id_is_read_in_part(fleet: Api, query: str) -> None:
    vm = (await fleet.data("{ vms(first: 1) { nodes { id state } } }"))["vms"]["nodes"][0]
    (found,) = (await fleet.data(query, id=vm["id"])).values()
    assert found in ({"state": vm["state"]}, [{"state": vm["state"]}])
    (find,) = fleet.sent.finds("vms")
    assert set(find["projection"]) == {"_id", "hostId", "state"}


async def test_fragments_are_entered_once(fleet: Api) -> None:
    doubled = [f"fragment F{one} on VirtualMachine {{ ...F{one + 1} ...F{one + 1} }}" for one in range(40)]
    query = " ".join(["{ vms(first: 1) { nodes { ...F0 } } }", *doubled, "fragment F40 on VirtualMachine { state }"])
    assert (await fleet.data(query))["vms"]["nodes"][0].keys() == {"state"}


async def test_everything_in_part_is_everything(fleet: Api, graphql_schema: GraphQLSchema) -> None:
    vm = graphql_schema.type_map["VirtualMachine"]
    assert isinstance(vm, GraphQLObjectType)
    without = {*EDGES, "VirtualMachine.xml", "Device.xml"}
    query = f"{{ vms(first: 150) {{ nodes {everything(graphql_schema, vm, without)} }} }}"
    assert await fleet.data(query) == await fleet.data_of_whole_documents(query)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_any_part_is_what_whole_documents_answer(
    fleet: Api, graphql_schema: GraphQLSchema, data: st.DataObject
) -> None:
    vm = graphql_schema.type_map["VirtualMachine"]
    assert isinstance(vm, GraphQLObjectType)
    host = data.draw(st.sampled_from(["alpha", "beta", "corpus"]))
    selection = some(graphql_schema, vm, data.draw)
    query = f'{{ vms(first: 20, filter: {{host: {{eq: "{host}"}}}}) {{ nodes {selection} }} }}'
    in_part = await fleet.data(query)
    assert [find["projection"] for find in fleet.sent.finds("vms")], "nothing was read in part"
    assert in_part == await fleet.data_of_whole_documents(query)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_any_part_of_nodes_is_what_whole_documents_answer(
    fleet: Api, graphql_schema: GraphQLSchema, ids: list[str], data: st.DataObject
) -> None:
    node = graphql_schema.type_map["Node"]
    wanted = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=6))
    query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {some(graphql_schema, node, data.draw)} }}"  # type: ignore[arg-type]
    assert await fleet.data(query, ids=wanted) == await fleet.data_of_whole_documents(query, ids=wanted)


@pytest.fixture(scope="module")
async def ids(fleet: Api) -> list[str]:
    """Ids of every kind of thing."""
    found = await fleet.data(
        """{ hosts { id } vms(first: 60, filter: {host: {in: ["alpha", "beta"]}}) { nodes {
            id devices { id } persistentDefinition { devices { id } }
        } } }"""
    )
    every: list[Any] = [*found["hosts"], *found["vms"]["nodes"]]
    for vm in found["vms"]["nodes"]:
        every += [*vm["devices"], *(vm["persistentDefinition"] or {"devices": []})["devices"]]
    return [one["id"] for one in every]
