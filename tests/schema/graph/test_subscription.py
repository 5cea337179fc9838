"""`changes`: a real feed, from the write to the event."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from loaders.change_cursor import ChangeCursor
from schema.graph.context import Lagged
from schema.node import node_id
from server.collector.inventory import ResourceObservation
from server.store.embedded import EmbeddedMongo
from server.store.feed import ChangeFeed
from tests.schema.graph.api import FACTS, Api, observe_resources
from tests.schema.graph.following import (
    disk,
    emptied,
    followed_api,
    following,
    nic,
    nothing_more,
    observe,
    refusal,
    settled,
    subscribed,
    xml,
)

EVENT = """... on Change { subject operation revision name hostName vmId resourceId cause truncated
    vm { name state revision domain { title } host { hypervisor } } }"""
NAME = "... on Change { name }"
DETAILS = """... on Change { operation paths { path old new moved withheld } devices {
    operation kind deviceId movedFrom movedTo device { alias } paths { path old new moved withheld } }
    persistentOperation persistent { devices { operation deviceId paths { path old new } } paths { path old new } } }"""
PLACE = "... on Change { revision cursor }"
ENDS = "... on Lagged { __typename missed cursor } ... on CursorExpired { __typename readableFrom lost }"


@pytest.fixture(scope="module")
async def followed(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """The schema over a database whose changes are followed."""
    async with followed_api(mongo) as opened:
        yield opened


@pytest.fixture
async def live(followed: Api) -> Api:
    """The same, empty, and with all earlier changes told."""
    await emptied(followed)
    return followed


def changes(selection: str, arguments: str = "") -> str:
    return f"subscription {{ changes{arguments} {{ {selection} }} }}"


def opaque(key: str) -> str:
    return node_id("VirtualMachine", key)


async def test_the_life_of_a_vm(live: Api) -> None:
    await live.inventory.host_connected("kvm", "qemu:///system", FACTS)
    async with subscribed(live, changes(EVENT)) as events:
        await observe(live, "kvm", "web")
        assert await following(events) == {
            "subject": "VM", "operation": "ADDED", "revision": 1, "name": "web", "hostName": "kvm",
            "vmId": opaque("kvm/web"), "resourceId": None, "cause": "RECONCILIATION", "truncated": False,
            "vm": {"name": "web", "state": "RUNNING", "revision": 1, "domain": {"title": "first"},
                   "host": {"hypervisor": "QEMU"}},
        }  # fmt: skip
        await observe(live, "kvm", "web", xml("web", title="second"))
        changed = await following(events)
        assert (changed["operation"], changed["revision"]) == ("CHANGED", 2)
        assert changed["vm"]["domain"] == {"title": "second"}
        await observe(live, "kvm", "web", xml("web", title="second"), "PAUSED")
        assert (await following(events))["vm"]["state"] == "PAUSED"
        await live.inventory.vms_vanished("kvm", {"web"})
        gone = await following(events)
        assert (gone["operation"], gone["revision"], gone["name"], gone["vm"]) == ("REMOVED", 4, "web", None)
        await observe(live, "kvm", "web")
        back = await following(events)
        assert (back["operation"], back["revision"], back["vm"]["revision"]) == ("ADDED", 5, 5)


async def test_every_event_reads_anew(live: Api) -> None:
    """Loaders remember what they read: each event must come with new ones, for the host too."""
    async with subscribed(live, changes(EVENT)) as events:
        await live.inventory.host_connecting("kvm", "qemu:///system")
        for number in range(3):
            await observe(live, "kvm", "web", xml("web", title=f"title {number}"))
            event = await following(events)
            assert event["vm"]["domain"] == {"title": f"title {number}"}
            assert event["vm"]["host"]["hypervisor"] == (None if number == 0 else "QEMU")
            await live.inventory.host_connected("kvm", "qemu:///system", FACTS)


async def test_which_device_changed_from_what_to_what(live: Api) -> None:
    await observe(live, "kvm", "web", xml("web", disk("vda") + disk("vdb")))
    device = node_id("Device", "kvm/web", "disk/vda")
    await settled(live)
    async with subscribed(live, changes(DETAILS)) as events:
        await observe(live, "kvm", "web", xml("web", disk("vda", "writeback") + disk("vdb"), title="second"))
        changed = await following(events)
        assert changed["paths"] == [
            {"path": "domain.title", "old": "first", "new": "second", "moved": False, "withheld": None}
        ]
        assert changed["devices"] == [
            {"operation": "CHANGED", "kind": "DISK", "deviceId": device, "movedFrom": None, "movedTo": None,
             "device": {"alias": None}, "paths": [
                 {"path": "devices.disks.driver.cache", "old": "none", "new": "writeback", "moved": False,
                  "withheld": None}]},
        ]  # fmt: skip
        assert (changed["persistentOperation"], changed["persistent"]) == (None, None)


async def test_hot_plug_and_unplug(live: Api) -> None:
    await observe(live, "kvm", "web", xml("web", disk("vda")))
    await settled(live)
    async with subscribed(live, changes(DETAILS)) as events:
        await observe(live, "kvm", "web", xml("web", disk("vda") + nic(1)))
        (plugged,) = (await following(events))["devices"]
        assert (plugged["operation"], plugged["kind"], plugged["device"]) == ("ADDED", "INTERFACE", {"alias": None})
        (whole,) = plugged["paths"]
        assert whole == {
            "path": "devices.interfaces", "old": None, "moved": False, "withheld": None,
            "new": {"type": "bridge", "mac": {"address": "52:54:00:00:00:01"},
                    "source": {"kind": "bridge", "bridge": "br0"}},
        }  # fmt: skip
        await observe(live, "kvm", "web", xml("web", disk("vda")))
        (unplugged,) = (await following(events))["devices"]
        assert (unplugged["operation"], unplugged["deviceId"]) == ("REMOVED", plugged["deviceId"])
        assert unplugged["device"] is None
        assert (unplugged["paths"][0]["old"], unplugged["paths"][0]["new"]) == (whole["new"], None)


async def test_a_device_that_moves(live: Api) -> None:
    three = [disk("vda"), disk("vdb"), disk("vdc")]
    await observe(live, "kvm", "web", xml("web", "".join(three)))
    await settled(live)
    async with subscribed(live, changes(DETAILS)) as events:
        await observe(live, "kvm", "web", xml("web", "".join([three[2], three[0], three[1]])))
        (moved,) = (await following(events))["devices"]
        assert moved["deviceId"] == node_id("Device", "kvm/web", "disk/vdc")
        assert (moved["operation"], moved["movedFrom"], moved["movedTo"]) == ("MOVED", 2, 0)
        assert moved["paths"] == []


async def test_another_spelling_is_no_change(live: Api) -> None:
    def addressed(bus: str) -> str:
        return disk("vda").replace("</disk>", f"<address type='pci' bus='{bus}' slot='0x0A'/></disk>")

    await observe(live, "kvm", "web", xml("web", addressed("0x04")))
    await settled(live)
    async with subscribed(live, changes(DETAILS)) as events:
        await observe(live, "kvm", "web", xml("web", addressed("4")))
        await observe(live, "kvm", "web", xml("web", addressed("0x5")))
        (changed,) = (await following(events))["devices"]
        assert [(one["path"], one["old"], one["new"]) for one in changed["paths"]] == [
            ("devices.disks.address.bus", 4, 5)
        ]
        await observe(live, "kvm", "web", xml("web", ""))
        (gone,) = (await following(events))["devices"]
        assert gone["paths"][0]["old"]["address"] == {"kind": "pci", "bus": 5, "slot": 10}


async def test_secrets_are_withheld(live: Api) -> None:
    def screen(password: str) -> str:
        return f"<graphics type='vnc' port='5901' passwd='{password}'/>"

    async with subscribed(live, changes(DETAILS)) as events:
        await observe(live, "kvm", "web", xml("web", screen("first-secret")))
        told = [await following(events)]
        await observe(live, "kvm", "web", xml("web", screen("second-secret")))
        told.append(await following(events))
        await observe(live, "kvm", "web", xml("web"))
        told.append(await following(events))
        assert told[1]["devices"][0]["paths"] == [
            {"path": "devices.graphics.password", "old": None, "new": None, "moved": False, "withheld": "SECRET"}
        ]
        assert told[2]["devices"][0]["paths"][0]["old"]["port"] == 5901
        assert "-secret" not in str(told)


async def test_large_numbers_are_digits(live: Api) -> None:
    def sized(kib: int) -> str:
        return xml("web", more=f"<memory unit='KiB'>{kib}</memory>")

    await observe(live, "kvm", "web", sized(2**53 - 1))
    await settled(live)
    async with subscribed(live, changes(DETAILS)) as events:
        await observe(live, "kvm", "web", sized(2**53 + 1))
        (changed,) = (await following(events))["paths"]
        assert (changed["old"], changed["new"]) == (2**53 - 1, str(2**53 + 1))


async def test_the_other_definition(live: Api) -> None:
    now, then = xml("web", disk("vda")), xml("web", disk("vda", "writeback"))
    await observe(live, "kvm", "web", now, other=now)
    await settled(live)
    async with subscribed(live, changes(DETAILS)) as events:
        await observe(live, "kvm", "web", now, other=then)
        changed = await following(events)
        assert (changed["devices"], changed["paths"], changed["persistentOperation"]) == ([], [], "CHANGED")
        (device,) = changed["persistent"]["devices"]
        assert device["deviceId"] == node_id("Device", "kvm/web", "disk/vda", "persistent")
        assert device["paths"] == [{"path": "devices.disks.driver.cache", "old": "none", "new": "writeback"}]
        await observe(live, "kvm", "web", then, "SHUTOFF")
        stopped = await following(events)
        assert (stopped["persistentOperation"], stopped["persistent"]) == ("REMOVED", None)
        await observe(live, "kvm", "web", then, other=then)
        assert (await following(events))["persistentOperation"] == "ADDED"


async def test_resources(live: Api) -> None:
    pool = "<pool type='dir'><name>images</name><target><path>{}</path></target></pool>"
    selection = "... on Change { subject operation name resourceId resourceKind resource { name } vmId vm { name }"
    async with subscribed(live, changes(f"{selection} paths {{ path old new }} devices {{ kind }} }}")) as events:
        await observe_resources(live, "kvm", [ResourceObservation("STORAGE_POOL", "1", pool.format("/a"))])
        added = await following(events)
        assert added["resourceId"] is not None
        assert {name: added[name] for name in ("subject", "operation", "name", "resource", "vmId", "vm")} == {
            "subject": "RESOURCE", "operation": "ADDED", "name": "images", "resource": {"name": "images"},
            "vmId": None, "vm": None,
        }  # fmt: skip
        await observe_resources(live, "kvm", [ResourceObservation("STORAGE_POOL", "1", pool.format("/b"))])
        changed = await following(events)
        assert (changed["operation"], changed["resourceKind"], changed["devices"]) == ("CHANGED", "STORAGE_POOL", [])
        assert changed["paths"] == [{"path": "target.path", "old": "/a", "new": "/b"}]
        only = f'(filter: {{ resources: ["{added["resourceId"]}"] }})'
        async with subscribed(live, changes("... on Change { name }", only)) as wanted:
            await observe(live, "kvm", "web")
            await observe_resources(live, "kvm", [ResourceObservation("STORAGE_POOL", "1", pool.format("/c"))])
            assert await following(wanted) == {"name": "images"}


FILTERS: dict[str, tuple[str, list[str]]] = {
    "hosts": ('hosts: ["two"]', ["two/web", "two/web", "two/db"]),
    "several hosts": ('hosts: ["two", "three"]', ["two/web", "two/web", "two/db"]),
    "no hosts": ("hosts: []", []),
    "vms": (f'vms: ["{opaque("one/web")}"]', ["one/web", "one/web", "one/web"]),
    "vms on a host": (f'hosts: ["two"], vms: ["{opaque("one/web")}"]', []),
    "operations": ("operations: [ADDED, REMOVED]", ["one/web", "two/web", "two/db", "one/web"]),
    "kinds": ("deviceKinds: [INTERFACE], operations: [CHANGED]", ["two/web"]),
    "path": ('path: "devices.disks.driver", operations: [CHANGED]', ["one/web"]),
    "path of a whole": ('path: "devices.interfaces.mac", operations: [CHANGED]', ["two/web"]),
    "subjects": ("subjects: [RESOURCE]", []),
}


@pytest.mark.parametrize("case", FILTERS)
async def test_only_what_is_wanted(live: Api, case: str) -> None:
    condition, expected = FILTERS[case]
    async with (
        subscribed(live, changes("... on Change { hostName name }", f"(filter: {{ {condition} }})")) as events,
        subscribed(live, changes(NAME)) as everything,
    ):
        await observe(live, "one", "web", xml("web", disk("vda")))
        await observe(live, "two", "web", xml("web", disk("vda")))
        await observe(live, "one", "web", xml("web", disk("vda", "writeback")))
        await observe(live, "two", "web", xml("web", disk("vda") + nic(1)))
        await observe(live, "two", "db")
        await live.inventory.vms_vanished("one", {"web"})
        for _ in range(6):
            await following(everything)
        found = [await following(events) for _ in expected]
        assert [f"{event['hostName']}/{event['name']}" for event in found] == expected
        assert await nothing_more(events)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('(filter: {vms: ["x"]})', "`vms` has `x`, which is not the id of a virtual machine."),
        (f'(filter: {{vms: ["{"y" * 60}"]}})', f"`vms` has `{'y' * 50}…`, which is not the id of a virtual machine."),
        (f'(filter: {{vms: ["{node_id("Host", "kvm")}"]}})', "which is not the id of a virtual machine."),
        (f'(filter: {{vms: ["{node_id("Device", "kvm/web", "disk/vda")}"]}})', "not the id of a virtual machine."),
        (f'(filter: {{resources: ["{opaque("kvm/web")}"]}})', "which is not the id of a resource that a host lists."),
        (f'(filter: {{resources: ["{node_id("Resource", "", "file|kvm|/a")}"]}})', "a resource that a host lists."),
        (f"(filter: {{hosts: {str(['h'] * 501).replace(chr(39), chr(34))}}})", "`hosts` takes at most 500 entries"),
        ('(filter: {path: "devices.disks.drver"})', "at `devices.disks.drver`: did you mean `driver`?"),
        ('(after: "x")', "`after` is not a cursor of this feed"),
    ],
)
async def test_what_nobody_can_follow(live: Api, arguments: str, message: str) -> None:
    async with subscribed(live, changes(NAME, arguments)) as events:
        assert message in await refusal(events)
        assert [event async for event in events] == []


async def test_a_cursor_brings_the_rest_from_any_process(live: Api) -> None:
    async with subscribed(live, changes(PLACE)) as events:
        for number in range(6):
            await observe(live, "kvm", "web", xml("web", title=f"title {number}"))
        told = [await following(events) for _ in range(6)]
    assert [event["revision"] for event in told] == [1, 2, 3, 4, 5, 6]
    async with subscribed(live, changes(PLACE, f'(after: "{told[1]["cursor"]}")')) as events:
        assert [await following(events) for _ in range(4)] == told[2:]
        await observe(live, "kvm", "web", xml("web", title="live"))
        assert (await following(events))["revision"] == 7
    ours = live.feed
    try:
        async with (
            ChangeFeed(live.store) as live.feed,
            subscribed(live, changes(PLACE, f'(after: "{told[4]["cursor"]}")')) as events,
        ):
            assert [(await following(events))["revision"] for _ in range(2)] == [6, 7]
    finally:
        live.feed = ours


async def test_the_cursor_of_now(live: Api) -> None:
    await observe(live, "kvm", "web")
    cursor = (await live.data("{ changeCursor }"))["changeCursor"]
    async with subscribed(live, changes(PLACE)) as events:
        await observe(live, "kvm", "web", xml("web", title="second"))
        await following(events)
    async with subscribed(live, changes(PLACE, f'(after: "{cursor}")')) as events:
        revisions = [(await following(events))["revision"]]
        while revisions[-1] != 2:  # the cursor may be older than now, never newer
            revisions.append((await following(events))["revision"])
        assert revisions in ([1, 2], [2])


async def test_a_cursor_of_the_query_is_none_of_the_subscription(live: Api) -> None:
    await observe(live, "kvm", "web")
    cursor = (await live.data("{ changes { nodes { cursor } } }"))["changes"]["nodes"][0]["cursor"]
    async with subscribed(live, changes(PLACE, f'(after: "{cursor}")')) as events:
        assert "take `changeCursor`, or the cursor of an event" in await refusal(events)


async def test_a_cursor_of_the_subscription_is_one_of_the_query(live: Api) -> None:
    async with subscribed(live, changes(PLACE)) as events:
        for number in range(3):
            await observe(live, "kvm", "web", xml("web", title=f"title {number}"))
        told = [await following(events) for _ in range(3)]
    query = "query($after: String) { changes(order: OLDEST_FIRST, after: $after) { nodes { revision } } }"
    found = await live.data(query, after=told[0]["cursor"])
    assert [change["revision"] for change in found["changes"]["nodes"]] == [2, 3]


async def test_a_reader_that_is_too_slow_is_told_and_comes_again(mongo: EmbeddedMongo) -> None:
    async with followed_api(mongo, capacity=8) as api:
        async with subscribed(api, changes(f"{PLACE} {ENDS}")) as events:
            await observe(api, "kvm", "web")
            told = [await following(events)]
            async with subscribed(api, changes(PLACE)) as quick:
                for number in range(29):
                    await observe(api, "kvm", "web", xml("web", title=f"title {number}"))
                    await following(quick)
            # Of 29 the feed keeps eight for a reader that does not read.
            told += [await following(events) for _ in range(8)]
            assert await following(events) == {"__typename": "Lagged", "missed": 21, "cursor": told[-1]["cursor"]}
            assert [event async for event in events] == []
        async with subscribed(api, changes(PLACE, f'(after: "{told[-1]["cursor"]}")')) as events:
            told += [await following(events) for _ in range(21)]
        assert [event["revision"] for event in told] == list(range(1, 31))


async def test_a_cursor_that_mongodb_does_not_reach_back_to(live: Api) -> None:
    then = datetime.now(UTC).replace(microsecond=0) - timedelta(days=400)
    token = f"82{int(then.timestamp()):08X}000000012B022C0100296E5A1004{'00' * 16}04"
    cursor = ChangeCursor(then, "kvm", 1, token).pack()
    async with subscribed(live, changes(f"{PLACE} {ENDS}", f'(after: "{cursor}")')) as events:
        expired = await following(events)
        assert (expired["__typename"], expired["lost"]) == ("CursorExpired", False)
        assert datetime.fromisoformat(expired["readableFrom"]) <= then
        assert [event async for event in events] == []


async def test_a_transport_may_only_say_that_a_reader_lagged(live: Api) -> None:
    context = live.context()
    context.delivery.lagged = Lagged(7, "somewhere")
    events: Any = await live.schema.subscribe(changes(ENDS), context_value=context)
    assert [event.data["changes"] async for event in events] == [
        {"__typename": "Lagged", "missed": 7, "cursor": "somewhere"}
    ]


async def test_how_the_events_may_be_delivered(live: Api) -> None:
    context = live.context()
    events: Any = await live.schema.subscribe(changes(PLACE), context_value=context)
    cursor = (await live.data("{ changeCursor }"))["changeCursor"]
    reading = asyncio.ensure_future(anext(events))
    while live.feed is not None and not live.feed.followers:  # noqa: ASYNC110 (what is waited for has no event)
        await asyncio.sleep(0.005)
    await observe(live, "kvm", "web")
    event = (await reading).data["changes"]
    await events.aclose()
    delivery = context.delivery
    assert (delivery.cursor, delivery.from_now, delivery.latest_only) == (event["cursor"], True, False)
    context = live.context()
    events = await live.schema.subscribe(changes(PLACE, f'(after: "{cursor}")'), context_value=context)
    assert (await anext(events)).data["changes"]["revision"] == 1
    await events.aclose()
    assert (context.delivery.from_now, context.delivery.latest_only) == (False, False)


async def test_only_what_is_selected_is_read(live: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loaders.projections.FEW_PATHS", 1_000)
    async with subscribed(live, changes("... on Change { name revision devices { deviceId } }")) as events:
        live.sent.reads.clear()
        await observe(live, "kvm", "web")
        assert await following(events) == {"name": "web", "revision": 1, "devices": []}
    # What the inventory compares with is read whole.
    assert [find for find in live.sent.finds("vms") if "projection" in find] == []
    async with subscribed(live, changes("... on Change { vm { state } devices { device { alias } } }")) as events:
        live.sent.reads.clear()
        await observe(live, "kvm", "web", xml("web", disk("vda")))
        assert await following(events) == {"vm": {"state": "RUNNING"}, "devices": [{"device": {"alias": None}}]}
    projections = [set(find["projection"]) for find in live.sent.finds("vms") if "projection" in find]
    assert {"_id", "hostId", "state"} in projections
    (of_device,) = (paths for paths in projections if "state" not in paths)
    assert {path.rpartition(".")[2] for path in of_device} == {"_id", "hostId", "id", "kind", "alias"}


async def test_a_subscription_that_ends_is_forgotten_at_once(live: Api) -> None:
    assert live.feed is not None
    async with subscribed(live, changes(NAME)) as events:
        await observe(live, "kvm", "web")
        await following(events)
        assert live.feed.followers == 1
    assert live.feed.followers == 0
