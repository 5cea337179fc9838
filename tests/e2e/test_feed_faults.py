"""What the feed survives: MongoDB changes its primary or freezes, an API dies, a client never reads, clocks jump."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import websockets

from bench.loss.api import Api, Balancer, Unanswered, answered
from bench.loss.processes import VIRTGRAPH, Supervised, end, until, virtgraph_environment
from bench.loss.replica_set import ReplicaSet
from bench.loss.subscribers import Interest, Subscriber
from tests.conftest import Say
from tests.e2e.client import Json
from tests.e2e.clock import Clock
from tests.e2e.program import files_host

SECONDS = 60
QUEUE = 64
"""Changes that may wait for one subscriber."""
OPTIONS = ("--subscriber-queue", str(QUEUE))
PROOF = """
{ vms(first: 100) { nodes { id name revision domain { description memory { value } } } } }
"""
HISTORY = """
query ($id: ID!, $after: String) {
  vm(id: $id) { revision history(first: 20, after: $after) { nodes { revision } pageInfo { hasNextPage endCursor } } }
}
"""


def restart_after() -> float:
    return 1.0


class Site:
    """A replica set, two APIs and a collector that watches a directory; what is put there is what must be answered."""

    def __init__(self, directory: Path, replica_set: ReplicaSet, apis: list[Api], clock: Clock) -> None:
        self._directory = directory
        self.clock = clock
        """That of the collector and of the second API."""
        self.replica_set = replica_set
        self.apis = apis
        self._balancer = Balancer(apis)
        self.put_last: dict[str, int] = {}

    def put(self, name: str, memory: int, description: str = "") -> None:
        """Write a document at once: a reader sees the one before or this one."""
        text = (
            f"<domain type='kvm'><name>{name}</name><memory unit='KiB'>{memory}</memory>"
            f"<description>{description}</description></domain>"
        )
        hidden = self._directory / f".{name}.xml"
        hidden.write_text(text)
        hidden.rename(self._directory / f"{name}.xml")
        self.put_last[name] = memory

    async def change_for(self, seconds: float, *names: str) -> None:
        """Change these VMs in turn, about ten times a second."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for name in names:
                self.put(name, self.put_last.get(name, 0) + 1)
                await asyncio.sleep(0.1 / len(names))

    async def vms(self) -> list[Json]:
        """What the first API answers."""
        found: list[Json] = (await self.apis[0].query(PROOF))["vms"]["nodes"]
        return found

    async def read(self) -> dict[str, int]:
        """Wait until every VM is as it was last put; the revisions by id."""

        async def same() -> bool:
            try:
                vms = await self.vms()
            except Unanswered:
                return False
            return {vm["name"]: vm["domain"]["memory"]["value"] for vm in vms} == self.put_last

        await until(same, "every VM is as it was last put", SECONDS)
        return {vm["id"]: vm["revision"] for vm in await self.vms()}

    @asynccontextmanager
    async def followed(self, count: int = 2, stays: float | None = None) -> AsyncIterator[list[Subscriber]]:
        """Follow the feed from now on; on leaving, each must have got every revision since once, in order.

        With `stays` they leave after so many seconds, and come again with their cursors.
        """
        before = await self.read()
        cursor: str = await answered(self.apis[0].cursor, SECONDS)
        subscribers = [Subscriber(f"subscriber-{n}", Interest(), cursor, lambda: stays) for n in range(count)]
        following = [asyncio.create_task(one.run(self._balancer)) for one in subscribers]
        try:
            await until(lambda: all(one.connections for one in subscribers), "all are connected", SECONDS)
            yield subscribers
            revisions = await self.read()
            expected = {key: list(range(before.get(key, 0) + 1, n + 1)) for key, n in revisions.items()}
            expected = {key: numbers for key, numbers in expected.items() if numbers}
            await until(lambda: all(got(one) == expected for one in subscribers), "all got everything", SECONDS)
            await asyncio.sleep(1)
            assert [got(one) for one in subscribers] == [expected] * count
        finally:
            for task in following:
                await end(task)


def got(one: Subscriber) -> dict[str, list[int]]:
    """The revisions that a subscriber got, by VM, in the order in which they came."""
    revisions: dict[str, list[int]] = {}
    for event in one.events:
        revisions.setdefault(event.key, []).append(event.revision)
    return revisions


def longest_silence(subscribers: Sequence[Subscriber]) -> float:
    """The longest time in seconds between two events of a subscriber."""
    return max(
        later.arrived - earlier.arrived
        for one in subscribers
        for earlier, later in zip(one.events, one.events[1:], strict=False)
    )


