"""What is written from MongoDB's bytes is what plans make of documents; the rest is left to them."""

from typing import Any

import orjson
import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type

from schema.devices import DEVICES
from server.endpoint import served_schema
from server.execution.edges import strawberry_field
from server.execution.plans import Plans
from server.execution.prepared import PreparedSchema
from server.execution.writing import WRITTEN
from tests.schema.graph.api import Api
from tests.schema.graph.selections import EDGES, everything


@pytest.fixture(scope="module")
def plans() -> Plans:
    """The plans of the schema."""
    return Plans()


@pytest.fixture(scope="module")
def served(plans: Plans) -> PreparedSchema:
    """The schema as the endpoint has it."""
    schema = served_schema(plans)
    assert isinstance(schema, PreparedSchema)
    return schema


async def asked(schema: PreparedSchema, api: Api, query: str, *, written: bool, **variables: Any) -> Any:
    """The data of a query that must succeed."""
    context = api.context()
    context.written = written
    result = await schema.execute(query, variables, context)
    assert result.errors is None, result.errors
    return result.data


def computed(schema: PreparedSchema) -> set[str]:
    """The fields that Python computes, or that are of types that the writer leaves alone."""
    found: set[str] = set()
    for type_ in schema._schema.type_map.values():
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                declared = strawberry_field(field)
                resolver = None if declared is None else declared.base_resolver
                if resolver is not None and resolver.wrapped_func not in WRITTEN:
                    found.add(f"{type_.name}.{name}")
    return found


@pytest.mark.parametrize("part", ["domain", *(declared.array for declared in DEVICES.values())])
async def test_everything_plain_is_written_as_plans_emit_it(fleet: Api, served: PreparedSchema, part: str) -> None:
    vm = served._schema.type_map["VirtualMachine"]
    assert isinstance(vm, GraphQLObjectType)
    of = get_named_type(vm.fields[part].type)
    assert isinstance(of, GraphQLObjectType)
    selection = everything(served._schema, of, {*EDGES, *computed(served)}, most=1)
    query = (
        f"{{ vms(first: 200) {{ nodes {{ {part} {selection} }} pageInfo {{ endCursor hasNextPage }} totalCount }} }}"
    )
    written = await asked(served, fleet, query, written=True)
    assert isinstance(written["vms"]["nodes"], orjson.Fragment)
    emitted = await asked(served, fleet, query, written=False)
    assert len(emitted["vms"]["nodes"]) > 50
    assert orjson.dumps(written) == orjson.dumps(emitted)


@pytest.mark.parametrize(
    "selection",
    [
        "{ id name uuid sourceKey revision changedAt state error }",
        "{ devices { id kind ... on Disk { serial target { dev } } } disks { id driver { cache } } tpms { model } }",
        "{ a: devices { b: id } a: devices { kind @include(if: true) serial: id @skip(if: true) } __typename }",
        "{ domain { memory { value unit } metadata } }",
        "{ emulator program: emulator devices { id } domain { extra { name } os { extra { path name value xml } } } }",
        "{ emulator }",
        "{ devices { extra { __typename name } ... on Disk { target { extra { path } } } } disks { extra { xml } } }",
        "{ name @skip(if: true) }",
    ],
)
@pytest.mark.parametrize(
    "where", ["vms(first: 3) { nodes %s }", "vm(id: $id) %s", 'host(name: "alpha") { vms { nodes %s } }']
)
async def test_plain_selections_are_written(fleet: Api, served: PreparedSchema, where: str, selection: str) -> None:
    (first,) = (await asked(served, fleet, "{ vms(first: 1) { nodes { id } } }", written=False))["vms"]["nodes"]
    query = f"query($id: ID!) {{ {where % selection} node(id: $id) {{ id }} }}"
    written = await asked(served, fleet, query, written=True, id=first["id"])
    emitted = await asked(served, fleet, query, written=False, id=first["id"])
    assert "Fragment" in repr(written)
    assert orjson.dumps(written) == orjson.dumps(emitted)


@pytest.mark.parametrize(
    "query",
    [
        "{ vms(first: 3) { nodes { name disks { resource { name } } } } }",
        "{ vms(first: 3) { nodes { devices(kinds: [DISK]) { id } } } }",
        "{ vms(first: 3) { nodes { devices { summary } } } }",
        "{ vms(first: 3) { nodes { extra { name } } } }",
        "{ vms(first: 3) { nodes { name } edges { cursor node { name } } } }",
        "{ vms(first: 3) { a: nodes { disks { resource { name } } } b: nodes { name } } }",
        "{ vms(first: 3) { a: nodes { name } b: nodes { disks { resource { name } } } } }",
        "{ vms(first: 0) { nodes { name } } }",
        '{ vms(filter: {name: {eq: "nobody"}}) { nodes { name } } }',
        '{ vm(id: "nobody") { name } }',
        "{ vms { totalCount } }",
    ],
)  # fmt: skip
async def test_other_selections_are_left_to_emitters(
    fleet: Api, served: PreparedSchema, plans: Plans, query: str
) -> None:
    before = plans.tally.stepped_aside
    written = await asked(served, fleet, query, written=True)
    assert written == await asked(served, fleet, query, written=False)
    assert plans.tally.stepped_aside == before
