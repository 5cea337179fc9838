import asyncio
import os
import re
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pymongo.errors import PyMongoError
from tenacity import AsyncRetrying, stop_after_delay, wait_fixed

import schema
from server.collector.inventory import HostFacts, Inventory
from server.store.connection import Store
from server.store.errors import StoreError
from server.store.inventory import MongoInventory
from tests.server.store.conftest import WRITES, Commands, own_store, until
from tests.server.store.documents import UUID, definition, disk, domain, observed, outdated, vm
from tests.server.store.test_embedded import fill, tmpfs
from tests.server.store.test_records import consistent


@pytest.fixture
def inventory(store: Store) -> Inventory:
    return MongoInventory(store)


class TestVms:
    async def test_a_vm_is_stored_with_its_envelope(self, inventory: Inventory, store: Store) -> None:
        before = datetime.now(UTC).replace(microsecond=0)
        xml = domain(devices=disk("vda"))
        await inventory.vms_observed("kvm", [observed(UUID, xml)])
        stored = await vm(store, f"kvm/{UUID}")
        assert before <= stored.pop("changedAt") <= datetime.now(UTC)
        expected = schema.domain_from_xml(xml)
        assert stored == {
            "_id": f"kvm/{UUID}",
            "hostId": "kvm",
            "sourceKey": UUID,
            "uuid": UUID,
            "name": "web",
            "state": "RUNNING",
            "revision": 1,
            "declarations": schema.DECLARATIONS_HASH,
            "domain": expected["domain"],
            "devices": expected["devices"],
            "facets": schema.facets(expected),
            "attachments": schema.attachments(expected, "kvm"),
            "terms": schema.terms(expected),
        }
        assert [one["device"] for one in stored["attachments"]] == ["disk/vda"]
        assert {"p": "disks.target.dev", "v": "vda"} in stored["facets"]

    async def test_what_is_unchanged_is_not_written(
        self, inventory: Inventory, watched: Store, commands: Commands
    ) -> None:
        seen = [observed(str(number), persistent_xml=domain(memory=number)) for number in range(20)]
        seen.append(observed("broken", "<domain>"))
        await inventory.vms_observed("kvm", seen)
        await MongoInventory(watched).vms_observed("kvm", seen)
        assert set(commands.names()) == {"find"}

    async def test_a_portion_is_one_transaction(self, watched: Store, commands: Commands) -> None:
        inventory = MongoInventory(watched)
        await inventory.vms_observed("kvm", [observed(str(number)) for number in range(50)])
        assert commands.writes() == ["findAndModify leases", "insert vms", "insert changes"]
        assert commands.names().count("commitTransaction") == 1
        commands.sent.clear()
        changed = [observed(str(number), domain(memory=2)) for number in range(50)]
        await inventory.vms_observed("kvm", changed)
        assert commands.writes() == ["findAndModify leases", "update vms", "insert changes"]
        assert commands.names().count("commitTransaction") == 1
        assert all("txnNumber" in command for name, command in commands.sent if name in WRITES)
        assert await watched.vms.count_documents({"revision": 2, "domain.memory.value": 2}) == 50

    async def test_more_than_a_portion_is_split(self, watched: Store, commands: Commands) -> None:
        await MongoInventory(watched).vms_observed("kvm", [observed(str(number)) for number in range(170)])
        assert commands.names().count("commitTransaction") == 4
        told = watched.changes.find({"key": {"$regex": "^kvm/"}}, {"key": 1}).sort("sequence", 1)
        assert [one["key"] async for one in told] == [f"kvm/{number}" for number in range(170)]

    async def test_only_what_changed_is_written(self, inventory: Inventory, watched: Store, commands: Commands) -> None:
        await inventory.vms_observed("kvm", [observed("a"), observed("b"), observed("c")])
        await MongoInventory(watched).vms_observed("kvm", [observed("a"), observed("b", state="PAUSED"), observed("c")])
        (update,) = [command for name, command in commands.sent if name == "update"]
        assert len(update["updates"]) == 1
        (insert,) = [command for name, command in commands.sent if name == "insert"]
        assert [one["key"] for one in insert["documents"]] == ["kvm/b"]
        assert [(await vm(watched, f"kvm/{key}"))["revision"] for key in "abc"] == [1, 2, 1]
        assert (await vm(watched, "kvm/b"))["state"] == "PAUSED"

    async def test_ids_survive_moves_of_elements(self, inventory: Inventory, store: Store) -> None:
        twins = "<rng model='virtio'><backend model='random'>/dev/{}</backend></rng>"
        await inventory.vms_observed("kvm", [observed("a", domain(devices=twins.format("a") + twins.format("b")))])
        before = {str(rng["backend"]): rng["id"] for rng in (await vm(store, "kvm/a"))["devices"]["rngs"]}
        await inventory.vms_observed("kvm", [observed("a", domain(devices=twins.format("b") + twins.format("a")))])
        after = {str(rng["backend"]): rng["id"] for rng in (await vm(store, "kvm/a"))["devices"]["rngs"]}
        assert after == before
        assert list(after) != list(before)

    async def test_the_other_definition_comes_changes_and_goes(self, inventory: Inventory, store: Store) -> None:
        await inventory.vms_observed("kvm", [observed("a", persistent_xml=domain(memory=5))])
        other = await definition(store, "kvm/a")
        assert other is not None
        assert other["domain"]["memory"]["value"] == 5
        assert "revision" not in other
        await inventory.vms_observed("kvm", [observed("a", persistent_xml=domain(memory=6))])
        assert (await vm(store, "kvm/a"))["revision"] == 2
        await inventory.vms_observed("kvm", [observed("a")])
        assert (await vm(store, "kvm/a"))["revision"] == 3
        assert await definition(store, "kvm/a") is None

    async def test_a_device_has_one_id_in_both_definitions(self, inventory: Inventory, store: Store) -> None:
        twins = "<rng model='virtio'><backend model='random'>/dev/{}</backend></rng>"
        live, persistent = twins.format("a") + twins.format("b"), twins.format("b")
        await inventory.vms_observed("kvm", [observed("a", domain(devices=live))])
        await inventory.vms_observed(
            "kvm", [observed("a", domain(devices=live), persistent_xml=domain(devices=persistent))]
        )
        rngs = (await vm(store, "kvm/a"))["devices"]["rngs"]
        other = await definition(store, "kvm/a")
        assert other is not None
        assert [rng["id"] for rng in other["devices"]["rngs"]] == [rngs[1]["id"]]

    async def test_vms_vanish_with_both_definitions(self, inventory: Inventory, store: Store) -> None:
        await inventory.vms_observed("kvm", [observed(key, persistent_xml=domain(memory=5)) for key in "abc"])
        await inventory.vms_observed("other", [observed("a")])
        await inventory.vms_vanished("kvm", ["a", "b", "never-there"])
        assert await inventory.source_keys("kvm") == {"c"}
        assert await inventory.source_keys("other") == {"a"}
        assert await store.definitions.distinct("_id") == ["kvm/c"]

    async def test_source_keys_are_what_they_were(self, inventory: Inventory) -> None:
        keys = {"a/b.xml", "ä ö.xml", "$where", "x.y", UUID}
        await inventory.vms_observed("files", [observed(key) for key in sorted(keys)])
        assert await inventory.source_keys("files") == keys
        assert await inventory.source_keys("file") == set()

    async def test_the_last_of_two_observations_in_a_batch_counts(self, inventory: Inventory, store: Store) -> None:
        await inventory.vms_observed("kvm", [observed("a"), observed("a", domain(memory=7))])
        assert (await vm(store, "kvm/a"))["domain"]["memory"]["value"] == 7

    async def test_the_event_loop_stays_free(self, inventory: Inventory) -> None:
        longest = 0.0

        async def tick() -> None:
            nonlocal longest
            while True:
                before = time.perf_counter()
                await asyncio.sleep(0)
                longest = max(longest, time.perf_counter() - before)
                await asyncio.sleep(0.005)

        ticking = asyncio.create_task(tick())
        devices = "".join(disk(f"vd{number}") for number in range(60))
        await inventory.vms_observed("kvm", [observed(str(number), domain(devices=devices)) for number in range(200)])
        ticking.cancel()
        assert longest < 0.5


