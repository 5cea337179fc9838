"""Queries by plans answer what graphql-core answers; what is unusual is left to it."""

from typing import Any

import pytest

from server.execution import emitters, plans
from server.execution.executor import planned_executor
from server.execution.plans import Plan, Plans, Tally
from tests.server.execution.small import Animals, Zoo, schema_of

TOM = {"kind": "cat", "name": "Tom", "lives": 9, "size": "small", "toys": ["ball", None], "friend": "Rex"}
REX = {"kind": "dog", "name": "Rex", "weight": 30.5, "good": True, "friend": "Tom"}
BOTH = [TOM, REX]


@pytest.fixture
def zoo() -> Zoo:
    return Zoo()


@pytest.mark.parametrize(
    "query",
    [
        "{ animals { __typename name kind shout ... on Cat { lives size toys } ... on Dog { puppies { name } } } }",
        "{ a: animals { also: name } b: animals { ...F ...F name } __typename } fragment F on Animal { name b: name }",
        "{ animals { friend { name friend { name } } ... on Cat { friend { kind } } } }",
        '{ animals(of: ["cat"]) { name } tom: animal(name: "Tom") { name } nobody: animal(name: "?") { name } }',
        "{ animals { name @skip(if: true) kind @include(if: true) ... @include(if: false) { shout } } }",
        "{ animals { ... on Animal { ... on Dog { name } } ... { name } } }",
    ],
)  # fmt: skip
async def test_answers_are_those_of_graphql_core(zoo: Zoo, query: str) -> None:
    result, _ = await zoo.ask(query, BOTH)
    assert result.errors is None
    assert result.data
    assert zoo.plans.tally.stepped_aside == 0
    assert zoo.plans.tally.emitted > 0


@pytest.mark.parametrize(
    "changed",
    [
        {"lives": "nine"}, {"lives": 2**40}, {"lives": True}, {"lives": None}, {"name": 5}, {"name": None},
        {"size": "huge"}, {"size": []}, {"toys": "ball"}, {"toys": ("a", "b")}, {"toys": {}}, {"kind": "bird"},
        {"kind": "stone"}, {"kind": []}, {"friend": "nobody"},
    ],
)  # fmt: skip
async def test_what_a_type_refuses_or_converts_is_judged_by_graphql_core(zoo: Zoo, changed: dict[str, Any]) -> None:
    query = "{ animals { name kind ... on Cat { lives size toys } friend { name } } }"
    await zoo.ask(query, [{**TOM, **changed}, REX])


@pytest.mark.parametrize("weight", [1, float("nan"), float("inf"), "heavy", True])
async def test_numbers_are_converted_as_their_type_says(zoo: Zoo, weight: Any) -> None:
    await zoo.ask("{ animals { ... on Dog { weight } } }", [{**REX, "weight": weight}])


async def test_edges_are_resolved_once_for_each_document(zoo: Zoo) -> None:
    _, calls = await zoo.ask("{ animals { friend { friend { name } } } }", BOTH)
    assert calls == {"animals": 1, "friend": 4}


async def test_fields_of_many_documents_are_resolved_once_for_a_level(zoo: Zoo) -> None:
    """A level has the documents of a type; without a plan each is resolved on its own, with the same answer."""
    tim = {**TOM, "name": "Tim"}
    query = '{ animals { letters nickname short: nickname(suffix: "") } }'
    result, calls = await zoo.ask(query, [TOM, tim, REX])
    assert [one["nickname"] for one in (result.data or {})["animals"]] == ["Tomy", "Timy", "Rexy"]
    assert calls == {"animals": 1, "letters": 2, "nickname": 4}
    result, calls = await zoo.ask("query($v: String!) { animals { nickname(suffix: $v) } }", [TOM, tim], v="!")
    assert calls == {"animals": 1, "nickname": 1}


