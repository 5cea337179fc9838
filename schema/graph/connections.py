"""Relay's connections: lists that are read a page at a time.

Source: the GraphQL Cursor Connections specification.
"""

from enum import Enum
from typing import Annotated, Any

import strawberry

from ..element import Document, derived
from .arguments import page_size
from .context import Info, Order, Page, PageRequest
from .filters import VmFilter
from .selection import Selected, vm_paths
from .virtual_machine import VirtualMachine


@strawberry.type(description="Where a page lies in its list, and whether there is more to read.")
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool = strawberry.field(description="Whether the list goes on after this page.")
    has_previous_page: bool = strawberry.field(description="Whether the list has something before this page.")
    start_cursor: str | None = strawberry.field(
        description="Cursor of the page's first entry, for `before`; null for an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the page's last entry, for `after`; null for an empty page."
    )


@strawberry.type(description="One VM of a page, with its place in the list.")
class VmEdge:
    """A VM in a list."""

    cursor: str = strawberry.field(
        description="Names this place in the list, also while VMs come and go; give it as `after` or `before`."
    )
    node: VirtualMachine = strawberry.field(description="The VM that stands at this place.")


@strawberry.type(description="Part of a list of VMs, as many as were asked for.")
class VmConnection:
    """A page of VMs; the document carries the page and what is needed to count."""

    edges: list[VmEdge] = strawberry.field(description="The VMs of this page, each with its cursor.")
    nodes: list[VirtualMachine] = strawberry.field(description="The VMs of this page, without their cursors.")
    page_info: PageInfo = strawberry.field(description="Where this page lies in the list.")

    @derived("How many VMs the whole list has; counted only when it is selected.")
    async def total_count(document: strawberry.Parent[Document], info: Info) -> int:  # noqa: D102
        return await info.context.loaders.vm_count(document["filter"], document["host"])


@strawberry.enum(description="By which value VMs are sorted.")
class VmOrderField(Enum):
    """Stored fields with one value each."""

    NAME = strawberry.enum_value("name", description="The VM's name; VMs without one come first.")
    HOST = strawberry.enum_value("hostId", description="The name of the host that the VM is defined on.")
    STATE = strawberry.enum_value("state", description="What the VM is doing, in the alphabet's order of the words.")
    CHANGED_AT = strawberry.enum_value("changedAt", description="When the last change of the VM was seen.")


@strawberry.enum(description="Which end of the list comes first.")
class OrderDirection(Enum):
    """Which end of the list comes first."""

    ASC = strawberry.enum_value("ASC", description="From the smallest to the largest, from A to Z, from old to new.")
    DESC = strawberry.enum_value("DESC", description="From the largest to the smallest, from Z to A, from new to old.")


@strawberry.input(description="How VMs are sorted; name and id decide between equals.")
class VmOrder:
    """How VMs are sorted."""

    field: VmOrderField = strawberry.field(description="Which value decides on the order.")
    direction: OrderDirection = strawberry.field(
        description="Which end of the order comes first.", default=OrderDirection.ASC
    )


Where = Annotated[VmFilter | None, strawberry.argument(description="Only VMs that meet these conditions.")]
OrderBy = Annotated[
    VmOrder | None, strawberry.argument(description="What the list is sorted by; the name where it is missing.")
]


def page_request(
    first: int | None, after: str | None, last: int | None, before: str | None, order_by: VmOrder | None
) -> PageRequest:
    """The page that these arguments ask for; raises ValueError with a sentence for the client."""
    if first is not None and last is not None:
        raise ValueError("Give `first` or `last`, not both.")
    if (last is not None and after is not None) or (last is None and before is not None):
        raise ValueError("`after` goes with `first`, `before` with `last`.")
    limit = page_size(first) if last is None else page_size(last, further="before")
    field = str(order_by.field.value) if order_by else "name"
    descending = order_by is not None and order_by.direction is OrderDirection.DESC
    return PageRequest(Order(field, descending), limit, after=after, before=before, backward=last is not None)


async def vm_connection(
    info: Info, condition: VmFilter | None, request: PageRequest, host_id: str | None = None
) -> Document:
    """The document of a `VmConnection`: the page is read only where its VMs are selected."""
    selected = Selected.below(info)
    document: Document = {"filter": condition, "host": host_id}
    if not {"edges", "nodes", "pageInfo"} & selected.fields().keys():
        return document
    paths = vm_paths(selected.of("nodes").and_(selected.of("edges").of("node")))
    page = await info.context.loaders.vms(condition, host_id, request, paths)
    return document | page_fields(page)


def page_fields(page: Page) -> dict[str, Any]:
    """What of a connection's document a page makes: `edges`, `nodes` and `pageInfo`."""
    edges = [{"cursor": cursor, "node": vm} for cursor, vm in zip(page.cursors, page.documents, strict=True)]
    info = {"hasNextPage": page.has_next, "hasPreviousPage": page.has_previous}
    ends = {"startCursor": page.cursors[0], "endCursor": page.cursors[-1]} if edges else {}
    return {"edges": edges, "nodes": list(page.documents), "pageInfo": info | ends}
