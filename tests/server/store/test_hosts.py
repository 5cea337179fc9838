import pytest

from server.collector.inventory import Cause, HostFacts
from server.store.connection import Store
from server.store.errors import StoreError
from server.store.hosts import forget, other_hosts
from server.store.inventory import MongoInventory
from server.store.leases import Leases
from tests.server.store.documents import domain, observed
from tests.server.store.test_records import consistent
from tests.server.store.test_resources import secret


async def fill(store: Store, host: str, owner: str = "") -> None:
    inventory = MongoInventory(store, owner)
    await inventory.host_connected(host, "test:///default", HostFacts("Test", None))
    seen = [observed(f"{number:03}", persistent_xml=domain(memory=5)) for number in range(250)]
    await inventory.vms_observed(host, seen)
    await inventory.resources_observed(host, "secrets", [secret(number) for number in range(5)])


async def test_all_that_goes_with_a_host_is_told(store: Store) -> None:
    leases = Leases(store)
    assert await leases.take("kvm")
    await fill(store, "kvm", leases.owner)
    await leases.release("kvm")
    await fill(store, "other")
    assert await other_hosts(store, ["other"]) == ["kvm"]
    assert await forget(store, "kvm") == 250
    for collection in (store.vms, store.definitions, store.resources):
        assert await collection.distinct("hostId") == ["other"]
    assert await store.hosts.distinct("_id") == ["other"]
    gone = await store.changes.find({"operation": "REMOVED"}).to_list(None)
    assert len(gone) == 255
    assert {(one["hostId"], one["cause"]) for one in gone} == {("kvm", "FORGOTTEN")}
    assert await store.earlier.count_documents({}) == 505
    await consistent(store)
    # Somebody watches it again: revisions and sequence go on.
    await fill(store, "kvm")
    assert await store.vms.distinct("revision", {"hostId": "kvm"}) == [3]
    await consistent(store)


async def test_a_host_that_is_watched_is_not_forgotten(store: Store) -> None:
    leases = Leases(store)
    await leases.take("kvm")
    await fill(store, "kvm", leases.owner)
    with pytest.raises(StoreError, match=r"^kvm is watched by a collector: stop it first\.$"):
        await forget(store, "kvm")
    assert await store.vms.count_documents({}) == 250
    # Its collector goes on.
    await MongoInventory(store, leases.owner).vms_vanished("kvm", ["000"], Cause.EVENT)


async def test_what_is_not_known_cannot_be_forgotten(store: Store) -> None:
    assert await forget(store, "kvm") is None
    assert await store.leases.count_documents({}) == 0


async def test_a_host_without_vms_is_forgotten(store: Store) -> None:
    await MongoInventory(store).host_connecting("kvm", "test:///default")
    await store.leases.delete_many({})
    assert await forget(store, "kvm") == 0
    assert await forget(store, "kvm") is None
