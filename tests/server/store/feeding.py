"""Change records as a collector writes them, and reading what a feed tells."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from datetime import UTC, datetime
from typing import Any

from schema.changes.condition import ChangeCondition
from schema.graph.context import Change, CursorExpired, Lagged
from server.store.connection import Document, Store

ANYTHING = ChangeCondition()

Events = AsyncGenerator[Change | Lagged | CursorExpired, None]


def record(sequence: int, key: str = "kvm/a", **rest: Any) -> Document:
    """A change of a VM, the `sequence`th of its host."""
    host_id, _, source_key = key.partition("/")
    return {
        "_id": f"{key}@{sequence}",
        "subject": "VM",
        "key": key,
        "hostId": host_id,
        "sourceKey": source_key,
        "name": source_key,
        "operation": "CHANGED",
        "revision": sequence,
        "sequence": sequence,
        # As MongoDB has it: in milliseconds.
        "at": datetime.now(UTC).replace(microsecond=0),
        "cause": "EVENT",
        "declarations": "a41f",
        "devices": [],
        "changes": [{"path": "state", "old": "SHUTOFF", "new": "RUNNING"}],
        "orders": {},
        "touched": ["state"],
        **rest,
    }


async def write(store: Store, sequences: Iterable[int], key: str = "kvm/a", **rest: Any) -> None:
    """Write changes, each in a transaction of its own."""
    for sequence in sequences:
        await store.database["changes"].insert_one(record(sequence, key, **rest))


async def write_many(store: Store, sequences: Iterable[int], key: str = "kvm/a", **rest: Any) -> None:
    """Write changes in few commands."""
    await store.database["changes"].insert_many([record(sequence, key, **rest) for sequence in sequences])


async def take(events: Events, count: int, seconds: float = 20) -> list[Any]:
    """The next events; what they are of tells `short`."""
    taken: list[Any] = []
    async with asyncio.timeout(seconds):
        while len(taken) < count:
            taken.append(await anext(events))
    return taken


async def rest_of(events: Events, seconds: float = 20) -> list[Any]:
    """All events up to the end."""
    async with asyncio.timeout(seconds):
        return [event async for event in events]


def sequences(events: Iterable[Any]) -> list[Any]:
    """The sequences of changes; what is no change stays what it is."""
    return [event.record["sequence"] if isinstance(event, Change) else event for event in events]


async def started(events: Events) -> "asyncio.Task[Any]":
    """The first event, waited for from now on."""
    first = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    return first
