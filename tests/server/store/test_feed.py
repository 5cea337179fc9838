"""The feed of changes over a real MongoDB: live, resumed, too slow, expired."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo.read_concern import ReadConcern

from loaders.change_cursor import ChangeCursor
from loaders.pages import packed
from schema.changes.condition import ChangeCondition
from schema.graph.context import CursorExpired, Lagged
from server.store import followers
from server.store.connection import Store, connect
from server.store.embedded import EmbeddedMongo
from server.store.errors import StoreError
from server.store.feed import ChangeFeed
from server.store.inventory import MongoInventory
from tests.server.store.conftest import until
from tests.server.store.documents import domain, observed
from tests.server.store.feeding import (
    ANYTHING,
    Events,
    record,
    rest_of,
    sequences,
    started,
    take,
    write,
    write_many,
)
from tests.server.store.test_collections import document


@asynccontextmanager
async def following(
    feed: ChangeFeed, condition: ChangeCondition = ANYTHING, after: str | None = None
) -> AsyncIterator[Events]:
    """A follower from now on, or from the cursor of now where there is one."""
    async with aclosing(feed.follow(condition, after or feed.cursor())) as events:
        yield events


async def test_changes_are_told_as_they_stand_in_the_store(store: Store) -> None:
    async with ChangeFeed(store) as feed, aclosing(feed.follow(ANYTHING, None)) as events:
        first = await started(events)
        assert feed.followers == 1
        await write(store, [1, 2])
        (change,) = await asyncio.gather(first)
        assert change.record == await store.database["changes"].find_one({"_id": "kvm/a@1"})
        cursor = ChangeCursor.unpack(change.cursor)
        assert cursor[:3] == (change.record["at"], "kvm", 1)
        assert sequences(await take(events, 1)) == [2]
    assert feed.followers == 0


async def test_what_the_collector_writes_is_told(store: Store) -> None:
    inventory = MongoInventory(store)
    async with ChangeFeed(store) as feed, following(feed) as events:
        await inventory.vms_observed("kvm", [observed("a", domain("first")), observed("b")])
        await inventory.vms_observed("kvm", [observed("a", domain("second"))])
        await inventory.vms_vanished("kvm", ["a"])
        told = [change.record for change in await take(events, 4)]
    assert [(one["operation"], one["_id"], one["name"]) for one in told] == [
        ("ADDED", "kvm/a@1", "first"),
        ("ADDED", "kvm/b@1", "b"),
        ("CHANGED", "kvm/a@2", "second"),
        ("REMOVED", "kvm/a@3", "second"),
    ]
    assert [one["sequence"] for one in told] == [1, 2, 3, 4]


async def test_whoever_comes_later_hears_what_is_later(store: Store) -> None:
    async with ChangeFeed(store) as feed, aclosing(feed.follow(ANYTHING, None)) as early:
        first = await started(early)
        await write(store, [1])
        await first
        async with aclosing(feed.follow(ANYTHING, None)) as late:
            second = await started(late)
            await write(store, [2])
            assert sequences([await second]) == [2]
            assert sequences(await take(early, 1)) == [2]


async def test_followers_hear_what_they_asked_for(store: Store) -> None:
    of_b = ChangeCondition(vm_ids=frozenset({"kvm/b"}))
    async with ChangeFeed(store) as feed:
        start = feed.cursor()
        async with following(feed, of_b) as resumed, aclosing(feed.follow(of_b, None)) as live:
            first = await started(live)
            for sequence in range(1, 10):
                await write(store, [sequence], f"kvm/{'ab'[sequence % 2]}")
            assert sequences([await first, *await take(live, 4)]) == [1, 3, 5, 7, 9]
            assert sequences(await take(resumed, 5)) == [1, 3, 5, 7, 9]
        async with following(feed, of_b, start) as late:
            assert sequences(await take(late, 5)) == [1, 3, 5, 7, 9]


async def test_each_condition_is_compared_once(store: Store) -> None:
    compared = []

    class Counting(ChangeCondition):
        def matches(self, record: Any) -> bool:
            compared.append(record["sequence"])
            return super().matches(record)

    async with ChangeFeed(store) as feed:
        conditions = [Counting(host_ids=frozenset({"kvm"})) for _ in range(50)]
        followers = [feed.follow(condition, None) for condition in conditions]
        firsts = [await started(events) for events in followers]
        await write(store, [1])
        assert sequences(await asyncio.gather(*firsts)) == [1] * 50
        for events in followers:
            await events.aclose()
    assert compared == [1]


async def test_one_stream_serves_all(store: Store) -> None:
    async with ChangeFeed(store) as feed:
        followers = [feed.follow(ANYTHING, None) for _ in range(20)]
        firsts = [await started(events) for events in followers]
        assert len(await cursors(store)) == 1
        await write(store, [1])
        await asyncio.gather(*firsts)
        for events in followers:
            await events.aclose()
    assert await cursors(store) == []


async def test_what_was_missed_comes_before_what_comes_now(store: Store) -> None:
    async with ChangeFeed(store) as feed:
        await until_head(feed)
        async with following(feed) as events:
            await write_many(store, range(1, 1201))
            await until_head(feed)
            writing = asyncio.create_task(write(store, range(1201, 1401)))
            assert sequences(await take(events, 1400)) == list(range(1, 1401))
            await writing
        assert feed.problem is None


async def test_every_cursor_goes_on_after_its_change(store: Store) -> None:
    """Also those of changes that were committed together."""
    async with ChangeFeed(store) as feed, following(feed) as events:
        async with await store.client.start_session() as session, session.start_transaction():
            for sequence in range(1, 11):
                await store.database["changes"].insert_one(record(sequence), session=session)
                await store.vms.insert_one(
                    {
                        "_id": f"kvm/{sequence}",
                        "hostId": "kvm",
                        "sourceKey": str(sequence),
                        "changedAt": datetime.now(UTC),
                        "declarations": "",
                        "state": "RUNNING",
                        "revision": 1,
                    },
                    session=session,
                )
        await write(store, range(11, 15))
        changes = await take(events, 14)
        assert sequences(changes) == list(range(1, 15))
        tokens = [ChangeCursor.unpack(change.cursor).token for change in changes]
        assert tokens == sorted(tokens, key=str)
        assert len(set(tokens)) == 14
        await until_head(feed)
        for index, change in enumerate(changes[:-1]):
            async with following(feed, after=change.cursor) as resumed:
                assert sequences(await take(resumed, 13 - index)) == list(range(index + 2, 15))
        async with following(feed, after=changes[-1].cursor) as resumed:
            first = await started(resumed)
            await write(store, [15])
            assert sequences([await first]) == [15]


async def test_tokens_of_moments_are_in_order_with_those_of_changes(store: Store) -> None:
    async with ChangeFeed(store) as feed:
        cursors_of_now = [feed.cursor()]
        for sequence in range(1, 6):
            await write(store, [sequence])
            await store.vms.database["noise"].insert_one({})
            await until_head(feed)
            cursors_of_now.append(feed.cursor())
        for already, cursor in enumerate(cursors_of_now):
            async with following(feed, after=cursor) as events:
                first = await started(events)
                if already == 5:
                    await write(store, [6])
                assert sequences([await first]) == [already + 1]


async def test_a_cursor_goes_on_in_another_process(store: Store) -> None:
    async with ChangeFeed(store) as one, following(one) as events:
        await write(store, [1, 2])
        first, second = await take(events, 2)
        async with ChangeFeed(store) as other:
            await write(store, [3])
            async with following(other, after=first.cursor) as resumed:
                assert sequences(await take(resumed, 2)) == [2, 3]
        # A process that is a little behind gets a cursor that lies ahead of it.
        async with ChangeFeed(store) as behind:
            behind._head = ChangeCursor.unpack(first.cursor).token or ""
            await take(events, 1)
            async with aclosing(behind.follow(ANYTHING, second.cursor)) as resumed:
                waiting = await started(resumed)
                await write(store, [4])
                assert sequences([await waiting]) in ([3], [4])


async def test_a_slow_follower_is_told_what_it_missed_and_where_to_go_on(store: Store) -> None:
    async with ChangeFeed(store, capacity=3) as feed:
        async with aclosing(feed.follow(ANYTHING, None)) as slow, aclosing(feed.follow(ANYTHING, None)) as quick:
            waiting, first = await started(slow), await started(quick)
            await write(store, [1])
            await asyncio.gather(waiting, first)
            for sequence in range(2, 12):
                await write(store, [sequence])
                await take(quick, 1)
            *told, lagged = await rest_of(slow)
        assert sequences(told) == [2, 3, 4]
        assert lagged == Lagged(7, told[-1].cursor)
        async with following(feed, after=lagged.cursor) as resumed:
            assert sequences(await take(resumed, 7)) == list(range(5, 12))


async def test_few_records_may_be_too_many_bytes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "LARGEST_QUEUE", 700_000)
    large = [{"path": f"domain.metadata.{number}", "new": "x" * 1000} for number in range(250)]
    async with ChangeFeed(store) as feed:
        async with aclosing(feed.follow(ANYTHING, None)) as slow, aclosing(feed.follow(ANYTHING, None)) as quick:
            waiting, first = await started(slow), await started(quick)
            await write(store, [1])
            await asyncio.gather(waiting, first)
            for sequence in range(2, 7):
                await write(store, [sequence], changes=large)
                await take(quick, 1)
            *told, lagged = await rest_of(slow)
        assert sequences(told) == [2, 3]
        assert lagged == Lagged(3, told[-1].cursor)


async def test_whoever_catches_up_may_take_its_time(store: Store) -> None:
    """What comes meanwhile is more than its queue holds, and it misses none of it."""
    async with ChangeFeed(store, capacity=10) as feed:
        start = feed.cursor()
        await write_many(store, range(1, 101))
        await until_head(feed)
        async with following(feed, after=start) as slow:
            taken = await take(slow, 20)
            for begin in range(101, 501, 100):
                await write_many(store, range(begin, begin + 100))
                await until_head(feed)
                taken += await take(slow, 60)
            taken += await take(slow, 500 - len(taken))
            assert sequences(taken) == list(range(1, 501))
            first = await started(slow)
            await write(store, [501])
            assert sequences([await first]) == [501]


async def test_large_records_do_not_stop_the_feed(store: Store) -> None:
    large = [{"path": f"domain.metadata.{number}", "new": "x" * 1000} for number in range(250)]
    async with ChangeFeed(store) as feed:
        start = feed.cursor()
        async with aclosing(feed.follow(ANYTHING, None)) as live, following(feed, after=start) as resumed:
            first = await started(live)
            for letter in "ab":
                # The document before and after would be more than one event may hold.
                stored = document(_id="kvm/a", error="why", rawXml=letter * 9_000_000)
                await store.vms.replace_one({"_id": "kvm/a"}, stored, upsert=True)
            await write(store, range(1, 41), changes=large)
            assert sequences([await first, *await take(live, 39)]) == list(range(1, 41))
            assert sequences(await take(resumed, 40)) == list(range(1, 41))


async def test_followers_end_with_the_feed(store: Store) -> None:
    async with ChangeFeed(store) as feed:
        live, unread, catching_up = (feed.follow(ANYTHING, None) for _ in range(3))
        first, second = await started(live), await started(unread)
        news = asyncio.ensure_future(anext(feed.news("kvm/a"), "ended"))
        await write(store, [1])
        await asyncio.gather(first, second)
        await write(store, [2])
        assert sequences(await take(live, 1)) == [2]
        waiting = asyncio.ensure_future(rest_of(live))
        await news
        news = asyncio.ensure_future(anext(feed.news("kvm/b"), "ended"))
        await asyncio.sleep(0)
        before = time.monotonic()
    assert time.monotonic() - before < 2
    assert await waiting == []
    assert sequences(await rest_of(unread)) == [2]
    assert await rest_of(catching_up) == []
    assert await news == "ended"
    assert await anext(feed.news(None), "ended") == "ended"


async def test_whoever_leaves_is_forgotten(store: Store) -> None:
    async with ChangeFeed(store) as feed:
        events = feed.follow(ANYTHING, None)
        first = await started(events)
        news = feed.news("kvm/a")
        flag = asyncio.ensure_future(anext(news))
        await asyncio.sleep(0)
        assert feed.followers == 2
        first.cancel()
        flag.cancel()
        await asyncio.wait([first, flag])
        assert feed.followers == 0


async def test_news_of_a_vm_come_once_for_all(store: Store) -> None:
    async with ChangeFeed(store) as feed, aclosing(feed.news("kvm/a")) as news:
        first = asyncio.ensure_future(anext(news))
        await asyncio.sleep(0)
        await write(store, [1], "kvm/b")
        await store.hosts.insert_one({"_id": "kvm", "uri": "", "state": "CONNECTED", "since": datetime.now(UTC)})
        await until_head(feed)
        assert not first.done()
        await write(store, range(2, 50))
        await asyncio.wait_for(first, 5)
        await until_head(feed)
        await asyncio.wait_for(anext(news), 5)
        second = asyncio.ensure_future(anext(news))
        await asyncio.wait([second], timeout=0.3)
        assert not second.done()
        second.cancel()
        await asyncio.wait([second])


async def test_news_of_anything_are_of_hosts_too_and_not_many(store: Store) -> None:
    async with ChangeFeed(store) as feed, aclosing(feed.news(None, pause=0.5)) as news:

        async def are_told(*, seconds: float = 1.5) -> bool:
            """Whether there are news, when the pause is over."""
            coming = asyncio.ensure_future(anext(news))
            await asyncio.wait([coming], timeout=seconds)
            if not coming.done():
                waiting.append(coming)
            return coming.done()

        waiting: list[Any] = []
        first = asyncio.ensure_future(anext(news))
        await asyncio.sleep(0)
        await store.hosts.insert_one({"_id": "kvm", "uri": "", "state": "CONNECTED", "since": datetime.now(UTC)})
        await asyncio.wait_for(first, 5)
        before = time.monotonic()
        await write(store, [1])
        assert await are_told()
        assert time.monotonic() - before > 0.45
        await store.hosts.update_one({"_id": "kvm"}, {"$set": {"error": "gone"}})
        assert await are_told()
        await store.hosts.update_one({"_id": "kvm"}, {"$unset": {"error": ""}})
        assert await are_told()
        await write(store, [1], "kvm/volume", subject="RESOURCE")
        assert await are_told()
        await store.hosts.update_one({"_id": "kvm"}, {"$set": {"synchronizedAt": datetime.now(UTC)}})
        assert not await are_told()
        await store.hosts.delete_one({"_id": "kvm"})
        await asyncio.wait_for(waiting[0], 5)


_MOMENT = "2026-01-01T00:00:00+00:00"
_PLACE = "8265000000000000012B0229296E04"


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param("", id="empty"),
        pytest.param("x", id="no base64"),
        pytest.param("é", id="no ASCII"),
        pytest.param("\0", id="NUL"),
        pytest.param("W" * 1_000_000, id="huge"),
        pytest.param(packed([[]] * 3000), id="many"),
        pytest.param(packed([]), id="nothing"),
        pytest.param(packed(["kvm/a"]), id="of another list"),
        pytest.param(packed([1, 2, 3, 4]), id="numbers"),
        pytest.param(packed([None, None, None, None]), id="nulls"),
        pytest.param(packed([_MOMENT, "kvm", 1, ["82"]]), id="token is a list"),
        pytest.param(packed([_MOMENT, "kvm", True, _PLACE]), id="sequence is a truth value"),
        pytest.param(packed([_MOMENT, "kvm", 10**400, _PLACE]), id="sequence is huge"),
        pytest.param(packed([_MOMENT, "\ud800", 1, _PLACE]), id="half a character"),
        pytest.param(packed([_MOMENT, "kvm", 1, ""]), id="token is empty"),
        pytest.param(packed([_MOMENT, "kvm", 1, _PLACE.lower()]), id="token is in small letters"),
        pytest.param(packed([_MOMENT, "kvm", 1, "82" + "00" * 6000]), id="token is huge"),
        pytest.param(packed([_MOMENT, "kvm", 1, "8265000000000000010000000000"]), id="token of nothing"),
        pytest.param(packed([_MOMENT, "kvm", 1, "826500000000000001FF"]), id="token of an unknown kind"),
        pytest.param(packed([_MOMENT, "kvm", 1, "82FFFFFFFF" + _PLACE[10:]]), id="the future"),
        pytest.param(packed(["0001-01-01T00:00:00+00:00", "kvm", 1, _PLACE]), id="the first year"),
        pytest.param(packed(["9999-12-31T23:59:59-23:00", "kvm", 1, _PLACE]), id="beyond the last year"),
    ],
)
async def test_what_is_no_cursor_is_refused(store: Store, cursor: str) -> None:
    async with ChangeFeed(store) as feed, aclosing(feed.follow(ANYTHING, cursor)) as events:
        with pytest.raises(ValueError, match=r"^`after` is not a cursor of this feed: .*\.$"):
            await take(events, 1)
        assert feed.followers == 0


async def test_a_cursor_of_the_query_is_refused_with_advice(store: Store) -> None:
    cursor = ChangeCursor(datetime.now(UTC), "kvm", 7, None).pack()
    async with ChangeFeed(store) as feed, aclosing(feed.follow(ANYTHING, cursor)) as events:
        with pytest.raises(ValueError, match="`changeCursor`"):
            await take(events, 1)


async def never_given(store: Store) -> tuple[datetime, str]:
    """When the first of two changes was observed, and the cursor of one that was committed at that moment, too."""
    async with ChangeFeed(store) as feed, following(feed) as events:
        await write(store, [1, 2])
        at, host_id, sequence, token = ChangeCursor.unpack((await take(events, 2))[0].cursor)
    assert token is not None
    assert token.endswith("31000004")
    return at, ChangeCursor(at, host_id, sequence, token[:-8] + "39000004").pack()


async def test_a_cursor_that_mongodb_does_not_find_has_expired(store: Store) -> None:
    at, cursor = await never_given(store)
    async with ChangeFeed(store) as feed, aclosing(feed.follow(ANYTHING, cursor)) as events:
        assert await rest_of(events) == [CursorExpired(at - timedelta(minutes=5), False)]


async def test_what_retention_took_is_lost(store: Store) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    for since, readable_from, lost in (
        (now - timedelta(hours=3), now - timedelta(hours=2, minutes=5), False),
        (now - timedelta(hours=2, minutes=3), now - timedelta(hours=2, minutes=3), False),
        (now - timedelta(hours=1), now - timedelta(hours=1), True),
    ):
        await store.database["history"].replace_one({"_id": "retention"}, {"since": since}, upsert=True)
        written = f"82{int((now - timedelta(hours=2)).timestamp()):08X}00000001"
        cursor = ChangeCursor(now - timedelta(hours=2), "kvm", 1, f"{written}2B022C0100296E5A1004{'00' * 16}04").pack()
        async with ChangeFeed(store) as feed, aclosing(feed.follow(ANYTHING, cursor)) as events:
            # Only upon a later change MongoDB says that it does not find the place.
            await write(store, [1], f"kvm/{lost}{since.minute}{since.hour}")
            await until_head(feed)
            assert await rest_of(events) == [CursorExpired(readable_from, lost)]


async def test_whoever_missed_nothing_hears_what_comes(store: Store) -> None:
    async with ChangeFeed(store) as before, following(before) as events:
        await write(store, [1])
        (change,) = await take(events, 1)
        start = before.cursor()
    await store.database["noise"].insert_one({})
    async with (
        ChangeFeed(store) as feed,
        following(feed, after=start) as one,
        following(feed, after=change.cursor) as other,
    ):
        firsts = [await started(one), await started(other)]
        # Nothing has to happen before they have caught up.
        await until(lambda: not any(follower.catching_up for follower in feed._followers), 3)
        await write(store, [2])
        assert sequences(await asyncio.gather(*firsts)) == [2, 2]


async def test_a_dropped_database_is_no_gap(store: Store) -> None:
    async with ChangeFeed(store) as feed:
        start = feed.cursor()
        async with aclosing(feed.follow(ANYTHING, None)) as events:
            first = await started(events)
            await write(store, [1])
            (before,) = await asyncio.gather(first)
            await store.client.drop_database(store.database.name)
            await write(store, [2])
            assert sequences(await take(events, 1)) == [2]
            await write(store, [3])
            assert sequences(await take(events, 1)) == [3]
        for cursor, missing in ((start, [1, 2, 3]), (before.cursor, [2, 3])):
            async with aclosing(feed.follow(ANYTHING, cursor)) as resumed:
                assert sequences(await take(resumed, len(missing))) == missing


async def test_a_feed_without_mongodb_says_why(tmp_path: Path, mongod_binary: Path) -> None:
    async with EmbeddedMongo(tmp_path, binary=mongod_binary) as mongo:
        store = await connect(mongo.uri, "virtgraph", seconds=0.5)
    with pytest.raises(StoreError, match="cannot be watched"):
        async with ChangeFeed(store):
            pass
    await store.close()


async def until_head(feed: ChangeFeed) -> None:
    """Wait until the feed has read everything that was written up to now."""
    now: Any = (await feed._store.database.command("ping"))["operationTime"]
    await until(lambda: feed._head >= f"82{now.time:08X}{now.inc:08X}")


async def cursors(store: Store) -> list[int]:
    """The change streams that clients hold open on this database."""
    admin = store.client.get_database("admin", read_concern=ReadConcern("local"))
    pipeline = [{"$currentOp": {"idleCursors": True, "allUsers": True}}]
    running = [one async for one in admin.aggregate(pipeline)]
    namespace = f"{store.database.name}.$cmd"
    return [one["cursor"]["cursorId"] for one in running if one.get("ns", "").startswith(namespace) and "cursor" in one]
