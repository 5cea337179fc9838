"""The whole way: what collectors saw is written by the inventory, and the history knows each of its moments again.

`TEST_HISTORY` says how many observations each VM goes through.
"""

import asyncio
import os
import random
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

import schema
from loaders import RequestLoaders
from loaders.rebuilding import Rebuilding
from schema.changes.condition import ChangeCondition
from schema.element import Document
from schema.graph.context import Page
from server.collector.inventory import Cause, Observation
from server.store.connection import Store
from server.store.inventory import MongoInventory
from server.store.promotion import promote
from tests.loaders.chronicle import tree
from tests.schema.changes.mutations import definitions
from tests.schema.graph.api import SAMPLE

HOST = "kvm"
KEYS = ("one", "two", "three")
OBSERVATIONS = int(os.environ.get("TEST_HISTORY", "30"))
UNREADABLE = "<domain type='kvm'><name>web</name>"


class Moment(NamedTuple):
    """What was stored of a VM at a moment."""

    at: datetime
    vm: Document | None
    persistent: Document | None


@pytest.fixture
def loaders(store: Store) -> RequestLoaders:
    return RequestLoaders(store.database, 30)


def _pool() -> tuple[Document, ...]:
    return definitions() or tuple(schema.domain_from_xml(path.read_bytes()) for path in sorted(SAMPLE.glob("*.xml")))


def _changed(definition: Document, rng: random.Random) -> Document:
    """A definition that somebody edited."""
    found = deepcopy(definition)
    arrays = [array for array in found.get("devices", {}).values() if isinstance(array, list) and array]
    match rng.randrange(9):
        case 0:
            found["domain"]["title"] = rng.choice(["one", "two", "x" * 300_000])  # the last is too large for a record
        case 1 if arrays:
            rng.shuffle(rng.choice(arrays))
        case 2 if arrays:
            array = rng.choice(arrays)
            array.pop(rng.randrange(len(array)))
        case 3 if arrays:
            array = rng.choice(arrays)
            array.insert(rng.randint(0, len(array)), deepcopy(rng.choice(array)))
        case 4:
            found["domain"]["metadata"] = [f"<m:a xmlns:m='urn:m' n='{rng.randrange(3)}'/>"]
        case 5:
            displays = found.setdefault("devices", {}).setdefault("graphics", [])
            if displays and rng.random() < 0.5:
                displays.pop()
            displays.append({"id": "", "kind": "GRAPHICS", "type": "vnc", "password": f"secret-{rng.randrange(9)}"})
        case 6:
            disks = found.setdefault("devices", {}).setdefault("disks", [])
            many = [{"id": "", "kind": "DISK", "target": {"dev": f"x{at}"}, "serial": "y" * 300} for at in range(900)]
            found["devices"]["disks"] = disks[:5] if len(disks) > 500 else [*disks, *many]
        case 7:
            found.pop("devices", None)
        case _:
            found["domain"].setdefault("vcpu", {})["value"] = rng.randint(1, 8)
    return found


def _xml(definition: Document | None, rng: random.Random) -> tuple[Document, str]:
    """A definition that follows on another, and its XML."""
    found = deepcopy(rng.choice(_pool())) if definition is None or rng.random() < 0.1 else _changed(definition, rng)
    if "uuid" in found:
        found["uuid"] = "6f1c0000-0000-4000-8000-000000000001"
    return found, schema.domain_to_xml(found)


class Life:
    """What becomes of a VM, observation by observation."""

    def __init__(self, key: str, rng: random.Random) -> None:
        self.key = f"{HOST}/{key}"
        self.source_key = key
        self.moments: list[Moment] = []
        self._rng = rng
        self._live: Document | None = None
        self._other: Document | None = None

    def next(self) -> Observation | None:
        """What the collector sees next; None where it sees no such VM."""
        rng = self._rng
        if rng.random() < 0.08:
            self._live = self._other = None
            return None
        if rng.random() < 0.06:
            return Observation(self.source_key, "RUNNING", UNREADABLE, UNREADABLE if rng.random() < 0.5 else None)
        if self._live is None or rng.random() < 0.7:
            self._live, xml = _xml(self._live, rng)
        else:
            xml = schema.domain_to_xml(self._live)
        running = rng.random() < 0.7
        persistent: str | None = None
        if running and rng.random() < 0.85:
            if self._other is None or rng.random() < 0.4:
                self._other, persistent = _xml(self._other or self._live, rng)
            else:
                persistent = schema.domain_to_xml(self._other)
        return Observation(self.source_key, "RUNNING" if running else "SHUTOFF", xml, persistent)


