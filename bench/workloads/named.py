"""The workloads, made for what a database holds."""

from collections.abc import Awaitable, Callable, Sequence

from bench.filling import MARKED
from bench.workloads import queries
from bench.workloads.operations import Operation, Workload
from schema.node import node_id
from server.store.connection import Store

MakeWorkloads = Callable[[Store], Awaitable[Sequence[Workload]]]

_DIFFERENT = 100
"""VMs that are asked for in turn."""

_COUNTED = ("domain.os.type.machine", "state", "disks.driver.cache", "interfaces.model")


async def tree1(store: Store) -> Sequence[Workload]:
    """Everything of one VM and its devices; another VM each time."""
    sample = store.vms.aggregate([{"$project": {"_id": 1}}, {"$sort": {"_id": 1}}, {"$limit": 50 * _DIFFERENT}])
    keys = [vm["_id"] async for vm in sample]
    chosen = keys[:: max(1, len(keys) // _DIFFERENT)][:_DIFFERENT]
    operations = [Operation(queries.TREE_OF_ONE, {"id": node_id("VirtualMachine", key)}) for key in chosen]
    return [Workload("tree1", operations)]


async def tree100(_: Store) -> Sequence[Workload]:
    """What a page needs that draws the device trees of the first hundred VMs by name: some ten fields of a device."""
    return [Workload("tree100", [Operation(queries.TREE_OF_MANY, {"first": 100})])]


async def edges(store: Store) -> Sequence[Workload]:
    """Twenty VMs of a host, their disks, what these are made of, and which VMs are attached to it."""
    hosts = sorted(await store.vms.distinct("hostId"))
    return [Workload("edges", [Operation(queries.EDGES, {"host": host}) for host in hosts[:_DIFFERENT]])]


async def page(_: Store) -> Sequence[Workload]:
    """A page of fifty VMs, by values that a ten thousandth, a hundredth and half of the fleet have."""
    return [
        Workload(f"page of {marked.share:.2%}", [Operation(queries.PAGE, {"filter": marked.filter})])
        for marked in MARKED
    ]


async def counts(_: Store) -> Sequence[Workload]:
    """VMs by machine type, by state, by the cache modes of their disks and by the models of their interfaces."""
    return [Workload("counts", [Operation(queries.COUNTS, {"path": path}) for path in _COUNTED])]
