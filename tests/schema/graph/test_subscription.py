"""`vmChanges`: a real feed, from the write to the event."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from schema.graph.context import MissedChanges
from schema.node import node_id
from server.collector.inventory import Observation
from server.store.embedded import EmbeddedMongo
from server.store.feed import Lagged, VmFeed
from tests.schema.graph.api import FACTS, Api, open_api

Result = Any
Events = AsyncGenerator[Result, None]

EVENT = "{ operation revision name hostName vmId vm { name state revision domain { title } host { hypervisor } } }"


def xml(name: str, title: str = "first") -> str:
    return f"<domain><name>{name}</name><title>{title}</title></domain>"


async def observe(api: Api, host: str, key: str, title: str = "first", state: str = "RUNNING") -> None:
    await api.inventory.vms_observed(host, [Observation(key, state, xml(key, title))])


@pytest.fixture(scope="module")
async def followed(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """The schema over a database whose changes are followed."""
    async with open_api(mongo.uri) as opened, VmFeed(opened.store, capacity=8) as feed:
        opened.feed = feed
        yield opened


@pytest.fixture
async def live(followed: Api) -> Api:
    """The same, empty, and with all earlier changes told."""
    assert followed.feed is not None
    async with followed.feed.subscribe() as events:
        for collection in (followed.store.vms, followed.store.definitions, followed.store.hosts):
            await collection.delete_many({})
        last = await come_and_go(followed)
        async for event in events:
            if isinstance(event, Lagged):
                last = await come_and_go(followed)
            elif (event.vm_id, event.operation) == (last, "REMOVED"):
                break
    return followed


async def come_and_go(api: Api) -> str:
    """Write and remove a VM that was never there before: its id."""
    key = uuid.uuid4().hex
    await observe(api, "nowhere", key)
    await api.inventory.vms_vanished("nowhere", {key})
    return f"nowhere/{key}"


@asynccontextmanager
async def subscribed(api: Api, arguments: str = "", selection: str = EVENT) -> AsyncIterator[Events]:
    """The events of a subscription, from now on."""
    assert api.feed is not None
    before = len(api.feed._subscriptions)
    query = f"subscription {{ vmChanges{arguments} {selection} }}"
    events: Any = await api.schema.subscribe(query, context_value=api.context())
    # The source begins with its first read; it must stand before anything is written.
    first = asyncio.ensure_future(anext(events))
    while len(api.feed._subscriptions) == before and not first.done():  # noqa: ASYNC110
        await asyncio.sleep(0.005)

    async def all_events() -> Events:
        yield await first
        async for event in events:
            yield event

    try:
        yield all_events()
    finally:
        if not first.done():
            first.cancel()
            await asyncio.wait([first])
        await events.aclose()


async def following(events: Events) -> Any:
    """The next event."""
    async with asyncio.timeout(10):
        result = await anext(events)
    assert result.errors is None, result.errors
    return result.data["vmChanges"]


async def test_the_life_of_a_vm(live: Api) -> None:
    await live.inventory.host_connected("kvm", "qemu:///system", FACTS)
    async with subscribed(live) as events:
        await observe(live, "kvm", "web")
        assert await following(events) == {
            "operation": "ADDED", "revision": 1, "name": "web", "hostName": "kvm",
            "vmId": node_id("VirtualMachine", "kvm/web"),
            "vm": {"name": "web", "state": "RUNNING", "revision": 1, "domain": {"title": "first"},
                   "host": {"hypervisor": "QEMU"}},
        }  # fmt: skip
        await observe(live, "kvm", "web", "second")
        changed = await following(events)
        assert (changed["operation"], changed["revision"]) == ("CHANGED", 2)
        assert changed["vm"]["domain"] == {"title": "second"}
        await observe(live, "kvm", "web", "second", "PAUSED")
        assert (await following(events))["vm"]["state"] == "PAUSED"
        await live.inventory.vms_vanished("kvm", {"web"})
        assert await following(events) == {
            "operation": "REMOVED", "revision": 3, "name": "web", "hostName": "kvm",
            "vmId": node_id("VirtualMachine", "kvm/web"), "vm": None,
        }  # fmt: skip


async def test_every_event_reads_anew(live: Api) -> None:
    """Loaders remember what they read: each event must come with new ones, for the host too."""
    async with subscribed(live) as events:
        await live.inventory.host_connecting("kvm", "qemu:///system")
        for number in range(3):
            await observe(live, "kvm", "web", f"title {number}")
            event = await following(events)
            assert event["vm"]["domain"] == {"title": f"title {number}"}
            assert event["vm"]["host"]["hypervisor"] == (None if number == 0 else "QEMU")
            await live.inventory.host_connected("kvm", "qemu:///system", FACTS)


async def test_only_one_host(live: Api) -> None:
    async with subscribed(live, '(host: "two")') as events:
        for host in ("one", "two", "twofold", "two"):
            await observe(live, host, f"on-{host}", title=host * 2)
        await observe(live, "two", "other")
        assert [(await following(events))["name"] for _ in range(2)] == ["on-two", "other"]


async def test_only_one_vm(live: Api) -> None:
    wanted = node_id("VirtualMachine", "one/web")
    async with subscribed(live, f'(vm: "{wanted}")') as events:
        for host, key in (("one", "web2"), ("two", "web"), ("one", "web")):
            await observe(live, host, key)
        await observe(live, "one", "web", "again")
        found = [await following(events) for _ in range(2)]
        assert [(event["vmId"], event["revision"]) for event in found] == [(wanted, 1), (wanted, 2)]


async def test_host_and_vm_must_agree(live: Api) -> None:
    wanted = node_id("VirtualMachine", "one/web")
    async with subscribed(live, f'(host: "two", vm: "{wanted}")') as none, subscribed(live, '(host: "two")') as some:
        await observe(live, "one", "web")
        await observe(live, "two", "web")
        assert (await following(some))["hostName"] == "two"
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await anext(none)


@pytest.mark.parametrize("opaque", ["", "x", node_id("Host", "kvm"), node_id("Device", "kvm/web", "disk/vda")])
async def test_an_id_that_is_no_vm(live: Api, opaque: str) -> None:
    async with subscribed(live, f'(vm: "{opaque}")') as events:
        result = await anext(events)
        assert [error.message for error in result.errors] == ["`vm` is not the id of a virtual machine."]
        assert isinstance(result.errors[0].original_error, ValueError)


async def test_a_reader_that_is_too_slow_is_told(live: Api) -> None:
    async with subscribed(live, selection="{ name }") as events:
        many = [Observation(f"vm-{one}", "RUNNING", xml(f"vm-{one}")) for one in range(30)]
        await live.inventory.vms_observed("kvm", many[:1])
        assert (await following(events))["name"] == "vm-0"
        async with subscribed(live, selection="{ name }") as quick:
            for one in range(1, 30):
                await live.inventory.vms_observed("kvm", [many[one]])
                assert (await following(quick))["name"] == f"vm-{one}"
        # Of 29 the feed keeps eight for a reader that does not read.
        assert [(await following(events))["name"] for _ in range(8)] == [f"vm-{one}" for one in range(1, 9)]
        (error,) = (await anext(events)).errors
        assert isinstance(error.original_error, MissedChanges)
        assert error.message == "21 changes were missed: read what you need again and subscribe anew."
        assert [event async for event in events] == []


async def test_only_what_is_selected_is_read(live: Api) -> None:
    live.sent.reads.clear()
    async with subscribed(live, selection="{ name revision }") as events:
        await observe(live, "kvm", "web")
        assert await following(events) == {"name": "web", "revision": 1}
    # What the inventory compares with is read whole.
    assert [find for find in live.sent.finds("vms") if "projection" in find] == []
    async with subscribed(live, selection="{ vm { state } }") as events:
        await observe(live, "kvm", "web", "second")
        assert await following(events) == {"vm": {"state": "RUNNING"}}
    (find,) = (find for find in live.sent.finds("vms") if "projection" in find)
    assert set(find["projection"]) == {"_id", "hostId", "state"}


async def test_a_subscription_that_ends_is_forgotten_at_once(live: Api) -> None:
    assert live.feed is not None
    async with subscribed(live) as events:
        await observe(live, "kvm", "web")
        await following(events)
        assert len(live.feed._subscriptions) == 1
    assert len(live.feed._subscriptions) == 0