async def test_one_document_can_fail_of_those_that_are_resolved_together(zoo: Zoo) -> None:
    result, calls = await zoo.ask("{ animals { name nickname } }", [TOM, {**TOM, "name": "Cleo"}])
    assert result.data == {"animals": [{"name": "Tom", "nickname": "Tomy"}, {"name": "Cleo", "nickname": None}]}
    assert [(error.path, error.message) for error in result.errors or ()] == [(["animals", 1, "nickname"], "too dear")]
    assert calls == {"animals": 2, "nickname": 3}


async def test_a_root_field_that_steps_aside_leaves_the_others_alone(zoo: Zoo) -> None:
    query = '{ animals { name ... on Cat { lives } } animal(name: "Rex") { name } }'
    result, calls = await zoo.ask(query, [{**TOM, "lives": "nine"}, REX])
    assert [error.path for error in result.errors or ()] == [["animals", 0, "lives"]]
    assert calls == {"animals": 2, "animal": 1}
    assert 0 < zoo.plans.tally.stepped_aside < zoo.plans.tally.emitted + zoo.plans.tally.stepped_aside


@pytest.mark.parametrize(
    "query",
    [
        "{ either { ... on Cat { name } } }",
        "{ __schema { queryType { name } } animals { name } }",
        "{ animals @skip(if: true) { name } }",
        "query($v: Boolean = null) { animals { name @skip(if: $v) kind } }",
    ],
)  # fmt: skip
async def test_what_only_graphql_core_knows_it_answers(zoo: Zoo, query: str) -> None:
    await zoo.ask(query, BOTH)


async def test_an_operation_has_a_plan_for_each_shape_of_its_response(zoo: Zoo, made: list[Plan]) -> None:
    query = (
        "query($v: Boolean = true, $of: [String!]) { animals(of: $of) { name shout @include(if: $v) ...F @skip(if: $v) "
        "} } fragment F on Cat { lives }"
    )
    given: list[dict[str, Any]] = [{"v": True}, {"v": False}, {}, {"v": True, "of": ["cat"]}, {"of": []}]
    for variables in given:
        result, _ = await zoo.ask(query, BOTH, **variables)
        shown = [animal.keys() for animal in (result.data or {})["animals"]]
        assert all(("shout" in keys) == variables.get("v", True) for keys in shown)
    assert len(made) == 2


async def test_an_operation_with_too_many_fields_has_no_plan(zoo: Zoo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emitters, "MOST_FIELDS", 3)
    await zoo.ask("{ animals { name kind shout __typename } }", BOTH)
    assert zoo.plans.tally == Tally(emitted=0, stepped_aside=5)


async def test_plans_are_kept_as_long_as_there_is_room(monkeypatch: pytest.MonkeyPatch, made: list[Plan]) -> None:
    monkeypatch.setattr(plans, "MOST_NODES", 6)
    schema = schema_of(planned_executor(Plans()))
    for number in (1, 2, 1, 2, 3, 2, 3, 1):
        await schema.execute(f"{{ animals {{ name a{number}: name }} }}", context_value=Animals(BOTH))
    assert len(made) == 4


async def test_plans_are_made_ahead_for_documents_that_are_known_before(made: list[Plan]) -> None:
    remembered = Plans()
    schema = schema_of(planned_executor(remembered))
    text = (
        "query A { animals { friend { friend { name ... on Dog { good } } } } } query B { __typename animals { name } }"
        "query C($v: Boolean!) { animals { name @skip(if: $v) } }"
    )
    document = schema.documents.get(text)
    remembered.prepare(schema._schema, document.node)
    assert len(made) == 2
    for name in ("A", "B", "A"):
        result = await schema.execute(text, context_value=Animals(BOTH, written=True), operation_name=name)
        assert result.errors is None
    assert len(made) == 2
    result = await schema.execute(text, {"v": True}, Animals(BOTH, written=True), operation_name="C")
    assert result.data == {"animals": [{}, {}]}
    assert len(made) == 3


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """The plans that were made."""
    found: list[Plan] = []

    def make(*given: Any, written: bool) -> Plan:
        found.append(Plan(*given, written=written))
        return found[-1]

    monkeypatch.setattr(plans, "Plan", make)
    return found
