import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

import schema
from server.collector.inventory import Cause, HostFacts, Inventory, ResourceObservation
from server.store.connection import Store
from server.store.hosts import forget
from server.store.inventory import MongoInventory
from server.store.owned import OwnWrites
from server.store.promotion import promote
from server.store.resources import Resources
from tests.server.store.conftest import Commands
from tests.server.store.documents import observed

Document = dict[str, Any]

UUID = "6f1c2a1e-3b0d-4a53-9a0c-00000000000{}"
POOL, OTHER_POOL = UUID.format("a"), UUID.format("b")


def secret(number: int, description: str = "a key", **facts: Any) -> ResourceObservation:
    uuid = UUID.format(number)
    xml = f"<secret ephemeral='no'><uuid>{uuid}</uuid><description>{description}</description></secret>"
    return ResourceObservation("SECRET", uuid, xml, facts)


def named(kind: str, *keys: str) -> list[ResourceObservation]:
    """Resources whose XML does not matter."""
    return [ResourceObservation(kind, key, "<") for key in keys]


async def keys(store: Store, kind: str) -> list[str]:
    return [one["sourceKey"] async for one in store.resources.find({"kind": kind}).sort("_id", 1)]


async def unread(store: Store) -> Any:
    host = await store.hosts.find_one({"_id": "kvm"})
    assert host
    return host.get("unreadScopes")


@pytest.fixture
async def inventory(store: Store) -> Inventory:
    inventory = MongoInventory(store)
    await inventory.host_connected("kvm", "test:///default", HostFacts("Test", None))
    return inventory


class TestScopes:
    async def test_a_resource_is_stored_with_its_envelope(self, inventory: Inventory, store: Store) -> None:
        before = datetime.now(UTC).replace(microsecond=0)
        seen = ResourceObservation(
            "SECRET",
            UUID.format(1),
            "<secret ephemeral='no' rain='heavy'><usage type='ceph'><name>ceph-key</name></usage></secret>",
            {"active": True},
        )
        await inventory.resources_observed("kvm", "secrets", [seen])
        (stored,) = await store.resources.find().to_list(None)
        assert before <= stored.pop("changedAt") <= datetime.now(UTC)
        own = schema.resource_from_xml(seen.xml)
        assert stored == {
            **own,
            "_id": f"kvm/SECRET/{UUID.format(1)}",
            "hostId": "kvm",
            "kind": "SECRET",
            "sourceKey": UUID.format(1),
            "label": "ceph-key",
            "revision": 1,
            "declarations": schema.DECLARATIONS_HASH,
            "facts": {"active": True},
            "keys": schema.resource_keys({**own, "facts": seen.facts}, "kvm"),
            "links": schema.resource_links({**own, "facts": seen.facts}, "kvm"),
            "terms": [{"t": "ceph-key", "p": "name"}],
            "untyped": [{"path": "secret/@rain", "count": 1}],
        }

    async def test_what_is_unchanged_is_not_written(
        self, inventory: Inventory, watched: Store, commands: Commands
    ) -> None:
        seen = [secret(number) for number in range(9)] + named("SECRET", "broken")
        await inventory.resources_observed("kvm", "secrets", seen)
        await inventory.scope_failed("kvm", "pools", "No.")
        again = MongoInventory(watched)
        await again.resources_observed("kvm", "secrets", seen)
        await again.scope_failed("kvm", "pools", "No.")
        assert set(commands.names()) == {"find"}

    async def test_what_changed_is_written_and_what_is_gone_goes(self, inventory: Inventory, store: Store) -> None:
        await inventory.resources_observed("kvm", "secrets", [secret(1), secret(2), secret(3), secret(4)])
        await inventory.resources_observed("other", "secrets", [secret(1)])
        await inventory.resources_observed("kvm", "secrets", [secret(1), secret(2, "new"), secret(3, active=True)])
        found = {one["sourceKey"][-1]: one async for one in store.resources.find({"hostId": "kvm"})}
        assert {key: one["revision"] for key, one in found.items()} == {"1": 1, "2": 2, "3": 2}
        assert found["2"]["description"] == "new"
        assert found["3"]["facts"] == {"active": True}
        await inventory.resources_observed("kvm", "secrets", [])
        assert await store.resources.distinct("hostId") == ["other"]

    async def test_batches_are_transactions(self, watched: Store, commands: Commands) -> None:
        seen = named("NODE_DEVICE", *(f"net_{number}" for number in range(450)))
        await MongoInventory(watched).resources_observed("kvm", "node-devices", seen)
        assert commands.names().count("commitTransaction") == 3
        assert await watched.resources.count_documents({}) == 450
        await MongoInventory(watched).resources_observed("kvm", "node-devices", seen[:1])
        assert await keys(watched, "NODE_DEVICE") == ["net_0"]

    async def test_a_scope_is_only_what_is_below_it(self, inventory: Inventory, store: Store) -> None:
        for pool in (POOL, OTHER_POOL):
            await inventory.resources_observed("kvm", f"volumes/{pool}", named("STORAGE_VOLUME", f"{pool}/a"))
        await inventory.resources_observed("kvm", f"volumes/{POOL}", [])
        assert await keys(store, "STORAGE_VOLUME") == [f"{OTHER_POOL}/a"]
        for scope, key in (("snapshots/1", "1/a"), ("snapshots/12", "12/a"), ("snapshots/2", "2/a")):
            await inventory.resources_observed("kvm", scope, named("DOMAIN_SNAPSHOT", key))
        await inventory.resources_observed("kvm", "snapshots/1", [])
        assert await keys(store, "DOMAIN_SNAPSHOT") == ["12/a", "2/a"]
        await inventory.resources_observed("kvm", "snapshots", named("DOMAIN_SNAPSHOT", "3/a"))
        assert await keys(store, "DOMAIN_SNAPSHOT") == ["3/a"]

    async def test_what_is_listed_of_a_thing_goes_with_it(self, inventory: Inventory, store: Store) -> None:
        pools = ["a", "a-b", "b", "c"]
        await inventory.resources_observed("kvm", "pools", named("STORAGE_POOL", *pools))
        for pool in pools:
            volumes = named("STORAGE_VOLUME", f"{pool}/one", f"{pool}/two")
            await inventory.resources_observed("kvm", f"volumes/{pool}", volumes)
            await inventory.scope_failed("kvm", f"volumes/{pool}", "No.")
        await inventory.scope_failed("kvm", "ports/a", "No.")
        await inventory.resources_observed("kvm", "pools", named("STORAGE_POOL", "a", "a-b", "c"))
        left = {f"{pool}/{volume}" for pool in ("a", "a-b", "c") for volume in ("one", "two")}
        assert set(await keys(store, "STORAGE_VOLUME")) == left
        scopes = [one["scope"] for one in await unread(store)]
        assert scopes == ["volumes/a", "volumes/a-b", "volumes/c", "ports/a"]
        await inventory.resources_observed("kvm", "pools", [])
        assert await store.resources.count_documents({}) == 0

    async def test_snapshots_go_with_their_domain(self, inventory: Inventory, store: Store) -> None:
        await inventory.vms_observed("kvm", [observed("1"), observed("2")])
        await inventory.resources_observed("kvm", "snapshots", named("DOMAIN_SNAPSHOT", "1/a", "1/b", "2/a"))
        await inventory.resources_observed("kvm", "checkpoints/1", named("DOMAIN_CHECKPOINT", "1/a"))
        await inventory.scope_failed("kvm", "checkpoints/1", "No.")
        await inventory.vms_vanished("kvm", ["1"])
        assert await store.resources.distinct("_id") == ["kvm/DOMAIN_SNAPSHOT/2/a"]
        assert await unread(store) is None

    async def test_files_hold_whatever_they_describe(self, inventory: Inventory, store: Store) -> None:
        seen = [*named("STORAGE_POOL", "a.xml"), secret(1)]
        await inventory.resources_observed("dumps", "dumps", seen)
        await inventory.resources_observed("dumps", "dumps", named("NETWORK", "a.xml"))
        assert await store.resources.distinct("_id") == ["dumps/NETWORK/a.xml"]


