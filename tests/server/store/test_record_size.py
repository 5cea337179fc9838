from typing import Any

import bson
import pytest

from schema.changes.condition import ChangeCondition
from server.collector.inventory import Cause
from server.store.connection import Document, Store
from server.store.inventory import MongoInventory
from server.store.record_size import LARGEST_RECORD, bounded
from tests.server.store.documents import disk, domain, observed
from tests.server.store.feeding import record


def device(number: int, kind: str = "DISK", **rest: Any) -> Document:
    return {"device": f"{kind}/{number}", "kind": kind, "operation": "CHANGED", "changes": [], **rest}


def change(path: str, length: int) -> Document:
    return {"path": path, "old": "a" * length, "new": "b" * length}


def size(found: Document) -> int:
    return len(bson.encode(found))


def test_a_small_record_stays_as_it_is() -> None:
    small = record(1, changes=[change("a", 100_000)])
    assert bounded(small) is small


def test_the_longest_values_are_withheld_first() -> None:
    whole = record(1, changes=[change("domain.long", 200_000), change("domain.short", 10)], exact=True)
    whole["devices"] = [device(1, changes=[change("driver", 8_000)])]
    found = bounded(whole)
    assert found["changes"] == [{"path": "domain.long", "withheld": "TOO_LARGE"}, change("domain.short", 10)]
    assert found["devices"] == whole["devices"]
    assert found["exact"] is False
    assert "truncated" not in found
    assert len(whole["changes"][0]["old"]) == 200_000, "what was given is not touched"


def test_many_middling_values_are_withheld_too() -> None:
    found = bounded(record(1, changes=[change(f"domain.{number}", 500) for number in range(1000)]))
    assert size(found) <= LARGEST_RECORD
    assert all(one["withheld"] == "TOO_LARGE" for one in found["changes"])
    assert len(found["changes"]) == 1000


def test_only_the_part_that_lost_something_is_inexact() -> None:
    found = bounded(record(1, persistent={"devices": [], "changes": [change("domain.long", 300_000)], "orders": {}}))
    assert found["persistent"]["exact"] is False
    assert "exact" not in found


@pytest.mark.parametrize("part", ["live", "persistent", "both"])
def test_what_is_too_much_is_left_out(part: str) -> None:
    devices = [device(number, changes=[change(f"driver.{one}", 1) for one in range(9)]) for number in range(5_000)]
    devices += [device(1, "INTERFACE"), device(2, "INTERFACE", operation="REMOVED")]
    changes = [change(f"domain.{number}.{'x' * 900}", 1) for number in range(500)]
    large = {"devices": devices, "changes": changes, "orders": {"disks": ["d" * 20] * 9_000}}
    touched = [f"devices.disks.driver.{'x' * 90}.{number}" for number in range(9_000)]
    whole = record(1, touched=touched, name="n" * 400_000)
    if part != "persistent":
        whole |= large
    if part != "live":
        whole["persistent"] = large
    found = bounded(whole)
    assert size(found) <= LARGEST_RECORD
    assert found["truncated"] is True
    for key in ("_id", "subject", "key", "hostId", "operation", "revision", "sequence", "at"):
        assert found[key] == whole[key]
    cut = found if part != "persistent" else found["persistent"]
    assert cut["exact"] is False
    assert {(one["kind"], one["operation"]) for one in cut["devices"]} == {
        ("DISK", "CHANGED"),
        ("INTERFACE", "CHANGED"),
        ("INTERFACE", "REMOVED"),
    }
    assert size(found) > LARGEST_RECORD / 8, "as much as fits is there"
    for path in ("devices.disks", "devices.disks.driver", touched[8_000]):
        assert ChangeCondition(path=path).matches(found)
    assert not ChangeCondition(path="devices.interfaces").matches(found)


def test_what_came_is_exact_though_its_devices_do_not_fit() -> None:
    found = bounded(record(1, operation="ADDED", devices=[device(one, operation="ADDED") for one in range(9_000)]))
    assert found["truncated"] is True
    assert "exact" not in found
    assert size(found) <= LARGEST_RECORD


async def test_a_record_too_large_leads_back_through_the_document_kept(store: Store) -> None:
    inventory = MongoInventory(store)
    for file in ("/a", "/b"):
        devices = "".join(disk(f"vd{number}", f"{file * 400}{number}") for number in range(1_000))
        await inventory.vms_observed("kvm", [observed("a", domain(devices=devices))], Cause.EVENT)
    changed = await store.changes.find_one({"_id": "kvm/a@2"})
    assert changed is not None
    assert size(changed) <= LARGEST_RECORD + 100
    assert changed["exact"] is False
    assert changed["touched"] == ["devices.disks.source.file"]
    assert await store.earlier.distinct("_id") == ["kvm/a@1"]
