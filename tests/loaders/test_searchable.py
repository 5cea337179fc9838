"""Every attribute that can be filtered by is found in the index, pages come sorted out of it, and scans are bounded."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInputType, get_named_type

import schema
from schema.devices import DEVICES
from schema.element import Document
from server.store.embedded import EmbeddedMongo
from tests.loaders.test_indexes import BY_NAME, FACETS, PAGE, READ, stages
from tests.schema.graph.api import Api, open_api, schema_of_the_api

VMS = 240
SHARE = 4
"""One VM in so many has the first value of every attribute; the others have the second."""


class Attribute(NamedTuple):
    """A leaf of `VmFilter` below the devices and the domain."""

    path: tuple[str, ...]
    """From field to field, as GraphQL names them."""
    lists: frozenset[int]
    """Which of the fields are lists."""
    operators: GraphQLInputObjectType

    @property
    def key(self) -> str:
        """Its path in `facets`."""
        return ".".join(self.path)

    def condition(self, **operands: Any) -> Any:
        """A `VmFilter`."""
        condition: Any = operands
        for place in reversed(range(len(self.path))):
            condition = {self.path[place]: {"some": condition} if place in self.lists else condition}
        return condition

    def values(self) -> tuple[Any, Any]:
        """Two values, as a client writes them."""
        of = get_named_type(self.operators.fields["eq"].type)
        if isinstance(of, GraphQLEnumType):
            first, *others = of.values
            return first, others[0] if others else first
        return {"Boolean": (True, False), "Int": (3, 7), "Long": (3, 7)}.get(of.name, ("first-text", "second-text"))

    def stored(self, value: Any) -> Any:
        """A value as documents have it."""
        of = get_named_type(self.operators.fields["eq"].type)
        return of.coerce_input_value(value).value if isinstance(of, GraphQLEnumType) else value


def attributes(
    of: GraphQLInputType, path: tuple[str, ...] = (), lists: frozenset[int] = frozenset()
) -> Iterator[Attribute]:
    """The leaves below an input."""
    fields = cast(GraphQLInputObjectType, get_named_type(of)).fields
    if "eq" in fields:
        yield Attribute(path, lists, cast(GraphQLInputObjectType, get_named_type(of)))
    elif fields.keys() == {"some", "none", "exists"}:
        yield from attributes(fields["some"].type, path, lists | {len(path) - 1})
    else:
        for name, field in fields.items():
            yield from attributes(field.type, (*path, name), lists)


def all_attributes() -> dict[str, list[Attribute]]:
    """By the field of `VmFilter` that they are below."""
    fields = cast(GraphQLInputObjectType, schema_of_the_api()._schema.type_map["VmFilter"]).fields
    owners = ["domain", *(declared.array for declared in DEVICES.values())]
    return {name: list(attributes(fields[name].type, (name,))) for name in owners if name in fields}


ATTRIBUTES = all_attributes()


def vm(number: int) -> Document:
    """A VM that has every attribute, as the store would have written it."""
    document: Document = {
        "_id": f"host/{number:04}",
        "hostId": "host",
        "sourceKey": f"{number:04}",
        "uuid": f"{number:04}",
        "name": f"vm-{number:04}",
        "state": "RUNNING",
        "revision": 1,
        "changedAt": datetime.now(UTC),
        "declarations": schema.DECLARATIONS_HASH,
        "domain": {},
        "devices": {
            array: [{"id": f"{kind}/0", "kind": kind}]
            for array, kind in schema.DEVICE_KINDS.items()
            if array in ATTRIBUTES
        },
        "facets": [],
    }
    for attribute in (one for some in ATTRIBUTES.values() for one in some):
        value = attribute.stored(attribute.values()[number % SHARE != 0])
        owner = document if attribute.path[0] == "domain" else document["devices"]
        for place, name in enumerate(attribute.path[:-1]):
            owner = owner.setdefault(name, [{}] if place in attribute.lists else {})
            owner = owner[0] if isinstance(owner, list) else owner
        if attribute.path[-1] != "kind" or len(attribute.path) > 2:
            owner[attribute.path[-1]] = value
        document["facets"].append({"p": attribute.key, "v": value})
    return document


@pytest.fixture(scope="module")
async def full(mongo: EmbeddedMongo) -> Any:
    """VMs that have every attribute."""
    async with open_api(mongo.uri) as api:
        await api.store.vms.insert_many([vm(number) for number in range(VMS)])
        yield api


async def examined(api: Api, condition: Any) -> tuple[list[tuple[str, str | None]], Document]:
    explained = await api.explained(READ, filter=condition, first=PAGE)
    return list(stages(explained["queryPlanner"]["winningPlan"])), explained["executionStats"]


@pytest.mark.parametrize("owner", ATTRIBUTES)
async def test_equality_is_read_out_of_the_index_in_order(full: Api, owner: str) -> None:
    for attribute in ATTRIBUTES[owner]:
        first, second = attribute.values()
        if first == second:
            continue
        plan, read = await examined(full, attribute.condition(eq=first))
        assert [index for _, index in plan if index] == [FACETS], (attribute.key, plan)
        assert not {stage for stage, _ in plan} & {"SORT", "COLLSCAN"}, (attribute.key, plan)
        assert read["nReturned"] == PAGE + 1, attribute.key
        assert read["totalKeysExamined"] == read["totalDocsExamined"] == PAGE + 1, attribute.key


@pytest.mark.parametrize("owner", ATTRIBUTES)
async def test_one_of_several_values_is_read_out_of_the_index_in_order(full: Api, owner: str) -> None:
    for attribute in ATTRIBUTES[owner]:
        if "in" not in attribute.operators.fields:
            continue
        plan, read = await examined(full, attribute.condition(**{"in": list(attribute.values())}))
        assert {index for _, index in plan if index} <= {FACETS, BY_NAME}, (attribute.key, plan)
        assert not {stage for stage, _ in plan} & {"SORT", "COLLSCAN"}, (attribute.key, plan)
        assert read["nReturned"] == PAGE + 1, attribute.key
        assert read["totalKeysExamined"] <= PAGE + 4, attribute.key


@pytest.mark.parametrize("owner", ATTRIBUTES)
async def test_a_prefix_is_found_in_an_index(full: Api, owner: str) -> None:
    """In the one on facets, or by name where so many VMs have the prefix that the page is soon full."""
    for attribute in ATTRIBUTES[owner]:
        if "startsWith" not in attribute.operators.fields:
            continue
        plan, read = await examined(full, attribute.condition(startsWith="first-"))
        assert {index for _, index in plan if index} <= {FACETS, BY_NAME}, (attribute.key, plan)
        assert "COLLSCAN" not in {stage for stage, _ in plan}, (attribute.key, plan)
        assert read["totalKeysExamined"] <= SHARE * (PAGE + 1), attribute.key


def some_disk(**condition: Any) -> Any:
    return {"disks": {"some": condition}}


SCANS = [
    some_disk(driver={"cache": {"ne": "NONE"}}),
    some_disk(driver={"cache": {"notIn": ["NONE"]}}),
    some_disk(serial={"contains": "text"}),
    some_disk(serial={"exists": False}),
    {"domain": {"vcpu": {"value": {"gt": 1}}}},
    {"disks": {"none": {"serial": {"eq": "first-text"}}}},
    {"disks": {"exists": False}},
    {"not": some_disk(serial={"eq": "first-text"})},
    {"or": [some_disk(serial={"eq": "first-text"}), {"name": {"contains": "7"}}]},
    {"sourceKey": {"contains": "7"}},
    {"uuid": {"ne": "0001"}},
]


@pytest.mark.parametrize("condition", SCANS, ids=str)
async def test_a_scan_is_bounded_in_time_and_memory(full: Api, condition: Any) -> None:
    """It walks an index in the order of the page and stops when the page is full: nothing is gathered to be sorted."""
    await full.data(READ, filter=condition, first=PAGE)
    (body,) = full.sent.finds("vms")
    assert 0 < body["maxTimeMS"] <= 20_000
    assert body["limit"] == PAGE + 1
    plan, _ = await examined(full, condition)
    assert not {stage for stage, _ in plan} & {"SORT", "COLLSCAN"}, plan