class TestBadInput:
    async def test_refused_xml_is_kept_with_the_reason(self, inventory: Inventory, store: Store) -> None:
        raw = f"<domain><name>web &amp; co</name><uuid>{UUID}</uuid><memory></domain>"
        await inventory.vms_observed("kvm", [observed("a"), observed("b", raw), observed("c")])
        stored = await vm(store, "kvm/b")
        assert stored["rawXml"] == raw
        assert stored["name"] == "web & co"
        assert stored["uuid"] == UUID
        assert stored["error"]
        assert not stored.keys() & {"domain", "devices", "facets"}
        assert await store.vms.count_documents({"error": {"$exists": False}}) == 2

    async def test_a_vm_that_breaks_and_is_mended(self, inventory: Inventory, store: Store) -> None:
        await inventory.vms_observed("kvm", [observed("a", domain("named"))])
        await inventory.vms_observed("kvm", [observed("a", "", error="The domain was busy.")])
        broken = await vm(store, "kvm/a")
        assert (broken["name"], broken["error"], broken["revision"]) == ("named", "The domain was busy.", 2)
        assert not broken.keys() & {"domain", "devices", "facets", "rawXml"}
        await inventory.vms_observed("kvm", [observed("a", domain("named"))])
        mended = await vm(store, "kvm/a")
        assert mended["revision"] == 3
        assert "error" not in mended
        assert mended["domain"]["memory"]["value"] == 1024

    @pytest.mark.parametrize("xml", [b"<domain>\xff\xfe", "<domain>\ud800</domain>", b"\x00", "", "not xml"])
    async def test_xml_that_is_no_text(self, inventory: Inventory, store: Store, xml: str | bytes) -> None:
        await inventory.vms_observed("files", [observed("a.xml", xml), observed("b.xml")])
        stored = await vm(store, "files/a.xml")
        assert stored["name"] == "a.xml"
        assert stored["error"]
        assert "error" not in await vm(store, "files/b.xml")
        await inventory.vms_observed("files", [observed("a.xml", xml)])
        assert (await vm(store, "files/a.xml"))["revision"] == 1

    async def test_a_refused_other_definition_leaves_the_vm_alone(self, inventory: Inventory, store: Store) -> None:
        await inventory.vms_observed("kvm", [observed("a", persistent_xml="<domain>")])
        assert "error" not in await vm(store, "kvm/a")
        other = await definition(store, "kvm/a")
        assert other is not None
        assert other["rawXml"] == "<domain>"

    async def test_a_document_that_is_too_large(self, inventory: Inventory, store: Store) -> None:
        # Short as XML, long as documents.
        devices = "<disk/>" * 350_000
        seen = [observed(str(number)) for number in range(9)]
        seen.insert(4, observed("large", domain("large", devices=devices)))
        await inventory.vms_observed("kvm", seen)
        stored = await vm(store, "kvm/large")
        assert re.fullmatch(
            r"The definition takes 1\d,\d{3},\d{3} bytes as a document; MongoDB stores 16 MiB.", stored["error"]
        )
        assert len(stored["rawXml"]) > 2_000_000
        assert await store.vms.count_documents({"error": {"$exists": False}}) == 9
        await inventory.vms_observed("kvm", seen)
        assert await store.vms.count_documents({"revision": 1}) == 10

    async def test_what_the_validator_refuses_does_not_lose_the_batch(self, inventory: Inventory, store: Store) -> None:
        validator = {"name": {"$nin": ["bad"]}, "domain.memory.value": {"$ne": 13}}
        await store.database.command({"collMod": "vms", "validator": {**validator, "facets.v": {"$ne": "bad"}}})
        await store.database.command({"collMod": "definitions", "validator": validator})
        seen = [observed(str(number)) for number in range(30)]
        seen[7] = observed("7", domain(memory=13))
        seen[21] = observed("21", persistent_xml=domain(memory=13))
        await inventory.vms_observed("kvm", seen)
        bad = await vm(store, "kvm/7")
        assert bad["error"] == "MongoDB refuses the definition: Document failed validation"
        assert "<memory unit='KiB'>13<" in bad["rawXml"]
        assert "error" not in await vm(store, "kvm/21")
        other = await definition(store, "kvm/21")
        assert other is not None
        assert other["error"] == bad["error"]
        assert await store.vms.count_documents({"error": {"$exists": False}}) == 29
        await inventory.vms_observed("kvm", seen)
        assert await store.vms.count_documents({"revision": 1}) == 30

    async def test_deep_xml_does_not_lose_the_batch(self, inventory: Inventory, store: Store) -> None:
        metadata = f"<metadata>{'<a>' * 60}{'</a>' * 60}</metadata>"
        chain = "<backingStore type='file'>" * 50 + "</backingStore>" * 50
        deep = domain(devices=f"<disk type='file'>{chain}</disk>")
        await inventory.vms_observed("kvm", [observed("a", domain(more=metadata)), observed("b", deep), observed("c")])
        assert await store.vms.count_documents({"error": {"$exists": False}}) == 3

    async def test_a_fault_of_ours_is_that_vms_error(
        self, inventory: Inventory, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = schema.domain_from_xml

        def faulty(xml: str | bytes) -> dict[str, object]:
            if ">boom<" in str(xml):
                raise KeyError("boom")
            return real(xml)

        monkeypatch.setattr(schema, "domain_from_xml", faulty)
        await inventory.vms_observed("kvm", [observed("a", domain("boom")), observed("b")])
        assert (await vm(store, "kvm/a"))["error"] == "The definition cannot be stored: KeyError: 'boom'"
        assert "error" not in await vm(store, "kvm/b")


class TestDeclarations:
    async def test_a_newer_declaration_is_no_change(
        self, inventory: Inventory, watched: Store, commands: Commands
    ) -> None:
        await inventory.vms_observed("kvm", [observed("a", domain())])
        stored = await vm(watched, "kvm/a")
        await watched.vms.replace_one({"_id": "kvm/a"}, outdated(stored, domain()))
        commands.sent.clear()
        await MongoInventory(watched).vms_observed("kvm", [observed("a", domain())])
        assert set(commands.names()) == {"find"}
        await MongoInventory(watched).vms_observed("kvm", [observed("a", domain(memory=7))])
        changed = await vm(watched, "kvm/a")
        assert (changed["revision"], changed["declarations"]) == (2, schema.DECLARATIONS_HASH)

    async def test_what_cannot_be_promoted_is_replaced(self, inventory: Inventory, store: Store) -> None:
        await inventory.vms_observed("kvm", [observed("a")])
        await store.vms.update_one({"_id": "kvm/a"}, {"$set": {"declarations": "older", "domain.memory": 5}})
        await inventory.vms_observed("kvm", [observed("a")])
        assert (await vm(store, "kvm/a"))["domain"]["memory"]["value"] == 1024


class TestHosts:
    async def test_the_life_of_a_host(self, inventory: Inventory, store: Store) -> None:
        uri = "qemu+ssh://root:s3cret@kvm/system"
        await inventory.host_connecting("kvm", uri)
        first = await store.hosts.find_one({"_id": "kvm"})
        assert first is not None
        assert (first["state"], first["uri"]) == ("CONNECTING", "qemu+ssh://root@kvm/system")
        await inventory.host_connected("kvm", uri, HostFacts("QEMU", "9.0.0", "7.2.0", "$kvm-07"))
        await inventory.host_synchronized("kvm")
        connected = await store.hosts.find_one({"_id": "kvm"})
        assert connected is not None
        assert abs((connected.pop("synchronizedAt") - datetime.now(UTC)).total_seconds()) < 5
        assert connected.pop("since") >= first["since"]
        assert connected == {
            "_id": "kvm",
            "uri": "qemu+ssh://root@kvm/system",
            "state": "CONNECTED",
            "hypervisor": "QEMU",
            "libvirtVersion": "9.0.0",
            "hypervisorVersion": "7.2.0",
            "hostname": "$kvm-07",
        }

    async def test_a_lost_host_keeps_its_vms_and_the_time(self, inventory: Inventory, store: Store) -> None:
        await inventory.host_connected("kvm", "test:///default", HostFacts("Test", "9.0.0"))
        await inventory.vms_observed("kvm", [observed("a")])
        await inventory.host_disconnected("kvm", "test:///default", "$The host hung up.")
        lost = await store.hosts.find_one({"_id": "kvm"})
        await asyncio.sleep(0.01)
        await inventory.host_disconnected("kvm", "test:///default", "No route.")
        still = await store.hosts.find_one({"_id": "kvm"})
        assert lost is not None
        assert still is not None
        assert (lost["state"], lost["error"]) == ("DISCONNECTED", "$The host hung up.")
        assert (still["since"], still["error"]) == (lost["since"], "No route.")
        assert await inventory.source_keys("kvm") == {"a"}
        await inventory.host_connected("kvm", "test:///default", HostFacts("Test", None))
        back = await store.hosts.find_one({"_id": "kvm"})
        assert back is not None
        assert not back.keys() & {"error", "libvirtVersion"}
        assert back["since"] > lost["since"]


class TestConcurrency:
    async def test_hosts_are_independent(self, inventory: Inventory, store: Store) -> None:
        async def host(name: str) -> None:
            for memory in range(1, 4):
                await inventory.vms_observed(name, [observed(str(key), domain(memory=memory)) for key in range(50)])

        await asyncio.gather(*(host(f"kvm-{number}") for number in range(6)))
        assert await store.vms.count_documents({"revision": 3, "domain.memory.value": 3}) == 300

    async def test_two_writers_of_one_vm_lose_no_revision(self, inventory: Inventory, store: Store) -> None:
        await asyncio.gather(*(inventory.vms_observed("kvm", [observed("a", domain(memory=one))]) for one in (1, 2, 3)))
        assert (await vm(store, "kvm/a"))["revision"] == 3


@pytest.mark.usefixtures("mongod_binary")
class TestTrouble:
    async def test_mongod_killed_while_writing(self, tmp_path: Path) -> None:
        async with own_store(tmp_path) as (mongo, store):
            inventory = MongoInventory(store)
            rounds = 0

            async def write() -> None:
                nonlocal rounds
                for memory in range(1, 25):
                    seen = [observed(str(key), domain(memory=memory)) for key in range(100)]
                    await inventory.vms_observed("kvm", seen)
                    rounds += 1

            writing = asyncio.create_task(write())
            await asyncio.sleep(0.5)
            assert mongo.pid is not None
            os.kill(mongo.pid, signal.SIGKILL)
            before = rounds
            await asyncio.wait_for(writing, 90)
            assert 0 < before < 24
            assert await store.vms.count_documents({"revision": 24, "domain.memory.value": 24}) == 100
            # Nothing was recorded twice or left out, whatever became of the commit under way.
            assert await store.changes.count_documents({}) == 2400
            await consistent(store)

    async def test_a_full_disk_is_said_and_loses_nothing(self, tmp_path: Path) -> None:
        with tmpfs(tmp_path / "small", "size=400m"):
            async with own_store(tmp_path / "small") as (mongo, store):
                inventory = MongoInventory(store)
                ballast = tmp_path / "small" / "ballast"
                with pytest.raises(OSError, match="No space"):
                    fill(ballast)
                said: list[str] = []
                enough = asyncio.Event()
                metadata = f"<metadata><a>{os.urandom(1_000_000).hex()}</a></metadata>"

                async def write() -> int:
                    """Write, as the collector does: the same again until it is accepted."""
                    memory = 0
                    while not enough.is_set():
                        memory += 1
                        seen = [observed(str(key), domain(memory=memory, more=metadata)) for key in range(8)]
                        async for attempt in AsyncRetrying(wait=wait_fixed(0.2), stop=stop_after_delay(90)):
                            with attempt:
                                try:
                                    await inventory.vms_observed("kvm", seen)
                                except (StoreError, PyMongoError) as error:
                                    said.append(str(error))
                                    raise
                    return memory

                writing = asyncio.create_task(write())
                # The write says it, or mongod ends over it before.
                await until(lambda: "is full" in f"{said} {mongo.problem}", 60)
                enough.set()
                ballast.unlink()
                memory = await writing
                assert await store.vms.count_documents({"domain.memory.value": memory}) == 8
                assert await store.vms.count_documents({"error": {"$exists": True}}) == 0
                await consistent(store)
