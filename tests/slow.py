"""Reads that take MongoDB minutes, and what it is busy with."""

import asyncio

from pymongo.read_concern import ReadConcern

from server.store.connection import Document, Store

_SLEEP = {"body": "function() { sleep(100); return true }", "args": [], "lang": "js"}
MINUTES: Document = {"$expr": {"$function": _SLEEP}}
"""A condition that takes a tenth of a second for each document."""


async def fill(store: Store) -> None:
    """Store a thousand VMs of which nothing is known."""
    await store.database.command({"collMod": "vms", "validationLevel": "off"})
    await store.vms.insert_many([{"_id": str(number)} for number in range(1000)])


async def running(store: Store) -> list[Document]:
    """What MongoDB does with the VMs of this database."""
    admin = store.client.get_database("admin", read_concern=ReadConcern("local"))
    stages: list[Document] = [
        {"$currentOp": {"allUsers": False}},
        {"$match": {"ns": f"{store.database.name}.vms", "active": True}},
    ]
    return [operation async for operation in admin.aggregate(stages)]


async def become(store: Store, number: int) -> None:
    """Wait until MongoDB carries out so many reads of VMs."""
    async with asyncio.timeout(5):
        while len(await running(store)) != number:  # noqa: ASYNC110 (MongoDB has no event for it)
            await asyncio.sleep(0.02)
