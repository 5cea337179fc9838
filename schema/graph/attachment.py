"""`Attachment`: what a VM or one of its devices has to do with a resource, walkable from either end."""

from enum import Enum
from typing import Any

import strawberry

from ..conflicts import RUNNING
from ..device import Device
from ..edges import EDGES, attachments
from ..element import Document, derived
from ..host.saved_domain import vm_of
from ..resource import Resource
from ..roles import EdgeRole, wanted_roles
from .arguments import page_size
from .context import AttachmentRequest, Info
from .pages import Connection, page_fields
from .selection import Selected, attachment_paths, neighbour_paths, resource_paths
from .virtual_machine import VirtualMachine, device_of


@strawberry.enum(description="What a VM does with a resource that it is attached to.")
class Access(Enum):
    """What a VM does with a resource."""

    READ = strawberry.enum_value("READ", description="It only reads it, or refers to it.")
    WRITE = strawberry.enum_value("WRITE", description="It may change it, and counts on being the only one to do so.")
    SHARE = strawberry.enum_value("SHARE", description="It may change it, and lets others change it at the same time.")
    EXCLUSIVE = strawberry.enum_value("EXCLUSIVE", description="It has it alone: no two running VMs can.")
    CONNECT = strawberry.enum_value("CONNECT", description="It takes part in it, as in a network, beside others.")


@strawberry.type(description="What a VM, or one of its devices, has to do with a resource.")
class Attachment:
    """A VM's tie to a resource: the document holds `vm`, and what the VM's document says of the tie."""

    key: str = strawberry.field(
        description="The name by which the VM means the resource: space, host, value. The host is empty where the "
        "name means the same on all hosts."
    )

    @derived("In which way the VM names the resource.", graphql_type=EdgeRole)
    def role(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        return str(document["role"])

    @derived("What the VM does with the resource.", graphql_type=Access)
    def access(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        return str(document["access"])

    @derived(
        "Whether the VM runs, or is paused, so that it really has the resource now; never for what a snapshot or "
        "checkpoint names."
    )
    def active(document: strawberry.Parent[Document]) -> bool:  # noqa: D102
        return "vm" in document and document["vm"].get("state") in RUNNING

    @derived(
        "The VM that is attached to the resource; null for what a snapshot or checkpoint of a VM names that is gone.",
        graphql_type=VirtualMachine | None,
    )
    def vm(document: strawberry.Parent[Document], info: Info) -> Any:  # noqa: D102
        return document["vm"] if "vm" in document else vm_of(document["owner"], info)

    @derived(
        "The device that is attached; null where the domain itself names the resource.", graphql_type=Device | None
    )
    def device(document: strawberry.Parent[Document]) -> Any:  # noqa: D102
        if "device" not in document:
            return None
        return device_of(document["owner" if "owner" in document else "vm"], document["device"])

    @derived(
        "What the VM is attached to; where nothing answers to the name, what the name tells.", graphql_type=Resource
    )
    async def resource(document: strawberry.Parent[Document], info: Info) -> Any:  # noqa: D102
        return await info.context.loaders.resources.by_key(document["key"], resource_paths(Selected.below(info)))


def attachments_of(owner: Document, roles: frozenset[str] | None = None) -> list[Document]:
    """The attachments of a VM; of its other definitions they are worked out, as nobody else is to find them."""
    if "resource" in owner:
        found, known = attachments(owner, owner["resource"].get("hostId", "")), {"owner": owner}
    elif "vm" in owner:
        found, known = attachments(owner, owner["vm"]["hostId"]), {"owner": owner, "vm": owner["vm"]}
    else:
        found, known = owner.get("attachments", []), {"owner": owner, "vm": owner}
    return [{**one, **known} for one in found if roles is None or one["role"] in roles]


def device_attachments(device: Document, roles: frozenset[str] | None = None) -> list[Document]:
    """The attachments of a device."""
    return [one for one in attachments_of(device["vm"], roles) if one.get("device") == device["id"]]


def source_of(device: Document) -> Document | None:
    """The attachment to what a device is made of; None for a device that needs nothing."""
    return next((one for one in device_attachments(device) if EDGES[one["role"]].source), None)


@strawberry.type(description="Part of the attachments to a resource, as many as were asked for.")
class AttachmentConnection(Connection[Attachment]):
    """A page of attachments; the document carries the page and what is needed to count."""

    @derived("How many attachments the whole list has; counted only when it is selected.")
    async def total_count(document: strawberry.Parent[Document], info: Info) -> int:  # noqa: D102
        return await info.context.loaders.resources.attachment_count(document["keys"], document["roles"])


async def attachment_connection(
    resource: Document, info: Info, first: int | None, after: str | None, roles: Any
) -> Document:
    """The document of an `AttachmentConnection` of a resource: the page is read only where it is selected."""
    selected = Selected.below(info)
    limit = page_size(first)
    document: Document = {"keys": resource.get("keys", []), "roles": wanted_roles(roles)}
    if not selected.has_page():
        return document
    paths = attachment_paths(selected.entries())
    request = AttachmentRequest(limit, after, document["roles"], paths)
    return document | page_fields(await info.context.loaders.resources.attachments(document["keys"], request))


@strawberry.type(description="A VM that shares something with another one.")
class Neighbour:
    """A VM that shares something with another one."""

    vm: VirtualMachine = strawberry.field(description="The VM that shares something with the one asked about.")
    shared: list[Attachment] = strawberry.field(
        description="The neighbour's attachments to what both have, each with its resource."
    )


@strawberry.type(description="Part of the VMs that share something with a VM.")
class NeighbourConnection(Connection[Neighbour]):
    """A page of neighbours."""


async def neighbour_connection(vm: Document, info: Info, first: int | None, after: str | None, roles: Any) -> Document:
    """The document of a `NeighbourConnection`."""
    paths = neighbour_paths(Selected.below(info).entries())
    page = await info.context.loaders.resources.neighbours(vm, wanted_roles(roles), page_size(first), after, paths)
    return page_fields(page)
