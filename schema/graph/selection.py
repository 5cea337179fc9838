"""Which paths of a stored document a query needs.

Keys of documents are the names of the API, so a selection is nearly a projection: plain fields become paths, a field
that is computed from its neighbours becomes the path of the object it stands in.
"""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, NamedTuple, Self, TypeVar

import strawberry
from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from ..definition import WholeDomain
from ..device_links import DOMAIN_PATHS as LINKED_PATHS
from ..devices import DEVICES
from ..domain import Domain
from ..element import Variant, document_key
from ..resource import RESOURCES
from ..tables import Node, node
from ..tree import DEVICE_PATHS, DOMAIN_PATHS, FURTHER_PATHS

PLAIN = {
    "name": "name",
    "uuid": "uuid",
    "sourceKey": "sourceKey",
    "state": "state",
    "revision": "revision",
    "changedAt": "changedAt",
    "error": "error",
    "untyped": "untyped.path",
    "host": "hostId",
    "emulator": "devices.emulator",
}
"""The plain fields of a VM, and where they are stored."""

_EVERYTHING = ("name", "uuid", "domain", "devices", "rawXml")
_EXTRA = ("domain.extra", "devices.extra")
ARRAYS = {declared.array: declared for declared in DEVICES.values()}
"""The lists of devices of a VM, and what they are lists of."""

_DISK_NAMES = ("target.dev", "source.kind", "source.file", "source.dev")
"""What a disk is called by snapshots and block jobs is made of these; see `edges.saved.disk_names`."""
_RESOURCE_ALWAYS = ("_id", "hostId", "kind", "keys", "label")
_RESOURCE: dict[str, tuple[str, ...]] = {
    "__typename": (),
    "id": (),
    "kind": (),
    "host": (),
    "history": (),
    "attachments": (),
    "referencedBy": (),
    "extra": ("extra",),
    "references": ("links",),
    "active": ("facts.active",),
    "persistent": ("facts.persistent",),
    "autostart": ("facts.autostart",),
    "untyped": ("untyped.path",),
    "error": ("error",),
    "backingChain": (),
    "createdAt": ("creationTime",),
    "dhcpLeases": ("facts.leases",),
    "iommuGroup": ("links",),
    "name": ("name",),
    "overlays": (),
    "physicalFunction": ("capabilities",),
    "pool": ("links",),
    "ports": (),
    "virtualFunctions": ("capabilities",),
    "volumes": (),
}
"""What the fields that all resources have read, and those that lead from one resource to others."""
_EVERY_OBJECT = frozenset({"extra", "kind", "__typename"})


Found = TypeVar("Found")


def _once(work: Callable[["Selected"], Found]) -> Callable[["Selected"], Found]:
    """Do this work for a selection the first time only: that of an operation that is executed often is kept."""

    @wraps(work)
    def remembered(selected: "Selected") -> Found:
        known = selected._worked_out
        if work not in known:
            known[work] = work(selected)
        found: Found = known[work]
        return found

    return remembered


@dataclass(frozen=True, slots=True)
class Selected:
    """What an operation selects of an object.

    Repeated fields and fragments are put together, and a fragment is entered once however often it is spread:
    otherwise thirty small fragments, each spread twice by the one before it, would take hours.
    """

    sets: tuple[SelectionSetNode, ...]
    fragments: Mapping[str, FragmentDefinitionNode]
    raw: bool = False
    """Whether the VMs are wanted as MongoDB's bytes, to be written from them."""
    _worked_out: dict[Any, Any] = dataclasses.field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def below(cls, info: strawberry.Info[Any, Any]) -> Self:
        """What is selected below the field that is being resolved."""
        raw = info._raw_info  # Strawberry's own `selected_fields` enters a fragment once for every spread.
        known: Self | None = info.context.selections.get(id(raw.field_nodes))
        return cls.of_nodes(raw.field_nodes, raw.fragments) if known is None else known

    @classmethod
    def of_nodes(
        cls, nodes: Iterable[FieldNode], fragments: Mapping[str, FragmentDefinitionNode], *, raw: bool = False
    ) -> Self:
        """What is selected below the nodes of a field."""
        return cls(_sets(nodes), fragments, raw)

    def fields(self, types: Collection[str] | None = None) -> dict[str, Self]:
        """The selected fields by name; with `types`, only those in fragments on types of these names."""
        found: dict[str, list[FieldNode]] = {}
        for field in self._flat(self.sets, types, set()):
            found.setdefault(field.name.value, []).append(field)
        return {name: type(self)(_sets(nodes), self.fragments) for name, nodes in found.items()}

    def of(self, *names: str) -> Self:
        """What is selected of the objects under the fields of these names, taken together."""
        fields = self.fields()
        return type(self)(tuple(one for name in names if name in fields for one in fields[name].sets), self.fragments)

    def and_(self, other: "Selected") -> Self:
        """Both selections, of objects of one type."""
        return type(self)(self.sets + other.sets, self.fragments)

    @_once
    def entries(self) -> Self:
        """What is selected of the entries of a connection, whichever way."""
        return self.of("nodes").and_(self.of("edges").of("node"))

    @_once
    def has_page(self) -> bool:
        """Whether anything of a connection is selected that its page must be read for."""
        return not {"edges", "nodes", "pageInfo"}.isdisjoint(self.fields())

    def _flat(
        self, sets: Iterable[SelectionSetNode], types: Collection[str] | None, entered: set[str]
    ) -> Iterator[FieldNode]:
        for selection in (one for each in sets for one in each.selections):
            if isinstance(selection, FieldNode):
                yield selection
                continue
            fragment: InlineFragmentNode | FragmentDefinitionNode
            if isinstance(selection, InlineFragmentNode):
                fragment = selection
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in entered:
                entered.add(selection.name.value)
                fragment = self.fragments[selection.name.value]
            else:
                continue
            condition = fragment.type_condition
            if types is None or condition is None or condition.name.value in types:
                yield from self._flat((fragment.selection_set,), types, entered)


