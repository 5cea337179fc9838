import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo.errors import WriteError

import schema
from schema.graph.filters import VmState
from server.collector.scopes import KINDS
from server.store.collections import INDEXES, STATES, prepare, validators
from server.store.connection import Store
from tests.server.store.conftest import Commands

NOW = datetime(2025, 1, 1, tzinfo=UTC)


def document(**changes: Any) -> dict[str, Any]:
    disk = {"id": "disk/vda", "kind": "DISK"}
    whole = {
        "_id": "kvm/web",
        "hostId": "kvm",
        "sourceKey": "web",
        "name": "web",
        "state": "RUNNING",
        "revision": 1,
        "changedAt": NOW,
        "declarations": schema.DECLARATIONS_HASH,
        "domain": {"type": "kvm"},
        "devices": {"disks": [disk], "emulator": "/bin/qemu"},
        "facets": [{"p": "disks.target.dev", "v": "vda"}],
    }
    return {key: value for key, value in (whole | changes).items() if value is not None}


def resource(**changes: Any) -> dict[str, Any]:
    whole = {
        "_id": "kvm/SECRET/a",
        "hostId": "kvm",
        "kind": "SECRET",
        "sourceKey": "a",
        "label": "a",
        "revision": 1,
        "changedAt": NOW,
        "declarations": schema.DECLARATIONS_HASH,
        "facts": {},
        "keys": ["secret|kvm|a"],
        "links": [{"role": "secret-volume", "key": "path|kvm|/a"}],
    }
    return {key: value for key, value in (whole | changes).items() if value is not None}


def change(**changes: Any) -> dict[str, Any]:
    whole = {
        "_id": "kvm/web@1",
        "subject": "VM",
        "key": "kvm/web",
        "hostId": "kvm",
        "sourceKey": "web",
        "name": "web",
        "operation": "ADDED",
        "revision": 1,
        "sequence": 1,
        "at": NOW,
        "cause": "EVENT",
        "declarations": schema.DECLARATIONS_HASH,
        "devices": [{"device": "disk/vda", "kind": "DISK", "operation": "ADDED", "changes": []}],
        "changes": [],
        "orders": {},
        "touched": ["name", "state", "domain", "devices.disks"],
    }
    return {key: value for key, value in (whole | changes).items() if value is not None}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": None},
        {"revision": 1 << 40},
        {"devices": {"holograms": [{"id": "hologram/#1"}]}},
        {"devices": None, "domain": None, "error": "refused", "rawXml": "<"},
        {"untyped": [{"path": "domain/@news", "count": 3}]},
    ],
)
async def test_documents_that_are_accepted(store: Store, changes: dict[str, Any]) -> None:
    await store.vms.insert_one(document(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"hostId": None},
        {"declarations": None},
        {"state": "DREAMING"},
        {"revision": "1"},
        {"revision": 0},
        {"changedAt": "2025-01-01"},
        {"domain": []},
        {"devices": []},
        {"devices": {"disks": {}}},
        {"devices": {"disks": ["vda"]}},
        {"devices": {"disks": [{"kind": "DISK"}]}},
        {"devices": {"disks": [{"id": "disk/vda"}]}},
        {"devices": {"disks": [{"id": "disk/vda", "kind": "INTERFACE"}]}},
        {"devices": {"disks": [{"id": 1, "kind": "DISK"}]}},
        {"facets": [{"p": "disks.target.dev"}]},
        {"untyped": {"domain/@news": 3}},
        {"untyped": ["domain/@news"]},
        {"untyped": [{"path": "domain/@news"}]},
        {"untyped": [{"path": "domain/@news", "count": 0}]},
        {"untyped": [{"path": 1, "count": 1}]},
        {"rawXml": b"<"},
    ],
)
async def test_documents_that_are_refused(store: Store, changes: dict[str, Any]) -> None:
    with pytest.raises(WriteError, match="Document failed validation"):
        await store.vms.insert_one(document(**changes))


def test_the_states_are_those_of_the_graph() -> None:
    assert {state.name for state in VmState} == set(STATES)


async def test_every_kind_of_device_is_checked(store: Store) -> None:
    for array, kind in schema.DEVICE_KINDS.items():
        await store.vms.insert_one(document(_id=array, devices={array: [{"id": "a", "kind": kind}]}))
        with pytest.raises(WriteError, match="Document failed validation"):
            await store.vms.insert_one(document(devices={array: [{"id": "a", "kind": "other"}]}))


async def test_other_collections_have_validators_too(store: Store) -> None:
    with pytest.raises(WriteError, match="Document failed validation"):
        await store.hosts.insert_one({"_id": "kvm", "uri": "qemu:///system", "state": "SLEEPING", "since": NOW})
    with pytest.raises(WriteError, match="Document failed validation"):
        await store.definitions.insert_one({"_id": "kvm/web"})


async def test_preparing_again_changes_nothing(store: Store, watched: Store, commands: Commands) -> None:
    before = await _state(store)
    await prepare(watched)
    assert await _state(store) == before
    assert "collMod" not in commands.names()
    assert "create" not in commands.names()


