import pytest
from pymongo import DeleteOne, InsertOne, ReplaceOne

from server.store.connection import Store
from server.store.errors import StoreError
from server.store.writes import Change, Outdated, write
from tests.server.store.conftest import Commands
from tests.server.store.test_collections import document


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


async def test_a_stand_in_may_give_up(store: Store) -> None:
    def give_up(reason: str) -> Change:
        raise StoreError(f"no: {reason}")

    with pytest.raises(StoreError, match="no: Document failed validation"):
        await write(store, [Change("kvm/1", InsertOne(document(state="DREAMING")), instead=give_up)])
