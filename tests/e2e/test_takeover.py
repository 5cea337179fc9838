"""Several collectors over one MongoDB: one owner for each host, whatever becomes of the others."""

import asyncio
import signal
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server.store.connection import Document, Store
from server.store.embedded import EmbeddedMongo
from tests.conftest import Say
from tests.e2e.client import client
from tests.e2e.conftest import Serve
from tests.e2e.program import Program, collect, files_host

HOSTS = ("one", "two", "three")
VMS = 5
TAKEN_OVER = 15.0
"""Seconds within which a dead collector's hosts are another's."""

Collect = Callable[..., AbstractAsyncContextManager[Program]]


class Fleet:
    """Directories of documents that change all the time; `titles` is what stands in them, by the VM's key."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.titles: dict[str, str] = {}
        for host in HOSTS:
            (directory / host).mkdir()
            for vm in range(VMS):
                self.put(host, vm, "first")

    def put(self, host: str, vm: int, title: str) -> str:
        """Change a VM; its key."""
        path = self.directory / host / f"vm-{vm}.xml"
        new = path.with_suffix(".new")
        new.write_text(f"<domain type='kvm'><name>vm-{vm}</name><title>{title}</title></domain>")
        new.rename(path)
        self.titles[key := f"{host}/{path.name}"] = title
        return key

    def put_all(self, title: str) -> None:
        """Change every VM."""
        for host in HOSTS:
            for vm in range(VMS):
                self.put(host, vm, title)

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[None]:
        """Change one VM after the other, some fifty a second."""

        async def change() -> None:
            number = 0
            while True:
                self.put(HOSTS[number % len(HOSTS)], number % VMS, f"change {number}")
                number += 1
                await asyncio.sleep(0.02)

        task = asyncio.create_task(change())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


@pytest.fixture
def collector(mongo: EmbeddedMongo, database: str, fleet: Fleet, tmp_path: Path) -> Collect:
    """Starts `virtgraph collect` for the fleet."""

    def start(name: str, *options: str) -> AbstractAsyncContextManager[Program]:
        hosts = [part for host in HOSTS for part in ("--host", files_host(host, fleet.directory / host))]
        where = ("--mongodb-uri", mongo.uri, "--database", database)
        return collect(*where, *hosts, *options, log=tmp_path / f"{name}.log")

    return start


async def owners(store: Store) -> dict[str, str]:
    """The token of each host's owner."""
    return {lease["_id"]: lease["owner"] async for lease in store.leases.find()}


async def nobody_is(store: Store, former: str) -> bool:
    """Whether an owner has no host left."""
    return former not in (await owners(store)).values()


async def everywhere_connected(store: Store) -> bool:
    """Whether every host is watched, as far as MongoDB says."""
    return [host["state"] async for host in store.hosts.find()] == ["CONNECTED"] * len(HOSTS)


async def shown(store: Store, fleet: Fleet, keys: Sequence[str] = ()) -> bool:
    """Whether these documents, or all, are what the files are."""
    found = {vm["_id"]: vm["domain"]["title"] async for vm in store.vms.find()}
    return all(found.get(key) == fleet.titles[key] for key in keys) if keys else found == fleet.titles


async def until(condition: Callable[[], Coroutine[Any, Any, bool]], what: str, seconds: float = 30) -> float:
    """Wait for something in MongoDB; the seconds it took."""
    began = time.monotonic()
    while not await condition():
        assert time.monotonic() - began < seconds, f"Not within {seconds:g} seconds: {what}"
        await asyncio.sleep(0.05)
    return time.monotonic() - began


async def all_owned(store: Store) -> str:
    """The token of the one collector that has all hosts, once it has them and is connected to them."""

    async def one_owner() -> bool:
        found = await owners(store)
        return set(found) == set(HOSTS) and len(set(found.values())) == 1 and await everywhere_connected(store)

    await until(one_owner, "one collector has all hosts")
    return (await owners(store))["one"]


async def check_records(store: Store) -> int:
    """Every revision of every VM is recorded once, and no sequence of a host has a gap; how many records there are."""
    revisions: dict[str, list[int]] = defaultdict(list)
    sequences: dict[str, list[int]] = defaultdict(list)
    titles: dict[str, str] = {}
    async for record in store.changes.find().sort("sequence", 1):
        sequences[record["hostId"]].append(record["sequence"])
        if record["subject"] == "VM":
            revisions[record["key"]].append(record["revision"])
            change = next((change for change in record["changes"] if change["path"] == "domain.title"), None)
            if change is not None:
                assert change["old"] == titles.get(record["key"], change["old"]), "it goes on where the last one ended"
                titles[record["key"]] = change["new"]
    for key, found in revisions.items():
        assert found == list(range(1, len(found) + 1)), key
    for host, numbers in sequences.items():
        assert numbers == list(range(1, len(numbers) + 1)), host
    vms: list[Document] = await store.vms.find().to_list(None)
    assert {vm["_id"]: vm["revision"] for vm in vms} == {key: len(found) for key, found in revisions.items()}
    return sum(map(len, revisions.values()))


