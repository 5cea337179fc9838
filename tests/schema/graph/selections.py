"""Selections made from the schema itself: everything there is, or a part drawn at random."""

from collections.abc import Callable, Collection, Iterator
from itertools import count
from typing import cast

from graphql import (
    GraphQLAbstractType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedOutputType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_required_argument,
)
from hypothesis import strategies as st

from schema.definition import WholeDomain
from schema.devices import DEVICES
from schema.host.saved_domain import DEFINITIONS, SavedDomain
from schema.resource import RESOURCES, roots
from schema.tables import node, reachable

Composite = GraphQLObjectType | GraphQLInterfaceType

_DECLARED = {
    f"{'Domain' if cls is WholeDomain else cls.__name__}.{key}"
    for root in roots(WholeDomain)
    for cls in reachable(root)
    for key in node(cls).keys
}
"""Fields that come from XML, whatever their names."""

EDGES = frozenset({
    "Attachment.device", "DeviceChange.device", "DeviceLink.device", "DeviceLink.target", "DeviceTreeNode.device",
    "NodeDevice.iommuGroup", "StorageVolume.pool", "VirtualMachine.diff", "VirtualMachine.host",
    "VirtualMachine.pending", "attachments", "backingChain", "conflicts", "dependents", "disk", "freeDevices",
    "history", "host", "linkedFrom", "links", "neighbours", "overlays", "persistentDefinition", "physicalFunction",
    "ports", "referencedBy", "references", "resource", "resources", "snapshots", "virtualFunctions",
    "vm", "vms", "volumes",
})  # fmt: skip
"""Fields that lead to another document, to the same devices again or to what was, as `field` or as `Type.field`."""

MOST_OF_A_TYPE = 2
"""How often a type may stand inside itself, as a disk's source does."""

DEEPEST = 3
"""How often a type stands inside itself in the documents that are made from libvirt's schemas."""

_PAGE = 250
"""VMs of one answer."""


def named(field: GraphQLField) -> GraphQLNamedOutputType:
    """The type of a field without lists and `!`."""
    return cast(GraphQLNamedOutputType, get_named_type(field.type))


def variants(schema: GraphQLSchema, of: Composite) -> list[GraphQLObjectType]:
    """The object types behind an interface."""
    return list(schema.get_possible_types(of)) if isinstance(of, GraphQLAbstractType) else []


def own_fields(
    schema: GraphQLSchema, of: Composite, shared: Collection[str] = ()
) -> Iterator[tuple[str, Composite | None]]:
    """Fields of a type with the type below them, None for a leaf; those that an interface shares are left out."""
    for name, field in of.fields.items():
        inner = named(field)
        if name not in shared:
            yield name, inner if isinstance(inner, GraphQLObjectType | GraphQLInterfaceType) else None
            assert is_composite_type(inner) == isinstance(inner, GraphQLObjectType | GraphQLInterfaceType)


def _wants_arguments(field: GraphQLField) -> bool:
    return any(is_required_argument(argument) for argument in field.args.values())


def is_left_out(owner: Composite, name: str, without: Collection[str]) -> bool:
    """Whether a field is one of these; by its name alone only where it does not come from XML."""
    full = f"{owner.name}.{name}"
    return full in without or (name in without and full not in _DECLARED)


def everything(
    schema: GraphQLSchema,
    of: Composite,
    without: Collection[str] = EDGES,
    above: tuple[str, ...] = (),
    most: int = MOST_OF_A_TYPE,
) -> str:
    """`{ … }` with every field of a type and of all that is below, and a fragment for every variant."""

    def fields(owner: Composite, shared: Collection[str] = ()) -> Iterator[str]:
        for name, inner in own_fields(schema, owner, shared):
            if is_left_out(owner, name, without):
                continue
            if inner is None:
                yield name
            elif (*above, of.name).count(inner.name) < most:
                yield f"{name} {everything(schema, inner, without, (*above, of.name), most)}"

    own = ((variant.name, " ".join(fields(variant, of.fields))) for variant in variants(schema, of))
    fragments = (f"... on {name} {{ {below} }}" for name, below in own if below)
    return f"{{ {' '.join(['__typename', *fields(of), *fragments])} }}"


