"""The reads that are measured find what the filled fleet promises."""

from bench.filling import MARKED, fill
from bench.pages import PAGE, measured
from server.store.connection import Store
from server.store.embedded import EmbeddedMongo
from tests.serving import empty_store


async def test_each_equality_finds_its_share_of_the_fleet(mongo: EmbeddedMongo, store: Store) -> None:
    await fill(store, 1000, 4)
    async with empty_store(mongo) as small:
        await fill(small, 200, 2)
        found = await measured(small, store, 1)
    counts = {one["share"]: one["large_rows"] for one in found if one["read"] == "totalCount"}
    assert counts == {marked.share: max(1, round(marked.share * 1000)) for marked in MARKED}
    pages = [one for one in found if one["read"] != "totalCount"]
    assert all(one["large_rows"] == min(PAGE, counts[one["share"]]) for one in pages)
    # A page that is full is compared with one that is full.
    assert all(one["ratio"] for one in pages if one["large_rows"] == PAGE)
