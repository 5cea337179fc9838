"""`Query`: where reading starts."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

import strawberry

from ..conflicts import ConflictKind
from ..edges import is_key
from ..element import Document, derived
from ..host.saved_domain import DEFINITIONS, SavedDomain, saved_definition
from ..node import Node, parse_node_id
from ..resource import RESOURCES, Resource
from .arguments import After, Before, First, Last
from .change import ChangeConnection, ChangeOrder, Ordered, Since, Until, change_connection
from .change import Where as ChangesWhere
from .change_filter import stored_key
from .conflict import ConflictConnection, conflict_connection
from .connections import OrderBy, VmConnection, Where, page_request, vm_connection
from .context import Info, Paths
from .coverage import OnHost, PathPrefix, UntypedPathConnection, untyped_paths
from .fleet import FleetConnection, GroupBy, fleet_connection
from .host import Host
from .past import vm_at
from .resources import CountedResourceConnection, OfKind, OnlyNamed, WhereResource, resource_connection
from .search import SearchConnection, Text, search_connection
from .selection import NodePaths, Selected, node_paths, resource_paths, vm_paths
from .virtual_machine import VirtualMachine, device_of

MOST_NODES = 500
"""Ids that `nodes` takes at once."""

SAVED_PATHS = frozenset({"_id", "hostId", "kind", "keys", *DEFINITIONS})
"""What is read of a snapshot or checkpoint to find a device in it."""


async def find_resource(info: Info, key: tuple[str, ...], paths: Paths) -> Document | None:
    """The resource whose id holds this key; None for one that is gone, or that by now is more than a name."""
    match key:
        case ("", name) if is_key(name):
            found = await info.context.loaders.resources.by_key(name, paths)
            return found if "referenced" in found else None
        case (resource_id,):
            return await info.context.loaders.resources.by_id(resource_id, paths)
    return None


async def find_saved_device(info: Info, resource_id: str, device_id: str, key: str) -> Document | None:
    """A device of a definition that a snapshot or checkpoint keeps under a key."""
    resource = await info.context.loaders.resources.by_id(resource_id, SAVED_PATHS)
    if resource is None or not issubclass(RESOURCES[resource["kind"]], SavedDomain):
        return None
    definition = saved_definition(resource, key)
    return None if definition is None else device_of(definition, device_id)


async def find_node(info: Info, opaque: str, paths: NodePaths) -> Document | None:
    """The document with this opaque id; None for one that is gone or that never was."""
    match parse_node_id(opaque):
        case "Host", (host_id,):
            return await info.context.loaders.host(host_id)
        case "VirtualMachine", (vm_id,):
            return await info.context.loaders.vm(vm_id, paths.vm)
        case "Resource", key:
            return await find_resource(info, key, paths.resource)
        case "Device", (vm_id, device_id):
            vm = await info.context.loaders.vm(vm_id, paths.device)
            return None if vm is None else device_of(vm, device_id)
        case "Device", (vm_id, device_id, "persistent"):
            definition, vm = await asyncio.gather(
                info.context.loaders.other_definition(vm_id),
                info.context.loaders.vm(vm_id, paths.other_device),
            )
            return None if definition is None or vm is None else device_of({**definition, "vm": vm}, device_id)
        case "Device", (resource_id, device_id, key) if key in DEFINITIONS:
            return await find_saved_device(info, resource_id, device_id, key)
    return None


@strawberry.type(description="What can be asked: hosts, virtual machines, what they share, and anything by its id.")
class Query:
    """Where reading starts."""

    @derived("All hosts that are configured, sorted by name.", graphql_type=list[Host])
    async def hosts(self, info: Info) -> Any:  # noqa: D102
        return await info.context.loaders.hosts()

    @derived("A host by its name; null where there is none.", graphql_type=Host | None)
    async def host(  # noqa: D102
        self, info: Info, name: Annotated[str, strawberry.argument(description="Name of the host, as in `Host.name`.")]
    ) -> Any:
        return await info.context.loaders.host(name)

    @derived("The virtual machines of all hosts, a page at a time.", graphql_type=VmConnection)
    async def vms(  # noqa: D102
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Where = None,
        order_by: OrderBy = None,
    ) -> Any:
        return await vm_connection(info, filter, page_request(first, after, last, before, order_by))

    @derived(
        "A virtual machine by its id, as it is or as it was; null where there is none, or was none.",
        graphql_type=VirtualMachine | None,
    )
    async def vm(  # noqa: D102
        self,
        info: Info,
        id: Annotated[
            strawberry.ID, strawberry.argument(description="Opaque id of the VM, as in `VirtualMachine.id`.")
        ],
        at: Annotated[
            datetime | None,
            strawberry.argument(
                description="The VM as it was at this moment, its persistent definition too. What leads to others, "
                "such as `host`, `resource` or `conflicts`, leads to what they are now."
            ),
        ] = None,
    ) -> Any:
        if (vm_id := stored_key(id, "VirtualMachine")) is None:
            return None
        if at is not None:
            return await vm_at(info, vm_id, at)
        selected = Selected.below(info)
        return await info.context.loaders.vm(vm_id, vm_paths(selected), raw=selected.raw)

    @derived(
        "The changes of all VMs and resources, as long as they are kept. `vm.history`, `device.history` and "
        "`resource.history` have those of one.",
        graphql_type=ChangeConnection,
    )
    async def changes(  # noqa: D102
        self,
        info: Info,
        filter: ChangesWhere = None,
        since: Since = None,
        until: Until = None,
        order: Ordered = ChangeOrder.NEWEST_FIRST,
        first: First = None,
        after: After = None,
    ) -> Any:
        return await change_connection(info, filter, since, until, order, first, after)

    @derived(
        "The cursor of now, for the subscription `changes`: what is read after it was taken has everything that "
        "happened before, and the subscription tells the rest. Ask for it first, and alone."
    )
    async def change_cursor(self, info: Info) -> str:  # noqa: D102
        return info.context.changes.cursor()

    @derived(
        "What VMs are in each other's way over, and what they name that is not there, across the fleet: the worst "
        "first to look at are those that are `CRITICAL`.",
        graphql_type=ConflictConnection,
    )
    async def conflicts(  # noqa: D102
        self,
        info: Info,
        kinds: Annotated[
            list[ConflictKind] | None, strawberry.argument(description="Only conflicts of these kinds; all otherwise.")
        ] = None,
        host: Annotated[
            str | None, strawberry.argument(description="Only conflicts that VMs of the host with this name are in.")
        ] = None,
        first: First = None,
        after: After = None,
    ) -> Any:
        return await conflict_connection(info, kinds, host, first, after)

    @derived(
        "What hosts have that VMs use, by kind and name: storage, networks, devices, filters, secrets and the like.",
        graphql_type=CountedResourceConnection,
    )
    async def resources(  # noqa: D102
        self,
        info: Info,
        kind: OfKind = None,
        filter: WhereResource = None,
        first: First = None,
        after: After = None,
        referenced: OnlyNamed = False,
    ) -> Any:
        return await resource_connection(info, kind, filter, None, first, after, referenced=referenced)

    @derived("A resource by its id; null where there is none.", graphql_type=Resource | None)
    async def resource(  # noqa: D102
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Opaque id, as in `Resource.id`.")],
    ) -> Any:
        match parse_node_id(id):
            case "Resource", key:
                return await find_resource(info, key, resource_paths(Selected.below(info)))
        return None

    @derived(
        "What the stored XML says that no declaration knows yet: its paths, those of the most VMs first. "
        "A value that its field cannot take, such as a new word of an enum, counts as well. "
        "Of a running VM, the live definition is looked at.",
        graphql_type=UntypedPathConnection,
    )
    async def coverage(  # noqa: D102
        self,
        info: Info,
        first: First = None,
        after: After = None,
        host: OnHost = None,
        path_prefix: PathPrefix = None,
    ) -> Any:
        return await untyped_paths(info, first, after, host, path_prefix)

    @derived(
        "What has a text, or begins with it, in its name or in what else tells it from others: UUIDs, MAC and IP "
        "addresses, PCI addresses of the host, serials, paths and files' names. VMs, their devices and resources; "
        "of a running VM, the live definition is looked at.",
        graphql_type=SearchConnection,
    )
    async def search(self, info: Info, text: Text, first: First = None, after: After = None) -> Any:  # noqa: D102
        return await search_connection(info, text, first, after)

    @derived(
        "How many VMs have which value under a path of their fields, the most frequent first: machine types, cache "
        "modes, networks, whatever the API shows of a VM. Of a running VM, the live definition is looked at.",
        graphql_type=FleetConnection,
    )
    async def fleet(  # noqa: D102
        self,
        info: Info,
        group_by: GroupBy,
        filter: Where = None,
        first: First = None,
        after: After = None,
    ) -> Any:
        return await fleet_connection(info, group_by, filter, first, after)

    @derived("A host, VM, device or resource by its id; null where there is none.", graphql_type=Node | None)
    async def node(  # noqa: D102
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Opaque id that some query gave.")],
    ) -> Any:
        return await find_node(info, id, node_paths(Selected.below(info)))

    @derived(
        "Hosts, VMs, devices and resources by their ids, in the same order; null where there is none.",
        graphql_type=list[Node | None],
    )
    async def nodes(  # noqa: D102
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID], strawberry.argument(description=f"Opaque ids that queries gave, at most {MOST_NODES}.")
        ],
    ) -> Any:
        if len(ids) > MOST_NODES:
            raise ValueError(f"`nodes` takes at most {MOST_NODES} ids, not {len(ids)}.")
        paths = node_paths(Selected.below(info))
        return await asyncio.gather(*(find_node(info, opaque, paths) for opaque in ids))
