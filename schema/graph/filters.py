"""Inputs that select VMs, derived from the declarations: one input for each element with searchable fields."""

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, get_type_hints

import strawberry
from strawberry import UNSET
from strawberry.schema.name_converter import NameConverter
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryObjectDefinition

from ..devices import DEVICES
from ..domain import Domain
from ..element import Variant, document_key, first_sentence
from ..scalars import Boolean, Integer, Long, bare
from ..scalars import Word as EnumWord
from ..tables import Child, node

_OPERATORS = {
    "eq": "The value is equal to this one.",
    "ne": "The value is not equal to this one, or there is none.",
    "in_": "The value is equal to one of these.",
    "not_in": "The value is equal to none of these, or there is none.",
    "gt": "The value is greater than this one.",
    "gte": "The value is greater than this one or equal to it.",
    "lt": "The value is less than this one.",
    "lte": "The value is less than this one or equal to it.",
    "starts_with": "The text begins with this one; capitals and small letters differ.",
    "contains": "The text has this one somewhere in it; capitals and small letters differ.",
    "exists": "`true`: there is a value; `false`: there is none.",
}
_EQUALITY = ("eq", "ne", "in_", "not_in", "exists")
_ORDER = ("gt", "gte", "lt", "lte")
_TEXT = ("starts_with", "contains")


class Shape(Enum):
    """What kind of condition an input is; each carries it as `shape`."""

    OPERATORS = "operators"
    ELEMENT = "element"
    LIST = "list"


def _input(shape: Shape, name: str, description: str, fields: dict[str, tuple[Any, str]]) -> type:
    """An input type whose fields are all optional."""
    namespace: dict[str, Any] = {"__annotations__": {}, "__module__": __name__, "__doc__": description, "shape": shape}
    for field, (annotation, sentence) in fields.items():
        namespace["__annotations__"][field] = annotation | None
        namespace[field] = strawberry.field(
            name=field.rstrip("_") if field.endswith("_") else None, description=sentence, default=UNSET
        )
    return _of_given(strawberry.input(type(name, (), namespace), description=description))


def _of_given(declared: type) -> type:
    """The same input type, made of the fields that the client gave: Strawberry would look for each of dozens."""
    definition: StrawberryObjectDefinition = declared.__strawberry_definition__  # type: ignore[attr-defined]

    @cache
    def fields(converter: NameConverter) -> dict[str, tuple[str, Any]]:
        return {converter.from_field(one): (one.python_name, one.resolve_type()) for one in definition.fields}

    def from_input(cls: type, given: Mapping[str, Any], context: InputContext) -> Any:
        known = fields(context.config.name_converter)
        values = {}
        for name, value in given.items():
            python_name, type_ = known[name]
            values[python_name] = context.convert(value, type_, name)
        return cls(**values)

    definition.from_input = from_input
    return declared


def _operators(name: str, of: str, value: Any, *more: str) -> type:
    fields: dict[str, tuple[Any, str]] = {}
    for operator in (*_EQUALITY, *more):
        annotation = bool if operator == "exists" else list[value] if operator in ("in_", "not_in") else value
        fields[operator] = (annotation, _OPERATORS[operator])
    return _input(Shape.OPERATORS, name, f"Conditions on {of}; all that are given must hold.", fields)


StringFilter: Any = _operators("StringFilter", "a text", str, *_TEXT)
IntFilter: Any = _operators("IntFilter", "a number", int, *_ORDER)
LongFilter: Any = _operators("LongFilter", "a number of up to 64 bits", Long, *_ORDER)
BooleanFilter: Any = _input(
    Shape.OPERATORS,
    "BooleanFilter",
    "Conditions on a boolean; all that are given must hold.",
    {"eq": (bool, _OPERATORS["eq"]), "exists": (bool, _OPERATORS["exists"])},
)
_enum_filters: dict[type[Enum], type] = {}
_element_filters: dict[type, type | None] = {}


def enum_filter(enum: type[Enum]) -> Any:
    """The operators for one enum."""
    if enum not in _enum_filters:
        _enum_filters[enum] = _operators(f"{enum.__name__}Filter", f"a value of `{enum.__name__}`", enum)
    return _enum_filters[enum]


def _operators_for(annotation: Any, spelling: Any) -> Any:
    if isinstance(spelling, EnumWord):
        return enum_filter(bare(annotation))
    if isinstance(spelling, Boolean):
        return BooleanFilter
    if isinstance(spelling, Integer):
        return LongFilter if spelling.bits == 64 else IntFilter
    return StringFilter


def element_filter(cls: type[Any]) -> Any | None:
    """The input for a declared class or family; None when nothing in it is searchable."""
    if cls not in _element_filters:
        _element_filters[cls] = None  # an element inside itself is not searched
        fields: dict[str, tuple[Any, str]] = {}
        if issubclass(cls, Variant):
            fields["kind"] = (StringFilter, "libvirt's word for the shape; `other` where no such shape is known.")
        for shape in dict.fromkeys(cls.shapes.values()) if issubclass(cls, Variant) else (cls,):
            for name, (annotation, sentence) in _fields(shape).items():
                known = fields.get(name, (annotation, sentence))[1]
                fields[name] = (annotation, known if sentence in known else f"{known} Or: {sentence}")
        if fields:
            described = f"Conditions on `{cls.__name__}`; all that are given must hold."
            _element_filters[cls] = _input(Shape.ELEMENT, f"{cls.__name__}Filter", described, fields)
    return _element_filters[cls]


