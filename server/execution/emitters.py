"""Generated code that turns stored documents into parts of a response.

For the fields of each object type that an operation selects, one function is compiled, of the kind

    def emit(document, edges):
        if document.__class__ is not dict:
            raise StepAside
        response = nulls.copy()
        get = document.get
        serial = get("serial")
        if serial is not None:
            if serial.__class__ is not str:
                serial = as_string(serial)
            response["serial"] = serial
        …

Plain fields are read from the document, fields computed from it alone are computed in place. Whatever else a field is
(asynchronous, in need of `info`, given arguments) is an edge: the response gets a place for it, and `edges` a note of
the place and the document. Values that are not what their type makes of nearly all of them are left to the type
itself; what it refuses, and everything else that graphql-core has an error for, ends in an exception.
"""

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from bson.raw_bson import RawBSONDocument
from graphql import (
    FieldNode,
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    Undefined,
    get_named_type,
    is_leaf_type,
)

from schema.element import document_key, is_document
from schema.graph.connections import VmConnection
from schema.graph.schema import stored_value

from .edges import Edge, Edges, strawberry_field
from .selections import NotPlannable, Selections
from .writing import Writing, WrittenVms

_USUAL = {
    "String": "{0}.__class__ is not str",
    "ID": "{0}.__class__ is not str",
    "Boolean": "{0}.__class__ is not bool",
    "Int": "{0}.__class__ is not int or not -2147483648 <= {0} <= 2147483647",
    "Long": "{0}.__class__ is not int or not -9007199254740991 <= {0} <= 9007199254740991",
}
"""What is not true of values that stand in the response as they are."""

Emit = Callable[[Any, Edges], Any]
"""Turns a value into its part of the response, and notes the edges it has."""

MOST_FIELDS = 20_000
"""Fields of one plan's code. Python would spend seconds on more, and keep them."""


class StepAside(Exception):
    """A value that graphql-core is to judge."""


class Emitters:
    """The functions of one plan; they are compiled when the first document comes that needs them."""

    def __init__(
        self,
        schema: GraphQLSchema,
        selections: Selections,
        remember: Callable[[GraphQLField, list[FieldNode]], None],
        *,
        written: bool,
    ) -> None:
        self._schema = schema
        self._selections = selections
        self._writing = Writing(schema, selections.below) if written else None
        self._writers: dict[tuple[int, ...], WrittenVms | None] = {}
        self.remember = remember
        """Called with each edge's field and its nodes, a list that stays as long as the plan."""
        self.uncompiled: list[Callable[[], object]] = []
        """What compiles the functions that no document needed so far, and tells what more there is to compile."""
        self._fields = 0

    def of(self, type_: GraphQLOutputType, nodes: Sequence[FieldNode], owner: Edge) -> Emit:
        """The function for values of a field; `owner` is where the fields below it hang."""
        return _Function(self, owner).completing(type_, nodes)

    def fields(self, parent: GraphQLObjectType, nodes: Sequence[FieldNode]) -> dict[str, list[FieldNode]]:
        """What is selected of an object that a field leads to; raises NotPlannable where it is too much."""
        found = self._selections.below(parent, nodes)
        self._fields += len(found)
        if self._fields > MOST_FIELDS:
            raise NotPlannable("too many fields")
        return found

    def reads_raw(self, field: GraphQLField, nodes: Sequence[FieldNode]) -> bool:
        """Whether the VMs that a field leads to, one or a page of them, are all to be written from MongoDB's bytes."""
        inner: Any = get_named_type(field.type)
        if inner.name != VmConnection.__name__:
            return self.writer(inner, nodes) is not None
        parts = [(below[0].name.value, below) for below in self._selections.below(inner, nodes).values()]
        vms: Any = get_named_type(inner.fields["nodes"].type)
        lists = [below for name, below in parts if name == "nodes"]
        if not lists or any(name == "edges" for name, _ in parts):
            return False
        return all(self.writer(vms, below) is not None for below in lists)

    def writer(self, type_: GraphQLNamedType, nodes: Sequence[FieldNode]) -> WrittenVms | None:
        """What writes VMs from MongoDB's bytes, where a plan does that and everything is plain that is selected."""
        if self._writing is None:
            return None
        key = (*map(id, nodes),)
        if key not in self._writers:
            self._writers[key] = self._writing.vms(type_, nodes)
        return self._writers[key]

    def by_type(self, abstract: GraphQLAbstractType, nodes: Sequence[FieldNode], owner: Edge) -> "ByType":
        """The functions for values of an interface: that of the object type each of them has."""
        resolve_type: Any = abstract.resolve_type
        if not isinstance(abstract, GraphQLInterfaceType) or not inspect.ismethod(resolve_type):
            raise NotPlannable(f"the types of {abstract}")
        by_kind: dict[str, Emit] | None = {} if hasattr(resolve_type.__self__, "types_by_kind") else None
        by_name: dict[str, Emit] = {}

        def of_type(name: str) -> Emit:
            if name not in by_name:
                found = self._schema.get_type(name)
                if not isinstance(found, GraphQLObjectType) or not self._schema.is_sub_type(abstract, found):
                    raise StepAside
                by_name[name] = self.of(found, nodes, owner)
            return by_name[name]

        def emit_for(value: Any) -> Emit:
            emit = of_type(resolve_type(value, None, abstract))
            if by_kind is not None:
                by_kind[value["kind"]] = emit
            return emit

        possible = self._schema.get_possible_types(abstract)
        self.uncompiled.append(lambda: [of_type(one.name) for one in possible])
        return ByType(by_kind, emit_for)


