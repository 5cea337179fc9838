"""A filled fleet is what the collector would have stored."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bench.filling import DEVICES, NotEmpty, fill
from bench.filling.families import CLUSTERED, FILES, domain_xml, name_of
from bench.filling.layout import host_id, shape_of, words_of
from bench.filling.resources import CLUSTERS, scopes, volume
from server.collector.inventory import HostFacts, Observation, ResourceObservation
from server.store.collections import INDEXES, prepare
from server.store.connection import Document, Store
from server.store.embedded import EmbeddedMongo
from server.store.inventory import MongoInventory
from tests.serving import empty_store

VMS, HOSTS = 400, 4


@pytest.fixture(scope="module")
async def filled(mongo: EmbeddedMongo) -> AsyncIterator[Store]:
    async with empty_store(mongo) as store:
        await fill(store, VMS, HOSTS)
        yield store


def _volumes(number: int) -> list[ResourceObservation]:
    words, family = words_of(number, HOSTS), shape_of(number, HOSTS).family
    found = [
        volume("images", f"{name_of(family, words.number)}{suffix}.qcow2", "qcow2", words.host, words.rack, base)
        for suffix, base in FILES[family].items()
    ]
    if family == CLUSTERED:
        found.append(volume(CLUSTERS, f"cluster-{words.cluster}", "raw", words.host, words.rack))
    return found


def _observation(number: int) -> Observation:
    words, shape = words_of(number, HOSTS), shape_of(number, HOSTS)
    return Observation(words.uuid, shape.state, domain_xml(shape, words))


async def _observed(store: Store, host: int) -> None:
    """The same host, the long way."""
    inventory, name, numbers = MongoInventory(store), host_id(host), range(host, VMS, HOSTS)
    await inventory.host_connecting(name, f"qemu+tls://{name}.fleet.example/system")
    facts = HostFacts("QEMU", "9.0.0", "7.2.9", f"{name}.fleet.example")
    await inventory.host_connected(name, f"qemu+tls://{name}.fleet.example/system", facts)
    for scope, observations in scopes(name, words_of(host, HOSTS).rack):
        await inventory.resources_observed(name, scope, observations)
    volumes = [one for number in numbers for one in _volumes(number)]
    for pool in ("images", CLUSTERS):
        of_pool = [one for one in volumes if one.facts["pool"] == pool]
        await inventory.resources_observed(name, f"volumes/{of_pool[0].facts['poolUuid']}", of_pool)
    await inventory.vms_observed(name, [_observation(number) for number in numbers])
    await inventory.host_synchronized(name)


_TIMES = ("at", "changedAt", "since", "synchronizedAt", "sequence", "writes")


async def _stored(store: Store, name: str, query: Document) -> dict[str, list[tuple[str, Any]]]:
    """Documents without times, whose keys stand in their order."""
    found = store.database[name].find(query)
    return {one["_id"]: [(key, value) for key, value in one.items() if key not in _TIMES] async for one in found}


async def test_a_host_is_stored_as_the_collector_would_store_it(filled: Store, mongo: EmbeddedMongo) -> None:
    async with empty_store(mongo) as other:
        await _observed(other, 2)
        host = host_id(2)
        for name, query in {
            "hosts": {"_id": host},
            "leases": {"_id": host},
            "vms": {"hostId": host},
            "resources": {"hostId": host},
            "changes": {"hostId": host},
        }.items():
            expected = await _stored(other, name, {})
            assert expected
            assert await _stored(filled, name, query) == expected


async def test_every_vm_has_twenty_devices_and_nothing_is_untyped(filled: Store) -> None:
    async for vm in filled.vms.find():
        assert sum(len(each) for each in vm["devices"].values() if isinstance(each, list)) == DEVICES, vm["name"]
        assert not vm.keys() & {"untyped", "error"}
    for lack in ("untyped", "error"):
        assert await filled.resources.find_one({lack: {"$exists": True}}) is None


async def test_records_of_a_host_are_in_sequence(filled: Store) -> None:
    for host in range(HOSTS):
        records = await filled.changes.find({"hostId": host_id(host)}, {"sequence": 1}).to_list(None)
        assert sorted(one["sequence"] for one in records) == list(range(1, len(records) + 1))
        lease = await filled.leases.find_one({"_id": host_id(host)})
        assert lease
        assert lease["sequence"] == len(records)


async def test_there_is_something_to_walk(filled: Store) -> None:
    named: Counter[str] = Counter()
    async for vm in filled.vms.find({}, {"attachments": 1}):
        named.update({one["key"] for one in vm["attachments"]})
    known = {key async for one in filled.resources.find({}, {"keys": 1}) for key in one["keys"]}
    shared = {key for key, count in named.items() if count > 1 and key in known}
    assert {key.split("|")[0] for key in shared} >= {"path", "network"}
    pairs = [count for key, count in named.items() if "/cluster-" in key]
    assert max(pairs) == 2


async def test_all_indexes_are_there(filled: Store) -> None:
    for name, indexes in INDEXES.items():
        there = await filled.database[name].index_information()
        assert {index.document["name"] for index in indexes} <= there.keys()


async def test_the_same_numbers_give_the_same_fleet(filled: Store, mongo: EmbeddedMongo) -> None:
    async with empty_store(mongo) as other:
        await fill(other, VMS, HOSTS)
        assert await _stored(other, "vms", {}) == await _stored(filled, "vms", {})


async def test_a_database_that_has_something_is_left_alone(filled: Store) -> None:
    with pytest.raises(NotEmpty, match="choose another name"):
        await fill(filled, 10, 1)
    assert await filled.vms.count_documents({}) == VMS


async def test_what_is_stopped_leaves_nothing(store: Store) -> None:
    filling = asyncio.current_task()
    assert filling

    def stop(done: int, _total: int) -> None:
        if done:
            filling.cancel()

    with pytest.raises(asyncio.CancelledError):
        await fill(store, 100, 1, stop)
    filling.uncancel()
    assert store.database.name not in await store.client.list_database_names()
    await prepare(store)


@pytest.mark.parametrize(("vms", "hosts"), [(0, 1), (1_000_001, 1), (1, 0), (1, 10_001)])
async def test_numbers_that_do_not_fit_are_refused(store: Store, vms: int, hosts: int) -> None:
    with pytest.raises(ValueError, match="A fleet has"):
        await fill(store, vms, hosts)
