import asyncio
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pymongo.read_concern import ReadConcern

from server.store.collections import prepare
from server.store.connection import Store, connect
from server.store.embedded import EmbeddedMongo
from server.store.errors import StoreError
from server.store.feed import FeedEvent, Lagged, Operation, Subscription, VmChange, VmFeed
from server.store.inventory import MongoInventory
from server.store.promotion import promote
from tests.server.store.conftest import own_store
from tests.server.store.documents import domain, observed
from tests.server.store.test_collections import document


async def take(events: Subscription, count: int, seconds: float = 20) -> list[FeedEvent]:
    taken: list[FeedEvent] = []
    async with asyncio.timeout(seconds):
        async for event in events:
            taken.append(event)
            if len(taken) == count:
                break
    return taken


def short(event: FeedEvent) -> object:
    return (event.operation.value, event.vm_id, event.revision) if isinstance(event, VmChange) else event


async def test_what_happens_to_vms_is_told(store: Store) -> None:
    inventory = MongoInventory(store)
    async with VmFeed(store) as feed, feed.subscribe() as events:
        await inventory.vms_observed("kvm", [observed("a", domain("first")), observed("b")])
        await inventory.vms_observed("kvm", [observed("a", domain("second"))])
        await inventory.vms_vanished("kvm", ["a"])
        added, other, changed, removed = await take(events, 4)
    assert isinstance(removed, VmChange)
    assert abs((removed.at - datetime.now(UTC)).total_seconds()) < 5
    assert isinstance(added, VmChange)
    assert added == VmChange(Operation.ADDED, "kvm/a", "kvm", "a", "first", 1, added.at)
    assert short(other) == ("ADDED", "kvm/b", 1)
    assert isinstance(changed, VmChange)
    assert changed == VmChange(Operation.CHANGED, "kvm/a", "kvm", "a", "second", 2, changed.at)
    # The document is gone: its pre-image says who it was.
    assert removed == VmChange(Operation.REMOVED, "kvm/a", "kvm", "a", "second", 2, removed.at)


async def test_every_subscriber_gets_everything_from_its_start(store: Store) -> None:
    inventory = MongoInventory(store)
    async with VmFeed(store) as feed, feed.subscribe() as early:
        await inventory.vms_observed("kvm", [observed("a")])
        assert [short(event) for event in await take(early, 1)] == [("ADDED", "kvm/a", 1)]
        async with feed.subscribe() as late, feed.subscribe() as other:
            await inventory.vms_observed("kvm", [observed("b")])
            for events in (early, late, other):
                assert [short(event) for event in await take(events, 1)] == [("ADDED", "kvm/b", 1)]


async def test_promotion_and_other_writes_are_no_events(store: Store) -> None:
    inventory = MongoInventory(store)
    await inventory.vms_observed("kvm", [observed("a")])
    await store.vms.update_one({"_id": "kvm/a"}, {"$set": {"declarations": "older", "domain.extra": []}})
    async with VmFeed(store) as feed, feed.subscribe() as events:
        assert await promote(store) == 0
        await inventory.host_synchronized("kvm")
        await store.vms.update_one({"_id": "kvm/a"}, {"$set": {"attachments": []}})
        await store.vms.update_one({"_id": "kvm/a"}, {"$set": {"revision": 9, "name": "new"}})
        (event,) = await take(events, 1)
        assert isinstance(event, VmChange)
        assert (event.operation, event.name, event.revision) == (Operation.CHANGED, "new", 9)


async def test_one_stream_serves_many_subscribers(store: Store) -> None:
    async with VmFeed(store) as feed, feed.subscribe(), feed.subscribe(), feed.subscribe():
        assert len(await _cursors(store)) == 1


async def test_a_slow_subscriber_is_told_what_it_missed(store: Store) -> None:
    inventory = MongoInventory(store)
    async with VmFeed(store, capacity=3) as feed, feed.subscribe() as slow, feed.subscribe() as quick:
        for number in range(10):
            await inventory.vms_observed("kvm", [observed(str(number))])
            await take(quick, 1)
        events = await take(slow, 4)
        assert [short(event) for event in events[:3]] == [("ADDED", f"kvm/{number}", 1) for number in range(3)]
        assert events[3] == Lagged(7)
        await inventory.vms_observed("kvm", [observed("next")])
        assert [short(event) for event in await take(slow, 1)] == [("ADDED", "kvm/next", 1)]


