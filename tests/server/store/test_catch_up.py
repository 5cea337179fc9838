"""Reading back from MongoDB's log what followers missed, once for all of them."""

import asyncio
import random
import time
from contextlib import aclosing
from itertools import pairwise
from typing import Any

import pytest

from loaders.change_cursor import ChangeCursor
from schema.changes.condition import ChangeCondition
from schema.graph.context import Change
from server.store import catch_up
from server.store.catch_up import CatchUp, Segment
from server.store.connection import Store
from server.store.feed import ChangeFeed
from server.store.stream import RefusedToken, Stream
from tests.server.store.conftest import Commands
from tests.server.store.feeding import ANYTHING, sequences, take, write, write_many
from tests.server.store.test_feed import cursors, until_head


async def written(store: Store, count: int) -> list[Change]:
    """So many changes, with their cursors."""
    async with ChangeFeed(store) as feed, aclosing(feed.follow(ANYTHING, feed.cursor())) as events:
        for begin in range(1, count + 1, 1000):
            await write_many(store, range(begin, min(begin + 1000, count + 1)))
        return await take(events, count, 60)


def token_of(change: Change) -> str:
    token = ChangeCursor.unpack(change.cursor).token
    assert token is not None
    return token


def streams_opened(commands: Commands) -> int:
    return sum("$changeStream" in str(body.get("pipeline")) for name, body in commands.sent if name == "aggregate")


async def test_many_who_resume_together_share_the_reading(store: Store, watched: Store, commands: Commands) -> None:
    changes = await written(store, 10_000)
    chosen = random.Random(5).sample(range(10_000), 200)

    async def missed(feed: ChangeFeed, index: int) -> list[Any]:
        condition = ChangeCondition(host_ids=frozenset({"kvm", str(index)}))
        async with aclosing(feed.follow(condition, changes[index].cursor)) as events:
            return sequences(await take(events, 9_999 - index + 1, 60))

    async with ChangeFeed(watched) as feed:
        commands.sent.clear()
        reading = asyncio.gather(*(missed(feed, index) for index in chosen))
        await asyncio.sleep(0)
        await write(store, [10_001])
        taken = await reading
        assert taken == [list(range(index + 2, 10_002)) for index in chosen]
        assert streams_opened(commands) <= 9
        # MongoDB sends a hundred changes at a time, and 10,000 of them once; the stream of new changes reads beside it.
        assert commands.names().count("getMore") < 250
        assert len(await cursors(store)) <= 2
        async with asyncio.timeout(5):
            while len(await cursors(store)) > 1:  # noqa: ASYNC110
                await asyncio.sleep(0.1)


async def test_segments_follow_each_other(store: Store) -> None:
    changes = await written(store, 1200)
    async with ChangeFeed(store) as feed:
        await until_head(feed)
        reader = CatchUp(store, lambda: feed._head)
        position = token_of(changes[0])
        segments: list[Segment] = []
        while position < feed._head:
            segment = await reader.after(position)
            assert segment is not None
            segments.append(segment)
            position = segment.end
        await reader.close()
    assert all(one.end == other.start for one, other in pairwise(segments))
    tokens = [entry.token for segment in segments for entry in segment.entries]
    assert tokens == [token_of(change) for change in changes[1:]]
    assert [len(segment.entries) for segment in segments] == [500, 500, 199]
    assert all(segment.size > 100 * len(segment.entries) for segment in segments)


async def test_latecomers_are_given_what_was_read(store: Store, watched: Store, commands: Commands) -> None:
    changes = await written(store, 300)
    async with ChangeFeed(store) as feed:
        await until_head(feed)
        reader = CatchUp(watched, lambda: feed._head)
        first = await reader.after(token_of(changes[100]))
        assert first is not None
        assert await reader.after(token_of(changes[100])) is first
        assert await reader.after(token_of(changes[200])) is first
        assert streams_opened(commands) == 1
        earlier = await reader.after(token_of(changes[50]))
        assert earlier is not None
        assert earlier is not first
        assert earlier.start == token_of(changes[50])
        await reader.close()


async def test_large_segments_are_short_and_not_kept_for_long(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catch_up, "_LARGEST", 50_000)
    monkeypatch.setattr(catch_up, "_LARGEST_KEPT", 120_000)
    async with ChangeFeed(store) as feed:
        start = ChangeCursor.unpack(feed.cursor()).token
        assert start is not None
        await write(store, range(1, 21), changes=[{"path": "name", "new": "x" * 20_000}])
        await until_head(feed)
        reader = CatchUp(store, lambda: feed._head)
        position = start
        while position < feed._head:
            segment = await reader.after(position)
            assert segment is not None
            assert len(segment.entries) <= 3
            position = segment.end
        assert 1 <= len(reader._kept) <= 2
        await asyncio.sleep(1.5)
        assert not reader._kept
        await reader.close()


async def test_whoever_is_far_behind_does_not_keep_the_others(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = await written(store, 500)
    until = Stream.until

    async def slowly(stream: Stream, token: str, **bounds: int) -> Any:
        await asyncio.sleep(0.1)
        return await until(stream, token, **bounds)

    monkeypatch.setattr(Stream, "until", slowly)
    monkeypatch.setattr(catch_up, "_MOST", 10)
    async with ChangeFeed(store) as feed:
        await until_head(feed)
        async with (
            aclosing(feed.follow(ANYTHING, changes[0].cursor)) as far,
            aclosing(feed.follow(ANYTHING, changes[489].cursor)) as near,
        ):
            reading = asyncio.create_task(take(far, 499, 60))
            await asyncio.sleep(0.2)
            before = time.monotonic()
            assert sequences(await take(near, 10)) == list(range(491, 501))
            assert time.monotonic() - before < 3
            assert not reading.done()
            assert sequences(await reading) == list(range(2, 501))


async def test_who_cannot_be_served_does_not_keep_the_others(store: Store) -> None:
    changes = await written(store, 100)
    async with ChangeFeed(store) as feed:
        await until_head(feed)
        reader = CatchUp(store, lambda: feed._head)
        bad, *good = await asyncio.gather(
            *(reader.after(token) for token in ("82650000000000000100", *map(token_of, changes[:-1]))),
            return_exceptions=True,
        )
        await reader.close()
    assert isinstance(bad, RefusedToken)
    assert all(isinstance(segment, Segment) for segment in good)


async def test_who_leaves_is_not_waited_for(store: Store) -> None:
    changes = await written(store, 10)
    async with ChangeFeed(store) as feed:
        await until_head(feed)
        reader = CatchUp(store, lambda: feed._head)
        leaving = asyncio.create_task(reader.after(token_of(changes[0])))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.wait([leaving])
        staying = await reader.after(token_of(changes[4]))
        assert staying is not None
        assert staying.reaches(token_of(changes[4]))
        await reader.close()
        assert await reader.after(token_of(changes[1])) is None


async def test_a_mistake_is_told_to_who_waits(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = await written(store, 10)

    async def mistaken(*_: Any, **__: Any) -> Any:
        raise KeyError("at")

    async with ChangeFeed(store) as feed:
        await until_head(feed)
        with monkeypatch.context() as patched:
            patched.setattr(Stream, "until", mistaken)
            async with aclosing(feed.follow(ANYTHING, changes[0].cursor)) as events:
                with pytest.raises(KeyError):
                    await take(events, 1)
        async with aclosing(feed.follow(ANYTHING, changes[0].cursor)) as events:
            assert sequences(await take(events, 9)) == list(range(2, 11))
