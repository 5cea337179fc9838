"""Hosts that nobody watches any more."""

from collections.abc import Collection

from server.store.connection import Store


async def other_hosts(store: Store, watched: Collection[str]) -> list[str]:
    """Names of the remembered hosts that are not among those watched."""
    cursor = store.hosts.find({"_id": {"$nin": sorted(watched)}}, {"_id": 1})
    return [document["_id"] async for document in cursor]


async def forget(store: Store, host_id: str) -> int | None:
    """Remove a host and all that is remembered of it; how many VMs that were, or None where there is no such host."""
    known = await store.hosts.delete_one({"_id": host_id})
    gone = await store.vms.delete_many({"hostId": host_id})
    await store.definitions.delete_many({"hostId": host_id})
    resources = await store.resources.delete_many({"hostId": host_id})
    found = known.deleted_count + gone.deleted_count + resources.deleted_count
    return gone.deleted_count if found else None