def full_depth(schema: GraphQLSchema) -> dict[str, str]:
    """Queries for the VMs of a host, a page at a time: one for each kind of device, and `domain` for all the rest.

    Each selects everything that comes from the XML of its kind; the XML itself is left out.
    """
    vm = cast(GraphQLObjectType, schema.type_map["VirtualMachine"])
    rest = everything(schema, vm, EDGES | _BESIDE, most=DEEPEST)
    parts = {tag: f"{{ sourceKey {below} }}" for tag, below in _kinds(schema, vm)}
    return {name: _paged(below) for name, below in {"domain": rest, **parts}.items()}


_BESIDE = {
    f"{owner}.{name}"
    for owner in ("VirtualMachine", "SavedDefinition")
    for name in (*(declared.array for declared in DEVICES.values()), "devices", "xml")
}
"""The devices of a definition, which are asked for a kind at a time, and the XML."""


def _kinds(schema: GraphQLSchema, owner: GraphQLObjectType) -> Iterator[tuple[str, str]]:
    """`disks { … }` with everything, for each kind of device of a definition."""
    for declared in DEVICES.values():
        of = cast(GraphQLObjectType, named(owner.fields[declared.array]))
        yield declared.tag, f"{declared.array} {everything(schema, of, EDGES | {f'{of.name}.xml'}, most=DEEPEST)}"


def full_depth_of_resources(schema: GraphQLSchema, kind: str) -> list[str]:
    """Queries for the resources of a kind of a host, a page at a time, that together select all that their XML says.

    Whole domains, which snapshots and checkpoints hold, are asked for a kind of devices at a time.
    """
    declared = RESOURCES[kind]
    of = cast(GraphQLObjectType, schema.type_map[declared.__name__])
    parts = [everything(schema, of, EDGES | _BESIDE | {f"{of.name}.xml"}, most=DEEPEST)]
    if issubclass(declared, SavedDomain):
        saved = cast(GraphQLObjectType, schema.type_map["SavedDefinition"])
        keys = [key for key in DEFINITIONS if key in of.fields]
        parts += [f"{{ {key} {{ {below} }} }}" for _, below in _kinds(schema, saved) for key in keys]
    return [
        f"query($host: String!, $after: String) {{ resources(first: {_PAGE}, after: $after, kind: {kind}, "
        f"filter: {{host: {{eq: $host}}}}) {{ nodes {{ id ... on {of.name} {part} }} pageInfo {{ endCursor }} }} }}"
        for part in parts
    ]


def _paged(selection: str) -> str:
    return (
        f"query($host: String!, $after: String) {{ vms(first: {_PAGE}, after: $after, filter: {{host: {{eq: $host}}}})"
        f" {{ nodes {selection} pageInfo {{ endCursor }} }} }}"
    )


def some(
    schema: GraphQLSchema,
    of: Composite,
    draw: Callable[[st.SearchStrategy[bool | int]], int],
    depth: int = 0,
    numbers: Iterator[int] | None = None,
) -> str:
    """`{ … }` with some fields of a type and of what is below, some of them twice under different names.

    Fields that cannot be asked for without arguments are left out.
    """
    parts: list[str] = []
    unused = numbers or count()  # one name for two different fields would be refused, even in different fragments

    def take(owner: Composite, shared: Collection[str] = ()) -> Iterator[str]:
        free = (one for one in own_fields(schema, owner, shared) if not _wants_arguments(owner.fields[one[0]]))
        candidates = [one for one in free if depth < 4 or one[1] is None]
        for _ in range(draw(st.integers(1, 4))) if candidates else ():
            name, inner = candidates[draw(st.integers(0, len(candidates) - 1))]
            arguments = "(first: 2)" if inner is not None and inner.name.endswith("Connection") else ""
            further = 2 if is_left_out(owner, name, EDGES) else 1
            below = "" if inner is None else some(schema, inner, draw, depth + further, unused)
            yield f"a{next(unused)}: {name}{arguments}{below}"

    parts += take(of)
    possible = variants(schema, of)
    for _ in range(draw(st.integers(0, 3))) if possible else ():
        variant = possible[draw(st.integers(0, len(possible) - 1))]
        parts.append(f"... on {variant.name} {{ {' '.join(take(variant))} }}")
        if draw(st.booleans()):
            parts.append("__typename")
    return f"{{ {' '.join(parts)} }}"
