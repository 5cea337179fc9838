"""`Change`: what became of one VM or resource at one moment, and lists of changes."""

from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import strawberry

from ..element import Document, derived
from ..host import ResourceKind
from ..node import node_id
from ..resource import Resource
from ..scalars import Long
from .arguments import page_size
from .change_filter import ChangeFilter, ChangeOperation, ChangeSubject, change_condition
from .context import Info, Page
from .difference import DefinitionDifference, DeviceOperation, DifferenceFields, difference_document, tells_something
from .host import Host
from .pages import Connection, page_fields
from .selection import Selected, resource_paths, vm_paths
from .virtual_machine import VirtualMachine

_ANY_OPERATION = frozenset(operation.name for operation in DeviceOperation)


@strawberry.enum(description="How the collector came to see a change.")
class ChangeCause(Enum):
    """How the collector came to see a change."""

    EVENT = strawberry.enum_value(
        "EVENT", description="The host told of it at once, by an event of libvirt or of a file."
    )
    RECONCILIATION = strawberry.enum_value(
        "RECONCILIATION", description="A complete reading of the host found it, so that it may have happened before."
    )
    FORGOTTEN = strawberry.enum_value("FORGOTTEN", description="The host is not watched any more, and all of it went.")


@strawberry.enum(description="Which end of the history comes first.")
class ChangeOrder(Enum):
    """Which end of the history comes first."""

    NEWEST_FIRST = strawberry.enum_value("NEWEST_FIRST", description="From the latest change back into the past.")
    OLDEST_FIRST = strawberry.enum_value("OLDEST_FIRST", description="From the earliest change on to the present.")


@strawberry.type(
    description="What became of one VM or resource, as its collector saw it: a revision, and what it differs in from "
    "the one before. What a VM or resource was when it came or went, `vm(at:)` shows."
)
class Change(DifferenceFields):
    """A change: the document is the record of it, with its cursor."""

    cursor: str = strawberry.field(
        description="Names this place among the changes: give it as `after` to go on behind it. One of the "
        "subscription can be given to the query as well; one of the query is good for the same list only."
    )
    subject: ChangeSubject = strawberry.field(description="Whether a VM changed, or a resource of a host.")
    operation: ChangeOperation = strawberry.field(description="Whether the VM or resource came, changed or went.")
    revision: int = strawberry.field(
        description="Revision that the change led to. A VM or resource counts its changes from 1, and goes on counting "
        "when it comes back after it was removed."
    )
    sequence: Long = strawberry.field(
        description="Counts the changes of the host, from 1 and without gaps, whoever collects them."
    )
    at: datetime = strawberry.field(description="When the collector saw the change.")
    cause: ChangeCause = strawberry.field(description="What made the collector see the change.")
    name: str | None = strawberry.field(
        description="What the VM or resource is called after the change; of one that went, what it was called."
    )

    @derived("Name of the host that the VM or resource is on, or was.")
    def host_name(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        return str(document["hostId"])

    @derived("The host as it is now; null when nobody watches it any more.", graphql_type=Host | None)
    async def host(document: strawberry.Parent[Document], info: Info) -> Any:  # noqa: D102
        return await info.context.loaders.host(document["hostId"])

    @derived("Opaque id of the VM, by which `node` finds it while it exists; null for a resource.")
    def vm_id(document: strawberry.Parent[Document]) -> strawberry.ID | None:  # noqa: D102
        return node_id("VirtualMachine", document["key"]) if document["subject"] == "VM" else None

    @derived("The VM as it is now; null when it is gone, and for a resource.", graphql_type=VirtualMachine | None)
    async def vm(document: strawberry.Parent[Document], info: Info) -> Any:  # noqa: D102
        if document["subject"] != "VM":
            return None
        return await info.context.loaders.vm(document["key"], vm_paths(Selected.below(info)))

    @derived("Opaque id of the resource, by which `node` finds it while it exists; null for a VM.")
    def resource_id(document: strawberry.Parent[Document]) -> strawberry.ID | None:  # noqa: D102
        return node_id("Resource", document["key"]) if document["subject"] == "RESOURCE" else None

    @derived("Which kind of resource it is; null for a VM.", graphql_type=ResourceKind | None)
    def resource_kind(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        return document.get("kind")

    @derived("The resource as it is now; null when it is gone, and for a VM.", graphql_type=Resource | None)
    async def resource(document: strawberry.Parent[Document], info: Info) -> Any:  # noqa: D102
        if document["subject"] != "RESOURCE":
            return None
        return await info.context.loaders.resources.by_id(document["key"], resource_paths(Selected.below(info)))

    @derived(
        "What became of the other definition of a running VM, the one that its next start will use; null where nothing "
        "did.",
        graphql_type=ChangeOperation | None,
    )
    def persistent_operation(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        other = document.get("persistent")
        if other is None or ("operation" not in other and not tells_something(other)):
            return None
        return str(other.get("operation", "CHANGED"))

    @derived(
        "What the other definition of a running VM, the one that its next start will use, differs in from what it was; "
        "null where it did not change, and where it came or went as a whole.",
        graphql_type=DefinitionDifference | None,
    )
    def persistent(document: strawberry.Parent[Document]) -> Any:  # noqa: D102
        other = document.get("persistent")
        if other is None or "operation" in other or not tells_something(other):
            return None
        return difference_document(other, document["key"], _ANY_OPERATION)

    @derived("Whether there was more to tell than the record of the change has room for.")
    def truncated(document: strawberry.Parent[Document]) -> bool:  # noqa: D102
        return bool(document.get("truncated"))

    @classmethod
    def is_type_of(cls, document: Document, _info: Any) -> bool:
        """Tell it from other members of a union."""
        return "sequence" in document


@strawberry.type(description="Part of a list of changes, as many as were asked for.")
class ChangeConnection(Connection[Change]):
    """A page of changes; the document carries the page."""


def change_document(record: Document, cursor: str) -> Document:
    """The document of a `Change`."""
    return {**record, "cursor": cursor}


Where = Annotated[ChangeFilter | None, strawberry.argument(description="Only changes that meet these conditions.")]
Since = Annotated[datetime | None, strawberry.argument(description="Only changes that were seen then or later.")]
Until = Annotated[datetime | None, strawberry.argument(description="Only changes that were seen before then.")]
Ordered = Annotated[ChangeOrder, strawberry.argument(description="Which end of the history comes first.")]


async def change_connection(
    info: Info,
    where: ChangeFilter | None,
    since: datetime | None,
    until: datetime | None,
    order: ChangeOrder,
    first: int | None,
    after: str | None,
) -> Document:
    """The document of a `ChangeConnection` over all VMs and resources; the page is read only where it is selected."""
    condition, limit = change_condition(where), page_size(first)
    if not Selected.below(info).has_page():
        return {}
    newest_first = order is ChangeOrder.NEWEST_FIRST
    page = await info.context.loaders.history.page(
        condition, since, until, newest_first=newest_first, limit=limit, after=after
    )
    return _page(page)


async def history_connection(
    info: Info, key: str | None, device_id: str | None, first: int | None, after: str | None
) -> Document:
    """The document of a `ChangeConnection` of one VM, device or resource; of none, where there is no key."""
    limit = page_size(first)
    if key is None:
        return _page(Page((), str, has_previous=False, has_next=False))
    if not Selected.below(info).has_page():
        return {}
    return _page(await info.context.loaders.history.of(key, device_id, limit, after))


def _page(page: Page) -> Document:
    changes = [change_document(record, page.cursor(number)) for number, record in enumerate(page.documents)]
    return page_fields(replace(page, documents=changes))
