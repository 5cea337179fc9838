"""The history: pages of records judged by `ChangeCondition.matches`, VMs of the past by what they were."""

import random
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import schema
from loaders import RequestLoaders
from loaders.change_cursor import ChangeCursor
from loaders.pages import packed
from schema.changes.condition import ChangeCondition
from schema.element import Document
from schema.graph.context import Page
from server.store.connection import Store
from server.store.embedded import EmbeddedMongo
from tests.loaders.chronicle import Chronicle, tree
from tests.schema.changes.mutations import definitions
from tests.schema.graph.api import SAMPLE, open_api

NOON = datetime(2024, 5, 6, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HALF = "\ud800"


@pytest.fixture
def loaders(store: Store) -> RequestLoaders:
    return RequestLoaders(store.database, 20)


# --- pages of records ----------------------------------------------------------------------------------------------

KEYS = ["kvm-1/a", "kvm-1/b", "kvm-2/a"]
PATHS = ["state", "domain", "domain.cpu", "domain.cpu.mode", "devices.disks", "devices.disks.source.file", "name"]


def _record(rng: random.Random, number: int) -> Document:
    key = rng.choice(KEYS)
    kinds = rng.sample(["DISK", "INTERFACE", "GRAPHICS"], rng.randint(0, 2))
    record: Document = {
        "_id": f"{key}@{number}",
        "subject": rng.choice(["VM", "RESOURCE"]),
        "key": key,
        "hostId": key.partition("/")[0],
        "sourceKey": key.partition("/")[2],
        "operation": rng.choice(["ADDED", "CHANGED", "REMOVED"]),
        "revision": number,
        "sequence": number,
        "at": NOON + rng.randrange(12) * SECOND,  # many at once, and not in the order of their sequence
        "cause": "EVENT",
        "declarations": schema.DECLARATIONS_HASH,
        "devices": [{"device": f"{kind}/1", "kind": kind, "operation": "CHANGED", "changes": []} for kind in kinds],
        "changes": [],
        "orders": {},
        "touched": rng.sample(PATHS, rng.randint(0, 3)),
    }
    if rng.random() < 0.3:
        device = {"device": "TPM/1", "kind": "TPM", "operation": "MOVED", "changes": []}
        record["persistent"] = {"devices": [device], "changes": [], "orders": {}}
    return record


ASKED: dict[str, list[Any]] = {
    "subjects": ["VM", "RESOURCE"],
    "host_ids": ["kvm-1", "kvm-2", "gone", HALF],
    "vm_ids": [*KEYS, "\0", HALF],
    "resource_ids": [*KEYS, "x" * 1_000_000],
    "operations": ["ADDED", "CHANGED", "REMOVED"],
    "device_kinds": ["DISK", "INTERFACE", "TPM", "GRAPHICS"],
}
ASKED_PATHS = [*PATHS, "devices", "dom", "domain.cpu.mode.x", "domain.0.cpu", "devices.disks.0", "domain..cpu", ".", "",
               "\0", HALF, ".*", "devices.disks.source.f", "a" * 1_000_000, "." * 1_000_000]  # fmt: skip


def _condition(rng: random.Random) -> ChangeCondition:
    wanted: dict[str, Any] = {
        name: frozenset(rng.sample(values, rng.randint(0, 2))) for name, values in ASKED.items() if rng.random() < 0.25
    }
    if rng.random() < 0.4:
        wanted["path"] = rng.choice(ASKED_PATHS)
    return ChangeCondition(**wanted)


async def _walk(read: Callable[[str | None], Any]) -> list[Document]:
    """Everything that a list has, page by page."""
    found: list[Document] = []
    cursor: str | None = None
    while True:
        page: Page = await read(cursor)
        assert page.has_previous == (cursor is not None)
        found += page.documents
        if not page.has_next:
            return found
        cursor = page.cursor(-1)


async def test_mongodb_finds_the_records_that_a_condition_accepts_in_their_order(
    store: Store, loaders: RequestLoaders
) -> None:
    rng = random.Random(1)
    records = [_record(rng, number) for number in range(1, 151)]
    await store.changes.insert_many(records)
    some = 0
    for _ in range(250):
        condition, newest_first = _condition(rng), rng.random() < 0.5
        since, until = (NOON + rng.randint(-1, 13) * SECOND if rng.random() < 0.3 else None for _ in range(2))
        limit = rng.choice([1, 7, 40, 200])

        async def read(
            after: str | None,
            condition: ChangeCondition = condition,
            since: datetime | None = since,
            until: datetime | None = until,
            newest_first: bool = newest_first,
            limit: int = limit,
        ) -> Page:
            return await loaders.history.page(
                condition, since, until, newest_first=newest_first, limit=limit, after=after
            )

        expected = sorted(
            (
                record
                for record in records
                if condition.matches(record)
                and (since is None or record["at"] >= since)
                and (until is None or record["at"] < until)
            ),
            key=lambda record: (record["at"], record["hostId"], record["sequence"]),
            reverse=newest_first,
        )
        assert await _walk(read) == expected, condition
        some += bool(expected) and len(expected) < len(records)
    assert some > 60


async def test_pages_go_on_after_a_cursor_of_the_subscription(store: Store, loaders: RequestLoaders) -> None:
    records = [{**_record(random.Random(2), number), "at": NOON, "sequence": number} for number in range(1, 6)]
    await store.changes.insert_many(records)
    third = records[2]
    cursor = ChangeCursor(third["at"], third["hostId"], third["sequence"], "82AB").pack()
    page = await loaders.history.page(ChangeCondition(), None, None, newest_first=False, limit=9, after=cursor)
    assert [record["revision"] for record in page.documents] == [4, 5]
    moment = ChangeCursor(NOON, "", 0, "82AB").pack()
    page = await loaders.history.page(ChangeCondition(), None, None, newest_first=False, limit=9, after=moment)
    assert len(page.documents) == 5


async def test_bounds_are_exact_to_the_microsecond_and_any_date_is_one(store: Store, loaders: RequestLoaders) -> None:
    await store.changes.insert_one({**_record(random.Random(2), 1), "at": NOON})
    micro = timedelta(microseconds=1)
    early = datetime.fromisoformat("0001-01-01T00:00:00+14:00")
    late = datetime.fromisoformat("9999-12-31T23:59:59.999999-14:00")
    for since, until, found in (
        (NOON, None, 1),
        (NOON + micro, None, 0),
        (NOON - micro, NOON + micro, 1),
        (None, NOON, 0),
        (NOON.replace(tzinfo=None), None, 1),
        (early, late, 1),
        (late, early, 0),
    ):
        page = await loaders.history.page(ChangeCondition(), since, until, newest_first=True, limit=9, after=None)
        assert len(page.documents) == found, (since, until)


async def test_the_records_of_one_vm_and_of_one_device_come_newest_first(store: Store, loaders: RequestLoaders) -> None:
    rng = random.Random(4)
    records = [_record(rng, number) for number in range(1, 120)]
    await store.changes.insert_many(records)
    for key in (*KEYS, "gone", "\0", HALF, "x" * 1_000_000):
        for device in (None, "DISK/1", "TPM/1", "gone", HALF):

            async def read(after: str | None, key: str = key, device: str | None = device) -> Page:
                return await loaders.history.of(key, device, 5, after)

            def has(record: Document, device: str | None = device) -> bool:
                devices = [*record["devices"], *record.get("persistent", {}).get("devices", [])]
                return device is None or any(one["device"] == device for one in devices)

            expected = [record for record in reversed(records) if record["key"] == key and has(record)]
            assert await _walk(read) == expected


@pytest.mark.parametrize(
    "cursor", ["", "x", HALF, packed(["revisions"]), packed(["revisions", 0]), packed(["revisions", True]),
               packed(["revisions", 2**63]), packed(["changes", 1]), packed(["revisions", "1"])]
)  # fmt: skip
async def test_cursors_of_other_lists_are_refused(loaders: RequestLoaders, cursor: str) -> None:
    with pytest.raises(ValueError, match="not one of this list"):
        await loaders.history.of("kvm/a", None, 5, cursor)
    with pytest.raises(ValueError, match="not one of this list"):
        await loaders.history.page(ChangeCondition(), None, None, newest_first=True, limit=5, after=cursor)


async def test_pages_come_sorted_out_of_indexes(mongo: EmbeddedMongo) -> None:
    async with open_api(mongo.uri) as api:
        rng = random.Random(3)
        await api.store.changes.insert_many([_record(rng, number) for number in range(1, 400)])
        history = RequestLoaders(api.store.database, 20).history
        cursor = ChangeCursor(NOON + 6 * SECOND, "kvm-1", 7, None).pack()
        for condition in (ChangeCondition(), ChangeCondition(host_ids=frozenset(["kvm-1"]))):
            for newest_first in (True, False):
                for after in (None, cursor):
                    await history.page(condition, None, None, newest_first=newest_first, limit=5, after=after)
        await history.of("kvm-1/a", None, 5, None)
        await history.of("kvm-1/a", "DISK/1", 5, packed(["revisions", 200]))
        bodies = api.sent.finds("changes")
        assert len(bodies) == 10
        for body in bodies:
            kept = {name: body[name] for name in ("find", "filter", "sort", "limit") if name in body}
            explained = await api.store.database.command({"explain": kept, "verbosity": "executionStats"})
            plan = str(explained["queryPlanner"]["winningPlan"])
            assert "IXSCAN" in plan
            assert "'SORT'" not in plan
            assert explained["executionStats"]["totalDocsExamined"] < 40, kept


# --- VMs of the past ------------------------------------------------------------------------------------------------

UNREADABLE = {"name": "web", "state": "RUNNING", "error": "It is broken.", "rawXml": "<domain passwd='x'>"}


def _pool() -> tuple[Document, ...]:
    """Definitions to choose from: libvirt's own where they are at hand."""
    return definitions() or tuple(schema.domain_from_xml(path.read_bytes()) for path in sorted(SAMPLE.glob("*.xml")))


def _next(before: Document | None, rng: random.Random, *, live: bool) -> Document | None:
    """What a VM, or its other definition, may become."""
    if rng.random() < 0.12:
        return None
    if rng.random() < 0.08:
        return {key: value for key, value in UNREADABLE.items() if live or key != "state"}
    state = {"state": rng.choice(["RUNNING", "SHUTOFF"])} if live else {}
    if before is None or "error" in before or rng.random() < 0.2:
        found = deepcopy(rng.choice(_pool()))
        if before is not None and "domain" in before:
            schema.keep_identity(before, found)
        return {**found, **state}
    found = deepcopy(before)
    arrays = [array for array in found.get("devices", {}).values() if isinstance(array, list) and array]
    if arrays:
        array = rng.choice(arrays)
        if rng.random() < 0.5:
            rng.shuffle(array)
        else:
            array.pop(rng.randrange(len(array)))
        found["devices"] = {key: value for key, value in found["devices"].items() if value != []}
    found["domain"]["title"] = rng.choice(["one", "two", "three"])
    return {**found, **state}


@pytest.mark.parametrize("seed", range(6))
async def test_a_vm_is_rebuilt_as_it_was_at_every_moment(store: Store, loaders: RequestLoaders, seed: int) -> None:
    """Whatever it went through, and where the clock once went back, the newest of what was before the moment counts."""
    rng = random.Random(seed)
    chronicle = Chronicle(store)
    at, vm, persistent = NOON, None, None
    for _ in range(60):
        at += rng.choice([1, 5, 100, -3 if seed % 2 else 2]) * SECOND
        vm = _next(vm, rng, live=True)
        persistent = None if vm is None else _next(persistent, rng, live=False) if rng.random() < 0.5 else persistent
        await chronicle.becomes(at, vm, persistent)
    some = 0
    for moment in sorted({told.at + offset for told in chronicle.told for offset in (timedelta(), -SECOND / 2)}):
        expected = next((told for told in reversed(chronicle.told) if told.at <= moment), None)
        found = await loaders.history.vm_at(chronicle.key, moment)
        if expected is None or expected.vm is None:
            assert found is None
            continue
        some += 1
        assert found is not None
        assert tree(found) == tree(expected.vm)
        assert tree(found.get("persistent")) == tree(expected.persistent)
        assert (found["revision"], found["changedAt"]) == (expected.revision, expected.at)
        assert found["_id"] == chronicle.key
        assert found["declarations"] == schema.DECLARATIONS_HASH
        assert (found["hostId"], found["sourceKey"]) == ("kvm", "web")
        if "error" not in expected.vm:
            definition = {key: value for key, value in expected.vm.items() if key != "state"}
            assert found.get("attachments", []) == schema.attachments(definition, "kvm")
    assert some > 50


async def test_there_is_no_vm_before_it_came_and_after_it_went(store: Store, loaders: RequestLoaders) -> None:
    chronicle = Chronicle(store)
    vm = {"name": "web", "state": "RUNNING", "domain": {"title": "a"}}
    await chronicle.becomes(NOON, vm)
    await chronicle.becomes(NOON + 5 * SECOND, None)
    await chronicle.becomes(NOON + 9 * SECOND, {**vm, "domain": {"title": "b"}})
    history = loaders.history
    for offset, title in ((-1, None), (0, "a"), (4, "a"), (5, None), (8, None), (9, "b"), (10**9, "b")):
        found = await history.vm_at(chronicle.key, NOON + offset * SECOND)
        assert (found and found["domain"]["title"]) == title, offset
    for nobody in ("gone", "", HALF, "\0", "x" * 1_000_000):
        assert await history.vm_at(nobody, NOON) is None


async def test_a_vm_that_was_too_large_to_be_kept_is_said_to_be_lost(store: Store, loaders: RequestLoaders) -> None:
    chronicle = Chronicle(store)
    vm = {"name": "web", "state": "RUNNING", "domain": {}}
    for offset, content in ((0, vm), (5, None), (9, vm)):
        await chronicle.becomes(NOON + offset * SECOND, content)
    await store.earlier.delete_many({})
    for offset in (0, 4):
        with pytest.raises(ValueError, match=r"^Nothing is kept that tells what the VM was then\.$"):
            await loaders.history.vm_at(chronicle.key, NOON + offset * SECOND)
    assert await loaders.history.vm_at(chronicle.key, NOON + 9 * SECOND)


async def test_a_moment_that_the_history_does_not_reach_is_refused(store: Store, loaders: RequestLoaders) -> None:
    chronicle = Chronicle(store)
    for number in range(4):
        vm = {"name": "web", "state": "RUNNING", "domain": {"title": str(number)}}
        await chronicle.becomes(NOON + number * 10 * SECOND, vm)
    reach = NOON + 15 * SECOND
    await store.history.insert_one({"_id": "retention", "since": reach})
    await store.changes.delete_many({"at": {"$lt": reach}})
    await store.earlier.delete_many({"at": {"$lt": reach}})
    with pytest.raises(ValueError, match=r"^The history reaches back to 2024-05-06T12:00:15\+00:00\.$"):
        await loaders.history.vm_at(chronicle.key, reach - SECOND)
    for offset, title, since in ((15, "1", reach), (19, "1", reach), (20, "2", NOON + 20 * SECOND)):
        found = await loaders.history.vm_at(chronicle.key, NOON + offset * SECOND)
        assert found is not None
        assert (found["domain"]["title"], found["changedAt"], found["revision"]) == (title, since, int(title) + 1)


async def test_a_vm_whose_records_are_all_forgotten_is_as_it_is(store: Store, loaders: RequestLoaders) -> None:
    chronicle = Chronicle(store)
    await chronicle.becomes(NOON, {"name": "web", "state": "RUNNING", "domain": {}})
    await store.changes.delete_many({})
    with pytest.raises(ValueError, match="reaches back to 2024-05-06T12:00:00"):
        await loaders.history.vm_at(chronicle.key, NOON - SECOND)
    await store.history.insert_one({"_id": "retention", "since": NOON + SECOND})
    found = await loaders.history.vm_at(chronicle.key, NOON + SECOND)
    assert found is not None
    assert (found["revision"], found["changedAt"]) == (1, NOON)


async def test_what_was_forgotten_in_between_ends_the_walk(store: Store, loaders: RequestLoaders) -> None:
    """A clock went back: an older record can have a later time than one that is forgotten."""
    chronicle = Chronicle(store)
    for offset, title in ((60, "a"), (0, "b"), (90, "c")):
        await chronicle.becomes(NOON + offset * SECOND, {"name": "web", "state": "RUNNING", "domain": {"title": title}})
    reach = NOON + 30 * SECOND
    await store.history.insert_one({"_id": "retention", "since": reach})
    await store.changes.delete_many({"at": {"$lt": reach}})
    found = await loaders.history.vm_at(chronicle.key, NOON + 40 * SECOND)
    assert found is not None
    assert (found["domain"]["title"], found["revision"]) == ("b", 2)


async def test_what_other_declarations_wrote_is_put_as_today_s_put_it(store: Store, loaders: RequestLoaders) -> None:
    """An older release knew no title: what it kept aside is a field in all of the past."""
    chronicle = Chronicle(store)
    chronicle._identity["declarations"] = "older"

    def older(title: str) -> Document:
        extra = [{"name": "title", "xml": f"<title>{title}</title>"}]
        disk = {"id": "disk/mine", "kind": "DISK", "target": {"dev": "vda"}}
        domain = {"type": "kvm", "extra": extra}
        return {"name": "web", "domain": domain, "devices": {"disks": [disk]}}

    for number, title in enumerate(("a", "b")):
        await chronicle.becomes(NOON + number * SECOND, {**older(title), "state": "RUNNING"}, older(f"{title}'"))
    today = {**older("b"), "state": "RUNNING", "domain": {"type": "kvm", "title": "b"}}
    other = {**older("b"), "domain": {"type": "kvm", "title": "b'"}}
    await chronicle.rewritten(NOON + 10 * SECOND, today, other, schema.DECLARATIONS_HASH)
    await chronicle.becomes(NOON + 20 * SECOND, {**today, "state": "SHUTOFF"}, other)
    for offset, title, state in ((0, "a", "RUNNING"), (1, "b", "RUNNING"), (15, "b", "RUNNING"), (20, "b", "SHUTOFF")):
        found = await loaders.history.vm_at(chronicle.key, NOON + offset * SECOND)
        assert found is not None
        assert found["domain"] == {"type": "kvm", "title": title}
        assert found["state"] == state
        assert found["persistent"]["domain"] == {"type": "kvm", "title": f"{title}'"}
        assert found["declarations"] == found["persistent"]["declarations"] == schema.DECLARATIONS_HASH
        assert found["devices"]["disks"][0]["id"] == "disk/mine"
