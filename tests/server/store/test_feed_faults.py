"""The feed when MongoDB is killed, frozen, or forgets what was to come next."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient

from loaders.change_cursor import ChangeCursor
from schema.graph.context import CursorExpired
from server.store.collections import prepare
from server.store.connection import Document, Store, close, connect
from server.store.feed import ChangeFeed
from server.store.stream import Stream, Unresumable
from tests.server.store.conftest import PlainMongod, own_store, until
from tests.server.store.feeding import ANYTHING, Events, rest_of, sequences, started, take, write
from tests.server.store.test_feed import cursors, until_head

COUNT = 300


async def collect(events: Events, count: int) -> list[Any]:
    """So many changes, as slowly as a subscriber takes them."""
    taken = []
    for _ in range(count):
        taken += await take(events, 1, 60)
        await asyncio.sleep(0.001)
    return sequences(taken)


@pytest.mark.usefixtures("mongod_binary")
async def test_nothing_is_missed_or_repeated_when_mongod_is_killed(tmp_path: Path) -> None:
    async with own_store(tmp_path) as (mongo, store), ChangeFeed(store) as feed, AsyncExitStack() as stack:
        start = feed.cursor()

        def follower() -> Events:
            events = feed.follow(ANYTHING, start)
            stack.push_async_callback(events.aclose)
            return events

        live = [asyncio.create_task(collect(follower(), COUNT)) for _ in range(5)]
        writing = asyncio.create_task(write(store, range(1, COUNT + 1)))
        for _ in range(2):
            await asyncio.sleep(0.4)
            resumed = [asyncio.create_task(collect(follower(), COUNT)) for _ in range(5)]
            assert mongo.pid is not None
            os.kill(mongo.pid, signal.SIGKILL)
            await asyncio.sleep(0.1)
            # These come while there is no MongoDB.
            resumed += [asyncio.create_task(collect(follower(), COUNT)) for _ in range(5)]
            live += resumed
            await until(lambda: mongo.pid is not None and mongo.problem is None, 60)
        await writing
        for task in live:
            assert await task == list(range(1, COUNT + 1))
        await until(lambda: feed.problem is None)


@pytest.mark.usefixtures("mongod_binary")
async def test_a_frozen_mongod_goes_on_where_it_was(tmp_path: Path) -> None:
    async with own_store(tmp_path) as (mongo, store), ChangeFeed(store) as feed:
        start = feed.cursor()
        async with aclosing(feed.follow(ANYTHING, start)) as events, aclosing(feed.news("kvm/a")) as news:
            told = asyncio.ensure_future(anext(news))
            writing = asyncio.create_task(write(store, range(1, 101)))
            taken = await take(events, 30)
            await told
            assert mongo.pid is not None
            os.kill(mongo.pid, signal.SIGSTOP)
            try:
                async with aclosing(feed.follow(ANYTHING, start)) as other:
                    resumed = asyncio.create_task(take(other, 100, 60))
                    await asyncio.sleep(8)
                    os.kill(mongo.pid, signal.SIGCONT)
                    assert sequences(await resumed) == list(range(1, 101))
            finally:
                os.kill(mongo.pid, signal.SIGCONT)
            await writing
            assert sequences(taken + await take(events, 70)) == list(range(1, 101))


@pytest.mark.usefixtures("mongod_binary")
async def test_a_feed_of_a_frozen_mongod_ends(tmp_path: Path) -> None:
    async with own_store(tmp_path) as (mongo, store), AsyncExitStack() as stack:
        feed = await stack.enter_async_context(ChangeFeed(store))
        start = feed.cursor()
        await write(store, [1])
        await until_head(feed)
        assert mongo.pid is not None
        os.kill(mongo.pid, signal.SIGSTOP)
        try:
            waiting = asyncio.create_task(rest_of(feed.follow(ANYTHING, start)))
            live = asyncio.create_task(rest_of(feed.follow(ANYTHING, None)))
            await asyncio.sleep(1)
            before = time.monotonic()
            await stack.aclose()
            assert time.monotonic() - before < 8
            assert (await waiting, await live) == ([], [])
        finally:
            os.kill(mongo.pid, signal.SIGCONT)


@asynccontextmanager
async def forgetful(plain_mongod: PlainMongod) -> AsyncIterator[Store]:
    """A store whose MongoDB has a log of 16 MiB."""
    # What a checkpoint needs stays in the log.
    async with plain_mongod("--replSet", "rs0", "--syncdelay", "1") as port:
        client: AsyncIOMotorClient[Document] = AsyncIOMotorClient("127.0.0.1", port, directConnection=True)
        members = [{"_id": 0, "host": f"127.0.0.1:{port}"}]
        await client.admin.command({"replSetInitiate": {"_id": "rs0", "members": members}})
        async with asyncio.timeout(30):
            while not (await client.admin.command("hello"))["isWritablePrimary"]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await close(client)
        store = await connect(f"mongodb://127.0.0.1:{port}/?replicaSet=rs0", "virtgraph")
        await prepare(store)
        try:
            yield store
        finally:
            await store.close()


async def forget(store: Store, token: str) -> None:
    """Write until MongoDB's log no longer reaches back to a token."""
    async with asyncio.timeout(60):
        while True:
            await store.database["noise"].insert_many([{"x": os.urandom(500_000)} for _ in range(20)])
            try:
                await (await Stream.open(store, token, milliseconds=50)).close()
            except Unresumable:
                return


