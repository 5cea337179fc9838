import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.store.connection import Document, Store, connect
from server.store.inventory import MongoInventory
from server.store.retention import Retention, prune
from tests.server.store.conftest import own_store, until
from tests.server.store.documents import domain, observed
from tests.server.store.feeding import record

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


def earlier(revision: int, at: datetime, **rest: Any) -> Document:
    identity = {"_id": f"kvm/a@{revision}", "key": "kvm/a", "revision": revision, "of": "VM"}
    return {**identity, "at": at, "document": rest}


async def since(store: Store) -> datetime | None:
    found = await store.history.find_one({"_id": "retention"})
    return None if found is None else found["since"]


async def test_what_is_too_old_goes(store: Store) -> None:
    now = datetime.now(UTC)
    await store.changes.insert_many(
        [record(number, at=now - (2_000 - number) * DAY / 100) for number in range(1, 2_001)]
    )
    await store.earlier.insert_many(
        [earlier(3, now - 19 * DAY), earlier(4, now - 10 * DAY - DAY / 200), earlier(5, now - 9 * DAY)]
    )
    assert await prune(store, days=10, megabytes=100) == 1_000 - 1 + 1
    left = [one["sequence"] async for one in store.changes.find().sort("sequence", 1)]
    assert left == list(range(1_001, 2_001))
    assert await store.earlier.distinct("revision") == [5]
    reach = await since(store)
    assert reach is not None
    (oldest,) = await store.changes.find().sort("at", 1).limit(1).to_list(None)
    assert now - 10 * DAY - timedelta(seconds=10) < reach <= oldest["at"]
    assert await prune(store, days=10, megabytes=100) <= 1


async def test_what_takes_too_much_room_goes_oldest_first(store: Store) -> None:
    padding = "x" * 10_000
    await store.changes.insert_many(
        [record(number, at=NOW + timedelta(seconds=number), padding=padding) for number in range(1, 301)]
    )
    await store.earlier.insert_many([earlier(n, NOW + timedelta(seconds=n), padding=padding) for n in range(1, 301)])
    assert await prune(store, days=10, megabytes=3) > 0
    left = [one["sequence"] async for one in store.changes.find().sort("sequence", 1)]
    assert left == list(range(301 - len(left), 301))
    # Three megabytes of records and earlier documents, in equal shares.
    assert 150 <= len(left) <= 157
    assert await store.earlier.distinct("revision") == left
    assert await since(store) == NOW + timedelta(seconds=left[0] - 1, milliseconds=1)


async def test_earlier_documents_alone_may_be_too_much(store: Store) -> None:
    await store.earlier.insert_many([earlier(n, NOW + n * DAY, padding="x" * 600_000) for n in range(1, 5)])
    assert await prune(store, days=10, megabytes=1) == 0
    assert await store.earlier.distinct("revision") == [4]
    assert await since(store) == NOW + 3 * DAY + timedelta(milliseconds=1)


async def test_nothing_to_delete_moves_nothing(store: Store) -> None:
    assert await prune(store, days=1, megabytes=0) == 0
    assert await since(store) is None
    await store.changes.insert_one(record(1, at=NOW))
    assert await prune(store, days=1, megabytes=1) == 0
    assert await since(store) is None
    await store.history.insert_one({"_id": "retention", "since": NOW + DAY})
    assert await prune(store, days=0, megabytes=1) == 1
    assert await since(store) == NOW + DAY, "it never moves back"


async def test_several_prune_at_once(store: Store) -> None:
    await store.changes.insert_many([record(number, at=NOW - 20 * DAY) for number in range(1, 1_001)])
    assert sum(await asyncio.gather(*(prune(store, days=10, megabytes=10) for _ in range(3)))) == 1_000


async def test_a_vm_that_comes_again_after_its_records_went(store: Store) -> None:
    inventory = MongoInventory(store)
    for _ in range(2):
        await inventory.vms_observed("kvm", [observed("a"), observed("b")])
        await inventory.vms_vanished("kvm", ["a"])
        await asyncio.sleep(0.01)
        await prune(store, days=0, megabytes=10)
    await inventory.vms_observed("kvm", [observed("a"), observed("b", domain(memory=5))])
    found = [(one["_id"], one["sequence"]) async for one in store.changes.find().sort("sequence", 1)]
    assert found == [("kvm/a@1", 6), ("kvm/b@2", 7)]


@pytest.mark.usefixtures("mongod_binary")
async def test_retention_outlives_mongodb(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with own_store(tmp_path) as (mongo, store):
        impatient = await connect(mongo.uri, "virtgraph", seconds=0.3)
        async with Retention(impatient, 1, 100, every_seconds=0.05):
            assert mongo.pid is not None
            os.kill(mongo.pid, signal.SIGKILL)
            await until(lambda: "cannot be pruned" in caplog.text, 60)
            async with asyncio.timeout(60):
                await store.changes.insert_one(record(1, at=NOW - 2 * DAY))
                while await store.changes.count_documents({}):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        await impatient.close()
