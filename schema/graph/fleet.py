"""`Query.fleet`: how many VMs have which value, over any path of the declarations."""

from typing import Annotated, Any

import strawberry

from ..element import Document, derived
from ..scalars import Long
from .arguments import page_size
from .context import Info
from .pages import Connection, page_fields
from .paths import vm_path

GroupBy = Annotated[
    str,
    strawberry.argument(
        description="Fields of `VirtualMachine` that lead to a single value, joined by dots: `host`, "
        "`domain.os.type.machine`, `disks.driver.cache`. Lists are counted by their entries; fields that are computed "
        "cannot be counted."
    ),
]


@strawberry.type(description="A value that VMs have under a path, and how often they have it.")
class FleetGroup:
    """A value, counted over VMs."""

    value: str | None = strawberry.field(
        description="The value as text: enums by their names in this API, numbers as digits, booleans as `true` and "
        "`false`. Null stands for entries without a value, and for VMs that have no such entry. A text of more than "
        "1,024 characters is cut and ends in `…`; those that begin alike count as one."
    )
    vm_count: int = strawberry.field(description="How many VMs have it at least once.")
    count: Long = strawberry.field(
        description="How often it occurs in these VMs, over all entries of lists; equal to `vmCount` outside of lists."
    )


@strawberry.type(description="Part of the values under a path, those of the most VMs first.")
class FleetConnection(Connection[FleetGroup]):
    """A page of values; the document carries the page and what is needed to count."""

    total_count: int = strawberry.field(description="How many different values there are, null among them.")

    @derived("How many VMs were looked at: those that meet the filter.")
    async def vm_count(document: strawberry.Parent[Document], info: Info) -> int:  # noqa: D102
        return await info.context.loaders.vm_count(document["filter"], None)


async def fleet_connection(info: Info, group_by: str, condition: Any, first: int | None, after: str | None) -> Document:
    """The document of a `FleetConnection`."""
    path = vm_path(group_by)
    page, total = await info.context.loaders.fleet.groups(path.stored, condition, page_size(first), after)
    for group in page.documents:
        group["value"] = path.names.get(group["value"], group["value"])
    return page_fields(page) | {"totalCount": total, "filter": condition}
