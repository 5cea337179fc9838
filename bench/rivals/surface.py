"""The part of our SDL that queries ask for, which the rivals serve as well, and what its words mean in the documents.

python -m bench.rivals.surface    # writes schema.graphql and words.json beside this file
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    assert_valid_schema,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
    parse,
    print_schema,
    type_from_ast,
    validate,
    visit,
)

from bench.filling.layout import MARKED
from bench.workloads import Operation, queries
from schema.device import DEVICES
from schema.edges import EDGES, SPACES
from schema.element import Variant
from schema.resource import RESOURCES
from server.endpoint import served_schema

HERE = Path(__file__).parent
SDL = HERE / "schema.graphql"
WORDS = HERE / "words.json"


class _Asked(Visitor):
    """Which fields, arguments and fields of inputs documents name, by type."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info
        self.fields: defaultdict[str, dict[str, set[str]]] = defaultdict(dict)
        self.inputs: defaultdict[str, set[str]] = defaultdict(set)

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self._info.get_parent_type()
        if parent is not None and not node.name.value.startswith("__"):
            self.fields[parent.name].setdefault(node.name.value, set()).update(
                one.name.value for one in node.arguments or ()
            )

    def value(self, of: Any, value: Any) -> None:
        """The value of a variable."""
        if isinstance(named := get_named_type(of), GraphQLInputObjectType) and isinstance(value, dict):
            for name, one in value.items():
                self.inputs[named.name].add(name)
                self.value(named.fields[name].type, one)

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        if (parent := self._info.get_parent_input_type()) is not None:
            self.inputs[get_named_type(parent).name].add(node.name.value)


class Surface:
    """A schema that has what valid operations ask of another one, and no more."""

    def __init__(self, whole: GraphQLSchema, operations: Iterable[Operation]) -> None:
        info = TypeInfo(whole)
        asked = _Asked(info)
        for operation in operations:
            document = parse(operation.query)
            if errors := validate(whole, document):
                raise ValueError(f"The query is not valid: {errors[0].message}")
            visit(document, TypeInfoVisitor(info, asked))
            for definition in document.definitions:
                for variable in getattr(definition, "variable_definitions", None) or ():
                    asked.value(type_from_ast(whole, variable.type), operation.variables[variable.variable.name.value])
        self._whole = whole
        self._asked = asked
        self._made: dict[str, GraphQLNamedType] = {}
        for name in list(asked.fields):
            interface = whole.type_map[name]
            if isinstance(interface, GraphQLInterfaceType):
                for implementor in whole.get_possible_types(interface):
                    for field, arguments in asked.fields[name].items():
                        asked.fields[implementor.name].setdefault(field, set()).update(arguments)
        assert whole.query_type
        root = self._named(whole.query_type)
        assert isinstance(root, GraphQLObjectType)
        implementors = [
            self._named(implementor)
            for name in list(asked.fields)
            if isinstance(interface := whole.type_map[name], GraphQLInterfaceType)
            for implementor in whole.get_possible_types(interface)
        ]
        self.schema = GraphQLSchema(root, types=implementors)
        assert_valid_schema(self.schema)

    def _named(self, of: GraphQLNamedType) -> GraphQLNamedType:
        if is_specified_scalar_type(of):
            return of
        if of.name not in self._made:
            self._made[of.name] = self._make(of)
        return self._made[of.name]

    def _make(self, of: GraphQLNamedType) -> GraphQLNamedType:
        match of:
            case GraphQLObjectType() | GraphQLInterfaceType():
                kind = GraphQLObjectType if isinstance(of, GraphQLObjectType) else GraphQLInterfaceType
                return kind(of.name, lambda: self._fields(of), lambda: self._interfaces(of))
            case GraphQLInputObjectType():
                return GraphQLInputObjectType(of.name, lambda: self._inputs(of))
            case GraphQLEnumType():
                return GraphQLEnumType(of.name, {name: one.value for name, one in of.values.items()})
            case GraphQLScalarType():
                return GraphQLScalarType(of.name)
        raise TypeError(f"{of.name} is a {type(of).__name__}, which no query here has asked for so far.")

    def _of(self, of: Any) -> Any:
        """The same type, perhaps wrapped, in this schema."""
        return type(of)(self._of(of.of_type)) if hasattr(of, "of_type") else self._named(of)

    def _interfaces(self, of: GraphQLObjectType | GraphQLInterfaceType) -> list[Any]:
        return [self._named(one) for one in of.interfaces if one.name in self._asked.fields]

    def _fields(self, of: GraphQLObjectType | GraphQLInterfaceType) -> dict[str, GraphQLField]:
        asked = self._asked.fields[of.name]
        found: dict[str, GraphQLField] = {}
        for name, field in of.fields.items():
            if name in asked:
                arguments = {key: self._argument(field.args[key]) for key in sorted(asked[name])}
                found[name] = GraphQLField(self._of(field.type), arguments)
        return found

    def _argument(self, of: GraphQLArgument) -> GraphQLArgument:
        return GraphQLArgument(self._of(of.type), of.default_value)

    def _inputs(self, of: GraphQLInputObjectType) -> dict[str, GraphQLInputField]:
        asked = self._asked.inputs[of.name]
        return {name: GraphQLInputField(self._of(one.type)) for name, one in of.fields.items() if name in asked}

    def enums(self) -> dict[str, dict[str, str]]:
        """The stored word behind each name of each enum."""
        return {
            name: {word: value.value for word, value in enum.values.items()}
            for name, enum in self.schema.type_map.items()
            if isinstance(enum, GraphQLEnumType) and not is_introspection_type(enum)
        }

    def kinds(self) -> dict[str, dict[str, str]]:
        """The object type behind each stored `kind` of each interface."""
        found = {
            "Device": {kind.upper(): declared.__name__ for kind, declared in DEVICES.items()},
            "Resource": {kind: declared.__name__ for kind, declared in RESOURCES.items()},
        }
        families = {family.__name__: family.shapes for family in Variant.__subclasses__()}
        for name, one in self.schema.type_map.items():
            if isinstance(one, GraphQLInterfaceType) and name not in found:
                found[name] = {kind: shape.__name__ for kind, shape in families[name].items()}
        return found


def surface() -> tuple[str, str]:
    """The texts of both files."""
    asked = [
        Operation(queries.TREE_OF_ONE, {"id": ""}),
        Operation(queries.TREE_OF_MANY, {"first": 1}),
        Operation(queries.EDGES, {"host": ""}),
        Operation(queries.COUNTS, {"path": ""}),
        *(Operation(queries.PAGE, {"filter": one.filter}) for one in MARKED),
    ]
    made = Surface(served_schema()._schema, asked)
    words = {
        "enums": made.enums(),
        "kinds": made.kinds(),
        "sources": sorted(role for role, edge in EDGES.items() if edge.source),
        "spaces": {name: space.kind for name, space in SPACES.items()},
        "arrays": {declared.array: kind.upper() for kind, declared in DEVICES.items()},
    }
    return print_schema(made.schema) + "\n", json.dumps(words, indent=1) + "\n"


if __name__ == "__main__":
    for path, text in zip((SDL, WORDS), surface(), strict=True):
        path.write_text(text)
