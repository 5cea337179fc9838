"""`Host`: a libvirt connection, or a directory of domain XML."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, cast

import strawberry

from ..element import Document, derived, is_document
from ..node import Node, node_id
from .arguments import After, Before, First, Last, page_size
from .connections import OrderBy, VmConnection, Where, page_request, vm_connection
from .context import Info
from .pages import page_fields
from .resources import (
    CountedResourceConnection,
    OfKind,
    OnlyNamed,
    ResourceConnection,
    WhereResource,
    resource_connection,
    selected_resources,
)


@strawberry.enum(description="Whether the collector, which reads the hosts, is in touch with one.")
class HostState(Enum):
    """How a host stands with the collector."""

    CONNECTING = strawberry.enum_value("CONNECTING", description="The host is being asked and has not answered yet.")
    CONNECTED = strawberry.enum_value("CONNECTED", description="The host answers, and its changes are followed.")
    DISCONNECTED = strawberry.enum_value(
        "DISCONNECTED", description="The host is out of reach; its VMs are shown as last seen."
    )


@strawberry.type(description="Something that could not be listed on a host, so that nothing new is known of it.")
class UnreadScope:
    """Something that could not be listed on a host."""

    scope: str = strawberry.field(
        description="What was to be listed: `pools`, `networks`, `interfaces`, `node-devices`, `nwfilters`, "
        "`nwfilter-bindings`, `secrets`, `snapshots`, `checkpoints`, `capabilities` or `domain-capabilities`; "
        "`volumes/` and `ports/` with the UUID of the pool or network, `snapshots/` and `checkpoints/` with that of "
        "a VM."
    )
    error: str = strawberry.field(description="Why it could not be listed, in one sentence, as a rule libvirt's.")
    unsupported: bool = strawberry.field(
        description="Whether the host has no driver for it, so that there is nothing to list; otherwise resources are "
        "shown as last seen."
    )


@strawberry.type(description="A host of virtual machines: a libvirt connection, or a directory of domain XML.")
class Host(Node):
    """A host of virtual machines."""

    uri: str | None = strawberry.field(description="libvirt's connection URI, without a password.")
    since: datetime | None = strawberry.field(description="When the host got into its present `state`.")
    error: str | None = strawberry.field(description="Why the host is not connected, in one sentence.")
    hypervisor: str | None = strawberry.field(description="libvirt's word for the hypervisor, such as `QEMU`.")
    hypervisor_version: str | None = strawberry.field(description="Release of the hypervisor, such as `9.2.0`.")
    libvirt_version: str | None = strawberry.field(description="Release of libvirt on the host, such as `11.3.0`.")
    hostname: str | None = strawberry.field(description="What the host calls itself, which is often its DNS name.")
    synchronized_at: datetime | None = strawberry.field(description="When all VMs of the host were last read.")

    @derived("Opaque id of the host; `node` finds the host by it.")
    def id(document: strawberry.Parent[Document]) -> strawberry.ID:  # noqa: D102
        return node_id("Host", document["_id"])

    @derived("Name that the operator gave it, or that its URI suggests.")
    def name(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        return str(document["_id"])

    @derived("Whether the collector is in touch with the host.", graphql_type=HostState)
    def state(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        return str(document.get("state", "DISCONNECTED"))

    @derived("What could not be listed on the host beside its VMs, and why; empty where everything could be read.")
    def unread_scopes(document: strawberry.Parent[Document]) -> list[UnreadScope]:  # noqa: D102
        return cast(list[UnreadScope], document.get("unreadScopes", []))

    @derived("The virtual machines that are defined on the host, a page at a time.", graphql_type=VmConnection)
    async def vms(  # noqa: D102
        document: strawberry.Parent[Document],
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Where = None,
        order_by: OrderBy = None,
    ) -> Any:
        request = page_request(first, after, last, before, order_by)
        return await vm_connection(info, filter, request, document["_id"])

    @derived("What the host has that VMs use, by kind and name.", graphql_type=CountedResourceConnection)
    async def resources(  # noqa: D102
        document: strawberry.Parent[Document],
        info: Info,
        kind: OfKind = None,
        filter: WhereResource = None,
        first: First = None,
        after: After = None,
        referenced: OnlyNamed = False,
    ) -> Any:
        return await resource_connection(info, kind, filter, document["_id"], first, after, referenced=referenced)

    @derived(
        "Devices of the host that a VM could be given and that no VM's definition names, by name. Of PCI functions, "
        "those with an IOMMU group that are no bridge; whether the host itself needs one, nobody can say.",
        graphql_type=ResourceConnection,
    )
    async def free_devices(  # noqa: D102
        document: strawberry.Parent[Document],
        info: Info,
        capability: Annotated[
            str,
            strawberry.argument(
                description="libvirt's word for what the device can do: `pci`, `usb_device`, `mdev`, `scsi`, `vdpa`."
            ),
        ] = "pci",
        first: First = None,
        after: After = None,
    ) -> Any:
        paths = selected_resources(info)
        return page_fields(
            await info.context.loaders.resources.unused(document["_id"], capability, page_size(first), after, paths)
        )

    is_type_of = staticmethod(is_document)
