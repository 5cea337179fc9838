"""The schema as a whole: described throughout, and free of fields that contradict each other."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    is_introspection_type,
    is_specified_scalar_type,
    parse,
    validate,
)
from graphql.language import TokenKind
from graphql.language.lexer import Lexer
from graphql.language.source import Source

from schema.devices import DEVICES
from schema.element import Variant
from tests.schema.graph.selections import everything


def described(schema: GraphQLSchema) -> Iterator[tuple[str, str, str | None]]:
    """Everything that can carry a description: what it is, its name, the description."""
    for of in schema.type_map.values():
        if is_introspection_type(of) or is_specified_scalar_type(of):
            continue
        yield "type", of.name, of.description
        if isinstance(of, GraphQLEnumType):
            for name, value in of.values.items():
                yield "enum value", f"{of.name}.{name}", value.description
        elif isinstance(of, GraphQLInputObjectType):
            for name, given in of.fields.items():
                yield "input field", f"{of.name}.{name}", given.description
        elif isinstance(of, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in of.fields.items():
                yield "field", f"{of.name}.{name}", field.description
                for argument, taken in field.args.items():
                    yield "argument", f"{of.name}.{name}({argument})", taken.description


def test_everything_is_described(graphql_schema: GraphQLSchema, capsys: pytest.CaptureFixture[str]) -> None:
    found = list(described(graphql_schema))
    with capsys.disabled():
        print(f"\ndescribed: {dict(Counter(kind for kind, _, _ in found))}")
    assert {kind for kind, _, _ in found} == {"type", "enum value", "input field", "field", "argument"}
    assert [name for _, name, text in found if not (text or "").strip()] == []
    assert [name for _, name, text in found if (text or "").strip()[-1] not in ".`)…"] == []


def names(schema: GraphQLSchema, of: str) -> set[str]:
    """The fields of a type."""
    found = schema.type_map[of]
    assert isinstance(found, GraphQLObjectType | GraphQLInterfaceType)
    return set(found.fields)


def test_the_query_for_everything_is_valid(graphql_schema: GraphQLSchema, capsys: pytest.CaptureFixture[str]) -> None:
    vm = graphql_schema.type_map["VirtualMachine"]
    assert isinstance(vm, GraphQLObjectType)
    text = f"{{ vms {{ nodes {everything(graphql_schema, vm)} }} }}"
    lexer, tokens = Lexer(Source(text)), 0
    while lexer.advance().kind is not TokenKind.EOF:
        tokens += 1
    with capsys.disabled():
        print(f"\nthe query for everything: {tokens} tokens")
    assert validate(graphql_schema, parse(text)) == []
    for declared in DEVICES.values():
        if names(graphql_schema, declared.__name__) > names(graphql_schema, "Device"):  # NVRAM has an address only
            assert f"... on {declared.__name__} " in text
    for family in Variant.__subclasses__():
        if family.__name__ not in graphql_schema.type_map:
            continue  # one that another test declared
        shared = names(graphql_schema, family.__name__)
        for shape in set(family.shapes.values()):
            if names(graphql_schema, shape.__name__) > shared:
                assert f"... on {shape.__name__} " in text


EXCEPTIONS = {
    "name": "a host always has one, a VM may lack it",
    "state": "of a host and of a VM, each with words of its own",
    "channels": "devices of a VM, and the channels of a SPICE display",
}
"""Fields that `node` cannot take under one name from two types: aliases tell them apart."""


def test_types_that_meet_agree_on_their_fields(graphql_schema: GraphQLSchema) -> None:
    node = graphql_schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    text = f"{{ nodes(ids: []) {everything(graphql_schema, node)} }}"
    conflicts = [error.message for error in validate(graphql_schema, parse(text), max_errors=1000)]
    assert {re.findall(r"'(\w+)'", message)[0] for message in conflicts} == EXCEPTIONS.keys(), conflicts
