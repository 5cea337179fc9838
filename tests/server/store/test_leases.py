"""Leases of hosts, against a real mongod."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from server.store.connection import Store
from server.store.embedded import EmbeddedMongo
from server.store.errors import StoreError
from server.store.leases import Leases, release_all
from tests.server.store.conftest import Commands, own_store

ROOT = Path(__file__).parents[3]


async def lease(store: Store, host_id: str = "kvm") -> dict[str, object]:
    found = await store.leases.find_one({"_id": host_id})
    assert found
    return dict(found)


async def test_of_many_that_race_one_wins(store: Store) -> None:
    many = [Leases(store) for _ in range(20)]
    assert len({one.owner for one in many}) == 20
    for host_id in ("a", "b", "c"):
        won = await asyncio.gather(*(one.take(host_id) for one in many))
        assert won.count(True) == 1
        assert (await lease(store, host_id))["owner"] == many[won.index(True)].owner
        assert (await lease(store, host_id))["sequence"] == 0


async def test_a_lease_is_good_for_its_time_and_can_be_renewed(store: Store) -> None:
    first, second = Leases(store, seconds=1), Leases(store, seconds=1)
    assert await first.take("kvm")
    assert not await second.take("kvm")
    assert await second.free(["kvm", "other"]) == {"other"}
    assert await first.free(["kvm", "other"]) == {"kvm", "other"}, "one's own is in nobody's way"
    await asyncio.sleep(0.7)
    assert await first.take("kvm"), "taking renews"
    await asyncio.sleep(0.7)
    assert not await second.take("kvm")
    assert await first.renew(["kvm"]) == {"kvm"}
    await asyncio.sleep(0.7)
    assert not await second.take("kvm")
    await asyncio.sleep(0.4)
    assert await second.free(["kvm"]) == {"kvm"}
    assert await second.take("kvm")
    assert not await first.take("kvm")
    assert await first.renew(["kvm"]) == set()


async def test_the_time_is_mongodbs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    leases = Leases(store, seconds=10)
    monkeypatch.setattr(time, "time", lambda: 4_000_000_000.0)
    assert await leases.take("kvm")
    pipeline = [{"$project": {"left": {"$subtract": ["$until", "$$NOW"]}}}]
    (found,) = await store.leases.aggregate(pipeline).to_list(None)
    assert 8_000 < found["left"] <= 10_000


async def test_what_is_released_can_be_taken_at_once(store: Store) -> None:
    first, second = Leases(store), Leases(store)
    assert await first.take("kvm")
    await second.release("kvm")
    assert not await second.take("kvm"), "nobody gives back what is another's"
    await first.release("kvm")
    assert await second.take("kvm")
    assert await first.renew(["kvm"]) == set(), "who comes back later has lost it"
    await release_all(store)
    assert await first.take("kvm")


async def test_the_sequence_goes_on_from_owner_to_owner(store: Store) -> None:
    first, second = Leases(store), Leases(store)
    await first.take("kvm")
    await store.leases.update_one({"_id": "kvm"}, {"$inc": {"sequence": 41}})
    await first.release("kvm")
    await second.take("kvm")
    assert (await lease(store))["sequence"] == 41


async def test_many_leases_are_renewed_in_one_write(store: Store, watched: Store, commands: Commands) -> None:
    hosts = [f"host-{number}" for number in range(1000)]
    mine, others = Leases(watched), Leases(store)
    for start in range(0, 1000, 50):
        await asyncio.gather(*(mine.take(host_id) for host_id in hosts[start : start + 50]))
    commands.sent.clear()
    assert await mine.renew(hosts) == set(hosts)
    assert await mine.free(hosts) == set(hosts)
    assert set(commands.names()) <= {"update", "find", "getMore"}
    assert commands.names().count("update") == 1
    await mine.release("host-7")
    assert await others.take("host-7")
    assert await mine.renew(hosts) == set(hosts) - {"host-7"}
    assert (await lease(store, "host-7"))["owner"] == others.owner


async def test_who_only_looks_writes_nothing(store: Store, watched: Store) -> None:
    first, second = Leases(store), Leases(watched)
    await first.take("kvm")
    before = await lease(store)
    assert await second.free(["kvm"]) == set()
    assert not await second.take("kvm")
    assert await lease(store) == before


WRITER = """
import asyncio, sys
from server.store.connection import connect
from server.store.leases import Leases

async def main():
    store = await connect(sys.argv[1], sys.argv[2])
    assert await Leases(store, seconds=4).take("kvm")
    async with await store.client.start_session() as session, session.start_transaction():
        await store.leases.update_one({"_id": "kvm"}, {"$inc": {"sequence": 1}}, session=session)
        print("written", flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


@contextmanager
def within_a_transaction(mongo: EmbeddedMongo, database: str) -> Iterator[int]:
    """The pid of a process that has written to the lease and does not go on."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, mongo.uri, database], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with writer:
        assert writer.stdout is not None
        try:
            assert writer.stdout.readline() == "written\n"
            yield writer.pid
        finally:
            writer.kill()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_an_owner_that_ends_within_a_transaction_is_in_nobodys_way(
    mongo: EmbeddedMongo, store: Store, database: str, number: signal.Signals
) -> None:
    second = Leases(store, seconds=4)
    with within_a_transaction(mongo, database) as pid:
        os.kill(pid, number)
        began = time.monotonic()
        taken = False
        while not taken:
            assert time.monotonic() - began < 8, "MongoDB itself would let go after a minute"
            with suppress(StoreError):
                taken = await second.take("kvm")
            await asyncio.sleep(0.2)
        assert time.monotonic() - began > 2, "a transaction that goes on is not ended"
    assert (await lease(store))["owner"] == second.owner
    assert (await lease(store))["sequence"] == 0, "what it wrote is gone"


async def test_mongodb_that_does_not_answer_is_said_in_time(tmp_path: Path) -> None:
    async with own_store(tmp_path) as (mongo, store):
        leases = Leases(store, seconds=3)
        assert await leases.take("kvm")
        assert mongo.pid
        os.kill(mongo.pid, signal.SIGSTOP)
        try:
            for call in (leases.take("kvm"), leases.renew(["kvm"]), leases.free(["kvm"]), leases.release("kvm")):
                began = time.monotonic()
                with pytest.raises(StoreError, match="keeps no leases"):
                    await call
                assert time.monotonic() - began < 1.5
        finally:
            os.kill(mongo.pid, signal.SIGCONT)
        assert await leases.renew(["kvm"]) == {"kvm"}