class TestFailures:
    async def test_a_failure_is_told_until_the_scope_is_read(self, inventory: Inventory, store: Store) -> None:
        await inventory.resources_observed("kvm", "secrets", [secret(1)])
        await inventory.scope_failed("kvm", "nwfilters", "$No driver.", unsupported=True)
        await inventory.scope_failed("kvm", "secrets", "It hangs.")
        await inventory.scope_failed("kvm", "secrets", "It is broken.")
        assert await unread(store) == [
            {"scope": "nwfilters", "error": "$No driver.", "unsupported": True},
            {"scope": "secrets", "error": "It is broken.", "unsupported": False},
        ]
        assert await store.resources.count_documents({}) == 1, "what was seen last stays"
        await inventory.resources_observed("kvm", "secrets", [secret(1)])
        assert await unread(store) == [{"scope": "nwfilters", "error": "$No driver.", "unsupported": True}]
        await inventory.scope_failed("kvm", "snapshots/a", "No.")
        await inventory.resources_observed("kvm", "snapshots", [])
        await inventory.resources_observed("kvm", "nwfilters", [])
        await inventory.scope_failed("kvm", "ports", "No driver.", unsupported=True)
        await inventory.resources_observed("kvm", "ports/a", [])
        assert await unread(store) is None


class TestBadInput:
    async def test_refused_xml_is_kept_with_the_reason(self, inventory: Inventory, store: Store) -> None:
        raw = "<secret><name>ceph &amp; co</name><uuid></secret>"
        other = ResourceObservation("SECRET", "b", "<domain/>")
        silent = ResourceObservation("SECRET", "c", "", error="It was busy.")
        wrong = ResourceObservation("NETWORK", "d", str(secret(1).xml))
        await inventory.resources_observed("kvm", "secrets", [ResourceObservation("SECRET", "a", raw), other, silent])
        await inventory.resources_observed("kvm", "networks", [wrong])
        found = {one["sourceKey"]: one async for one in store.resources.find()}
        assert (found["a"]["label"], found["a"]["rawXml"]) == ("ceph & co", raw)
        assert "the root element is <domain>" in found["b"]["error"]
        assert found["b"]["label"] == "b"
        assert found["c"]["error"] == "It was busy."
        assert "rawXml" not in found["c"]
        assert found["d"]["error"] == "The XML describes a SECRET."
        assert not found["a"].keys() & {"keys", "links", "uuid "}
        await inventory.resources_observed("kvm", "secrets", [ResourceObservation("SECRET", "a", secret(1).xml)])
        (mended,) = await store.resources.find({"kind": "SECRET"}).to_list(None)
        assert not mended.keys() & {"error", "rawXml"}
        assert mended["revision"] == 2

    async def test_what_mongodb_refuses_does_not_lose_the_batch(self, inventory: Inventory, store: Store) -> None:
        seen = [secret(number) for number in range(9)]
        seen[4] = secret(4, leases=1 << 70)
        validator = {"$or": [{"error": {"$exists": True}}, {"description": {"$ne": "unlucky"}}]}
        await store.database.command({"collMod": "resources", "validator": validator})
        seen[5] = secret(5, "unlucky")
        await inventory.resources_observed("kvm", "secrets", seen)
        refused = {one["sourceKey"]: one["error"] async for one in store.resources.find({"error": {"$exists": True}})}
        assert refused.keys() == {UUID.format(4), UUID.format(5)}
        assert refused[UUID.format(4)].startswith("It cannot be stored: OverflowError")
        assert refused[UUID.format(5)] == "MongoDB refuses the resource: Document failed validation"
        assert await store.resources.count_documents({}) == 9

    async def test_a_resource_that_is_too_large(self, inventory: Inventory, store: Store) -> None:
        leases = [{"hostname": "x" * 1000} for _ in range(17_000)]
        await inventory.resources_observed("kvm", "secrets", [secret(1), secret(2, leases=leases)])
        errors = [one.get("error", "") async for one in store.resources.find().sort("_id", 1)]
        assert errors[0] == ""
        assert "MongoDB stores 16 MiB" in errors[1]


