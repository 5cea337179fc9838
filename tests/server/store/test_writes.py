import asyncio
import contextlib
from dataclasses import replace
from datetime import timedelta

import pytest
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorClientSession
from pymongo import DeleteOne, InsertOne, ReplaceOne
from tenacity import AsyncRetrying, stop_after_delay, wait_fixed

from server.collector.inventory import NotOwner
from server.store.collections import prepare
from server.store.connection import Document, Store, close, connect
from server.store.errors import StoreError
from server.store.leases import Leases
from server.store.writes import LARGEST_BYTES, Change, Fence, Outdated, transaction, write
from tests.server.store.conftest import Commands, PlainMongod
from tests.server.store.feeding import record
from tests.server.store.test_collections import NOW, document


def insert(number: int, **changes: object) -> Change:
    vm_id = f"kvm/{number:03}"
    return Change(vm_id, InsertOne(document(_id=vm_id, **changes)), instead=_stand_in)


def _stand_in(reason: str) -> Change:
    return Change("kvm/bad", InsertOne(document(_id="kvm/bad", error=reason)))


async def test_one_refused_change_is_replaced_and_the_others_written(watched: Store, commands: Commands) -> None:
    changes = [insert(number) for number in range(200)]
    changes[77] = insert(77, state="DREAMING")
    assert await write(watched, changes) == 1
    assert await watched.vms.count_documents({"error": {"$exists": False}}) == 199
    assert (await watched.vms.distinct("error")) == ["Document failed validation"]
    # Halving, not one by one.
    assert commands.names().count("commitTransaction") < 15


async def test_a_refused_change_without_a_stand_in_is_skipped(store: Store) -> None:
    changes = [insert(1), Change("kvm/2", InsertOne(document(_id="kvm/2", state="DREAMING"))), insert(3)]
    assert await write(store, changes) == 1
    assert await store.vms.distinct("_id") == ["kvm/001", "kvm/003"]


async def test_both_documents_of_a_vm_are_written_or_none(store: Store) -> None:
    bad = Change("kvm/1", InsertOne(document(_id="kvm/1")), InsertOne({"_id": "kvm/1"}))
    assert await write(store, [bad]) == 1
    assert await store.vms.count_documents({}) == 0


async def test_an_outdated_change_writes_nothing_of_its_batch(store: Store) -> None:
    await write(store, [insert(1)])
    stale = ReplaceOne({"_id": "kvm/001", "revision": 9}, document(_id="kvm/001", revision=10))
    with pytest.raises(Outdated):
        await write(store, [insert(2), Change("kvm/001", stale)])
    with pytest.raises(Outdated):
        await write(store, [insert(3), insert(1)])
    assert await store.vms.distinct("_id") == ["kvm/001"]


async def test_removing_what_is_not_there_is_outdated(store: Store) -> None:
    await write(store, [insert(1)])
    with pytest.raises(Outdated):
        await write(store, [insert(2), Change("kvm/001", DeleteOne({"_id": "kvm/001", "revision": 2}))])
    assert await write(store, [Change("kvm/001", DeleteOne({"_id": "kvm/001", "revision": 1}))]) == 0
    assert await store.vms.count_documents({}) == 0


async def test_what_cannot_be_encoded_is_a_refusal(store: Store) -> None:
    for bad in (1 << 70, "\ud800", {"a\0b": 1}, object()):
        assert await write(store, [insert(1, domain={"bad": bad})]) == 1
        await store.vms.delete_many({})


def _recorded(number: int, **changes: object) -> Change:
    key = f"kvm/{number:03}"
    return replace(insert(number, **changes), record={**record(number, key), "sequence": None}, instead=None)


