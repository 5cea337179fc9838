"""Shared subscriptions over a real feed: who shares, who is handed what, and what becomes of those who are slow."""

import asyncio
import gc
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from graphql.execution.collect_fields import FieldDetails
from strawberry.schema import BaseSchema
from strawberry.types import ExecutionResult

from loaders import RequestLoaders
from schema.node import node_id
from server import fanout
from server.collector.inventory import Observation
from server.context import RequestContext
from server.endpoint import served_schema
from server.fanout import Fanout, NotExecuted, Operation, Payload, graphql_text
from server.mistakes import OUR_MISTAKE
from server.store.connection import Store
from server.store.embedded import EmbeddedMongo
from server.store.feed import ChangeFeed
from server.store.inventory import MongoInventory
from tests.serving import empty_store, until

CHANGES = (
    "subscription Changes($filter: ChangeFilter, $after: String) { changes(filter: $filter, after: $after) { "
    "... on Change { cursor name revision } ... on Lagged { missed cursor } } }"
)
LIVE = "subscription($id: ID!) { vm(id: $id) { name state } }"

Payloads = AsyncGenerator[Payload, None]


@pytest_asyncio.fixture(scope="module")
async def shared_store(mongo: EmbeddedMongo) -> AsyncIterator[Store]:
    """A store that these tests share; nobody expects it to be empty."""
    async with empty_store(mongo) as store:
        yield store


@pytest.fixture(scope="module")
def served() -> BaseSchema:
    """The schema as the endpoint has it."""
    return served_schema()


@dataclass
class Fan:
    """A fan-out, the feed below it, and how to change what is told of."""

    fanout: Fanout
    feed: ChangeFeed
    inventory: MongoInventory

    async def observe(self, host: str, *names: str, state: str = "RUNNING", title: str = "") -> None:
        """A host says this about domains."""
        domains = ((name, f"<domain type='kvm'><name>{name}</name><title>{title}</title></domain>") for name in names)
        await self.inventory.vms_observed(host, [Observation(name, state, xml) for name, xml in domains])

    async def followed(self, number: int) -> None:
        """Wait until so many executions follow the feed, and all who wait for one have joined it."""
        await until(lambda: self.feed.followers == number)
        await asyncio.sleep(0.02)


@asynccontextmanager
async def fanned(store: Store, schema: BaseSchema, capacity: int = 1024) -> AsyncIterator[Fan]:
    async with ChangeFeed(store) as feed:

        def make_context() -> RequestContext:
            return RequestContext(feed, lambda: RequestLoaders(store.database, 10))

        yield Fan(Fanout(schema, make_context, capacity=capacity), feed, MongoInventory(store))


@pytest_asyncio.fixture
async def fan(shared_store: Store, served: BaseSchema) -> AsyncIterator[Fan]:
    """One whose members may leave 1024 payloads unread."""
    async with fanned(shared_store, served) as made:
        yield made


@pytest_asyncio.fixture
async def narrow(shared_store: Store, served: BaseSchema) -> AsyncIterator[Fan]:
    """One whose members may leave 3 payloads unread."""
    async with fanned(shared_store, served, capacity=3) as made:
        yield made


