"""Loads that several wait for."""

import asyncio
import gc
import weakref

import pytest

from loaders import Readers, RequestLoaders
from loaders.batching import Loader
from server.store.connection import Store


class Shouting:
    """Loads keys as their capitals, when it is let."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.answer = asyncio.Event()

    async def load(self, keys: list[str]) -> list[str]:
        self.asked.append(keys)
        await self.answer.wait()
        return [key.upper() for key in keys]


@pytest.fixture
def shouting() -> Shouting:
    return Shouting()


async def test_who_gives_up_takes_nothing_from_the_others(shouting: Shouting) -> None:
    loader = Loader(shouting.load)
    first, second, other = (asyncio.ensure_future(loader.load(key)) for key in ("a", "a", "b"))
    await asyncio.sleep(0.01)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    shouting.answer.set()
    assert [await second, await other, await loader.load("a")] == ["A", "B", "A"]
    assert shouting.asked == [["a", "b"]]


async def test_what_is_asked_for_together_is_loaded_at_once_and_each_key_once(shouting: Shouting) -> None:
    shouting.answer.set()
    loader = Loader(shouting.load)
    many = await asyncio.gather(
        loader.load_all(["b", None, "a", "b"]), loader.load_all(["c", "a"]), loader.load_all([])
    )
    assert list(many) == [["B", None, "A", "B"], ["C", "A"], []]
    assert await loader.load_all(["c", "d", None]) == ["C", "D", None]
    assert shouting.asked == [["b", "a", "c"], ["d"]]


async def test_whoever_comes_while_keys_are_loaded_waits_for_them(shouting: Shouting) -> None:
    loader = Loader(shouting.load)
    first = asyncio.ensure_future(loader.load_all(["a"]))
    await asyncio.sleep(0.01)
    second = asyncio.ensure_future(loader.load_all(["b", "a"]))
    await asyncio.sleep(0.01)
    shouting.answer.set()
    assert [await first, await second] == [["A"], ["B", "A"]]
    assert shouting.asked == [["a"], ["b"]]


async def test_what_was_loaded_otherwise_is_not_loaded_again(shouting: Shouting) -> None:
    shouting.answer.set()
    loader = Loader(shouting.load)
    loader.prime({"a": "primed"})
    assert await loader.load_all(["a", "b"]) == ["primed", "B"]
    assert shouting.asked == [["b"]]


async def test_keys_are_told_apart_by_what_the_loader_is_told() -> None:
    async def load(keys: list[dict[str, str]]) -> list[str]:
        return [key["name"] for key in keys]

    loader = Loader(load, lambda key: key["id"])
    assert await loader.load_all([{"id": "1", "name": "a"}, None, {"id": "1", "name": "b"}]) == ["b", None, "b"]


async def test_everybody_is_told_of_a_failure() -> None:
    async def load(keys: list[str]) -> list[str]:
        raise ValueError(f"nothing of {', '.join(keys)}")

    loader = Loader(load)
    asked = (loader.load("a"), loader.load_all(["b", "a"]))
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert list(map(str, found)) == ["nothing of a, b"] * 2
    with pytest.raises(ValueError, match="nothing of a, b"):
        await loader.load("b")


async def test_what_a_request_has_read_goes_with_it(store: Store) -> None:
    loaders = RequestLoaders(store.database, 10, Readers(store.direct))
    assert await loaders.vm("h/1") is None
    assert await loaders.resources.by_keys(["path|h|/x"], None)
    reading = weakref.ref(loaders._reading)
    gc.disable()
    try:
        loaders.close()
        del loaders
        assert reading() is None
    finally:
        gc.enable()