async def test_subscribers_end_with_the_feed(store: Store) -> None:
    async with VmFeed(store) as feed, feed.subscribe() as waiting:
        reader = asyncio.create_task(take(waiting, 1))
        async with feed.subscribe() as unread:
            await MongoInventory(store).vms_observed("kvm", [observed("a")])
            await reader
            reader = asyncio.create_task(take(waiting, 1))
            await asyncio.sleep(0)
            await feed.__aexit__(None, None, None)
            assert await reader == []
            assert len(await take(unread, 5)) == 1


async def test_large_documents_do_not_stop_the_feed(store: Store) -> None:
    # The document and its pre-image are together more than one event may hold.
    async with VmFeed(store) as feed, feed.subscribe() as events:
        for revision, letter in enumerate("ab", 1):
            large = document(_id="kvm/large", revision=revision, error="why", rawXml=letter * 10_000_000)
            await store.vms.replace_one({"_id": "kvm/large"}, large, upsert=True)
        await MongoInventory(store).vms_vanished("kvm", ["large"])
        taken = [short(event) for event in await take(events, 3)]
    assert taken == [("ADDED", "kvm/large", 1), ("CHANGED", "kvm/large", 2), ("REMOVED", "kvm/large", 2)]


async def test_a_dropped_collection_is_a_gap(store: Store) -> None:
    async with VmFeed(store) as feed, feed.subscribe() as events:
        await store.database.drop_collection("vms")
        assert await take(events, 1) == [Lagged(None)]
        await prepare(store)
        await MongoInventory(store).vms_observed("kvm", [observed("a")])
        assert [short(event) for event in await take(events, 1)] == [("ADDED", "kvm/a", 1)]


@pytest.mark.usefixtures("mongod_binary")
async def test_nothing_is_missed_or_repeated_when_mongod_is_killed(tmp_path: Path) -> None:
    async with own_store(tmp_path) as (mongo, store), VmFeed(store) as feed, feed.subscribe() as events:
        inventory = MongoInventory(store)

        async def write() -> None:
            for number in range(300):
                await inventory.vms_observed("kvm", [observed(f"{number:03}")])

        writing = asyncio.create_task(write())
        expected = [("ADDED", f"kvm/{number:03}", 1) for number in range(300)]
        taken = await take(events, 50)
        assert mongo.pid is not None
        os.kill(mongo.pid, signal.SIGKILL)
        taken += await take(events, 250, 60)
        await writing
        assert [short(event) for event in taken] == expected
        assert feed.problem is None


@pytest.mark.usefixtures("mongod_binary")
async def test_a_stream_that_cannot_resume_says_so(tmp_path: Path) -> None:
    async with own_store(tmp_path) as (_, store), VmFeed(store) as feed, feed.subscribe() as events:
        await MongoInventory(store).vms_observed("kvm", [observed("a")])
        await take(events, 1)
        # A token from before the oplog's first entry, as after a long absence.
        feed._token = {"_data": "820000000100000001" + "29295A1004" + "00" * 16 + "04"}
        await store.database.command({"killCursors": "vms", "cursors": await _cursors(store)})
        (event,) = await take(events, 1)
        assert event == Lagged(None)
        await MongoInventory(store).vms_observed("kvm", [observed("b")])
        assert [short(event) for event in await take(events, 1)] == [("ADDED", "kvm/b", 1)]


async def _cursors(store: Store) -> list[int]:
    """The cursors that clients hold open on the VMs of this database."""
    admin = store.client.get_database("admin", read_concern=ReadConcern("local"))
    pipeline = [{"$currentOp": {"idleCursors": True, "allUsers": True}}]
    running = [one async for one in admin.aggregate(pipeline)]
    namespace = f"{store.database.name}.vms"
    return [one["cursor"]["cursorId"] for one in running if one.get("ns") == namespace and "cursor" in one]


async def test_a_feed_without_mongodb_says_why(tmp_path: Path, mongod_binary: Path) -> None:
    async with EmbeddedMongo(tmp_path, binary=mongod_binary) as mongo:
        store = await connect(mongo.uri, "virtgraph", seconds=0.5)
    with pytest.raises(StoreError, match="cannot be watched"):
        async with VmFeed(store):
            pass
    await store.close()