def _sets(fields: Iterable[FieldNode]) -> tuple[SelectionSetNode, ...]:
    return tuple(field.selection_set for field in fields if field.selection_set is not None)


@_once
def vm_paths(selected: Selected) -> frozenset[str]:
    """The paths of a VM that a selection of it reads, none inside another."""
    return _shortest({"_id", "hostId", *_vm(selected)})


class NodePaths(NamedTuple):
    """The paths of a VM that a selection of a `Node` reads, none inside another, by what the node is."""

    vm: frozenset[str]
    """A VM itself."""
    device: frozenset[str]
    """One of its devices."""
    other_device: frozenset[str]
    """A device of its other definition, which is read in whole."""
    resource: frozenset[str] | None
    """A resource; None for all of it."""


@_once
def node_paths(selected: Selected) -> NodePaths:
    """What must be read of a VM whatever its id turns out to name."""
    return NodePaths(vm_paths(selected), device_paths(selected), other_device_paths(selected), resource_paths(selected))


@_once
def device_paths(selected: Selected) -> frozenset[str]:
    """The paths of a VM that a selection of one of its devices reads, whatever its kind."""
    return _shortest({"_id", "hostId", *_devices(selected)})


@_once
def other_device_paths(selected: Selected) -> frozenset[str]:
    """The paths of a VM that a selection of a device of its other definition reads, which itself is read in whole."""
    return _shortest({"_id", "hostId", *_around(selected)})


@_once
def attachment_paths(selected: Selected) -> frozenset[str]:
    """The paths of a VM that a selection of its attachments reads, none inside another."""
    return _shortest({"_id", "hostId", *_attachment(selected)})


@_once
def neighbour_paths(selected: Selected) -> frozenset[str]:
    """The paths of a VM that a selection of it as a neighbour reads, none inside another."""
    return _shortest({"_id", "hostId", *_vm(selected.of("vm")), *_attachment(selected.of("shared"))})


@_once
def disk_paths(selected: Selected) -> frozenset[str]:
    """The paths of a VM that a selection of one of its disks reads, and those by which the disk is found."""
    names = (f"devices.disks.{path}" for path in _DISK_NAMES)
    return _shortest({"_id", "hostId", *names, *_device(DEVICES["disk"], selected)})


@_once
def resource_paths(selected: Selected) -> frozenset[str] | None:
    """The paths of a resource that a selection of it reads, whatever its kind; None for all of it."""
    found = set(_RESOURCE_ALWAYS)
    for declared in RESOURCES.values():
        for name, inner in selected.fields((declared.__name__, "Resource", "Node")).items():
            if name in _RESOURCE:
                found.update(_RESOURCE[name])
            elif name in _computed(declared):  # type: ignore[arg-type]
                return None
            elif any(table is not None and table.cls is WholeDomain for table in _below(node(declared), name)):
                found.add(name)  # a definition has the fields of a VM, not those of its XML
            else:
                found.update(path.removeprefix(".") for path in _field([node(declared)], name, inner, ""))
    return _shortest(found)


def _shortest(paths: set[str]) -> frozenset[str]:
    """MongoDB refuses a projection of both `source` and `source.file`."""
    return frozenset(path for path in paths if paths.isdisjoint(_above(path)))


def _above(path: str) -> Iterator[str]:
    """The objects that a path leads through."""
    while dot := path.rfind(".") + 1:
        path = path[: dot - 1]
        yield path


