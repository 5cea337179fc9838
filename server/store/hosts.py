"""Hosts that nobody watches any more."""

from collections.abc import Collection

from pymongo import DeleteOne

from server.collector.inventory import Cause, NotOwner
from server.store.connection import Store
from server.store.errors import StoreError
from server.store.inventory import MongoInventory
from server.store.leases import Leases
from server.store.owned import OwnWrites, portions
from server.store.resources import Resources
from server.store.writes import LARGEST_BATCH

_LEASE_SECONDS = 60
"""The lease under which a host is forgotten, renewed with every batch; so long a killed one keeps collectors away."""


async def other_hosts(store: Store, watched: Collection[str]) -> list[str]:
    """Names of the remembered hosts that are not among those watched."""
    cursor = store.hosts.find({"_id": {"$nin": sorted(watched)}}, {"_id": 1})
    return [document["_id"] async for document in cursor]


async def forget(store: Store, host_id: str) -> int | None:
    """Remove a host and all that is remembered of it; how many VMs that were, or None where there is no such host.

    Followers of changes are told of every VM and resource that goes, and the history keeps them. The host's sequence
    of records goes on if it is ever watched again. Raises `StoreError` when a collector watches the host now.
    """
    if not await _is_known(store, host_id):
        return None
    leases = Leases(store, seconds=_LEASE_SECONDS)
    try:
        return await _forget(store, host_id, leases)
    except NotOwner as error:
        raise StoreError(f"{host_id} is watched by a collector: stop it first.") from error
    finally:
        await leases.release(host_id)


async def _forget(store: Store, host_id: str, leases: Leases) -> int:
    own = OwnWrites(store, leases.owner)
    inventory, resources = MongoInventory(store, leases.owner), Resources(own)
    keys = sorted(await inventory.source_keys(host_id))
    for start in range(0, len(keys), LARGEST_BATCH):
        await _take(leases, host_id)
        await inventory.vms_vanished(host_id, keys[start : start + LARGEST_BATCH], Cause.FORGOTTEN)
    ids = [one["_id"] async for one in store.resources.find({"hostId": host_id}, {"_id": 1})]
    async for portion in portions([store.resources], ids):
        await _take(leases, host_id)
        await resources.delete(host_id, portion, Cause.FORGOTTEN)
    await _take(leases, host_id)
    await store.definitions.delete_many({"hostId": host_id})
    await own.host(host_id, DeleteOne({"_id": host_id}))
    return len(keys)


async def _take(leases: Leases, host_id: str) -> None:
    if not await leases.take(host_id):
        raise NotOwner(host_id)


async def _is_known(store: Store, host_id: str) -> bool:
    parts = ((store.hosts, "_id"), (store.vms, "hostId"), (store.definitions, "hostId"), (store.resources, "hostId"))
    for collection, field in parts:
        if await collection.find_one({field: host_id}, {"_id": 1}) is not None:
            return True
    return False
