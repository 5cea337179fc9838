"""Processes that decode: what they give is what this process would, and they leave with it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.collector.inventory import Observation
from server.store import decoders
from server.store.connection import Document, Store
from server.store.decoders import Decoders
from server.store.errors import StoreError
from server.store.inventory import MongoInventory
from tests.server.store.conftest import until
from tests.server.store.documents import disk, domain, observed

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def running(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Decoders]:
    """Two processes that are ready."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    two = Decoders()
    two.start()
    await until(lambda: two.parallel == 2, 60)
    yield two
    two.close()


async def test_processes_are_asked_once_they_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    two = Decoders()
    assert await two.run(os.getpid) == os.getpid()
    two.start()
    assert await two.run(os.getpid) == os.getpid()
    await until(lambda: two.parallel == 2, 60)
    assert await two.run(os.getpid) != os.getpid()
    two.close()
    assert two.parallel == 1
    assert await two.run(os.getpid) == os.getpid()


async def test_what_a_computation_raises_is_raised(running: Decoders) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await running.run(int, "x")
    assert await running.run(int, "7") == 7


async def test_processes_that_are_killed_cost_nothing(running: Decoders) -> None:
    other = await running.run(os.getpid)
    asking = [asyncio.create_task(running.run(sum, range(number))) for number in range(50)]
    os.kill(other, signal.SIGKILL)
    assert await asyncio.gather(*asking) == [sum(range(number)) for number in range(50)]
    running.start()
    await until(lambda: running.parallel == 2, 60)
    assert await running.run(os.getpid) not in (other, os.getpid())


async def test_processes_end_when_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(decoders, "_IDLE_SECONDS", 1.0)
    two = Decoders()
    two.start()
    await until(lambda: two._running() or two._pool is None, 60)
    await until(lambda: two._pool is None)
    assert two.parallel == 1


async def test_one_processor_has_no_further_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    none = Decoders()
    none.start()
    assert none._pool is None
    assert await none.run(os.getpid) == os.getpid()


_PARENT = """
import asyncio, os, time
from server.store.decoders import Decoders

async def main():
    decoders = Decoders()
    decoders.start()
    while decoders.parallel == 1:
        await asyncio.sleep(0.05)
    print(await decoders.run(os.getpid), flush=True)
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one processor")
def test_processes_do_not_outlive_one_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "parent.py"
    program.write_text(_PARENT)
    with subprocess.Popen(
        [sys.executable, str(program)], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as parent:
        assert parent.stdout is not None
        child = Path(f"/proc/{int(parent.stdout.readline())}")
        assert child.exists()
        parent.kill()
    asyncio.run(until(lambda: not child.exists() or "\nState:\tZ" in (child / "status").read_text()))


def _fleet() -> list[Observation]:
    """Two hundred VMs, among them some of every kind that cannot be stored as they are."""
    fleet = [
        observed(str(number), domain(str(number), devices=disk("vda")), persistent_xml=domain(str(number)))
        for number in range(200)
    ]
    fleet[3] = observed("3", "<domain>")
    fleet[60] = observed("60", persistent_xml="<domain>")
    fleet[61] = Observation("61", "UNKNOWN", "", error="libvirt could not give the definition: it is gone.")
    fleet[120] = observed("120", domain(memory=13))
    fleet[199] = observed("199", persistent_xml=domain(memory=13))
    return fleet


async def _stored(store: Store, host_id: str) -> tuple[str, int]:
    found: list[Document] = []
    for collection in (store.vms, store.definitions, store.changes):
        documents = collection.find({"hostId": host_id}, {"changedAt": 0, "at": 0}).sort("_id", 1)
        found += [document async for document in documents]
    text = repr(found).replace(f"'{host_id}", "'host").replace(f"|{host_id}|", "|host|")
    return text, len(found)


async def test_what_they_decode_is_stored_as_if_it_was_decoded_here(store: Store, running: Decoders) -> None:
    await store.database.command({"collMod": "vms", "validator": {"domain.memory.value": {"$ne": 13}}})
    await store.database.command({"collMod": "definitions", "validator": {"domain.memory.value": {"$ne": 13}}})
    here, beside = MongoInventory(store), MongoInventory(store)
    here._decoders._unavailable = True
    beside._decoders = running
    await here.vms_observed("one", _fleet())
    await beside.vms_observed("two", _fleet())
    assert await _stored(store, "one") == await _stored(store, "two")
    assert await store.vms.count_documents({"error": {"$exists": True}}) == 2 * 3
    assert await store.definitions.count_documents({"error": {"$exists": True}}) == 2 * 2


async def test_portions_before_a_failure_stay_and_the_call_can_be_repeated(store: Store, running: Decoders) -> None:
    inventory = MongoInventory(store)
    inventory._decoders = running
    changes, calls = inventory._own.changes, 0

    async def failing(host_id: str, compute: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise StoreError("MongoDB went away.")
        await changes(host_id, compute)  # type: ignore[arg-type]

    inventory._own.changes = failing  # type: ignore[method-assign]
    with pytest.raises(StoreError):
        await inventory.vms_observed("kvm", _fleet())
    assert await store.vms.count_documents({}) == await store.changes.count_documents({}) == 100
    await inventory.vms_observed("kvm", _fleet())
    assert await store.vms.count_documents({"revision": 1}) == await store.changes.count_documents({}) == 200
