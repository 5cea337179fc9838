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
)
from hypothesis import strategies as st

from schema.definition import WholeDomain
from schema.devices import DEVICES
from schema.domain import Domain
from schema.tables import node, reachable

Composite = GraphQLObjectType | GraphQLInterfaceType

EDGES = frozenset({
    "Attachment.device", "DeviceLink.device", "DeviceLink.target", "DeviceTreeNode.device",
    "NodeDevice.iommuGroup", "StorageVolume.pool", "VirtualMachine.host", "attachments", "backingChain",
    "conflicts", "dependents", "disk", "freeDevices", "host", "linkedFrom", "links", "neighbours", "overlays",
    "persistentDefinition", "physicalFunction", "ports", "referencedBy", "references", "resource", "resources",
    "snapshots", "virtualFunctions", "vm", "vms", "volumes",
})  # fmt: skip
"""Fields that lead to another document or to the same devices again, as `field` or as `Type.field`."""

CLAIMED = frozenset(f"{cls.__name__}.{key}" for cls in (Domain, *reachable(WholeDomain)) for key in node(cls).keys)
"""Fields that show XML of a domain, which others of their name may lead away from: the `host` of a socket."""

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
            place = f"{owner.name}.{name}"
            if place in without or (name in without and not (name in EDGES and place in CLAIMED)):
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
    lists = {declared.tag: declared.array for declared in DEVICES.values()}
    beside = {f"VirtualMachine.{name}" for name in (*lists.values(), "devices", "xml")}
    rest = everything(schema, vm, EDGES | beside, most=DEEPEST)
    return {"domain": _paged(rest)} | {
        tag: _paged(f"{{ sourceKey {array} {everything(schema, of, EDGES | {f'{of.name}.xml'}, most=DEEPEST)} }}")
        for tag, array in lists.items()
        if isinstance(of := named(vm.fields[array]), GraphQLObjectType)
    }


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
    """`{ … }` with some fields of a type and of what is below, some of them twice under different names."""
    parts: list[str] = []
    unused = numbers or count()  # one name for two different fields would be refused, even in different fragments

    def take(owner: Composite, shared: Collection[str] = ()) -> Iterator[str]:
        candidates = [one for one in own_fields(schema, owner, shared) if depth < 4 or one[1] is None]
        for _ in range(draw(st.integers(1, 4))) if candidates else ():
            name, inner = candidates[draw(st.integers(0, len(candidates) - 1))]
            arguments = "(first: 2)" if name == "vms" and "first" in owner.fields[name].args else ""
            below = (
                ""
                if inner is None
                else some(schema, inner, draw, depth + (2 if {name, f"{owner.name}.{name}"} & EDGES else 1), unused)
            )
            yield f"a{next(unused)}: {name}{arguments}{below}"

    parts += take(of)
    possible = variants(schema, of)
    for _ in range(draw(st.integers(0, 3))) if possible else ():
        variant = possible[draw(st.integers(0, len(possible) - 1))]
        parts.append(f"... on {variant.name} {{ {' '.join(take(variant))} }}")
        if draw(st.booleans()):
            parts.append("__typename")
    return f"{{ {' '.join(parts)} }}"