async def _observe(store: Store, inventory: MongoInventory, lives: list[Life], rng: random.Random) -> None:
    """One turn of the collector: some VMs at once, some of which may be gone."""
    turn = rng.sample(lives, rng.randint(1, len(lives)))
    seen = {life.source_key: life.next() for life in turn}
    cause = rng.choice(list(Cause))
    await inventory.vms_observed(HOST, [one for one in seen.values() if one is not None], cause)
    if gone := [key for key, one in seen.items() if one is None]:
        await inventory.vms_vanished(HOST, gone, cause)
    for life in lives:
        await _remember(store, life)


async def _remember(store: Store, life: Life) -> None:
    """What is stored of a VM, at a moment at which nothing is written."""
    await asyncio.sleep(0.002)  # times are stored in milliseconds
    vm, other = [await collection.find_one({"_id": life.key}) for collection in (store.vms, store.definitions)]
    life.moments.append(Moment(datetime.now(UTC), vm, other))
    await asyncio.sleep(0.002)


def _without_spelling(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_spelling(item) for key, item in value.items() if key != "spelling"}
    return [_without_spelling(item) for item in value] if isinstance(value, list) else value


async def _check(loaders: RequestLoaders, life: Life) -> int:
    """Every moment of a VM as the history has it; how many of them there was such a VM."""
    there = 0
    for moment in life.moments:
        found = await loaders.history.vm_at(life.key, moment.at)
        if moment.vm is None:
            assert found is None
            continue
        there += 1
        assert found is not None
        assert _without_spelling(tree(found)) == _without_spelling(tree(moment.vm))
        assert _without_spelling(tree(found.get("persistent"))) == _without_spelling(tree(moment.persistent))
        for name in ("_id", "hostId", "sourceKey", "revision", "changedAt", "attachments", "untyped"):
            assert found.get(name) == moment.vm.get(name), name
    return there


@pytest.mark.parametrize("seed", range(3))
async def test_every_moment_of_what_was_observed_can_be_seen_again(
    store: Store, loaders: RequestLoaders, seed: int
) -> None:
    rng = random.Random(seed)
    inventory = MongoInventory(store)
    lives = [Life(key, rng) for key in KEYS]
    for _ in range(OBSERVATIONS):
        await _observe(store, inventory, lives, rng)

    records = await store.changes.find().sort("sequence", 1).to_list(None)
    assert [record["sequence"] for record in records] == list(range(1, len(records) + 1))
    assert {record["operation"] for record in records} == {"ADDED", "CHANGED", "REMOVED"}
    assert any(record.get("exact") is False for record in records if record["operation"] == "CHANGED")
    assert any("persistent" in record for record in records)
    assert "secret-" not in str(records)
    for life in lives:
        assert await _check(loaders, life) > OBSERVATIONS / 3
        own = [record for record in records if record["key"] == life.key]
        assert [record["revision"] for record in own] == list(range(1, len(own) + 1))
        assert await _walk(lambda after, key=life.key: loaders.history.of(key, None, 7, after)) == own[::-1]
    everything = await _walk(
        lambda after: loaders.history.page(ChangeCondition(), None, None, newest_first=False, limit=9, after=after)
    )
    assert sorted(everything, key=lambda record: record["sequence"]) == records
    devices = {device["device"] for record in records for device in record["devices"]}
    for device in rng.sample(sorted(devices), 10):
        of = [one for one in records[::-1] if one["key"] == lives[0].key and _concerns(one, device)]
        assert await _walk(lambda after, device=device: loaders.history.of(lives[0].key, device, 3, after)) == of


def _concerns(record: Document, device: str) -> bool:
    devices = [*record["devices"], *record.get("persistent", {}).get("devices", [])]
    return any(one["device"] == device for one in devices)


