"""What the writer is told of a selection of VMs; see `writer.pyx`.

It writes plain fields, lists, objects and variants, and does the work of a few resolvers: those of `WRITTEN`. A
selection with any other field, such as an edge or what is computed in Python, is left to emitters.
"""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from bson.raw_bson import RawBSONDocument
from graphql import (
    FieldNode,
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
)

from schema.device import Device
from schema.devices import DEVICES
from schema.element import Element, document_key, is_document
from schema.graph.schema import stored_value
from schema.graph.virtual_machine import DefinitionFields, VirtualMachine

from .edges import strawberry_field
from .selections import Fields, NotPlannable
from .writer import Writer

Field = tuple[str, bool, bytes | None, bytes, Any]
"""Kind, whether it must not be null, key in documents, name in the response, and more: see `writer.Writer`."""

_SCALARS = {
    "String": "string",
    "ID": "string",
    "Int": "int",
    "Long": "long",
    "NumberOrText": "number_or_text",
    "Float": "float",
    "Boolean": "boolean",
    "DateTime": "date",
}
_NO_NAME = b""
"""That of a value which is in the response on its own: an item of a list, what a member leads to."""

MOST_FIELDS = 20_000
"""Fields of one plan's writers, for all types that documents could have: a fifth of a second to make them."""


def _resolver(cls: Any, python_name: str) -> Any:
    (found,) = (field for field in cls.__strawberry_definition__.fields if field.python_name == python_name)
    return found.base_resolver.wrapped_func


_IDS = {
    _resolver(VirtualMachine, "id"): ("vm_id", b"_id"),
    _resolver(Device, "id"): ("device_id", b"id"),
}
_DEVICES = {
    _resolver(DefinitionFields, "devices"): tuple(declared.array for declared in DEVICES.values()),
    **{_resolver(DefinitionFields, declared.array): (declared.array,) for declared in DEVICES.values()},
}
_EXTRA = _resolver(Element, "extra")
_EMULATOR = _resolver(DefinitionFields, "emulator")

WRITTEN = frozenset({*_IDS, *_DEVICES, _EXTRA, _EMULATOR})
"""The resolvers whose work the writer does itself."""


class WrittenVms:
    """VMs as they go into a response: JSON that orjson takes as it is."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def one(self, document: RawBSONDocument) -> Any:
        """A VM; raises Unusual."""
        return orjson.Fragment(self._writer.one(bytes(document.raw)))

    def many(self, documents: Sequence[RawBSONDocument]) -> Any:
        """A list of VMs; raises Unusual."""
        return orjson.Fragment(self._writer.many([bytes(document.raw) for document in documents]))


class Writing:
    """Makes writers for one schema; `selected` tells what is selected of an object below a field's nodes."""

    def __init__(
        self, schema: GraphQLSchema, selected: Callable[[GraphQLObjectType, Sequence[FieldNode]], Fields]
    ) -> None:
        self._schema = schema
        self._selected = selected
        self._fields = 0

    def vms(self, type_: GraphQLNamedType, nodes: Sequence[FieldNode]) -> WrittenVms | None:
        """The writer of VMs for what is selected of them; None for other types, and for what it cannot write."""
        if type_.name != VirtualMachine.__name__:
            return None
        assert isinstance(type_, GraphQLObjectType)
        try:
            return WrittenVms(Writer(self._shape(type_, nodes)))
        except (NotPlannable, ValueError):
            return None

    def _shape(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode]) -> list[Field]:
        if type_.is_type_of not in (None, is_document):
            raise NotPlannable(f"what is a {type_}")
        fields = self._selected(type_, nodes)
        self._fields += len(fields)
        if self._fields > MOST_FIELDS:
            raise NotPlannable("too many fields")
        return [self._field(type_, orjson.dumps(name), below) for name, below in fields.items()]

    def _field(self, parent: GraphQLObjectType, name: bytes, nodes: Sequence[FieldNode]) -> Field:
        if nodes[0].name.value == "__typename":
            return "constant", True, None, name, orjson.dumps(parent.name)
        field = parent.fields[nodes[0].name.value]
        declared = strawberry_field(field)
        if declared is None or any(node.arguments for node in nodes):
            raise NotPlannable(f"{parent}.{name!r}")
        if declared.base_resolver is not None:
            return self._computed(field, declared.base_resolver.wrapped_func, name, nodes)
        if declared.default_resolver is not stored_value:
            raise NotPlannable(f"{parent}.{name!r}")
        kind, needed, more = self._value(field.type, nodes)
        return kind, needed, document_key(declared.python_name).encode(), name, more

    def _computed(self, field: GraphQLField, resolver: Any, name: bytes, nodes: Sequence[FieldNode]) -> Field:
        if resolver in _IDS:
            kind, key = _IDS[resolver]
            return kind, True, key, name, None
        if resolver in _DEVICES:
            _, _, item = self._value(field.type, nodes)
            return "devices", True, b"devices", name, ([array.encode() for array in _DEVICES[resolver]], item)
        if resolver is _EXTRA:
            _, _, item = self._value(field.type, nodes)
            return "list_or_empty", True, b"extra", name, item
        if resolver is _EMULATOR:
            kind, needed, more = self._value(field.type, nodes)
            return "member", needed, b"devices", name, (kind, needed, b"emulator", _NO_NAME, more)
        raise NotPlannable("a field that Python computes")

    def _value(self, type_: GraphQLOutputType, nodes: Sequence[FieldNode]) -> tuple[str, bool, Any]:
        needed = isinstance(type_, GraphQLNonNull)
        inner: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if isinstance(inner, GraphQLScalarType) and inner.name in _SCALARS:
            return _SCALARS[inner.name], needed, None
        if isinstance(inner, GraphQLEnumType):
            return "enum", needed, _names(inner)
        if isinstance(inner, GraphQLList):
            kind, item_needed, more = self._value(inner.of_type, nodes)
            return "list", needed, (kind, item_needed, None, _NO_NAME, more)
        if isinstance(inner, GraphQLAbstractType):
            return "variant", needed, self._shapes(inner, nodes)
        if isinstance(inner, GraphQLObjectType):
            return "object", needed, self._shape(inner, nodes)
        raise NotPlannable(f"values of {inner}")

    def _shapes(self, abstract: GraphQLAbstractType, nodes: Sequence[FieldNode]) -> dict[bytes, list[Field]]:
        family: Any = getattr(abstract.resolve_type, "__self__", None)
        if not isinstance(abstract, GraphQLInterfaceType) or not hasattr(family, "types_by_kind"):
            raise NotPlannable(f"the types of {abstract}")
        shapes: dict[bytes, list[Field]] = {}
        for kind, name in family.types_by_kind().items():
            declared = self._schema.get_type(name)
            if isinstance(declared, GraphQLObjectType) and self._schema.is_sub_type(abstract, declared):
                shapes[kind.encode()] = self._shape(declared, nodes)
        return shapes


def _names(type_: GraphQLEnumType) -> dict[bytes, bytes]:
    """The names of an enum as JSON, by the words that are stored."""
    return {word.value.encode(): orjson.dumps(name) for name, word in type_.values.items()}
