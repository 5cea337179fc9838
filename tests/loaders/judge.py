"""`VmFilter` a second time, over answers of the API in plain Python: the judge of what MongoDB finds."""

from collections.abc import Callable, Iterable
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)
from hypothesis import strategies as st

from tests.schema.graph.selections import EDGES, everything

Draw = Callable[[st.SearchStrategy[Any]], Any]


def number(value: Any) -> Any:
    """A Long beyond 2^53 comes as a string."""
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else value


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, operand: value is not None and value == operand,
    "ne": lambda value, operand: value is None or value != operand,
    "in": lambda value, operand: value is not None and value in operand,
    "notIn": lambda value, operand: value is None or value not in operand,
    "gt": lambda value, operand: value is not None and number(value) > operand,
    "gte": lambda value, operand: value is not None and number(value) >= operand,
    "lt": lambda value, operand: value is not None and number(value) < operand,
    "lte": lambda value, operand: value is not None and number(value) <= operand,
    "startsWith": lambda value, operand: value is not None and value[: len(operand)] == operand,
    "contains": lambda value, operand: value is not None and value.find(operand) >= 0,
    "exists": lambda value, operand: (value is not None) == operand,
}


def is_list(of: GraphQLInputObjectType) -> bool:
    return "some" in of.fields


_TOGETHER: dict[str, Callable[[Iterable[bool]], bool]] = {
    "and": all,
    "or": any,
    "not": lambda verdicts: not all(verdicts),
}


def meets(condition: dict[str, Any], of: GraphQLInputObjectType, value: Any) -> bool:
    """Whether a value of an answer meets a condition of this input type."""
    for name, wanted in condition.items():
        if wanted is None:
            continue
        inner = get_named_type(of.fields[name].type)
        if of.name == "VmFilter" and name in ("and", "or", "not"):
            held = _TOGETHER[name](meets(one, of, value) for one in (wanted if isinstance(wanted, list) else [wanted]))
        elif of.name == "VmFilter" and name == "host":
            held = meets(wanted, inner, value["host"]["name"])
        elif of.name == "VmFilter" and name == "untyped":
            held = all(_some_path(operator, operand, value[name]) for operator, operand in wanted.items())
        elif is_list(of):
            held = _holds(name, wanted, inner, value or [])
        elif isinstance(inner, GraphQLInputObjectType):
            held = meets(wanted, inner, (value or {}).get(name))
        elif "eq" in of.fields:
            held = _OPERATORS[name](value, wanted)
        else:
            raise AssertionError(f"{of.name}.{name} is no condition that we know")
        if not held:
            return False
    return True


def _some_path(operator: str, operand: Any, paths: list[str]) -> bool:
    """Whether a list of texts meets a condition: one of them does, or all of what must not be."""
    if operand is None:
        return True
    if operator == "exists":
        return bool(paths) is operand
    return (all if operator in ("ne", "notIn") else any)(_OPERATORS[operator](path, operand) for path in paths)


def _holds(name: str, wanted: Any, inner: Any, items: list[Any]) -> bool:
    if name == "exists":
        return bool(items) is wanted
    found = any(meets(wanted, inner, item) for item in items)
    return found if name == "some" else not found


def answers_query(schema: GraphQLSchema) -> str:
    """The query for what filters can see of every VM."""
    vm = schema.type_map["VirtualMachine"]
    assert isinstance(vm, GraphQLObjectType)
    without = {*EDGES, "extra", "xml", "VirtualMachine.devices"}
    below = everything(schema, vm, without).replace("{", "{ host { name }", 1)
    return f"query($after: String) {{ vms(first: 500, after: $after) {{ nodes {below} pageInfo {{ endCursor }} }} }}"


def draw_filter(draw: Draw, of: GraphQLInputObjectType, values: Iterable[Any], depth: int = 0) -> dict[str, Any]:
    """A condition of this input type; `values` are what answers hold at its place, so that it often finds some."""
    known = [value for value in values if value is not None]
    if is_list(of):
        return _draw_list(draw, of, known, depth)
    if "eq" in of.fields:
        return {
            name: _draw_operand(draw, name, of.fields[name].type, known)
            for name in draw(st.lists(st.sampled_from(sorted(of.fields)), min_size=1, max_size=2, unique=True))
        }
    found: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(_likely(of, known)), min_size=0 if depth > 3 else 1, max_size=3)):
        inner = get_named_type(of.fields[name].type)
        assert isinstance(inner, GraphQLInputObjectType)
        if inner is not of:
            below = [_at(value, name) for value in known]
            if name == "untyped":
                below = [path for paths in below for path in paths]
            found[name] = (
                draw(st.just(None)) if draw(st.integers(0, 30)) == 30 else draw_filter(draw, inner, below, depth + 1)
            )
        elif depth < 2:
            many = isinstance(_nullable(of.fields[name].type), GraphQLList)
            drawn = [draw_filter(draw, of, known, depth + 1) for _ in range(draw(st.integers(0, 3)) if many else 1)]
            found[name] = drawn if many else drawn[0]
    return found


def _nullable(of: GraphQLInputType) -> Any:
    return of.of_type if isinstance(of, GraphQLNonNull) else of


def _at(value: Any, name: str) -> Any:
    if name == "host" and "sourceKey" in value:
        return value["host"]["name"]
    return value.get(name)


def _likely(of: GraphQLInputObjectType, known: list[Any]) -> list[str]:
    """The fields of a type, those that some answer has a value for counted five times."""
    there = {name for value in known for name, inner in value.items() if inner not in (None, [])}
    return [name for name in of.fields for _ in range(5 if name in there else 1)]


def _draw_list(draw: Draw, of: GraphQLInputObjectType, known: list[Any], depth: int) -> dict[str, Any]:
    items = [item for value in known for item in value]
    found: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(["some", "some", "none", "exists"]), min_size=1, max_size=2)):
        if name == "exists":
            found[name] = draw(st.booleans())
        else:
            inner = get_named_type(of.fields[name].type)
            assert isinstance(inner, GraphQLInputObjectType)
            found[name] = draw_filter(draw, inner, items, depth + 1)
    return found


def _draw_operand(draw: Draw, operator: str, of: GraphQLInputType, known: list[Any]) -> Any:
    named = get_named_type(of)
    pool = sorted(set(known), key=str)
    if operator == "exists" or named.name == "Boolean":
        return draw(st.booleans())
    if isinstance(named, GraphQLEnumType):
        pool = list(named.values)
        one = st.sampled_from(pool)
    elif named.name == "Int":
        one = st.sampled_from([*pool, -1, 0, 2**31 - 1])
    elif named.name == "Long":
        one = st.sampled_from([*(number(value) for value in pool), -1, 0, 2**63 - 1])
    else:
        one = st.sampled_from([*pool, "", "a.c", "\N{GRINNING FACE}"])
    if operator in ("in", "notIn"):
        return draw(st.lists(one, max_size=3))
    operand = draw(one)
    if operator in ("startsWith", "contains"):
        start = 0 if operator == "startsWith" else draw(st.integers(0, max(0, len(operand) - 1)))
        return operand[start : draw(st.integers(start, len(operand)))]
    return operand
