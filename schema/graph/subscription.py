"""`Subscription`: what happens, as it happens."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import strawberry

from ..element import Document, derived
from ..node import node_id, parse_node_id
from .context import Info, VmChange
from .selection import Selected, vm_paths
from .virtual_machine import VirtualMachine


@strawberry.enum(description="What has become of a VM.")
class VmOperation(Enum):
    """What happened to a VM."""

    ADDED = strawberry.enum_value("ADDED", description="The VM was seen for the first time.")
    CHANGED = strawberry.enum_value("CHANGED", description="The VM's state or its definition changed.")
    REMOVED = strawberry.enum_value("REMOVED", description="The host no longer knows the VM.")


@strawberry.type(name="VmChange", description="Something that happened to one VM, with the VM as it is now.")
class VmChangeEvent:
    """A change of one VM."""

    revision: int = strawberry.field(description="Revision that the change led to; of a removed VM, its last one.")
    at: datetime = strawberry.field(description="When the collector saw the change.")
    name: str | None = strawberry.field(description="Name of the VM, known even of a removed one.")
    host_name: str = strawberry.field(description="Name of the host that the VM is defined on, or was.")
    vm_id: strawberry.ID = strawberry.field(
        description="Opaque id of the VM; `node` finds the VM by it while it exists."
    )

    @derived("Whether the VM came, changed or went.", graphql_type=VmOperation)
    def operation(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        return str(document["operation"])

    @derived("The VM as it is now; null when it is gone.", graphql_type=VirtualMachine | None)
    async def vm(document: strawberry.Parent[Document], info: Info) -> Any:  # noqa: D102
        return await info.context.loaders.vm(document["key"], vm_paths(Selected.below(info)))


def _document(change: VmChange) -> Document:
    return {
        "operation": change.operation,
        "revision": change.revision,
        "at": change.at,
        "name": change.name,
        "hostName": change.host_id,
        "vmId": node_id("VirtualMachine", change.vm_id),
        "key": change.vm_id,
    }


_subscription: Any = strawberry.subscription


@strawberry.type(
    description="What can be watched: changes are told as they happen, over a WebSocket or as server-sent events."
)
class Subscription:
    """What happens, as it happens."""

    @_subscription(  # type: ignore[untyped-decorator]
        graphql_type=VmChangeEvent,
        description="Every change of a VM from now on. A reader that is too slow gets an error that says so.",
    )
    async def vm_changes(  # noqa: D102
        self,
        info: Info,
        host: Annotated[
            str | None, strawberry.argument(description="Only changes of VMs on the host with this name.")
        ] = None,
        vm: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only changes of the VM with this opaque id.")
        ] = None,
    ) -> AsyncIterator[Any]:
        wanted = None if vm is None else parse_node_id(vm)
        if vm is not None and (wanted is None or wanted[0] != "VirtualMachine"):
            raise ValueError("`vm` is not the id of a virtual machine.")
        async with aclosing(info.context.changes.vm_changes()) as changes:
            async for change in changes:
                if host in (None, change.host_id) and wanted in (None, ("VirtualMachine", (change.vm_id,))):
                    info.context.renew()
                    yield _document(change)
