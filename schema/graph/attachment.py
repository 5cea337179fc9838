"""`Attachment`: what a VM or one of its devices has to do with a resource, walkable from either end."""

from collections import defaultdict
from collections.abc import Sequence
from enum import Enum
from typing import Any

import strawberry

from ..conflicts import RUNNING
from ..device import Device
from ..edges import SOURCES, attachments
from ..element import Document, Documents, derived, derived_together
from ..host.saved_domain import vms_of
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

    role: str = strawberry.field(description="In which way the VM names the resource.", graphql_type=EdgeRole)
    access: str = strawberry.field(description="What the VM does with the resource.", graphql_type=Access)

    @derived(
        "Whether the VM runs, or is paused, so that it really has the resource now; never for what a snapshot or "
        "checkpoint names."
    )
    def active(document: strawberry.Parent[Document]) -> bool:  # noqa: D102
        return "vm" in document and document["vm"].get("state") in RUNNING

    @derived_together(
        "The VM that is attached to the resource; null for what a snapshot or checkpoint of a VM names that is gone.",
        graphql_type=VirtualMachine | None,
    )
    def vm(documents: Documents, info: Info) -> Any:  # noqa: D102
        return vms_of([document["vm"] if "vm" in document else document["owner"] for document in documents], info)

    @derived(
        "The device that is attached; null where the domain itself names the resource.", graphql_type=Device | None
    )
    def device(document: strawberry.Parent[Document]) -> Any:  # noqa: D102
        if "device" not in document:
            return None
        return device_of(document["owner" if "owner" in document else "vm"], document["device"])

    @derived_together(
        "What the VM is attached to; where nothing answers to the name, what the name tells.", graphql_type=Resource
    )
    def resource(documents: Documents, info: Info) -> Any:  # noqa: D102
        keys = [document["key"] for document in documents]
        return info.context.loaders.resources.by_keys(keys, resource_paths(Selected.below(info)))


_BY_DEVICE, _SOURCES = "attachmentsByDevice", "sourcesByDevice"
"""Where a definition that was read keeps its attachments by device, as each of its devices may be asked for them, and
the keys of what its devices are made of."""


def attachments_of(owner: Document, roles: frozenset[str] | None = None) -> list[Document]:
    """The attachments of a VM or another definition of one."""
    known = _known(owner)
    return [{**one, **known} for one in _stored(owner) if roles is None or one["role"] in roles]


def device_attachments(device: Document) -> list[Document]:
    """The attachments of a device."""
    owner = device["vm"]
    if _BY_DEVICE not in owner:
        found: defaultdict[str, list[Document]] = defaultdict(list)
        for one in _stored(owner):
            if "device" in one:
                found[one["device"]].append(one)
        owner[_BY_DEVICE] = dict(found)
    known = _known(owner)
    return [{**one, **known} for one in owner[_BY_DEVICE].get(device["id"], ())]


def source_of(device: Document) -> str | None:
    """The key of what a device is made of; None for a device that needs nothing."""
    owner = device["vm"]
    if (found := owner.get(_SOURCES)) is None:
        if (sources := owner.get("sources")) is None:
            sources = [one for one in _stored(owner) if one["role"] in SOURCES]
        found = owner[_SOURCES] = {one.get("device", ""): one["key"] for one in reversed(sources)}  # the first counts
    source: str | None = found.get(device["id"])
    return source


def _known(owner: Document) -> Document:
    """What the attachments of a VM or another definition of one know of it."""
    return {"owner": owner} if "resource" in owner else {"owner": owner, "vm": owner.get("vm", owner)}


def _stored(owner: Document) -> list[Document]:
    """The attachments as VMs have them; of their other definitions they are worked out, as nobody is to find them."""
    if "resource" in owner:
        return attachments(owner, owner["resource"].get("hostId", ""))
    if "vm" in owner:
        return attachments(owner, owner["vm"]["hostId"])
    stored: list[Document] = owner.get("attachments", [])
    return stored


@strawberry.type(description="Part of the attachments to a resource, as many as were asked for.")
class AttachmentConnection(Connection[Attachment]):
    """A page of attachments; the document carries the page and what is needed to count."""

    @derived("How many attachments the whole list has; counted only when it is selected.")
    async def total_count(document: strawberry.Parent[Document], info: Info) -> int:  # noqa: D102
        return await info.context.loaders.resources.attachment_count(document["keys"], document["roles"])


async def attachment_connections(
    resources: Sequence[Document], info: Info, first: int | None, after: str | None, roles: Any
) -> list[Document]:
    """The document of an `AttachmentConnection` of each resource: pages are read only where they are selected."""
    selected = Selected.below(info)
    limit, wanted = page_size(first), wanted_roles(roles)
    documents: list[Document] = [{"keys": one.get("keys", []), "roles": wanted} for one in resources]
    if not selected.has_page():
        return documents
    request = AttachmentRequest(limit, after, wanted, attachment_paths(selected.entries()))
    pages = await info.context.loaders.resources.attachments([one["keys"] for one in documents], request)
    return [document | page_fields(page) for document, page in zip(documents, pages, strict=True)]


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