class TestPromotion:
    async def test_older_documents_are_brought_up_to_date(
        self, inventory: Inventory, store: Store, watched: Store, commands: Commands
    ) -> None:
        await inventory.resources_observed("kvm", "secrets", [secret(number, active=True) for number in range(9)])
        await inventory.resources_observed("kvm", "networks", named("NETWORK", "broken"))
        before = {one["_id"]: one async for one in store.resources.find()}
        older: Document = {"description": "", "keys": "", "links": ""}
        extra = [{"name": "description", "xml": "<description>a key</description>"}]
        await store.resources.update_many(
            {"kind": "SECRET"}, {"$unset": older, "$set": {"declarations": "older", "extra": extra, "untyped": []}}
        )
        aged = await store.resources.find_one({"kind": "SECRET"})
        await store.resources.update_one({"kind": "NETWORK"}, {"$set": {"declarations": "older"}})
        assert aged
        assert await promote(store) == 0
        assert {one["_id"]: one async for one in store.resources.find()} == before
        await store.resources.update_many({}, {"$set": {"declarations": "older"}})
        again = Resources(OwnWrites(watched, ""))
        await again.observed("kvm", "secrets", [secret(number, active=True) for number in range(9)], Cause.EVENT)
        assert set(commands.names()) == {"find"}, "a newer declaration is no change of the resource"

    async def test_what_cannot_be_promoted_stays_until_it_is_seen(
        self, inventory: Inventory, store: Store, caplog: pytest.LogCaptureFixture
    ) -> None:
        await inventory.resources_observed("kvm", "secrets", [secret(1), secret(2)])
        broken = {"$set": {"declarations": "older", "usage": 5}}
        await store.resources.update_one({"sourceKey": UUID.format(1)}, broken)
        assert await promote(store) == 1
        assert "cannot be promoted" in caplog.text
        await inventory.resources_observed("kvm", "secrets", [secret(1), secret(2)])
        assert await store.resources.count_documents({"usage": {"$exists": True}}) == 0


async def test_resources_are_forgotten_with_their_host(inventory: Inventory, store: Store) -> None:
    for host in ("kvm", "other"):
        await inventory.resources_observed(host, "secrets", [secret(1)])
    assert await forget(store, "kvm") == 0
    assert await store.resources.distinct("hostId") == ["other"]


async def test_two_writers_of_one_resource_lose_no_revision(inventory: Inventory, store: Store) -> None:
    await asyncio.gather(*(inventory.resources_observed("kvm", "secrets", [secret(1, f"{one}")]) for one in range(3)))
    (stored,) = await store.resources.find().to_list(None)
    assert stored["revision"] == 3