async def test_records_follow_each_other_however_a_batch_is_split(store: Store) -> None:
    changes = [_recorded(number) for number in range(1, 31)]
    changes[7] = _recorded(8, state="DREAMING")
    assert await write(store, changes, Fence("kvm", "")) == 1
    found = {one["key"]: one["sequence"] async for one in store.changes.find()}
    assert found.keys() == {change.key for change in changes} - {"kvm/008"}
    assert sorted(found.values()) == list(range(1, 30))


async def test_who_does_not_own_the_host_writes_nothing(store: Store) -> None:
    first, second = Leases(store), Leases(store)
    await first.take("kvm")
    for other in ("", second.owner):
        with pytest.raises(NotOwner, match=r"^Another collector watches kvm\.$"):
            await write(store, [_recorded(1)], Fence("kvm", other))
    await write(store, [_recorded(1)], Fence("kvm", first.owner))
    await first.release("kvm")
    await second.take("kvm")
    with pytest.raises(NotOwner):
        await write(store, [_recorded(2)], Fence("kvm", first.owner))
    await write(store, [_recorded(3)], Fence("kvm", second.owner))
    assert [one["sequence"] async for one in store.changes.find().sort("sequence", 1)] == [1, 2]
    assert await store.vms.distinct("_id") == ["kvm/001", "kvm/003"]


@pytest.mark.parametrize("when", ["before the fence", "after the fence"])
async def test_who_is_overtaken_within_a_transaction_writes_nothing(store: Store, when: str) -> None:
    """A stalled owner, whose lease another takes while its transaction is open."""
    first, second = Leases(store), Leases(store, seconds=2)
    await first.take("kvm")
    fence = Fence("kvm", first.owner)
    attempts = 0

    async def operations(session: AsyncIOMotorClientSession) -> None:
        nonlocal attempts
        attempts += 1
        # The snapshot that all of the transaction sees.
        await fence.seen(store, session)
        if when == "after the fence":
            await fence.passed(store, session, 1)
        if attempts == 1:
            await first.release("kvm") if when == "before the fence" else None
            taking = asyncio.create_task(_taken(second))
            await asyncio.sleep(0.5)
            assert taking.done() == (when == "before the fence")
            tasks.append(taking)
        if when == "before the fence":
            await fence.passed(store, session, 1)
        await store.vms.insert_one(document(), session=session)

    tasks: list[asyncio.Task[None]] = []
    if when == "before the fence":
        with pytest.raises(NotOwner):
            await transaction(store, operations)
        assert await store.vms.count_documents({}) == 0
    else:
        # The other one has to wait: what was begun in time is committed before.
        await transaction(store, operations)
        assert await store.vms.count_documents({}) == 1
        await first.release("kvm")
    await asyncio.gather(*tasks)
    lease = await store.leases.find_one({"_id": "kvm"})
    assert lease is not None
    assert (lease["owner"], lease["sequence"]) == (second.owner, 0 if when == "before the fence" else 1)


async def _taken(leases: Leases) -> None:
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(StoreError):
                if await leases.take("kvm"):
                    return
            await asyncio.sleep(0.02)


@pytest.mark.usefixtures("mongod_binary")
async def test_a_commit_whose_answer_is_lost_is_not_written_twice(plain_mongod: PlainMongod) -> None:
    async with plain_mongod("--replSet", "rs0", "--setParameter", "enableTestCommands=1") as port:
        store = await _replica_set(port)
        try:
            for label in ("UnknownTransactionCommitResult", "TransientTransactionError"):
                # It is committed, but the client is told that nobody knows, or that it was not.
                failure = {"code": 64, "errmsg": "waiting for replication timed out"}
                fail = {"failCommands": ["commitTransaction"], "writeConcernError": failure, "errorLabels": [label]}
                await store.client.admin.command(
                    {"configureFailPoint": "failCommand", "mode": {"times": 2}, "data": fail}
                )
                for number in range(3):
                    key = f"kvm/{label}-{number}"
                    change = Change(key, InsertOne(document(_id=key)), record={**record(1, key), "sequence": None})
                    with contextlib.suppress(Outdated):
                        await write(store, [change], Fence("kvm", ""))
            assert await store.vms.count_documents({}) == 6
            assert [one["sequence"] async for one in store.changes.find().sort("sequence", 1)] == list(range(1, 7))
        finally:
            await store.close()


