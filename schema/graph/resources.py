"""Lists of resources, and what leads from one resource to others."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from ..edges.saved import disk_names
from ..edges.spaces import VM_DISK
from ..edges.words import Name, key
from ..element import Document, Documents, derived, derived_together
from ..host import ResourceKind
from ..referenced import REFERENCED
from ..resource import Resource
from ..roles import EdgeRole
from .arguments import page_size
from .context import Info, LinkRequest
from .filters import BooleanFilter, StringFilter
from .pages import Connection, page_fields
from .selection import Selected, resource_paths


@strawberry.type(description="What a resource has to do with another one that it names.")
class Reference:
    """A tie from one resource to another."""

    key: str = strawberry.field(description="The name by which the resource means the other: space, host, value.")

    @derived("In which way the resource names the other.", graphql_type=EdgeRole)
    def role(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        return str(document["role"])

    @derived_together("What is named; where nothing answers to the name, what the name tells.", graphql_type=Resource)
    def resource(documents: Documents, info: Info) -> Any:  # noqa: D102
        keys = [document["key"] for document in documents]
        return info.context.loaders.resources.by_keys(keys, resource_paths(Selected.below(info)))


@strawberry.type(description="Part of a list of resources, as many as were asked for.")
class ResourceConnection(Connection[Resource]):
    """A page of resources; the document carries the page."""


@strawberry.type(description="Part of a list of resources, which can be counted.")
class CountedResourceConnection(ResourceConnection):
    """A page of resources; the document carries the page and what is needed to count."""

    @derived("How many resources the whole list has; counted only when it is selected.")
    async def total_count(document: strawberry.Parent[Document], info: Info) -> int:  # noqa: D102
        reads = info.context.loaders.resources
        arguments = (document["kind"], document["filter"], document["host"])
        return await (reads.referenced_count(*arguments) if document["referenced"] else reads.count(*arguments))


@strawberry.input(description="Conditions on a resource; all that are given must hold.")
class ResourceFilter:
    """Conditions on a resource."""

    host: StringFilter | None = strawberry.field(description="Name of the host that has it.", default=UNSET)
    name: StringFilter | None = strawberry.field(description="What the resource is called.", default=UNSET)
    active: BooleanFilter | None = strawberry.field(
        description="Whether it is in use on its host, where libvirt says so.", default=UNSET
    )
    untyped: StringFilter | None = strawberry.field(
        description="XML paths of what no declaration knows, as `Resource.untyped` lists them.", default=UNSET
    )


WhereResource = Annotated[
    ResourceFilter | None, strawberry.argument(description="Only resources that meet these conditions.")
]
OnlyNamed = Annotated[
    bool,
    strawberry.argument(
        description="`true`: the ones that something names and libvirt does not list, such as networks that are "
        "missing; needs `kind`. Kinds that libvirt never lists, such as sockets, are found either way."
    ),
]


OfKind = Annotated[
    ResourceKind | None,  # type: ignore[valid-type]
    strawberry.argument(description="Only resources of this kind; all that libvirt lists where it is missing."),
]


def selected_resources(info: Info) -> frozenset[str] | None:
    """The paths that a selection of a connection of resources reads of each."""
    return resource_paths(Selected.below(info).entries())


async def resource_connection(
    info: Info,
    of_kind: Any,
    condition: ResourceFilter | None,
    host_id: str | None,
    first: int | None,
    after: str | None,
    *,
    referenced: bool,
) -> Document:
    """The document of a `CountedResourceConnection`; the page is read only where it is selected."""
    if referenced and of_kind is None:
        raise ValueError("`referenced` needs a `kind`.")
    kind = None if of_kind is None else str(of_kind.value)
    referenced = referenced or kind in REFERENCED
    limit = page_size(first)
    document: Document = {"kind": kind, "filter": condition, "host": host_id, "referenced": referenced}
    if not Selected.below(info).has_page():
        return document
    reads = info.context.loaders.resources
    if referenced:
        page = await reads.referenced_page(str(kind), condition, host_id, limit, after)
    else:
        page = await reads.page(kind, condition, host_id, limit, after, selected_resources(info))
    return document | page_fields(page)


async def naming_connection(
    resource: Document,
    info: Info,
    first: int | None,
    after: str | None,
    *,
    roles: frozenset[str] | None = None,
    kinds: frozenset[str] | None = None,
) -> Document:
    """The document of a `ResourceConnection` of those that name a resource."""
    request = LinkRequest(page_size(first), after, roles, kinds, selected_resources(info))
    return page_fields(await info.context.loaders.resources.naming(resource.get("keys", []), request))


async def saved_disks(disk: Document, info: Info, first: int | None, after: str | None) -> Document:
    """The document of a `ResourceConnection` of the snapshots and checkpoints that speak of a disk."""
    owner = disk["vm"]
    vm = owner.get("vm", owner)
    host_id = owner.get("resource", vm).get("hostId", "")
    names = (Name(f"{vm.get('uuid', '').lower()}/{name}") for name in disk_names(disk))
    keys = [key(VM_DISK, name, host_id) for name in names]
    return await naming_connection({"keys": keys}, info, first, after, roles=frozenset({"disk-target"}))
