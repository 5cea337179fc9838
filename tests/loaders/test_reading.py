"""A read that nobody waits for ends in MongoDB, too, and all reads of a request share its time."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from loaders import Readers, RequestLoaders
from loaders.errors import ReadFailed
from server.store.connection import Store
from tests.slow import MINUTES, become, fill, running

READS: dict[str, Callable[[RequestLoaders], Any]] = {
    "find": lambda loaders: loaders._find("vms", MINUTES),
    "count": lambda loaders: loaders._count("vms", MINUTES),
    "aggregate": lambda loaders: loaders._aggregate("vms", [{"$match": MINUTES}]),
}
every_read = pytest.mark.parametrize("read", READS.values(), ids=READS)
each_way = pytest.mark.parametrize("by_loop", [True, False], ids=["by the loop", "in threads"])


@pytest.fixture
async def filled(store: Store) -> Store:
    """A store in which a read can take minutes."""
    await fill(store)
    return store


def loaders_of(store: Store, seconds: float = 100, *, by_loop: bool = True) -> RequestLoaders:
    """Loaders as the server has them, or those of a program whose event loop does not read."""
    return RequestLoaders(store.database, seconds, Readers(store.direct if by_loop else None))


@each_way
@every_read
async def test_a_cancelled_read_ends_in_mongodb(
    filled: Store, read: Callable[[RequestLoaders], Any], by_loop: bool
) -> None:
    reading = asyncio.ensure_future(read(loaders_of(filled, by_loop=by_loop)))
    await become(filled, 1)
    reading.cancel()
    await become(filled, 0)


async def test_closed_loaders_end_what_they_read(filled: Store) -> None:
    loaders = loaders_of(filled)
    reads = [asyncio.ensure_future(read(loaders)) for read in READS.values()]
    await become(filled, len(READS))
    loaders.close()
    done, _ = await asyncio.wait(reads, timeout=5)
    assert [one.cancelled() for one in done] == [True] * len(READS)
    await become(filled, 0)


@each_way
async def test_other_reads_go_on(filled: Store, by_loop: bool) -> None:
    readers = Readers(filled.direct if by_loop else None)
    ended, other = (RequestLoaders(filled.database, 100, readers) for _ in range(2))
    for _ in range(5):
        slow = asyncio.ensure_future(READS["find"](ended))
        quick: list[asyncio.Future[Any]] = [asyncio.ensure_future(other.vm(str(number))) for number in range(50)]
        await become(filled, 1)
        slow.cancel()
        quick += [asyncio.ensure_future(other._find("vms", {"_id": str(number)})) for number in range(200)]
        await asyncio.gather(*quick)
        await become(filled, 0)


@each_way
async def test_what_waits_for_its_turn_is_never_asked(filled: Store, by_loop: bool) -> None:
    loaders = loaders_of(filled, by_loop=by_loop)
    reads = [asyncio.ensure_future(READS["find"](loaders)) for _ in range(20)]
    await become(filled, 16)
    loaders.close()
    await become(filled, 0)
    await asyncio.gather(*reads, return_exceptions=True)
    assert await running(filled) == []
    assert await asyncio.wait_for(RequestLoaders(filled.database, 1, loaders._reading._readers).vm("1"), 1)


@each_way
async def test_a_second_read_gets_what_the_first_one_left(filled: Store, by_loop: bool) -> None:
    loaders = loaders_of(filled, 1, by_loop=by_loop)
    await loaders._find("vms", MINUTES | {"_id": {"$in": [str(number) for number in range(7)]}})
    begun = time.monotonic()
    with pytest.raises(ReadFailed, match="MongoDB took longer than the setting query_seconds allows"):
        await loaders._find("vms", MINUTES)
    assert time.monotonic() - begun < 0.9
    assert await RequestLoaders(filled.database, 1).vm("1") == {"_id": "1"}
