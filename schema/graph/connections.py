"""Lists of VMs, a page at a time."""

from enum import Enum
from typing import Annotated

import strawberry

from ..element import Document, derived
from .arguments import page_size
from .context import Info, Order, PageRequest
from .filters import VmFilter
from .pages import Connection, page_fields
from .selection import Selected, vm_paths
from .virtual_machine import VirtualMachine


@strawberry.type(description="Part of a list of VMs, as many as were asked for.")
class VmConnection(Connection[VirtualMachine]):
    """A page of VMs; the document carries the page and what is needed to count."""

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
    if not selected.has_page():
        return document
    paths = vm_paths(selected.entries())
    page = await info.context.loaders.vms(condition, host_id, request, paths, raw=selected.raw)
    return document | page_fields(page)