def _vm(selected: Selected) -> Iterator[str]:
    for name, inner in selected.fields(("VirtualMachine", "Node")).items():
        if name in PLAIN:
            yield PLAIN[name]
        elif name == "xml":
            yield from _EVERYTHING
        elif name == "pending":
            yield from (*_EVERYTHING, "error")
        elif name == "extra":
            yield from _EXTRA
        elif name == "domain":
            yield from _element([node(Domain)], inner, "domain")
        elif name == "devices":
            yield from _devices(inner)
        elif name in ARRAYS:
            yield from _device(ARRAYS[name], inner)
        elif name == "deviceTree":
            yield from _tree(inner.of("nodes"))
        elif name == "persistentDefinition":
            yield from _around(inner)
        elif name == "links":
            yield from _links(inner)
        elif name == "attachments":
            yield "attachments"
            yield from _attachment(inner)
        elif name == "neighbours":
            yield "attachments"
        elif name == "conflicts":
            yield from ("attachments", "uuid")
        elif name in ("referencedBy", "dependents"):
            yield from ("name", "uuid")


def _attachment(selected: Selected) -> Iterator[str]:
    for name, inner in selected.fields().items():
        if name == "active":
            yield "state"
        elif name == "vm":
            yield from _vm(inner)
        elif name == "device":
            yield from _devices(inner)


def _links(selected: Selected) -> Iterator[str]:
    yield "devices"
    yield from (f"domain.{path}" for path in LINKED_PATHS)
    yield from _devices(selected.of("device", "target"))


_WITHIN = frozenset(
    {"devices", "deviceTree", "nodes", "attachments", "links", "linkedFrom", "device", "target", *ARRAYS}
)
"""Fields that stay within a definition, or lead out of it and back."""


def _around(selected: Selected) -> Iterator[str]:
    """The paths of a VM that are read by way of another definition of it, which itself is read in whole."""
    for name, inner in selected.fields().items():
        if name == "vm":
            yield from _vm(inner)
        elif name == "active":
            yield "state"
        elif name == "snapshots":
            yield "uuid"
        elif name in _WITHIN:
            yield from _around(inner)


def _tree(selected: Selected) -> Iterator[str]:
    yield from (f"domain.{path}" for path in DOMAIN_PATHS)
    for array in ARRAYS:
        yield from (f"devices.{array}.{path}" for path in (*DEVICE_PATHS, *FURTHER_PATHS.get(array, ())))
    if "summary" in selected.fields():
        yield "devices"
    if "device" in selected.fields():
        yield from _devices(selected.of("device"))


def _devices(selected: Selected) -> Iterator[str]:
    for declared in DEVICES.values():
        yield from _device(declared, selected)


def _device(declared: type[Any], selected: Selected) -> Iterator[str]:
    at = f"devices.{declared.array}"
    yield f"{at}.id"
    yield f"{at}.kind"
    for name, inner in selected.fields((declared.__name__, "Device", "Node")).items():
        if name == "vm":
            yield from _vm(inner)
        elif name == "xml":
            yield at
        elif name == "snapshots":
            yield "uuid"
            yield from (f"{at}.{path}" for path in _DISK_NAMES)
        elif name == "attachments":
            yield "attachments"
            yield from _attachment(inner)
        elif name == "resource":
            yield "sources"
        elif name in ("links", "linkedFrom"):
            yield from _links(inner)
        elif name not in ("id", "history"):
            yield from _field([node(declared)], name, inner, at)


def _element(tables: list[Node], selected: Selected, at: str) -> Iterator[str]:
    """The paths below an object that is described by one of these tables."""
    if any(issubclass(table.cls, Variant) for table in tables):
        yield f"{at}.kind"
    for name, inner in selected.fields().items():
        yield from _field(tables, name, inner, at)


def _field(tables: list[Node], name: str, selected: Selected, at: str) -> Iterator[str]:
    if name in _EVERY_OBJECT:
        # MongoDB shows an object though it lacks the path; that there is one is all that `__typename` needs.
        yield f"{at}.{'extra' if name == 'extra' else 'kind'}"
        return
    if any(name in _computed(table.cls) for table in tables):
        yield at
        return
    below = [inner for table in tables for inner in _below(table, name)]
    inside = [table for table in below if table is not None]
    if not below or len(inside) < len(below):
        yield f"{at}.{name}"
    else:
        yield from _element(inside, selected, f"{at}.{name}")


@cache
def _below(table: Node, key: str) -> tuple[Node | None, ...]:
    return tuple(table.below(key))


@cache
def _computed(cls: Any) -> frozenset[str]:
    """The fields of a class that are computed from their neighbours."""
    names = {document_key(field.python_name) for field in cls.__strawberry_definition__.fields}
    return frozenset(names - node(cls).keys - _EVERY_OBJECT)
