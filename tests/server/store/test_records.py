"""Change records as the inventory writes them, judged by what was observed and by the history that is read of them."""

import asyncio
import random
from datetime import UTC, datetime
from itertools import groupby, pairwise
from typing import Any

import pytest

import schema
from loaders import RequestLoaders
from server.collector.inventory import Cause, HostFacts, Inventory, Observation, ResourceObservation
from server.store.connection import Document, Store
from server.store.inventory import MongoInventory
from server.store.writes import LARGEST_BYTES
from tests.loaders.chronicle import tree
from tests.server.store.conftest import Commands
from tests.server.store.documents import disk, domain, observed, outdated, vm
from tests.server.store.test_resources import secret

SEEDS = range(4)
TWINS = "<rng model='virtio'><backend model='random'>/dev/{}</backend></rng>"
SECRET = "<graphics type='vnc' passwd='{}'/>"


@pytest.fixture
def inventory(store: Store) -> Inventory:
    return MongoInventory(store)


async def records(store: Store, key: str = "kvm/a") -> list[Document]:
    return await store.changes.find({"key": key}).sort("revision", 1).to_list(None)


async def kept(store: Store) -> list[str]:
    return [one["_id"] async for one in store.earlier.find().sort("_id", 1)]


async def consistent(store: Store) -> None:
    """What must hold whatever was written."""
    found = await store.changes.find().to_list(None)
    by_key = groupby(sorted(found, key=lambda one: (one["key"], one["revision"])), key=lambda one: one["key"])
    newest = {}
    for key, of_key in by_key:
        changes = list(of_key)
        assert [one["revision"] for one in changes] == list(range(1, len(changes) + 1)), key
        assert all(one["_id"] == f"{key}@{one['revision']}" for one in changes)
        assert changes[0]["operation"] == "ADDED"
        for one, following in pairwise(changes):
            assert (one["operation"] == "REMOVED") == (following["operation"] == "ADDED")
        for one in changes:
            parts = [one, one.get("persistent", {})]
            assert any(part.get("operation", "CHANGED") != "CHANGED" for part in parts) or one["touched"], one
            assert len(set(one["touched"])) == len(one["touched"])
        newest[key] = changes[-1]
    for host, of_host in groupby(sorted(found, key=lambda one: str(one["hostId"])), key=lambda one: one["hostId"]):
        sequences = sorted(one["sequence"] for one in of_host)
        assert sequences == list(range(1, len(sequences) + 1)), host
        lease = await store.leases.find_one({"_id": host})
        assert lease is not None
        assert lease["sequence"] == len(sequences)
    present: dict[str, Document] = {}
    for collection in (store.vms, store.resources):
        present |= {one["_id"]: one async for one in collection.find()}
    there = {key for key, record in newest.items() if record["operation"] != "REMOVED"}
    assert there == present.keys()
    for key, document in present.items():
        assert (document["revision"], document["changedAt"]) == (newest[key]["revision"], newest[key]["at"])


