"""Several collectors that are given the same hosts, with leases in a real MongoDB."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from pymongo.errors import PyMongoError

from server.collector.collector import Collector
from server.collector.hosts import Host
from server.collector.inventory import HostState, NotOwner
from server.collector.ownership import Leased, Sole
from server.collector.watch import Pace
from server.store.connection import Store
from server.store.leases import Leases
from tests.server.collector.recorder import Recorder
from tests.server.store.conftest import own_store, until

SECONDS = 3.0
QUICK = Pace(reconnect_seconds=0.3)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    directory = tmp_path / "dumps"
    directory.mkdir()
    put(directory, "first")
    return Host("dumps", directory.as_uri().replace("file://", "files://"))


def put(directory: Path, name: str) -> None:
    (directory / f"{name}.xml").write_text(f"<domain><name>{name}</name></domain>")


class Process:
    """What one process of several would run."""

    def __init__(
        self,
        store: Store,
        hosts: list[Host],
        recorder: Recorder | None = None,
        pace: Pace = QUICK,
        seconds: float = SECONDS,
    ) -> None:
        self.leases = Leases(store, seconds=seconds)
        self.recorder = recorder or Recorder()
        self.collector = Collector(hosts, self.recorder, pace, ownership=Leased(self.leases))

    @property
    def watches(self) -> bool:
        return self.recorder.state("dumps") is HostState.CONNECTED

    def known(self) -> set[str]:
        return set(self.recorder.vms.get("dumps", {}))


@asynccontextmanager
async def running(*processes: Process) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(process.collector.run()) for process in processes]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def owner(store: Store) -> str:
    lease = await store.leases.find_one({"_id": "dumps"})
    return str(lease["owner"]) if lease else ""


async def renewed_by(store: Store) -> str:
    """The owner of a lease that is good; empty where MongoDB cannot tell."""
    with suppress(PyMongoError):
        lease = await store.leases.find_one({"_id": "dumps", "$expr": {"$gt": ["$until", "$$NOW"]}})
        return str(lease["owner"]) if lease else ""
    return ""


async def test_a_host_has_one_owner_and_the_other_stands_by(store: Store, host: Host, tmp_path: Path) -> None:
    first, second = Process(store, [host]), Process(store, [host])
    async with running(first, second):
        await until(lambda: first.watches or second.watches, 3)
        put(tmp_path / "dumps", "second")
        await until(lambda: {"first.xml", "second.xml"} in (first.known(), second.known()))
        await asyncio.sleep(1.5 * SECONDS)
        watching, idle = (first, second) if first.watches else (second, first)
        assert await owner(store) == watching.leases.owner
        assert watching.recorder.states["dumps"] == [HostState.CONNECTING, HostState.CONNECTED]
        assert idle.recorder.states == {}


async def test_many_hosts_each_have_one_owner_and_nothing_moves(store: Store, tmp_path: Path) -> None:
    hosts = []
    for number in range(60):
        (tmp_path / f"host-{number}").mkdir()
        hosts.append(Host(f"host-{number}", f"files://{tmp_path}/host-{number}"))
    first, second = Process(store, hosts), Process(store, hosts)
    async with running(first, second):
        await until(lambda: len(first.recorder.states) + len(second.recorder.states) >= 60)
        third = Process(store, hosts)
        async with running(third):
            await asyncio.sleep(1.5 * SECONDS)
        assert not set(first.recorder.states) & set(second.recorder.states)
        assert third.recorder.states == {}
        assert first.recorder.reasons == second.recorder.reasons == []


async def test_an_orderly_end_hands_over_at_once(store: Store, host: Host) -> None:
    calls: list[tuple[str, HostState]] = []

    class Told(Recorder):
        def __init__(self, name: str) -> None:
            super().__init__()
            self._name = name

        async def host_connecting(self, host_id: str, uri: str) -> None:
            await super().host_connecting(host_id, uri)
            calls.append((self._name, HostState.CONNECTING))

        async def host_disconnected(self, host_id: str, uri: str, reason: str) -> None:
            await super().host_disconnected(host_id, uri, reason)
            calls.append((self._name, HostState.DISCONNECTED))

    first, second = Process(store, [host], Told("first")), Process(store, [host], Told("second"))
    async with running(first):
        await until(lambda: first.watches)
        waiting = asyncio.create_task(second.collector.run())
        await asyncio.sleep(0.2)
        ended = time.monotonic()
    await until(lambda: second.watches, SECONDS)
    assert time.monotonic() - ended < SECONDS / 3
    assert calls == [
        ("first", HostState.CONNECTING),
        ("first", HostState.DISCONNECTED),
        ("second", HostState.CONNECTING),
    ]
    waiting.cancel()
    await asyncio.wait([waiting])


async def take_over(store: Store, seconds: float = 3600) -> None:
    """Be another collector, which found the lease at its end."""
    taken = [{"$set": {"owner": "another", "until": {"$add": ["$$NOW", int(seconds * 1000)]}}}]
    await store.leases.update_one({"_id": "dumps"}, taken)


async def test_a_host_that_was_taken_over_is_given_up_without_a_word(store: Store, host: Host, tmp_path: Path) -> None:
    process = Process(store, [host])
    async with running(process):
        await until(lambda: process.watches)
        await take_over(store, 2)
        await asyncio.sleep(SECONDS / 3 + 0.3)
        put(tmp_path / "dumps", "for-the-other")
        await asyncio.sleep(0.4)
        assert process.known() == {"first.xml"}, "nothing is watched any more"
        assert process.recorder.states["dumps"] == [HostState.CONNECTING, HostState.CONNECTED]
        assert await owner(store) == "another"
        await until(lambda: process.known() == {"first.xml", "for-the-other.xml"}, 3)
        assert await owner(store) == process.leases.owner
    assert process.recorder.reasons == ["The collector was stopped."]


@pytest.mark.parametrize("call", ["vms_observed", "vms_vanished", "resources_observed", "host_synchronized"])
async def test_an_inventory_that_knows_another_owner_is_believed_at_once(
    store: Store, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    refused: list[str] = []

    async def refuse(host_id: str, *_: object) -> None:
        refused.append(host_id)
        raise NotOwner(host_id)

    process = Process(store, [host], pace=Pace(reconcile_seconds=1), seconds=60)
    async with running(process):
        await process.recorder.until(lambda: "dumps" in process.recorder.scopes_read)
        await take_over(store)
        with monkeypatch.context() as patched:
            patched.setattr(process.recorder, call, refuse)
            if call == "vms_vanished":
                (tmp_path / "dumps" / "first.xml").unlink()
            else:
                put(tmp_path / "dumps", "second")
            await until(lambda: bool(refused), 5)
            await asyncio.sleep(1.5)
        assert refused == ["dumps"], "it is not tried again"
        seen = process.known()
        put(tmp_path / "dumps", "third")
        await asyncio.sleep(1.2)
        assert process.known() == seen
        assert process.recorder.states["dumps"] == [HostState.CONNECTING, HostState.CONNECTED]


async def test_hosts_stay_watched_while_mongodb_is_away(host: Host, tmp_path: Path) -> None:
    async with own_store(tmp_path / "mongo") as (mongo, store):
        process = Process(store, [host])
        async with running(process):
            await until(lambda: process.watches)
            pid = mongo.pid
            assert pid
            os.kill(pid, signal.SIGSTOP)
            await asyncio.sleep(2 * SECONDS)
            put(tmp_path / "dumps", "second")
            await until(lambda: "second.xml" in process.known(), 2)
            os.kill(pid, signal.SIGKILL)
            await until(lambda: mongo.pid not in (pid, None), 20)
            began = time.monotonic()
            while await renewed_by(store) != process.leases.owner:
                assert time.monotonic() - began < 20, "it is renewed again"
                await asyncio.sleep(0.1)
            put(tmp_path / "dumps", "third")
            await until(lambda: "third.xml" in process.known(), 2)
            assert process.recorder.states["dumps"] == [HostState.CONNECTING, HostState.CONNECTED]


async def test_who_stands_by_can_be_ended(store: Store, host: Host) -> None:
    await Leases(store).take("dumps")
    process = Process(store, [host])
    began = time.monotonic()
    async with process.collector:
        await asyncio.sleep(0.5)
    assert time.monotonic() - began < 1
    assert process.recorder.states == {}


async def test_the_only_collector_owns_what_it_is_given() -> None:
    sole = Sole()
    await sole.acquired("any")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sole.lost("any"), 0.1)
    await sole.release("any")
