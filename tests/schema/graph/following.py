"""Subscriptions over a real feed, from the write to the event."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from schema.changes.condition import ChangeCondition
from schema.graph.context import Change
from server.collector.inventory import Observation
from server.store.embedded import EmbeddedMongo
from server.store.feed import ChangeFeed
from tests.schema.graph.api import Api, open_api

Events = AsyncGenerator[Any, None]

_SECONDS = 10


def xml(name: str, devices: str = "", title: str = "first", more: str = "") -> str:
    """A domain."""
    return f"<domain type='kvm'><name>{name}</name><title>{title}</title>{more}<devices>{devices}</devices></domain>"


def disk(dev: str, cache: str = "none", file: str = "") -> str:
    """A disk at a target, of a file of the same name."""
    return (
        f"<disk type='file' device='disk'><driver name='qemu' cache='{cache}'/><source file='{file or f'/{dev}'}'/>"
        f"<target dev='{dev}' bus='virtio'/></disk>"
    )


def nic(last: int) -> str:
    """A network card, by the last byte of its MAC address."""
    return f"<interface type='bridge'><mac address='52:54:00:00:00:{last:02x}'/><source bridge='br0'/></interface>"


async def observe(
    api: Api, host: str, key: str, text: str | None = None, state: str = "RUNNING", other: str | None = None
) -> None:
    """A host says this about a domain."""
    await api.inventory.vms_observed(host, [Observation(key, state, xml(key) if text is None else text, other)])


@asynccontextmanager
async def followed_api(mongo: EmbeddedMongo, capacity: int = 4096) -> AsyncIterator[Api]:
    """The schema over a database whose changes are followed."""
    async with open_api(mongo.uri) as opened, ChangeFeed(opened.store, capacity=capacity) as feed:
        opened.feed = feed
        yield opened


async def emptied(api: Api) -> None:
    """Remove everything, and wait until all that was written before has gone through the feed."""
    await settled(api)
    for collection in await api.store.database.list_collection_names():
        await api.store.database[collection].delete_many({})


async def settled(api: Api) -> None:
    """Wait until all that was written before has gone through the feed; leaves a VM on a host of its own."""
    assert api.feed is not None
    key = uuid.uuid4().hex
    events = api.feed.follow(ChangeCondition(), None)
    first = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    await observe(api, "nowhere", key)
    async with asyncio.timeout(_SECONDS):
        event: Any = await first
        while not (isinstance(event, Change) and event.record["key"] == f"nowhere/{key}"):
            event = await anext(events)
    await events.aclose()


@asynccontextmanager
async def subscribed(api: Api, query: str, /, **variables: Any) -> AsyncIterator[Events]:
    """The events of a subscription; it stands when this is entered."""
    assert api.feed is not None
    before = api.feed.followers
    events: Any = await api.schema.subscribe(query, variables, context_value=api.context())
    # The source begins with its first read; it must stand before anything is written.
    first = asyncio.ensure_future(anext(events))
    async with asyncio.timeout(_SECONDS):
        while api.feed.followers == before and not first.done():  # noqa: ASYNC110 (what is waited for has no event)
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
    """The next event: the value of the one field that was subscribed to."""
    async with asyncio.timeout(_SECONDS):
        result = await anext(events)
    assert result.errors is None, result.errors
    (event,) = result.data.values()
    return event


async def refusal(events: Events) -> str:
    """The message of the one error that a subscription gets at once."""
    async with asyncio.timeout(_SECONDS):
        result = await anext(events)
    (error,) = result.errors
    return str(error.message)


async def nothing_more(events: Events, seconds: float = 0.3) -> bool:
    """Whether nothing comes for a while; the events cannot be read on."""
    try:
        async with asyncio.timeout(seconds):
            await anext(events)
    except TimeoutError:
        return True
    return False
