import asyncio

import pytest

import schema
from loaders import RequestLoaders
from server.store.connection import Store
from server.store.inventory import MongoInventory
from server.store.promotion import promote
from tests.server.store.conftest import Commands
from tests.server.store.documents import disk, domain, observed, outdated, vm
from tests.shared import corpus, needs_corpus


async def age(store: Store, xml: str) -> None:
    """Turn every stored document of this XML into one of an older release."""
    for collection in (store.vms, store.definitions):
        async for document in collection.find({}):
            await collection.replace_one({"_id": document["_id"]}, outdated(document, xml))


async def test_what_was_extra_becomes_a_field(store: Store) -> None:
    xml = domain(devices=disk("vda"))
    seen = [observed(str(number), xml, persistent_xml=xml) for number in range(450)]
    await MongoInventory(store).vms_observed("kvm", seen)
    before = {document["_id"]: document async for document in store.vms.find()}
    await age(store, xml)
    assert await store.vms.count_documents({"domain.memory": {"$exists": True}}) == 0
    told: list[tuple[int, int]] = []
    assert await promote(store, lambda done, total: told.append((done, total))) == 0
    assert told == [(200, 900), (400, 900), (450, 900), (650, 900), (850, 900), (900, 900)]
    assert {document["_id"]: document async for document in store.vms.find()} == before
    assert await store.definitions.count_documents({"domain.memory.value": 1024}) == 450


async def test_history_leads_back_beyond_a_promotion(store: Store) -> None:
    """What was `extra` at revisions that older declarations wrote is read from the document as it was."""
    inventory = MongoInventory(store)
    for cache in ("none", "writeback", "unsafe"):
        xml = domain(devices=disk("vda", f"/{cache}"))
        await inventory.vms_observed("kvm", [observed("a", xml, persistent_xml=xml)])
        await asyncio.sleep(0.002)
    was = [one["at"] async for one in store.changes.find().sort("revision", 1)]
    await age(store, xml)
    old = {one["_id"]: one async for one in store.vms.find()}
    older = {one["_id"]: one async for one in store.definitions.find()}
    assert await promote(store) == 0
    assert await store.changes.count_documents({}) == 3
    kept = {one["_id"]: one async for one in store.earlier.find()}
    assert {key: one["document"] for key, one in kept.items()} == {
        "kvm/a@3": old["kvm/a"],
        "kvm/a@3/persistent": older["kvm/a"],
    }
    # Nothing is kept twice, and the oldest stays.
    await age(store, domain(memory=3))
    assert await promote(store) == 0
    assert await store.earlier.count_documents({}) == 2
    await inventory.vms_observed("kvm", [observed("a", domain(memory=4))])
    history = RequestLoaders(store.database, 20).history
    for at, cache in zip(was, ("none", "writeback", "unsafe"), strict=True):
        found = await history.vm_at("kvm/a", at)
        assert found is not None
        for definition in (found, found["persistent"]):
            assert definition["devices"]["disks"][0]["source"]["file"] == f"/{cache}"
            assert definition["domain"]["memory"]["value"] == 1024
            assert "extra" not in definition["domain"]


async def test_what_is_derived_alone_keeps_nothing(store: Store) -> None:
    await MongoInventory(store).vms_observed("kvm", [observed("a", persistent_xml=domain())])
    for collection in (store.vms, store.definitions):
        await collection.update_many({}, {"$set": {"declarations": "older", "facets": []}})
    assert await promote(store) == 0
    assert await store.vms.count_documents({"facets": []}) == 0
    assert await store.earlier.count_documents({}) == 0


async def test_documents_from_before_untyped_was_stored_get_it(store: Store) -> None:
    xml = domain(more="<omen of='rain'/>")
    await MongoInventory(store).vms_observed("kvm", [observed("a", xml, persistent_xml=xml), observed("b")])
    before = {document["_id"]: document async for document in store.vms.find()}
    assert before["kvm/a"]["untyped"] == [{"path": "domain/omen", "count": 1}]
    for collection in (store.vms, store.definitions):
        await collection.update_many({}, {"$unset": {"untyped": ""}, "$set": {"declarations": "older"}})
    assert await promote(store) == 0
    assert {document["_id"]: document async for document in store.vms.find()} == before
    assert await store.definitions.distinct("untyped.path") == ["domain/omen"]