class TestVms:
    async def test_a_vm_comes_changes_and_goes(self, inventory: Inventory, store: Store) -> None:
        await inventory.vms_observed("kvm", [observed("a", domain(devices=disk("vda")))])
        await inventory.vms_observed("kvm", [observed("a", domain(devices=disk("vda", "/b")))], Cause.EVENT)
        await inventory.vms_observed("kvm", [observed("a", domain(devices=disk("vda", "/b")), state="PAUSED")])
        before = await vm(store, "kvm/a")
        await inventory.vms_vanished("kvm", ["a", "never-there"], Cause.EVENT)
        added, changed, paused, removed = await records(store)
        at = added.pop("at")
        assert abs((datetime.now(UTC) - at).total_seconds()) < 60
        assert set(added.pop("touched")) == {"state", "name", "uuid", "domain", "devices.disks"}
        assert added == {
            "_id": "kvm/a@1",
            "subject": "VM",
            "key": "kvm/a",
            "hostId": "kvm",
            "sourceKey": "a",
            "name": "web",
            "operation": "ADDED",
            "revision": 1,
            "sequence": 1,
            "cause": "RECONCILIATION",
            "declarations": schema.DECLARATIONS_HASH,
            "devices": [{"device": "disk/vda", "kind": "DISK", "operation": "ADDED", "changes": []}],
            "changes": [],
            "orders": {},
        }
        assert (changed["operation"], changed["revision"], changed["cause"]) == ("CHANGED", 2, "EVENT")
        change = {"path": "source.file", "old": "/a", "new": "/b"}
        assert changed["devices"] == [
            {"device": "disk/vda", "kind": "DISK", "operation": "CHANGED", "changes": [change]}
        ]
        assert changed["touched"] == ["devices.disks.source.file"]
        assert "exact" not in changed
        assert "persistent" not in changed
        assert paused["changes"] == [{"path": "state", "old": "RUNNING", "new": "PAUSED"}]
        assert (removed["operation"], removed["revision"], removed["name"]) == ("REMOVED", 4, "web")
        assert removed["exact"] is False
        (earlier,) = await store.earlier.find().to_list(None)
        assert earlier == {
            "_id": "kvm/a@3",
            "key": "kvm/a",
            "revision": 3,
            "of": "VM",
            "at": removed["at"],
            "document": before,
        }
        await consistent(store)

    async def test_a_vm_that_comes_again_goes_on(self, inventory: Inventory, store: Store) -> None:
        for _ in range(3):
            await inventory.vms_observed("kvm", [observed("a"), observed("b")])
            await inventory.vms_vanished("kvm", ["a"])
        assert [one["operation"] for one in await records(store)] == ["ADDED", "REMOVED"] * 3
        assert await kept(store) == ["kvm/a@1", "kvm/a@3", "kvm/a@5"]
        await inventory.vms_observed("kvm", [observed("a")])
        assert (await vm(store, "kvm/a"))["revision"] == 7
        await consistent(store)

    async def test_the_other_definition_is_told_beside(self, inventory: Inventory, store: Store) -> None:
        for persistent in (5, 6, None):
            xml = None if persistent is None else domain(memory=persistent)
            await inventory.vms_observed("kvm", [observed("a", domain(), persistent_xml=xml)])
        added, changed, gone = await records(store)
        assert added["persistent"]["operation"] == "ADDED"
        assert changed["persistent"] == {
            "devices": [],
            "changes": [{"path": "domain.memory.value", "old": 5, "new": 6}],
            "orders": {},
        }
        assert (changed["devices"], changed["changes"], changed["touched"]) == ([], [], ["domain.memory.value"])
        assert gone["persistent"]["operation"] == "REMOVED"
        (earlier,) = await store.earlier.find().to_list(None)
        assert (earlier["_id"], earlier["of"], earlier["revision"]) == ("kvm/a@2/persistent", "PERSISTENT", 2)
        assert earlier["document"]["domain"]["memory"]["value"] == 6
        await inventory.vms_observed("kvm", [observed("a", domain(), persistent_xml=domain(memory=7))])
        await inventory.vms_vanished("kvm", ["a"])
        assert await kept(store) == ["kvm/a@2/persistent", "kvm/a@4", "kvm/a@4/persistent"]
        await consistent(store)

    async def test_what_must_not_be_told_is_kept_as_it_was(self, inventory: Inventory, store: Store) -> None:
        for password in ("one", "two"):
            xml = domain(devices=SECRET.format(password))
            await inventory.vms_observed("kvm", [observed("a", xml, persistent_xml=xml)])
        _, changed = await records(store)
        assert changed["exact"] is False
        assert changed["persistent"]["exact"] is False
        assert "one" not in str(changed)
        assert "two" not in str(changed)
        assert await kept(store) == ["kvm/a@1", "kvm/a@1/persistent"]

    async def test_a_vm_that_breaks_is_mended(self, inventory: Inventory, store: Store) -> None:
        good, bad = observed("a", domain("web")), observed("a", "<domain>")
        for seen in (good, bad, good):
            await inventory.vms_observed("kvm", [seen])
        assert [one.get("exact", True) for one in await records(store)] == [True, False, False]
        assert await kept(store) == ["kvm/a@1", "kvm/a@2"]
        await consistent(store)

    async def test_spelling_and_derived_keys_are_no_change(self, inventory: Inventory, store: Store) -> None:
        address = "<controller type='pci' index='0' model='pcie-root'><address type='pci' slot='{}'/></controller>"
        xmls = [domain(devices=address.format(slot)) for slot in ("0x0a", "0x0A")]
        await inventory.vms_observed("kvm", [observed("a", xmls[0], persistent_xml=xmls[0])])
        before = await vm(store, "kvm/a")
        await inventory.vms_observed("kvm", [observed("a", xmls[1], persistent_xml=xmls[1])])
        after = await vm(store, "kvm/a")
        assert after["devices"] != before["devices"]
        assert {**after, "devices": before["devices"]} == before
        await store.vms.update_one({"_id": "kvm/a"}, {"$set": {"facets": []}})
        await inventory.vms_observed("kvm", [observed("a", xmls[1], persistent_xml=xmls[1])])
        assert await vm(store, "kvm/a") == after
        assert len(await records(store)) == 1
        lease = await store.leases.find_one({"_id": "kvm"})
        assert lease is not None
        # Fenced all the same.
        assert (lease["sequence"], lease["writes"]) == (1, 3)

    async def test_moves_are_told(self, inventory: Inventory, store: Store) -> None:
        for order in ("ab", "ba"):
            devices = "".join(TWINS.format(one) for one in order)
            await inventory.vms_observed("kvm", [observed("a", domain(devices=devices))])
        _, moved = await records(store)
        assert [one["operation"] for one in moved["devices"]] == ["MOVED"]
        assert len(moved["orders"]["rngs"]) == 2
        assert moved["touched"] == ["devices.rngs"]

    async def test_a_document_of_older_declarations_is_kept(self, inventory: Inventory, store: Store) -> None:
        await inventory.vms_observed("kvm", [observed("a", domain(), persistent_xml=domain())])
        for collection in (store.vms, store.definitions):
            stored = await collection.find_one({"_id": "kvm/a"})
            assert stored is not None
            await collection.replace_one({"_id": "kvm/a"}, outdated(stored, domain()))
        await inventory.vms_observed("kvm", [observed("a", domain(memory=7), persistent_xml=domain())])
        _, changed = await records(store)
        assert changed["changes"] == [{"path": "domain.memory.value", "old": 1024, "new": 7}]
        earlier = {one["of"]: one["document"] async for one in store.earlier.find()}
        assert {of: document["declarations"] for of, document in earlier.items()} == {
            "VM": "older",
            "PERSISTENT": "older",
        }
        await consistent(store)

    async def test_a_fault_of_ours_does_not_stop_the_host(
        self, inventory: Inventory, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def faulty(*_: object) -> None:
            raise KeyError("boom")

        await inventory.vms_observed("kvm", [observed("a")])
        monkeypatch.setattr(schema, "difference", faulty)
        await inventory.vms_observed("kvm", [observed("a", domain(memory=2)), observed("b")])
        await inventory.vms_vanished("kvm", ["b"])
        _, changed = await records(store)
        assert (changed["exact"], changed["touched"]) == (False, ["state", "name", "domain", "devices"])
        assert [one["operation"] for one in await records(store, "kvm/b")] == ["ADDED", "REMOVED"]
        assert await kept(store) == ["kvm/a@1", "kvm/b@1"]


async def test_resources_are_told_too(inventory: Inventory, store: Store) -> None:
    for seen in ([secret(1)], [secret(1, "new", active=True)], []):
        await inventory.resources_observed("kvm", "secrets", seen, Cause.EVENT)
    key = f"kvm/SECRET/{secret(1).source_key}"
    added, changed, removed = await records(store, key)
    assert (added["subject"], added["kind"], added["operation"]) == ("RESOURCE", "SECRET", "ADDED")
    assert changed["name"] == secret(1).source_key
    assert {one["path"]: one.get("old") for one in changed["changes"]} == {"description": "a key", "facts.active": None}
    assert set(changed["touched"]) == {"description", "facts.active"}
    assert removed["operation"] == "REMOVED"
    (earlier,) = await store.earlier.find().to_list(None)
    assert (earlier["_id"], earlier["of"], earlier["document"]["description"]) == (f"{key}@2", "RESOURCE", "new")
    assert {one["cause"] for one in (added, changed, removed)} == {"EVENT"}
    await consistent(store)


async def test_large_documents_go_a_few_at_a_time(watched: Store, commands: Commands) -> None:
    inventory = MongoInventory(watched)
    large = domain(more=f"<metadata><a>{'x' * (LARGEST_BYTES // 3 - 20_000)}</a></metadata>")
    for key in "abcdefg":
        await inventory.vms_observed("kvm", [observed(key, large)])
    commands.sent.clear()
    await inventory.vms_vanished("kvm", list("abcdefg"))
    assert commands.names().count("commitTransaction") == 3
    assert await watched.earlier.count_documents({}) == 7
    await consistent(watched)


async def test_what_cannot_be_kept_goes_all_the_same(inventory: Inventory, store: Store) -> None:
    await inventory.vms_observed("kvm", [observed("a"), observed("b")])
    await store.database.command({"collMod": "earlier", "validator": {"key": {"$ne": "kvm/a"}}})
    await inventory.vms_vanished("kvm", ["a", "b"])
    assert await store.vms.count_documents({}) == 0
    assert await kept(store) == ["kvm/b@1"]
    await consistent(store)


async def test_an_unchanged_fleet_writes_nothing(inventory: Inventory, watched: Store, commands: Commands) -> None:
    seen = [observed(str(number), domain(), persistent_xml=domain(memory=number)) for number in range(250)]
    resources = [secret(number) for number in range(9)]

    async def synchronise(inventory: Inventory) -> None:
        await inventory.vms_observed("kvm", seen)
        await inventory.vms_vanished("kvm", [])
        await inventory.resources_observed("kvm", "secrets", resources)
        await inventory.host_synchronized("kvm")

    await inventory.host_connected("kvm", "test:///default", HostFacts("Test", None))
    await synchronise(inventory)
    await synchronise(MongoInventory(watched))
    assert commands.writes() == ["update hosts"]


async def test_two_inventories_share_a_sequence(store: Store) -> None:
    """Transactions over one lease fail each other and are repeated: no sequence is given twice or left out."""

    async def write(number: int) -> None:
        inventory = MongoInventory(store)
        for memory in range(1, 6):
            await inventory.vms_observed("kvm", [observed(f"{number}-{key}", domain(memory=memory)) for key in "abc"])

    await asyncio.gather(*(write(number) for number in range(4)))
    assert await store.changes.count_documents({}) == 60
    await consistent(store)


def _any_domain(rng: random.Random) -> str:
    """One of few documents, so that often nothing changes."""
    twins = "".join(TWINS.format(one) for one in rng.sample("ab", 2))
    parts = [disk("vda", rng.choice(["/a", "/b"])), disk("vdb"), twins, SECRET.format(rng.randrange(2))]
    address = f"<controller type='pci' index='0'><address type='pci' slot='{rng.choice(['0xa', '0xA'])}'/></controller>"
    devices = "".join(rng.sample([*parts, address], rng.randint(2, 5)))
    return "<domain>" if rng.random() < 0.05 else domain(memory=rng.randint(1, 2), devices=devices)


def _any_observation(rng: random.Random, key: str) -> Observation:
    persistent = _any_domain(rng) if rng.random() < 0.5 else None
    return observed(key, _any_domain(rng), persistent_xml=persistent, state=rng.choice(["RUNNING", "PAUSED"]))


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_is_observed_the_history_has_it(store: Store, seed: int) -> None:
    rng = random.Random(seed)
    inventory = MongoInventory(store)
    hosts, keys = ["kvm-1", "kvm-2"], list("abcd")
    was: list[tuple[str, datetime, Any, Any]] = []

    async def step(host: str) -> None:
        chosen = rng.sample(keys, rng.randint(1, 4))
        if rng.random() < 0.25:
            await inventory.vms_vanished(host, chosen)
        else:
            await inventory.vms_observed(host, [_any_observation(rng, key) for key in chosen], rng.choice([*Cause]))

    async def resources(host: str) -> None:
        some = [secret(number, rng.choice("xy")) for number in rng.sample(range(5), rng.randint(0, 4))]
        broken = [ResourceObservation("SECRET", "broken", "<")] if rng.random() < 0.2 else []
        await inventory.resources_observed(host, "secrets", [*some, *broken])

    for _ in range(25):
        await asyncio.gather(*(each(host) for host in hosts for each in (step, resources)))
        await asyncio.sleep(0.003)
        now = datetime.now(UTC)
        vms = {one["_id"]: one async for one in store.vms.find()}
        others = {one["_id"]: one async for one in store.definitions.find()}
        for host in hosts:
            ids = [f"{host}/{one}" for one in keys]
            was += [(key, now, tree(vms.get(key)), tree(others.get(key))) for key in ids]
        await asyncio.sleep(0.003)
    await consistent(store)
    assert await store.changes.count_documents({"operation": "CHANGED"}) > 50
    history = RequestLoaders(store.database, 20).history
    for key, at, live, persistent in was:
        found = await history.vm_at(key, at)
        assert _spelled_alike(tree(found)) == _spelled_alike(live), (key, at)
        assert _spelled_alike(tree((found or {}).get("persistent"))) == _spelled_alike(persistent), (key, at)


def _spelled_alike(value: Any) -> Any:
    """A value without how its numbers were spelled: where nothing else changes, no record tells it."""
    if isinstance(value, dict):
        return {key: _spelled_alike(item) for key, item in value.items() if key != "spelling"}
    return [_spelled_alike(item) for item in value] if isinstance(value, list) else value