class ByType(NamedTuple):
    """The functions for values of an interface."""

    by_kind: dict[str, Emit] | None
    """Those that were needed so far, where a document's `kind` tells its type; None where it does not."""
    emit_for: Callable[[Any], Emit]
    """The function for a value, whether it was needed before or not."""


class _Function:
    """The text of one function, and what it refers to."""

    def __init__(self, emitters: Emitters, owner: Edge) -> None:
        self._emitters = emitters
        self._owner = owner
        self._lines: list[str] = []
        self._known: dict[str, Any] = {"StepAside": StepAside, "listed": _listed, "RawBSONDocument": RawBSONDocument}
        self._names = 0

    def completing(self, type_: GraphQLOutputType, nodes: Sequence[FieldNode]) -> Emit:
        """Write the function for values of a type."""
        self._line(0, "def emit(value, edges):")
        self._complete("value", type_, nodes, 1)
        self._line(1, "return value")
        exec("\n".join(self._lines), self._known)  # noqa: S102 (what is compiled here holds no text of a request)
        emit: Emit = self._known["emit"]
        return emit

    def _line(self, depth: int, text: str) -> None:
        self._lines.append(" " * depth + text)

    def _name(self, of: str) -> str:
        self._names += 1
        return f"{of}{self._names}"

    def _refer(self, of: str, thing: Any) -> str:
        name = self._name(of)
        self._known[name] = thing
        return name

    def _complete(self, value: str, type_: GraphQLOutputType, nodes: Sequence[FieldNode], depth: int) -> None:
        """Statements that put what a variable becomes in the response in its place."""
        if isinstance(type_, GraphQLNonNull):
            self._needed(value, type_.of_type, nodes, depth)
        else:
            self._line(depth, f"if {value} is not None:")
            self._present(value, type_, nodes, depth + 1)

    def _needed(self, value: str, type_: GraphQLOutputType, nodes: Sequence[FieldNode], depth: int) -> None:
        """The same for a value that must not be null; that it is not is checked where the type would not."""
        if isinstance(type_, GraphQLList | GraphQLAbstractType):
            self._line(depth, f"if {value} is None:")
            self._line(depth + 1, "raise StepAside")
        self._present(value, type_, nodes, depth)

    def _present(self, value: str, type_: GraphQLOutputType, nodes: Sequence[FieldNode], depth: int) -> None:
        """The same for a value that is there."""
        if is_leaf_type(type_):
            self._leaf(value, type_, depth)
        elif isinstance(type_, GraphQLList):
            vms = self._emitters.writer(get_named_type(type_), nodes)
            if vms is not None:
                self._line(depth, f"if {value} and {value}[0].__class__ is RawBSONDocument:")
                self._line(depth + 1, f"{value} = {self._refer('written', vms.many)}({value})")
                self._line(depth, "else:")
                depth += 1
            self._line(depth, f"if {value}.__class__ is not list:")
            self._line(depth + 1, f"{value} = listed({value})")
            self._line(depth, f"{value} = [{self._item(type_.of_type, nodes)} for item in {value}]")
        elif isinstance(type_, GraphQLAbstractType):
            self._line(depth, f"{value} = {self._by_type(value, type_, nodes)}")
        elif isinstance(type_, GraphQLObjectType):
            vms = self._emitters.writer(type_, nodes)
            if vms is not None:
                self._line(depth, f"if {value}.__class__ is RawBSONDocument:")
                self._line(depth + 1, f"{value} = {self._refer('written', vms.one)}({value})")
                self._line(depth, "else:")
                depth += 1
            self._object(value, type_, nodes, depth)

    def _item(self, type_: GraphQLOutputType, nodes: Sequence[FieldNode]) -> str:
        """The expression for what `item` becomes in the response."""
        inner: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if isinstance(inner, GraphQLAbstractType):
            emitted = self._by_type("item", inner, nodes)  # of None, which has no kind, graphql-core tells
            return emitted if inner is not type_ else f"None if item is None else {emitted}"
        return f"{self._refer('emit', self._emitters.of(type_, nodes, self._owner))}(item, edges)"

    def _by_type(self, value: str, type_: GraphQLAbstractType, nodes: Sequence[FieldNode]) -> str:
        """The expression for what a variable of an interface's type becomes in the response."""
        found = self._emitters.by_type(type_, nodes, self._owner)
        emit = f"{self._refer('emit_for', found.emit_for)}({value})"
        if found.by_kind is not None:
            emit = f'({self._refer("by_kind", found.by_kind)}.get({value}["kind"]) or {emit})'
        return f"{emit}({value}, edges)"

    def _leaf(self, value: str, type_: GraphQLLeafType, depth: int) -> None:
        if isinstance(type_, GraphQLEnumType):
            words, word = _words(type_)
            found = f"{self._refer('words', words)}.get({value}) or {self._refer('word', word)}({value})"
            self._line(depth, f"{value} = {found}")
            return
        if (usual := _USUAL.get(type_.name)) is not None:
            self._line(depth, f"if {usual.format(value)}:")
            depth += 1
        self._line(depth, f"{value} = {self._refer('leaf', _coerced(type_))}({value})")

    def _object(self, value: str, type_: GraphQLObjectType, nodes: Sequence[FieldNode], depth: int) -> None:
        refused = f"{value}.__class__ is not dict"
        if type_.is_type_of is not None and type_.is_type_of is not is_document:
            refused += f" or not {self._refer('is_type_of', type_.is_type_of)}({value}, None)"
        self._line(depth, f"if {refused}:")
        self._line(depth + 1, "raise StepAside")
        # Most fields are absent in most documents: the response begins with all of them null.
        nulls: dict[str, str | None] = {}
        response, get = self._name("response"), self._name("get")
        self._line(depth, f"{response} = {self._refer('nulls', nulls)}.copy()")
        self._line(depth, f"{get} = {value}.get")
        for key, below in self._emitters.fields(type_, nodes).items():
            name = below[0].name.value
            nulls[key] = type_.name if name == "__typename" else None
            if name != "__typename":
                self._field(type_, key, below, (value, get, response), depth)
        self._line(depth, f"{value} = {response}")

    def _field(
        self,
        parent: GraphQLObjectType,
        key: str,
        nodes: list[FieldNode],
        names: tuple[str, str, str],
        depth: int,
    ) -> None:
        """Statements for one field; the names are those of the document, its `get`, and the response."""
        document, get, response = names
        field = parent.fields[nodes[0].name.value]
        if (read := self._read(field, nodes, document, get)) is None:
            edge = self._refer("edge", Edge(self._emitters, parent, field, key, nodes, self._owner))
            self._line(depth, f"edges[{edge}].append(({response}, {document}))")
            return
        value = self._name("value")
        self._line(depth, f"{value} = {read}")
        if isinstance(field.type, GraphQLNonNull):
            self._needed(value, field.type.of_type, nodes, depth)
        else:
            self._line(depth, f"if {value} is not None:")
            depth += 1
            self._present(value, field.type, nodes, depth)
        self._line(depth, f"{response}[{key!r}] = {value}")

    def _read(self, field: GraphQLField, nodes: Sequence[FieldNode], value: str, get: str) -> str | None:
        """The expression for a field's value; None for an edge."""
        declared = strawberry_field(field)
        if declared is None or any(node.arguments for node in nodes):
            return None
        resolver = declared.base_resolver
        if resolver is None:
            plain = declared.default_resolver is stored_value
            return f"{get}({document_key(declared.python_name)!r})" if plain else None
        if resolver.is_async or resolver.info_parameter is not None or resolver.parent_parameter is None:
            return None
        return f"{self._refer('compute', resolver.wrapped_func)}({value})"


def _listed(value: Any) -> list[Any]:
    if isinstance(value, tuple):
        return list(value)
    raise StepAside


def _coerced(type_: GraphQLLeafType) -> Callable[[Any], Any]:
    """What a type makes of a value; raises what the type raises, and StepAside for nothing."""
    coerce = type_.coerce_output_value

    def coerced(value: Any) -> Any:
        found = None if value is None else coerce(value)
        if found is None or found is Undefined:
            raise StepAside
        return found

    return coerced


def _words(type_: GraphQLEnumType) -> tuple[dict[str, str], Callable[[Any], str]]:
    """The names of stored words as far as they were needed, and what finds the others."""
    words: dict[str, str] = {}
    coerced = _coerced(type_)

    def word(value: Any) -> str:
        found: str = coerced(value)
        if value.__class__ is str:
            words[value] = found
        return found

    return words, word