async def test_what_differs_is_corrected(store: Store) -> None:
    before = await _state(store)
    await store.database.command({"collMod": "vms", "validator": {}, "changeStreamPreAndPostImages": {"enabled": True}})
    await store.vms.drop_index("uuid_1")
    await store.vms.create_index([("uuid", 1)], sparse=True)
    await store.vms.drop_index("changedAt_1__id_1")
    assert await _state(store) != before
    await prepare(store)
    corrected = await _state(store)
    # MongoDB keeps saying that it has none.
    assert corrected[0]["vms"].pop("changeStreamPreAndPostImages", {"enabled": False}) == {"enabled": False}
    assert corrected == before


async def test_several_processes_may_prepare_at_once(store: Store) -> None:
    await store.client.drop_database(store.database.name)
    await asyncio.gather(*(prepare(store) for _ in range(4)))
    assert set(await store.database.list_collection_names()) == set(INDEXES)


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ({}, ["name", "_id"]),
        ({"hostId": "kvm"}, ["name", "_id"]),
        ({"state": "RUNNING"}, ["name", "_id"]),
        ({"facets": {"$elemMatch": {"p": "disks.target.dev", "v": "vda"}}}, ["name", "_id"]),
        ({"untyped.path": "domain/@news"}, ["name", "_id"]),
        ({"error": {"$exists": True}}, None),
        ({"changedAt": {"$gt": NOW}}, ["changedAt", "_id"]),
        ({"uuid": "6f1c"}, None),
        ({"attachments.key": "path|kvm|/a"}, ["_id"]),
        ({"declarations": {"$ne": "new"}}, None),
    ],
)
async def test_pages_come_sorted_out_of_an_index(store: Store, query: dict[str, Any], order: list[str] | None) -> None:
    await store.vms.insert_one(document())
    await _served_by_an_index(store.vms.find(query), order)


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ({"kind": "SECRET"}, ["label", "_id"]),
        ({"hostId": "kvm", "kind": "SECRET"}, ["label", "_id"]),
        ({"keys": {"$in": ["path|kvm|/a"]}}, None),
        ({"links.key": "path|kvm|/a"}, None),
        ({"declarations": {"$ne": "new"}}, None),
        ({"_id": {"$gte": "kvm/SECRET/", "$lt": "kvm/SECRET0"}}, None),
    ],
)
async def test_resources_are_found_by_an_index(store: Store, query: dict[str, Any], order: list[str] | None) -> None:
    await store.resources.insert_one(resource())
    await _served_by_an_index(store.resources.find(query), order)


@pytest.mark.parametrize(
    ("collection", "query", "order"),
    [
        ("changes", {}, ["at", "hostId", "sequence"]),
        ("changes", {"hostId": "kvm"}, ["at", "sequence"]),
        ("changes", {"key": "kvm/web"}, ["revision"]),
        ("earlier", {"key": "kvm/web", "of": "VM", "revision": {"$gte": 3}}, ["revision"]),
        ("earlier", {"at": {"$lt": NOW}}, ["at"]),
    ],
)
async def test_history_comes_sorted_out_of_an_index(
    store: Store, collection: str, query: dict[str, Any], order: list[str]
) -> None:
    await store.changes.insert_one(change())
    await _served_by_an_index(store.database[collection].find(query), order)


async def _served_by_an_index(cursor: Any, order: list[str] | None) -> None:
    if order:
        cursor = cursor.sort([(path, 1) for path in order])
    plan = str((await cursor.explain())["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in plan
    assert "COLLSCAN" not in plan
    assert "'SORT'" not in plan


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "DISK"},
        {"label": None},
        {"facts": None},
        {"revision": 0},
        {"keys": "path|kvm|/a"},
        {"links": [{"key": "path|kvm|/a"}]},
        {"extra": {}},
    ],
)
async def test_resources_that_are_refused(store: Store, changes: dict[str, Any]) -> None:
    await store.resources.insert_one(resource())
    with pytest.raises(WriteError, match="Document failed validation"):
        await store.resources.insert_one(resource(_id="kvm/SECRET/b", **changes))


@pytest.mark.parametrize(
    "changes", [{"operation": "MOVED"}, {"cause": "RAIN"}, {"sequence": 0}, {"at": None}, {"touched": None}]
)
async def test_records_that_are_refused(store: Store, changes: dict[str, Any]) -> None:
    await store.changes.insert_one(change())
    with pytest.raises(WriteError, match="Document failed validation"):
        await store.changes.insert_one(change(_id="kvm/web@2", **changes))


def test_every_collection_has_a_validator_and_indexes() -> None:
    assert validators().keys() == INDEXES.keys()


def test_every_declared_kind_of_resource_is_listed() -> None:
    assert set(schema.RESOURCE_KINDS.values()) <= KINDS


async def _state(store: Store) -> Any:
    collections = [one async for one in await store.database.list_collections()]
    options = {one["name"]: one["options"] for one in collections}
    indexes = {name: await store.database[name].index_information() for name in options}
    return options, indexes