async def test_what_is_declared_by_now_is_untyped_no_more(store: Store) -> None:
    await MongoInventory(store).vms_observed("kvm", [observed("a", domain())])
    older = outdated(await vm(store, "kvm/a"), domain()) | {"untyped": [{"path": "domain/memory", "count": 1}]}
    await store.vms.replace_one({"_id": "kvm/a"}, older)
    assert await promote(store) == 0
    promoted = await vm(store, "kvm/a")
    assert "untyped" not in promoted
    assert promoted["domain"]["memory"]["value"] == 1024


async def test_promoted_documents_are_unchanged_for_the_host(store: Store, watched: Store, commands: Commands) -> None:
    xml = domain(devices=disk("vda"))
    await MongoInventory(store).vms_observed("kvm", [observed("a", xml)])
    await age(store, xml)
    await promote(store)
    await MongoInventory(watched).vms_observed("kvm", [observed("a", xml)])
    assert set(commands.names()) == {"find"}


@needs_corpus
async def test_promotion_is_no_change_for_any_of_libvirts_documents(
    store: Store, watched: Store, commands: Commands
) -> None:
    seen = [observed(path.name, path.read_bytes()) for path in corpus()]
    await MongoInventory(store).vms_observed("files", seen)
    assert await store.vms.count_documents({"error": {"$exists": False}, "revision": 1}) == len(seen)
    await store.vms.update_many({}, {"$set": {"declarations": "older"}})
    assert await promote(store) == 0
    assert await store.vms.count_documents({"declarations": schema.DECLARATIONS_HASH}) == len(seen)
    await MongoInventory(watched).vms_observed("files", seen)
    assert set(commands.names()) <= {"find", "getMore"}


async def test_nothing_to_promote_writes_nothing(watched: Store, commands: Commands) -> None:
    await MongoInventory(watched).vms_observed("kvm", [observed("a")])
    commands.sent.clear()
    assert await promote(watched) == 0
    assert set(commands.names()) == {"aggregate", "find"}


async def test_ids_are_kept(store: Store) -> None:
    xml = domain(devices=disk("vda") + disk("vdb"))
    await MongoInventory(store).vms_observed("kvm", [observed("a", xml)])
    await age(store, xml)
    await store.vms.update_one({"_id": "kvm/a"}, {"$set": {"devices.disks.1.id": "disk/kept"}})
    await promote(store)
    assert [one["id"] for one in (await vm(store, "kvm/a"))["devices"]["disks"]] == ["disk/vda", "disk/kept"]


async def test_refused_xml_is_tried_again(store: Store, watched: Store, commands: Commands) -> None:
    await MongoInventory(store).vms_observed("kvm", [observed("a", "<domain>"), observed("b", "<domain>")])
    await store.vms.update_one({"_id": "kvm/a"}, {"$set": {"rawXml": domain("mended"), "declarations": "older"}})
    await store.vms.update_one({"_id": "kvm/b"}, {"$set": {"declarations": "older"}})
    assert await promote(store) == 0
    mended, broken = await vm(store, "kvm/a"), await vm(store, "kvm/b")
    assert not mended.keys() & {"error", "rawXml"}
    assert (mended["name"], mended["revision"], mended["domain"]["memory"]["value"]) == ("mended", 1, 1024)
    assert broken["rawXml"] == "<domain>"
    assert broken["declarations"] == schema.DECLARATIONS_HASH
    await MongoInventory(watched).vms_observed("kvm", [observed("a", domain("mended")), observed("b", "<domain>")])
    assert set(commands.names()) == {"find"}


async def test_what_cannot_be_promoted_stays_and_is_counted(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    await MongoInventory(store).vms_observed("kvm", [observed("a"), observed("b"), observed("c")])
    await store.vms.update_many({}, {"$set": {"declarations": "older"}})
    await store.vms.update_one({"_id": "kvm/b"}, {"$set": {"domain.memory": 5}})
    assert await promote(store) == 1
    assert "kvm/b cannot be promoted" in caplog.text
    assert (await vm(store, "kvm/b"))["domain"]["memory"] == 5
    assert await store.vms.distinct("_id", {"declarations": "older"}) == ["kvm/b"]


async def test_a_document_that_was_written_meanwhile_is_left_alone(store: Store) -> None:
    xml = domain()
    inventory = MongoInventory(store)
    await inventory.vms_observed("kvm", [observed(f"{number:03}", xml) for number in range(201)])
    await age(store, xml)
    await promote(store)
    assert await store.vms.count_documents({"declarations": {"$ne": schema.DECLARATIONS_HASH}}) == 0
    assert await store.vms.count_documents({"revision": {"$ne": 1}}) == 0
