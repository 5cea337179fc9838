"""What a level of a query asks for alike is gathered into one read."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar, cast

Request = TypeVar("Request")
Key = TypeVar("Key")
Found = TypeVar("Found")


class Loader(Generic[Key, Found]):
    """Gathers keys and loads them with one call; each once.

    Strawberry's loader keeps a future with a callback for each key, which for a level of a query costs as much as
    reading it; this one keeps one task for each call of `load`. Whoever gives up waiting takes nothing from the others.
    """

    def __init__(
        self,
        load: Callable[[list[Key]], Awaitable[Sequence[Found]]],
        identity: Callable[[Key], Hashable] | None = None,
    ) -> None:
        self._load = load
        self._identity = identity
        self._found: dict[Hashable, Found] = {}
        self._loading: dict[Hashable, asyncio.Task[None]] = {}
        self._gathered: dict[Hashable, Key] = {}

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
            task = self._loading[next(iter(self._gathered))] if self._gathered else asyncio.create_task(self._loaded())
            for name in new:
                self._gathered[name], self._loading[name] = wanted[name], task
        if missing:
            await asyncio.gather(*map(asyncio.shield, {self._loading[name] for name in missing}))
        return [None if name is None else self._found[name] for name in names]

    def prime(self, found: dict[Hashable, Found]) -> None:
        """Take in what was loaded otherwise."""
        self._found |= found

    async def _loaded(self) -> None:
        await asyncio.sleep(0)  # others of the level may come to ask only now
        gathered, self._gathered = self._gathered, {}
        values = await self._load(list(gathered.values()))
        self._found.update(zip(gathered, values, strict=True))


def batched(
    loaders: dict[Request, Loader[Key, Found]],
    request: Request,
    make: Callable[[Request], Callable[[list[Key]], Any]],
) -> Loader[Key, Found]:
    """The loader that gathers what is asked for alike; another one where anything but the key differs."""
    if request not in loaders:
        loaders[request] = Loader(make(request))
    return loaders[request]