def _fields(cls: type[Any]) -> dict[str, tuple[Any, str]]:
    described = {field.python_name: field for field in cls.__strawberry_definition__.fields}
    hints = get_type_hints(cls, include_extras=True)
    by_key = {document_key(name): name for name in described}
    fields: dict[str, tuple[Any, str]] = {}
    table = node(cls)
    for slot in table.slots():
        if slot.claim.searchable:
            name = by_key[slot.key]
            fields[name] = (_operators_for(hints[name], slot.spelling), str(described[name].description))
    for _, plan in table.plans():
        if not isinstance(plan.of, type):
            continue
        name = by_key[plan.key]
        if (inner := element_filter(plan.of)) is not None:
            fields[name] = (_list_filter(plan, inner) if plan.many else inner, str(described[name].description))
    return fields


_list_filters: dict[type, type] = {}


def _list_filter(plan: Child, inner: type) -> type:
    return list_filter(inner, plan.of.__name__)


def list_filter(inner: type, of: str) -> type:
    """The input for a list of elements."""
    if inner not in _list_filters:
        _list_filters[inner] = _input(
            Shape.LIST,
            f"{of}ListFilter",
            f"Conditions on a list of `{of}`; all that are given must hold.",
            {
                "some": (inner, "At least one entry of the list meets these conditions."),
                "none": (inner, "No entry of the list meets these conditions, or the list is empty."),
                "exists": (bool, "`true`: the list has an entry; `false`: it is empty."),
            },
        )
    return _list_filters[inner]


@strawberry.enum(description="What a VM is doing, in the words of libvirt's `virDomainState`.")
class VmState(Enum):
    """libvirt's virDomainState, and UNKNOWN for a document without a hypervisor."""

    UNKNOWN = strawberry.enum_value("UNKNOWN", description="Nobody can say: the host is a directory of documents.")
    NOSTATE = strawberry.enum_value("NOSTATE", description="The hypervisor does not say what the guest is doing.")
    RUNNING = strawberry.enum_value("RUNNING", description="The guest is on, and its virtual CPUs run.")
    BLOCKED = strawberry.enum_value("BLOCKED", description="The guest waits for a resource.")
    PAUSED = strawberry.enum_value(
        "PAUSED", description="The virtual CPUs are stopped; the guest stays in memory until somebody resumes it."
    )
    SHUTDOWN = strawberry.enum_value("SHUTDOWN", description="The guest is on its way to being off.")
    SHUTOFF = strawberry.enum_value("SHUTOFF", description="The guest is off; its host keeps the definition.")
    CRASHED = strawberry.enum_value("CRASHED", description="The guest or its hypervisor crashed.")
    PMSUSPENDED = strawberry.enum_value(
        "PMSUSPENDED", description="The guest went to sleep by its own power management, until something wakes it."
    )


def _vm_filter() -> Any:
    fields: dict[str, tuple[Any, str]] = {
        "host": (StringFilter, "Name of the host that the VM is defined on."),
        "name": (StringFilter, "Name of the VM; another host may have one of the same name."),
        "uuid": (StringFilter, "UUID of the VM, unique on one host only."),
        "state": (enum_filter(VmState), "What the VM is doing."),
        "source_key": (
            StringFilter,
            "The VM's key on its host: the UUID on a hypervisor, the name of its file in a directory.",
        ),
        "untyped": (
            StringFilter,
            "XML paths of what no declaration knows, as `coverage` lists them. Each condition that is given holds for "
            "at least one of the VM's paths, `ne` and `notIn` for all of them.",
        ),
        "domain": (element_filter(Domain), "What the VM is besides its devices: memory, CPUs, firmware and the like."),
    }
    for declared in DEVICES.values():
        if (inner := element_filter(declared)) is not None:
            fields[declared.array] = (list_filter(inner, declared.__name__), first_sentence(declared))
    return _input(Shape.ELEMENT, "VmFilter", "Conditions on a VM; all that are given must hold.", fields)


@_of_given
@strawberry.input(description="Conditions on a VM; all that are given must hold.")
class VmFilter(_vm_filter()):  # type: ignore[misc]
    """Conditions on a VM; all that are given must hold."""

    and_: list["VmFilter"] | None = strawberry.field(
        name="and", description="Every one of these conditions holds.", default=UNSET
    )
    or_: list["VmFilter"] | None = strawberry.field(
        name="or", description="At least one of these conditions holds.", default=UNSET
    )
    not_: "VmFilter | None" = strawberry.field(
        name="not", description="These conditions, taken together, do not hold.", default=UNSET
    )