START = 4.0
"""Seconds after which a collector that was just started stands by."""


async def test_a_killed_collectors_hosts_are_taken_over(
    collector: Collect, store: Store, fleet: Fleet, say: Say
) -> None:
    took = []
    async with AsyncExitStack() as stack:
        watching = await stack.enter_async_context(collector("0"))
        owner = await all_owned(store)
        async with fleet.changing():
            for number in range(1, 5):
                standby = await stack.enter_async_context(collector(f"{number}"))
                await asyncio.sleep(START)
                assert set((await owners(store)).values()) == {owner}, "who is there already keeps its hosts"
                watching.send(signal.SIGKILL)
                began = time.monotonic()
                keys = [fleet.put(host, VMS, f"after death {number}") for host in HOSTS]
                await until(partial(shown, store, fleet, keys), "another goes on", TAKEN_OVER)
                took.append(time.monotonic() - began)
                watching, owner = standby, await all_owned(store)
        await until(lambda: shown(store, fleet), "the last state of every VM")
    records = await check_records(store)
    say(f"taken over {', '.join(f'{one:.1f}' for one in took)} s after a kill; {records} records, none twice")


async def test_a_frozen_collector_that_goes_on_writes_nothing(
    collector: Collect, store: Store, fleet: Fleet, say: Say
) -> None:
    async with AsyncExitStack() as stack:
        frozen = await stack.enter_async_context(collector("frozen", "--lease-seconds", "4"))
        former = await all_owned(store)
        other = await stack.enter_async_context(collector("other", "--lease-seconds", "4"))
        await asyncio.sleep(START)
        async with fleet.changing():
            await asyncio.sleep(1)
            frozen.send(signal.SIGSTOP)
            took = await until(lambda: nobody_is(store, former), "the other takes over")
            owner = await all_owned(store)
            assert owner != former
            await asyncio.sleep(1)
            since = {host["_id"]: host["since"] async for host in store.hosts.find()}
            frozen.send(signal.SIGCONT)
            await asyncio.sleep(5)
        fleet.put_all("last")
        await until(lambda: shown(store, fleet), "the last state of every VM")
        assert set((await owners(store)).values()) == {owner}
        assert {host["_id"]: host["since"] async for host in store.hosts.find()} == since, "no host is said to be lost"
        await check_records(store)
        assert "Traceback" not in frozen.said
        assert frozen.said.count("is watched by another collector now") == len(HOSTS)
        other.send(signal.SIGKILL)
        await until(lambda: nobody_is(store, owner), "the one that was frozen stood by")
        assert await all_owned(store) == former
        fleet.put_all("very last")
        await until(lambda: shown(store, fleet), "the last state of every VM")
    records = await check_records(store)
    say(f"taken over {took:.1f} s after the freeze; {records} records, none twice")


async def test_a_collector_that_is_stopped_hands_over_at_once(
    collector: Collect, store: Store, fleet: Fleet, say: Say
) -> None:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(collector("first"))
        former = await all_owned(store)
        await stack.enter_async_context(collector("second"))
        await asyncio.sleep(START)
        began = time.monotonic()
        assert await first.stop(signal.SIGTERM) == 0
        stopped = time.monotonic() - began
        assert former not in (await owners(store)).values()
        took = await until(lambda: everywhere_connected(store), "the other watches", 5)
        fleet.put_all("last")
        await until(lambda: shown(store, fleet), "the last state of every VM")
    assert {host["error"] async for host in store.hosts.find()} == {"The collector was stopped."}
    await check_records(store)
    say(f"stopped in {stopped:.1f} s, and handed over {took:.1f} s later")


async def test_the_embedded_mongodb_keeps_nobody_waiting(embedded: Serve, fleet: Fleet, say: Say) -> None:
    """A killed `virtgraph serve` leaves its lease behind, and nobody else can be let in by it."""
    host = ("--host", files_host("one", fleet.directory / "one"), "--lease-seconds", "60")
    said = "{ hosts { state vms { totalCount } } }"
    async with embedded(*host) as program, client(program.address) as api:
        await api.until(said, lambda data: data["hosts"] == [{"state": "CONNECTED", "vms": {"totalCount": VMS}}])
        program.send(signal.SIGKILL)
    fleet.put("one", VMS, "meanwhile")
    async with embedded(*host) as program, client(program.address) as api:
        began = time.monotonic()
        await api.until(said, lambda data: data["hosts"] == [{"state": "CONNECTED", "vms": {"totalCount": VMS + 1}}])
        took = time.monotonic() - began
    assert took < 3
    say(f"started again in {program.started_in:.1f} s; the host was read {took:.1f} s later")