async def _walk(read: Any) -> list[Document]:
    found: list[Document] = []
    cursor: str | None = None
    while True:
        page: Page = await read(cursor)
        found += page.documents
        if not page.has_next:
            return found
        cursor = page.cursor(-1)


async def test_what_is_written_between_two_reads_of_an_answer_is_no_part_of_it(
    store: Store, loaders: RequestLoaders, monkeypatch: pytest.MonkeyPatch
) -> None:
    inventory = MongoInventory(store)
    life = Life("one", random.Random(1))
    xml = "<domain type='kvm'><name>web</name>"
    later = iter(["<vcpu>2</vcpu>", "<memory>1</memory>", "<description>x</description>", "<iothreads>2</iothreads>"])

    async def seen(xml: str) -> None:
        await inventory.vms_observed(HOST, [Observation("one", "RUNNING", f"{xml}</domain>", f"{xml}</domain>")])

    for title in ("a", "b"):
        await seen(f"{xml}<title>{title}</title>")
        await _remember(store, life)
    xml += "<title>b</title>"
    read = Rebuilding._first

    loop = asyncio.get_running_loop()

    def interrupted(self: Rebuilding, *query: Any) -> Document | None:
        nonlocal xml
        found = read(self, *query)
        xml += next(later, "")
        asyncio.run_coroutine_threadsafe(seen(xml), loop).result(10)
        return found

    monkeypatch.setattr(Rebuilding, "_first", interrupted)
    assert await _check(loaders, life) == 2
    assert not list(later)


async def test_numbers_that_are_only_spelled_in_another_way_make_no_history(
    store: Store, loaders: RequestLoaders
) -> None:
    inventory = MongoInventory(store)
    life = Life("one", random.Random(1))
    xml = (
        "<domain type='kvm'><name>web</name><title>{title}</title><devices><disk type='file'><target dev='vda'/>"
        "<address type='pci' domain='0x0000' bus='{bus}' slot='{slot}' function='0x0'/></disk></devices></domain>"
    )
    turns = (("a", "0x01", "0x02"), ("a", "1", "0x02"), ("b", "0x1", "2"), ("b", "0x01", "0x02"), ("a", "1", "0x03"))
    for title, bus, slot in turns:
        await inventory.vms_observed(HOST, [Observation("one", "RUNNING", xml.format(title=title, bus=bus, slot=slot))])
        await _remember(store, life)
    assert [moment.vm and moment.vm["revision"] for moment in life.moments] == [1, 1, 2, 2, 3]
    assert await _check(loaders, life) == len(turns)


async def test_the_past_before_a_promotion_is_put_as_today_s_declarations_put_it(
    store: Store, loaders: RequestLoaders
) -> None:
    """An older release kept the title aside, in documents and in the records of their changes."""
    inventory = MongoInventory(store)
    life = Life("one", random.Random(1))

    async def seen(title: str, memory: int) -> None:
        xml = "<domain type='kvm'><name>web</name><title>{}</title><memory>{}</memory></domain>"
        live, other = xml.format(title, memory), xml.format(f"{title}'", memory)
        await inventory.vms_observed(HOST, [Observation("one", "RUNNING", live, other)])
        await _remember(store, life)

    for title, memory in (("a", 1), ("b", 1), ("b", 2)):
        await seen(title, memory)
    await _as_older_declarations_wrote_it(store)
    assert await promote(store) == 0
    for title, memory in (("b", 3), ("c", 3)):
        await seen(title, memory)
    assert await store.earlier.count_documents({}) == 2
    assert await _check(loaders, life) == 5


async def _as_older_declarations_wrote_it(store: Store) -> None:
    def aside(title: str) -> list[Document]:
        return [{"name": "title", "xml": f"<title>{title}</title>"}]

    for collection in (store.vms, store.definitions):
        async for document in collection.find():
            extra = aside(document["domain"].pop("title"))
            document["domain"]["extra"] = extra
            await collection.replace_one({"_id": document["_id"]}, {**document, "declarations": "older"})
    async for record in store.changes.find():
        for part in (record, record.get("persistent", {})):
            for change in part.get("changes", []):
                if change["path"] == "domain.title":
                    change |= {"path": "domain.extra", "old": aside(change["old"]), "new": aside(change["new"])}
        await store.changes.replace_one({"_id": record["_id"]}, {**record, "declarations": "older"})