class Serialised:
    """Serialises, and counts."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, result: ExecutionResult) -> str:
        self.number += 1
        return graphql_text(result)


def of_host(host: str, **more: Any) -> dict[str, Any]:
    return {"filter": {"hosts": [host]}, **more}


async def take(payloads: Payloads, number: int) -> list[Payload]:
    async with asyncio.timeout(10):
        return [await anext(payloads) for _ in range(number)]


async def rest_of(payloads: Payloads) -> list[Payload]:
    async with asyncio.timeout(10):
        return [payload async for payload in payloads]


def told(payloads: list[Payload]) -> list[Any]:
    """What the one field of each result is."""
    return [next(iter(json.loads(payload.text)["data"].values())) for payload in payloads]


def names(payloads: list[Payload]) -> list[str]:
    return [event["name"] for event in told(payloads)]


# Who shares


async def test_the_same_is_executed_and_serialised_once(fan: Fan) -> None:
    encode = Serialised()
    asked = [
        Operation(CHANGES, {"filter": {"hosts": ["once"], "path": "state"}, "after": None}, "Changes", encode),
        Operation(CHANGES, {"after": None, "filter": {"path": "state", "hosts": ["once"]}}, "Changes", encode),
    ]
    followers = [fan.fanout.follow(operation) for operation in asked * 10]
    taking = [asyncio.create_task(take(payloads, 2)) for payloads in followers]
    await fan.followed(1)
    assert fan.fanout.groups == 1
    await fan.observe("once", "one")
    await fan.observe("once", "two")
    handed = await asyncio.gather(*taking)
    assert encode.number == 2
    assert names(handed[0]) == ["one", "two"]
    for payloads in handed[1:]:
        assert [ours.text is first.text for ours, first in zip(payloads, handed[0], strict=True)] == [True, True]
    for follower in followers[1:]:
        await follower.aclose()
    assert fan.feed.followers == 1
    await followers[0].aclose()
    assert (fan.feed.followers, fan.fanout.groups) == (0, 0)


async def test_who_joins_later_is_handed_what_comes_then(fan: Fan) -> None:
    asked = Operation(CHANGES, of_host("later"))
    async with aclosing(fan.fanout.follow(asked)) as first, aclosing(fan.fanout.follow(asked)) as second:
        early = asyncio.create_task(take(first, 2))
        await fan.followed(1)
        await fan.observe("later", "one")
        await asyncio.sleep(0.1)
        late = asyncio.create_task(take(second, 1))
        await fan.followed(1)
        await fan.observe("later", "two")
        assert names(await early) == ["one", "two"]
        assert names(await late) == ["two"]


@pytest.mark.parametrize(
    "other",
    [
        Operation(CHANGES, of_host("apart", after=None), "Changes"),
        Operation(CHANGES, {"filter": {"hosts": ["apart"], "operations": ["ADDED"]}}),
        Operation(CHANGES.replace("revision", ""), of_host("apart")),
        Operation(CHANGES, of_host("apart"), "Changes"),
        Operation(CHANGES, of_host("apart"), encode=lambda result: graphql_text(result) + " "),
    ],
)
async def test_what_differs_is_executed_apart(fan: Fan, other: Operation) -> None:
    ours = fan.fanout.follow(Operation(CHANGES, of_host("apart")))
    async with aclosing(ours) as one, aclosing(fan.fanout.follow(other)) as two:
        taking = [asyncio.create_task(take(payloads, 1)) for payloads in (one, two)]
        await fan.followed(2)
        await fan.observe("apart", "same")
        await fan.inventory.vms_vanished("apart", ["same"])
        first, second = await asyncio.gather(*taking)
        assert names(first) == names(second) == ["same"]
        assert first[0].text is not second[0].text


async def test_what_is_resumed_somewhere_is_not_joined(fan: Fan) -> None:
    cursors = [fan.feed.cursor()]
    async with aclosing(fan.fanout.follow(Operation(CHANGES, of_host("resumed", after=cursors[0])))) as first:
        taking = asyncio.create_task(take(first, 2))
        await fan.observe("resumed", "one", "two")
        cursors += [payload.cursor or "" for payload in await taking]
        waiting = asyncio.create_task(take(first, 1))
        await fan.followed(1)
        for cursor, missing in zip(cursors, (["one", "two"], ["two"], []), strict=True):
            asked = Operation(CHANGES, of_host("resumed", after=cursor))
            async with aclosing(fan.fanout.follow(asked)) as again:
                assert names(await take(again, len(missing))) == missing
        await fan.observe("resumed", "three")
        assert names(await waiting) == ["three"]


async def test_queries_are_executed_each_for_itself(fan: Fan) -> None:
    encode = Serialised()
    asked = Operation("{ __typename }", encode=encode)
    answers = await asyncio.gather(*(rest_of(fan.fanout.follow(asked)) for _ in range(3)))
    assert [[payload.text for payload in answer] for answer in answers] == [['{"data":{"__typename":"Query"}}']] * 3
    assert encode.number == 3
    assert fan.fanout.groups == 0


# Who ends


async def test_members_end_with_the_feed(shared_store: Store, served: BaseSchema) -> None:
    async with fanned(shared_store, served) as fan:
        asked = Operation(CHANGES, of_host("end"))
        ending = [asyncio.create_task(rest_of(fan.fanout.follow(asked))) for _ in range(3)]
        async with aclosing(fan.fanout.follow(asked)) as other:
            taking = asyncio.create_task(take(other, 1))
            await fan.followed(1)
            await fan.observe("end", "last")
            await taking
    assert [names(payloads) for payloads in await asyncio.gather(*ending)] == [["last"]] * 3
    assert fan.fanout.groups == 0


async def test_a_cancelled_member_leaves_the_others(fan: Fan) -> None:
    asked = Operation(CHANGES, of_host("cancelled"))
    async with aclosing(fan.fanout.follow(asked)) as opened, aclosing(fan.fanout.follow(asked)) as joined:
        opening, joining = (asyncio.create_task(take(payloads, 1)) for payloads in (opened, joined))
        await fan.followed(1)
        opening.cancel()
        await asyncio.wait([opening])
        await fan.observe("cancelled", "one")
        assert names(await joining) == ["one"]
        waiting = asyncio.create_task(take(joined, 1))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert fan.feed.followers == 0


@pytest.mark.parametrize(
    ("query", "variables", "message"),
    [
        ("subscription {", None, "Syntax Error: Expected Name, found <EOF>."),
        ("subscription { nothing }", None, "Cannot query field 'nothing' on type 'Subscription'."),
        (CHANGES, {"filter": {"hosts": 5}}, "Variable '$filter' has invalid value at .hosts: String cannot represent"),
    ],
)
async def test_what_is_refused_is_told_to_everybody(
    fan: Fan, query: str, variables: dict[str, Any] | None, message: str
) -> None:
    asked = Operation(query, variables)
    following = (rest_of(fan.fanout.follow(asked)) for _ in range(3))
    for refusal in await asyncio.gather(*following, return_exceptions=True):
        assert isinstance(refusal, NotExecuted)
        assert message.split(":")[0] in refusal.errors[0].message
    assert fan.fanout.groups == 0


async def test_a_mistake_of_the_resolver_is_a_result(fan: Fan) -> None:
    (payload,) = await rest_of(fan.fanout.follow(Operation(CHANGES, {"after": "nonsense"})))
    found = json.loads(payload.text)
    assert found["data"] is None
    assert found["errors"][0]["message"].startswith("`after` is not a cursor of this feed")


async def test_a_result_that_cannot_be_serialised_is_our_mistake(fan: Fan, caplog: pytest.LogCaptureFixture) -> None:
    def unable(_: ExecutionResult) -> str:
        raise TypeError("secret")

    following = [rest_of(fan.fanout.follow(Operation(CHANGES, of_host("unable"), encode=unable))) for _ in range(2)]
    ending = asyncio.gather(*following, return_exceptions=True)
    await fan.followed(1)
    await fan.observe("unable", "one")
    assert [str(failure) for failure in await ending] == [OUR_MISTAKE] * 2
    assert [(record.name, record.levelno) for record in caplog.records] == [("server.fanout", logging.ERROR)]


# Who is slow


async def test_a_slow_member_is_told_what_it_missed_and_can_resume(narrow: Fan) -> None:
    asked = Operation(CHANGES, of_host("slow"))
    async with aclosing(narrow.fanout.follow(asked)) as slow, aclosing(narrow.fanout.follow(asked)) as fast:
        first = asyncio.create_task(take(slow, 1))
        taking = asyncio.create_task(take(fast, 11))
        await narrow.followed(1)
        for number in range(11):
            await narrow.observe("slow", f"web-{number}")
        assert names(await taking) == [f"web-{number}" for number in range(11)]
        *changes, lagged = [*await first, *await rest_of(slow)]
        assert names(changes) == [f"web-{number}" for number in range(4)]
        assert told([lagged]) == [{"missed": 7, "cursor": changes[-1].cursor}]
        assert narrow.feed.followers == 1
        async with aclosing(narrow.fanout.follow(Operation(CHANGES, of_host("slow", after=changes[-1].cursor)))) as on:
            assert names(await take(on, 7)) == [f"web-{number}" for number in range(4, 11)]


async def test_what_it_missed_is_told_in_its_own_words(narrow: Fan) -> None:
    asked = Operation('subscription { changes(filter: { hosts: ["words"] }) { ... on Lagged { all: missed } } }')
    async with aclosing(narrow.fanout.follow(asked)) as slow, aclosing(narrow.fanout.follow(asked)) as fast:
        taking = [asyncio.create_task(take(slow, 1)), asyncio.create_task(take(fast, 10))]
        await narrow.followed(1)
        await narrow.observe("words", *(f"web-{number}" for number in range(10)))
        await asyncio.gather(*taking)
        assert [payload.text for payload in await rest_of(slow)][3:] == ['{"data":{"changes":{"all":6}}}']


async def test_few_payloads_may_be_too_long(fan: Fan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "LARGEST_QUEUE", 9_000)
    asked = Operation(CHANGES, of_host("long"))
    async with aclosing(fan.fanout.follow(asked)) as slow, aclosing(fan.fanout.follow(asked)) as fast:
        taking = [asyncio.create_task(take(one, 1)) for one in (slow, fast)]
        await fan.followed(1)
        await fan.observe("long", "first")
        await asyncio.gather(*taking)
        for number in range(5):
            await fan.observe("long", f"{number}-{'x' * 1000}")
            await take(fast, 1)
        *changes, lagged = told(await rest_of(slow))
        assert (len(changes), lagged["missed"]) == (2, 3)


async def test_a_burst_is_no_reason_to_lag(narrow: Fan) -> None:
    asked = Operation(CHANGES, of_host("burst"))
    async with aclosing(narrow.fanout.follow(asked)) as one, aclosing(narrow.fanout.follow(asked)) as two:
        taking = [asyncio.create_task(take(payloads, 100)) for payloads in (one, two)]
        await narrow.followed(1)
        await narrow.observe("burst", *(f"web-{number}" for number in range(100)))
        for payloads in await asyncio.gather(*taking):
            assert len(set(names(payloads))) == 100


async def test_a_backlog_may_be_longer_than_the_queue(narrow: Fan) -> None:
    start = narrow.feed.cursor()
    await narrow.observe("backlog", *(f"web-{number}" for number in range(50)))
    async with aclosing(narrow.fanout.follow(Operation(CHANGES, of_host("backlog", after=start)))) as resumed:
        read = []
        for _ in range(50):
            read += await take(resumed, 1)
            await asyncio.sleep(0.001)
        assert len(set(names(read))) == 50


# What is kept


async def test_nothing_is_kept_of_events_that_are_over(fan: Fan) -> None:
    query = 'subscription { changes(filter: { hosts: ["kept"] }) { ... on Change { devices { paths { path } } } } }'
    async with aclosing(fan.fanout.follow(Operation(query))) as following:
        numbers = []
        for number in range(3):
            taking = asyncio.create_task(take(following, 20))
            await fan.followed(1)
            await fan.observe("kept", *(f"web-{number}-{index}" for index in range(20)))
            await taking
            gc.collect()
            numbers.append(sum(isinstance(thing, FieldDetails) for thing in gc.get_objects()))
        assert numbers[1] == numbers[2]


# The latest only


async def test_a_live_vm_is_handed_over_as_it_is_now(narrow: Fan) -> None:
    asked = Operation(LIVE, {"id": node_id("VirtualMachine", "live/web")})
    async with aclosing(narrow.fanout.follow(asked)) as one, aclosing(narrow.fanout.follow(asked)) as two:
        assert told(await take(one, 1)) == [None]
        await narrow.observe("live", "web")
        assert told(await take(one, 1)) == [{"name": "web", "state": "RUNNING"}]
        # Who joins has it at once, and the one execution does not begin anew.
        assert told(await take(two, 1)) == [{"name": "web", "state": "RUNNING"}]
        assert narrow.feed.followers == 1
        # Nothing that is selected changes.
        await narrow.observe("live", "web", title="other")
        for number in range(10):
            await narrow.observe("live", "web", state="PAUSED" if number % 2 else "RUNNING", title=str(number))
            await asyncio.sleep(0.02)
        await narrow.observe("live", "web", state="SHUTOFF")
        await asyncio.sleep(0.3)
        for payloads in (one, two):
            states = told(await take(payloads, 1))
            while states[-1]["state"] != "SHUTOFF":
                states += told(await take(payloads, 1))
            # One, unless this machine was too busy to read what had changed.
            assert len(states) < 6
        waiting = [asyncio.create_task(take(payloads, 1)) for payloads in (one, two)]
        await asyncio.sleep(0.2)
        assert not any(task.done() for task in waiting)
        await narrow.inventory.vms_vanished("live", ["web"])
        for task in waiting:
            assert told(await task) == [None]
