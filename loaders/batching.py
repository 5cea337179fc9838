"""What a level of a query asks for alike is gathered into one read."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from typing import Any, Generic, TypeVar, cast

Request = TypeVar("Request", bound=Hashable)
Key = TypeVar("Key")
Found = TypeVar("Found")

Load = Callable[[list[Key]], Awaitable[Sequence[Found]]]
"""Loads values of keys, in their order."""


class _Batch(Generic[Key]):
    """Keys that are loaded together, and who waits for them."""

    def __init__(self, load: Callable[["_Batch[Key]"], Coroutine[Any, Any, None]]) -> None:
        self.keys: dict[Hashable, Key] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._task = asyncio.create_task(load(self))
        self._task.add_done_callback(self._wake)

    async def loaded(self) -> None:
        """Wait until they are; whoever gives up takes nothing from the others. Raises what loading raised."""
        if not self._task.done():
            waiting = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            await waiting
        self._task.result()

    def _wake(self, _: asyncio.Task[None]) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)


class Loader(Generic[Key, Found]):
    """Gathers keys and loads them with one call; each once.

    Strawberry's loader keeps a future with a callback for each key, which for a level of a query costs as much as
    reading it; this one keeps one for each call of `load`.
    """

    def __init__(
        self,
        load: Load[Key, Found],
        identity: Callable[[Key], Hashable] | None = None,
    ) -> None:
        self._load = load
        self._identity = identity
        self._found: dict[Hashable, Found] = {}
        self._loading: dict[Hashable, _Batch[Key]] = {}
        self._gathering: _Batch[Key] | None = None

    async def load(self, key: Key) -> Found:
        """The value of a key."""
        (found,) = await self.load_all((key,))
        return cast("Found", found)

    async def load_all(self, keys: Sequence[Key | None]) -> list[Found | None]:
        """The value of each key, None for None."""
        names = keys if self._identity is None else [None if key is None else self._identity(key) for key in keys]
        wanted = {name: key for name, key in zip(names, keys, strict=True) if key is not None}
        missing = wanted.keys() - self._found.keys()
        if new := [name for name in wanted if name in missing and name not in self._loading]:
            batch = self._gathering = self._gathering or _Batch(self._loaded)
            for name in new:
                batch.keys[name], self._loading[name] = wanted[name], batch
        for batch in {self._loading[name] for name in missing}:
            await batch.loaded()
        return [None if name is None else self._found[name] for name in names]

    def prime(self, found: dict[Hashable, Found]) -> None:
        """Take in what was loaded otherwise."""
        self._found |= found

    async def _loaded(self, batch: _Batch[Key]) -> None:
        await asyncio.sleep(0)  # others of the level may come to ask only now
        self._gathering = None
        values = await self._load(list(batch.keys.values()))
        self._found.update(zip(batch.keys, values, strict=True))


class Loaders:
    """The loaders of a request: one for all that is asked for alike, another where anything but the key differs."""

    def __init__(self) -> None:
        self._made: dict[Hashable, Loader[Any, Any]] = {}

    def of(
        self,
        make: Callable[[Request], Load[Key, Found]],
        request: Request,
        identity: Callable[[Key], Hashable] | None = None,
    ) -> Loader[Key, Found]:
        """The loader whose keys are loaded by what a method makes of a request."""
        name = make.__qualname__, request
        if name not in self._made:
            self._made[name] = Loader(make(request), identity)
        return self._made[name]

    def forget(self) -> None:
        """Let go of all: what loads for them refers to them, and only the garbage collector would find out."""
        self._made.clear()