async def _replica_set(port: int) -> Store:
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(f"mongodb://127.0.0.1:{port}/?directConnection=true")
    members = [{"_id": 0, "host": f"127.0.0.1:{port}"}]
    await client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
    await close(client)
    async for attempt in AsyncRetrying(stop=stop_after_delay(30), wait=wait_fixed(0.1)):
        with attempt:
            store = await connect(f"mongodb://127.0.0.1:{port}/?replicaSet=rs0", "virtgraph")
    await prepare(store)
    return store


async def test_a_connection_without_sessions_refuses_no_document(store: Store) -> None:
    """As one is that was opened while the server was neither primary nor secondary; the driver keeps it."""
    await store.check()
    (server,) = store.client.delegate._topology._servers.values()
    connections = list(server.pool.conns)
    assert connections
    for connection in connections:
        connection.supports_sessions = False
    writing = asyncio.create_task(write(store, [insert(1)]))
    await asyncio.sleep(0.5)
    assert not writing.done()
    for connection in connections:
        connection.supports_sessions = True
    assert await writing == 0
    assert await store.vms.distinct("_id") == ["kvm/001"]


async def test_earlier_documents_are_written_in_portions(watched: Store, commands: Commands) -> None:
    large = {"of": "VM", "revision": 1, "at": NOW, "document": {"x": "x" * (LARGEST_BYTES // 3 - 1000)}}
    changes = [
        replace(insert(number), earlier=[{"_id": f"kvm/{number}@1", "key": f"kvm/{number}", **large}])
        for number in range(8)
    ]
    assert await write(watched, changes) == 0
    assert commands.names().count("commitTransaction") == 3
    assert await watched.earlier.count_documents({}) == 8


async def test_what_is_rolled_back_every_time_is_written_in_parts(
    plain_mongod: PlainMongod, commands: Commands
) -> None:
    async with plain_mongod("--replSet", "rs0", "--setParameter", "enableTestCommands=1") as port:
        store = await _replica_set(port)
        client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(store.uri, w="majority", event_listeners=[commands])
        try:
            # As MongoDB answers where a transaction takes too much of its cache.
            labels = ["TransientTransactionError"]
            fail = {"failCommands": ["commitTransaction"], "errorCode": 112, "errorLabels": labels}
            await store.client.admin.command("configureFailPoint", "failCommand", mode={"times": 6}, data=fail)
            assert await write(Store(client, client["virtgraph"], "", ""), [insert(number) for number in range(4)]) == 0
            written = [len(command["documents"]) for name, command in commands.sent if name == "insert"]
            assert written == [4, 4, 4, 4, 4, 2, 2, 2]
            assert await store.vms.count_documents({}) == 4
        finally:
            await close(client)
            await store.close()


async def test_the_first_document_of_a_revision_stays(store: Store) -> None:
    for number, at in ((1, NOW), (2, NOW + timedelta(days=1)), (3, NOW)):
        kept = {"_id": "kvm/a@1", "key": "kvm/a", "revision": 1, "of": "VM", "at": at, "document": {"number": number}}
        await write(store, [Change("kvm/a", earlier=[kept])])
    (found,) = await store.earlier.find().to_list(None)
    assert (found["document"], found["at"]) == ({"number": 1}, NOW + timedelta(days=1))


async def test_a_stand_in_may_give_up(store: Store) -> None:
    def give_up(reason: str) -> Change:
        raise StoreError(f"no: {reason}")

    with pytest.raises(StoreError, match="no: Document failed validation"):
        await write(store, [Change("kvm/1", InsertOne(document(state="DREAMING")), instead=give_up)])