@pytest.fixture(scope="module")
async def site(mongod_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    directory = tmp_path_factory.mktemp("faults")
    dumps = directory / "dumps"
    dumps.mkdir()
    async with AsyncExitStack() as stack:
        replica_set = await stack.enter_async_context(ReplicaSet(directory, restart_after))
        clock = Clock(directory)
        apis = [
            Api(name, replica_set.uri, directory, restart_after, *OPTIONS, environment=environment)
            for name, environment in (("api-0", {}), ("api-1", clock.environment))
        ]
        collector = Supervised(
            "collector",
            [*VIRTGRAPH, "collect", "--host", files_host("dumps", dumps), "--mongodb-uri", replica_set.uri],
            directory / "collector.log",
            restart_after=restart_after,
            environment=virtgraph_environment() | clock.environment,
        )
        for process in (*apis, collector):
            stack.push_async_callback(process.stop)
            await process.start()
        for api in apis:
            await answered(api.vms, SECONDS)
        yield Site(dumps, replica_set, apis, clock)


async def test_the_primary_steps_down(site: Site, say: Say) -> None:
    async with site.followed() as subscribers:
        changing = asyncio.create_task(site.change_for(8, "a", "b"))
        await asyncio.sleep(2)
        await site.replica_set.until_whole(SECONDS)
        before = await site.replica_set.primary()
        assert before
        await before.client.admin.command("replSetStepDown", 30)
        await changing
        await site.replica_set.until_whole(SECONDS)
        assert await site.replica_set.primary() is not before
    assert [one.connections for one in subscribers] == [1, 1], "nobody was cut off"
    say(f"The primary stepped down: the longest silence was {longest_silence(subscribers):.1f} seconds.")


async def test_the_primary_freezes_for_ten_seconds(site: Site, say: Say) -> None:
    async with site.followed() as subscribers:
        changing = asyncio.create_task(site.change_for(16, "a", "b"))
        await asyncio.sleep(2)
        await site.replica_set.until_whole(SECONDS)
        primary = await site.replica_set.primary()
        assert primary
        primary.freeze()
        try:
            await asyncio.sleep(10)
        finally:
            primary.thaw()
        await changing
    await site.replica_set.until_whole(SECONDS)
    say(f"The primary was frozen for 10 seconds: the longest silence was {longest_silence(subscribers):.1f} seconds.")


async def test_an_api_is_killed(site: Site) -> None:
    async with site.followed(4) as subscribers:
        changing = asyncio.create_task(site.change_for(6, "a", "b"))
        await asyncio.sleep(2)
        site.apis[1].kill()
        await changing
    connections = [one.connections for one in subscribers]
    assert sorted(connections) == [1, 1, 2, 2], "those of the other API went on, the others came there"


def _small_socket(address: str) -> socket.socket:
    """A connection whose receiving side holds little."""
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    found.connect((urlsplit(address).hostname, urlsplit(address).port))
    found.setblocking(False)
    return found


def _more_than(follower: Subscriber, count: int) -> bool:
    return len(follower.events) > count


async def test_a_client_that_never_reads(site: Site, say: Say) -> None:
    query = """
        subscription ($after: String) {
          changes(after: $after) {
            __typename
            ... on Change { cursor revision vmId paths { path new } }
            ... on Lagged { after: cursor missed }
          }
        }
    """
    cursor = await site.apis[0].cursor()
    before = await site.read()
    address = site.apis[0].address
    assert address
    protocol = websockets.Subprotocol("graphql-transport-ws")
    async with websockets.connect(
        f"ws{address.removeprefix('http')}/graphql",
        subprotocols=[protocol],
        proxy=None,
        ping_interval=None,
        max_queue=1,
        sock=_small_socket(address),
    ) as connection:
        await connection.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await connection.recv())["type"] == "connection_ack"
        payload = {"query": query, "variables": {"after": cursor}}
        await connection.send(json.dumps({"type": "subscribe", "id": "sleeper", "payload": payload}))
        async with site.followed() as (follower, _):  # they get everything while it does not read
            for number in range(2 * QUEUE):
                # Together more than the queue and every buffer on the way can hold.
                site.put("large", number, str(number).ljust(120_000, "."))
                # None is put before the one before was seen: the collector would make one change of both.
                await until(partial(_more_than, follower, number), "the change was seen", SECONDS)
        # It wakes up, and reads what had been sent before it was given up.
        revisions = []
        lagged = None
        try:
            while (message := json.loads(await asyncio.wait_for(connection.recv(), 10)))["type"] == "next":
                change = message["payload"]["data"]["changes"]
                if change["__typename"] == "Lagged":
                    lagged = change
                    cursor = lagged["after"] or cursor
                    continue
                revisions.append(change["revision"])
                cursor = change["cursor"]
            assert message["type"] == "complete"
            assert lagged
            assert lagged["missed"] > 0
            say(f"A client that never read got {len(revisions)} changes, and a `Lagged` of {lagged['missed']}.")
        except websockets.ConnectionClosed:
            # Where all this takes longer than the server waits for an answer to its pings.
            say(f"A client that never read was cut off; {len(revisions)} changes were on the way.")
    (large,) = set(await site.read()) - set(before)
    later = Subscriber("awake", Interest(), cursor)
    following = asyncio.create_task(later.run(Balancer(site.apis)))
    last = (await site.read())[large]
    try:
        await until(lambda: bool(later.events) and later.events[-1].revision == last, "it caught up", SECONDS)
    finally:
        await end(following)
    assert revisions + got(later)[large] == list(range(1, last + 1))


async def test_the_clocks_of_a_collector_and_of_an_api_jump(site: Site) -> None:
    hour = 3600
    began = datetime.now(UTC)
    # They come again with cursors from before a jump, and to the API with the other clock.
    async with site.followed(4, stays=1.5) as subscribers:
        for hours in (0, 2, -3, 24 * 365, 0):
            site.clock.jump_to(hours * hour)
            await site.change_for(2, "jumping", "b")
            await site.read()
    assert min(one.connections for one in subscribers) > 5
    assert {why for one in subscribers for why in one.ends} == {"left by itself"}, "no cursor was refused"
    times = [event.at for event in subscribers[0].events]
    assert min(times) < began.timestamp() - 2 * hour
    assert max(times) > began.timestamp() + 300 * 24 * hour
    (vm,) = (vm for vm in await site.vms() if vm["name"] == "jumping")
    for api in site.apis:
        history: list[int] = []
        after = None
        while True:
            answer = await api.query(HISTORY, {"id": vm["id"], "after": after})
            page = answer["vm"]["history"]
            history += [change["revision"] for change in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert history == list(range(vm["revision"], 0, -1)), "a VM's history goes by its revisions"