async def test_what_the_log_no_longer_has_is_told(plain_mongod: PlainMongod) -> None:
    async with forgetful(plain_mongod) as store, ChangeFeed(store) as feed:
        start = feed.cursor()
        async with aclosing(feed.follow(ANYTHING, start)) as live:
            await write(store, [1, 2])
            first, second = await take(live, 2)
            token = ChangeCursor.unpack(second.cursor).token
            assert token is not None
            async with aclosing(feed.follow(ANYTHING, start)) as paused:
                assert sequences(await take(paused, 1)) == [1]
                await forget(store, token)
                await write(store, [3])
                # Who listens all the time is not concerned, nor is who has been given a piece of the log.
                assert sequences(await take(live, 1)) == [3]
                assert sequences(await take(paused, 2)) == [2, 3]
            await until_head(feed)
            await asyncio.sleep(1.5)
            for change in (first, second):
                async with aclosing(feed.follow(ANYTHING, change.cursor)) as late:
                    at = change.record["at"] - timedelta(minutes=5)
                    assert await rest_of(late) == [CursorExpired(at, False)]
            since = second.record["at"] + timedelta(seconds=1)
            await store.database["history"].insert_one({"_id": "retention", "since": since})
            async with aclosing(feed.follow(ANYTHING, second.cursor)) as late:
                assert await rest_of(late) == [CursorExpired(since, True)]


async def test_a_stream_that_cannot_resume_tells_everybody(
    plain_mongod: PlainMongod, monkeypatch: pytest.MonkeyPatch
) -> None:
    going = threading.Event()
    going.set()
    read = Stream._next

    def when_it_may(stream: Stream) -> Any:
        going.wait()
        return read(stream)

    monkeypatch.setattr(Stream, "_next", when_it_may)
    async with forgetful(plain_mongod) as store, ChangeFeed(store) as feed:
        async with (
            aclosing(feed.follow(ANYTHING, None)) as live,
            aclosing(feed.follow(ANYTHING, None)) as unread,
            aclosing(feed.news("kvm/b")) as news,
        ):
            told = asyncio.ensure_future(anext(news))
            first, second = await started(live), await started(unread)
            await write(store, [1, 2])
            (change, _) = await asyncio.gather(first, second)
            await take(live, 1)
            going.clear()
            await asyncio.sleep(1)
            token = ChangeCursor.unpack(change.cursor).token
            assert token is not None
            moment = feed._head_at
            await forget(store, token)
            await write(store, [3])
            await store.database.command({"killCursors": "$cmd.aggregate", "cursors": await cursors(store)})
            going.set()
            expired = CursorExpired(moment - timedelta(minutes=5), False)
            assert await rest_of(live) == [expired]
            *waiting, last = await rest_of(unread)
            assert (sequences(waiting), last) == ([2], expired)
            await asyncio.wait_for(told, 5)
        async with aclosing(feed.follow(ANYTHING, None)) as anew:
            first = await started(anew)
            await write(store, [4])
            assert sequences([await first]) == [4]
            await until(lambda: feed.problem is None)


async def test_a_mistake_does_not_end_the_feed(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    async with ChangeFeed(store) as feed, aclosing(feed.follow(ANYTHING, None)) as live:
        first = await started(live)
        await store.database.command({"collMod": "changes", "validationLevel": "off"})
        await store.database["changes"].insert_one({"_id": "no change"})
        assert isinstance(await asyncio.wait_for(first, 10), CursorExpired)
        assert "made a mistake" in caplog.text
        async with aclosing(feed.follow(ANYTHING, None)) as anew:
            second = await started(anew)
            await write(store, [1])
            assert sequences([await asyncio.wait_for(second, 10)]) == [1]
