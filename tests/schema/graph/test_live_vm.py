"""`subscription { vm(id) }`: a VM as it is now, and again when something that is selected changed; over a real feed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from itertools import pairwise
from typing import Any

import pytest

from loaders import RequestLoaders
from loaders.errors import ReadFailed
from schema.element import Document
from schema.graph.context import Paths
from schema.graph.schema import build_schema
from schema.node import node_id
from server.collector.inventory import ResourceObservation
from server.mistakes import ServedSchema
from server.store.embedded import EmbeddedMongo
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
    subscribed,
    xml,
)

VM = node_id("VirtualMachine", "kvm/web")


@pytest.fixture(scope="module")
async def followed(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """The schema as it is served, over a database whose changes are followed."""
    async with followed_api(mongo) as opened:
        opened.schema = build_schema(ServedSchema)
        yield opened


@pytest.fixture
async def live(followed: Api) -> Api:
    """The same, empty, and with all earlier changes told."""
    await emptied(followed)
    return followed


def vm(selection: str, opaque: str = VM) -> str:
    return f'subscription {{ vm(id: "{opaque}") {{ {selection} }} }}'


async def test_at_once_and_when_something_selected_changed(live: Api) -> None:
    await observe(live, "kvm", "web", xml("web", disk("vda")))
    async with subscribed(live, vm("state disks { driver { cache } }")) as events:
        assert await following(events) == {"state": "RUNNING", "disks": [{"driver": {"cache": "NONE"}}]}
        await observe(live, "kvm", "web", xml("web", disk("vda") + nic(1)))
        await observe(live, "kvm", "web", xml("web", disk("vda") + nic(1), title="second"))
        await observe(live, "kvm", "other")
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.3)
        assert not waiting.done(), "nothing of the selection changed"
        await observe(live, "kvm", "web", xml("web", disk("vda", "writeback") + nic(1), title="second"))
        assert (await waiting).data["vm"] == {"state": "RUNNING", "disks": [{"driver": {"cache": "WRITEBACK"}}]}
        await observe(live, "kvm", "web", xml("web", disk("vda", "writeback")), "PAUSED")
        assert (await following(events))["state"] == "PAUSED"


async def test_a_vm_that_comes_and_goes(live: Api) -> None:
    async with subscribed(live, vm("name revision")) as events:
        assert await following(events) is None
        await observe(live, "kvm", "web")
        assert await following(events) == {"name": "web", "revision": 1}
        await live.inventory.vms_vanished("kvm", {"web"})
        assert await following(events) is None
        await observe(live, "kvm", "web")
        assert await following(events) == {"name": "web", "revision": 3}


async def test_the_other_definition_and_what_it_will_change(live: Api) -> None:
    now, then = xml("web", disk("vda")), xml("web", disk("vda", "writeback"))
    selection = "persistentDefinition { disks { driver { cache } } } pending { devices { paths { path } } }"
    await observe(live, "kvm", "web", now, other=now)
    async with subscribed(live, vm(selection)) as events:
        assert await following(events) == {
            "persistentDefinition": {"disks": [{"driver": {"cache": "NONE"}}]}, "pending": {"devices": []},
        }  # fmt: skip
        await observe(live, "kvm", "web", now, other=then)
        assert await following(events) == {
            "persistentDefinition": {"disks": [{"driver": {"cache": "WRITEBACK"}}]},
            "pending": {"devices": [{"paths": [{"path": "devices.disks.driver.cache"}]}]},
        }  # fmt: skip


async def test_what_the_selection_leads_to(live: Api) -> None:
    await observe(live, "kvm", "web", xml("web", disk("vda", file="/images/a")))
    async with (
        subscribed(live, vm("host { state }")) as of_host,
        subscribed(live, vm("disks { resource { kind } }")) as of_disk,
    ):
        assert await following(of_host) == {"host": {"state": "DISCONNECTED"}}
        assert await following(of_disk) == {"disks": [{"resource": {"kind": "HOST_PATH"}}]}
        await live.inventory.host_connected("kvm", "qemu:///system", FACTS)
        assert await following(of_host) == {"host": {"state": "CONNECTED"}}
        volume = "<volume><name>a</name><target><path>/images/a</path></target></volume>"
        await observe_resources(live, "kvm", [ResourceObservation("STORAGE_VOLUME", "0/a", volume)])
        assert await following(of_disk) == {"disks": [{"resource": {"kind": "STORAGE_VOLUME"}}]}
        assert await nothing_more(of_host), "its host is the same"


WITHIN = [
    "name state revision uuid",
    "domain { resource { partition } memory { bytes } }",
    "devices { id summary address { text } vm { name devices { alias } } }",
    "deviceTree { nodes { device { kind } freeSlots { count } } }",
    "persistentDefinition { xml devices { links { target { kind } } } }",
    "attachments { role key device { kind } vm { name } }",
    "history(first: 3) { nodes { at vm { name } devices { device { alias } } } pageInfo { endCursor } }",
    "pending { devices { device { kind } paths { old } } }",
    'diff(from: "2001-01-01") { paths { path } }',
    "disks { history { nodes { revision } } ... on Node { id } }",
    "...A } } fragment A on VirtualMachine { name ...B } fragment B on VirtualMachine { disks { id",
]
BEYOND = [
    "host { name }",
    "disks { resource { name } }",
    "devices { ... on Disk { snapshots { nodes { name } } } }",
    "attachments { resource { __typename } }",
    "neighbours { nodes { vm { name } } }",
    "conflicts { kind }",
    "referencedBy { nodes { name } }",
    "dependents { totalCount }",
    "history { nodes { host { name } } }",
    "devices { vm { devices { kind } host { name } } }",
    "...A } } fragment A on VirtualMachine { name ...B } fragment B on VirtualMachine { host { name",
]


@pytest.mark.parametrize("selection", [*WITHIN, *BEYOND])
async def test_only_what_can_change_the_answer_is_waited_for(live: Api, selection: str) -> None:
    assert live.feed is not None
    async with subscribed(live, vm(selection)):
        (waited_for,) = live.feed._news._flags
    assert waited_for == (None if selection in BEYOND else "kvm/web")


async def test_nothing_falls_between_the_reading_and_the_news(live: Api) -> None:
    async with subscribed(live, vm("domain { title }")) as events:
        titles = []
        for number in range(100):
            await observe(live, "kvm", "web", xml("web", title=f"title {number}"))
            if number % 10 == 0:
                titles.append(await following(events))
        while titles[-1] != {"domain": {"title": "title 99"}}:
            titles.append(await following(events))
        assert await nothing_more(events)
    assert all(one != after for one, after in pairwise(titles)), "nothing is told twice"


@pytest.mark.parametrize("opaque", ["", "x", node_id("Host", "kvm"), node_id("Device", "kvm/web", "disk/vda")])
async def test_an_id_that_is_no_vm(live: Api, opaque: str) -> None:
    async with subscribed(live, vm("name", opaque)) as events:
        assert await refusal(events) == "`id` is not the id of a virtual machine."
        assert [event async for event in events] == []


async def test_how_the_events_may_be_delivered(live: Api) -> None:
    context = live.context()
    events = await live.schema.subscribe(vm("name"), context_value=context)
    await anext(events)
    await events.aclose()
    delivery = context.delivery
    assert (delivery.latest_only, delivery.from_now, delivery.cursor) == (True, True, None)


class Failing(RequestLoaders):
    """Loaders that cannot read VMs for a while."""

    broken = False

    async def vm(self, vm_id: str, paths: Paths = None, *, raw: bool = False) -> Document | None:
        if self.broken:
            raise ReadFailed("MongoDB does not answer; try again in a moment.")
        return await super().vm(vm_id, paths, raw=raw)


async def test_what_could_not_be_read_is_read_again(live: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await observe(live, "kvm", "web")
    events: Any = await live.schema.subscribe(vm("name"), context_value=live.context(Failing))
    async with aclosing(events), asyncio.timeout(20):
        assert (await anext(events)).data == {"vm": {"name": "web"}}
        monkeypatch.setattr(Failing, "broken", True)
        await observe(live, "kvm", "web", xml("web", title="second"))
        failed = await anext(events)
        assert (failed.data, [error.message for error in failed.errors]) == (
            {"vm": None}, ["MongoDB does not answer; try again in a moment."],
        )  # fmt: skip
        coming = asyncio.ensure_future(anext(events))
        await asyncio.sleep(1.2)
        assert not coming.done(), "the same error is told once"
        monkeypatch.setattr(Failing, "broken", False)
        assert (await coming).data == {"vm": {"name": "web"}}, "though nothing changed"
        await observe(live, "kvm", "web", xml("web", title="third"))
        await observe(live, "kvm", "web", xml("web-2"))
        assert (await anext(events)).data == {"vm": {"name": "web-2"}}


async def test_a_subscription_that_ends_is_forgotten_at_once(live: Api) -> None:
    assert live.feed is not None
    async with subscribed(live, vm("name")) as events:
        await following(events)
        assert live.feed.followers == 1
    assert live.feed.followers == 0
    async with subscribed(live, vm("name")) as events:
        await following(events)
        await observe(live, "kvm", "web")
        await following(events)
        assert live.feed.followers == 1
    assert live.feed.followers == 0
