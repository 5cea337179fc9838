"""How reads are carried out: within the time of their request, and ended in MongoDB where nobody waits.

Where a client of the event loop is given, the loop itself waits for what is found: to change threads twice takes the
processor for as long as to read a page does. All else, and without one everything, is read in threads.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, Generic, TypeVar

from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import PyMongoError

from schema.element import Document

from .batching import Loaders
from .budget import Budget
from .decoding import Asked, found, found_directly
from .errors import clear_failures

Result = TypeVar("Result")

AT_ONCE = 16
"""Reads that go on at the same time, in threads and by the event loop each; further ones wait."""

_ATTEMPTS, _PAUSE_SECONDS = 20, 0.25
"""How often MongoDB is told to end a read: it may just be between two steps of it."""


class Readers:
    """The threads of a program that read, and the database as its event loop reads it: without, threads read all.

    The threads are none of motor's: what writes there must not wait for slow reads, and a whole read, however many
    batches it has, is one change of threads.
    """

    def __init__(self, direct: AsyncDatabase[Document] | None = None) -> None:
        self._direct = direct
        self._collections: dict[str, AsyncCollection[Document]] = {}
        self.reading = ThreadPoolExecutor(AT_ONCE, "read")
        # Apart, or the end of slow reads would wait for slow reads.
        self.ending = ThreadPoolExecutor(2, "end-read")

    def collection(self, name: str) -> AsyncCollection[Document] | None:
        """A collection as the event loop reads it; the driver's objects of them are no small ones."""
        if (collection := self._collections.get(name)) is None and self._direct is not None:
            collection = self._collections[name] = self._direct[name]
        return collection


class Read(Generic[Result]):
    """One read, and the session by which MongoDB knows it: its owner may end that without any special right."""

    def __init__(
        self, database: Database[Document], budget: Budget, work: Callable[[ClientSession], Result], snapshot: bool
    ) -> None:
        self._client = database.client
        self._budget = budget
        self._work = work
        self._snapshot = snapshot
        self._lock = threading.Lock()
        self._session_id: Any = None
        self._over = False

    def run(self) -> Result:
        """Read, in a thread that may wait; raises ReadFailed."""
        options: dict[str, Any] = {"snapshot": True} if self._snapshot else {"causal_consistency": False}
        with self._budget.spending(), clear_failures(), self._client.start_session(**options) as session:
            self._session_id = session.session_id["id"]
            try:
                return self._work(session)
            finally:
                # The session goes to another read now, which nobody must end in place of this one.
                with self._lock:
                    self._over = True

    def end(self) -> None:
        """Let MongoDB end the read, in a thread that may wait."""
        for _ in range(_ATTEMPTS):
            with self._lock:
                if self._over:
                    return
                with suppress(PyMongoError):
                    self._client.admin.command({"killSessions": [{"id": self._session_id}]})
            time.sleep(_PAUSE_SECONDS)


class Reading:
    """The reads of one request of a database, which MongoDB may spend `seconds` on, all together."""

    def __init__(
        self, database: AsyncIOMotorDatabase[Document], seconds: float, readers: Readers | None = None
    ) -> None:
        self.database: Database[Document] = database.delegate
        self.budget = Budget(seconds)
        self._readers = readers or Readers()
        self.loaders = Loaders()
        self._running: set[asyncio.Future[Any]] = set()

    async def run(self, work: Callable[[ClientSession], Result], *, snapshot: bool = False) -> Result:
        """What a function reads within a session, which sees one moment of the database if wanted so.

        Raises ReadFailed. When it is cancelled, MongoDB ends the read.
        """
        read = Read(self.database, self.budget, work, snapshot)
        job = self._readers.reading.submit(read.run)
        future = asyncio.wrap_future(job)
        self._running.add(future)
        try:
            return await future
        finally:
            self._running.discard(future)
            if future.cancelled() and not job.cancel():
                self._readers.ending.submit(read.end)

    async def find(self, collection: str, limit: int, asked: Asked, raw: bool, about: int) -> list[Document]:
        """What the driver's `find` finds, as of `found`, where `about` so many are expected; raises ReadFailed.

        When it is cancelled while the event loop reads, the driver closes the connection, by which MongoDB ends it.
        """
        direct = self._readers.collection(collection)
        if direct is None:
            return await self.run(partial(found, self.database[collection], limit, asked, self.budget, raw))
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            with self.budget.spending(), clear_failures():
                return await found_directly(direct, limit, asked, self.budget, raw, about)
        finally:
            self._running.discard(task)

    def close(self) -> None:
        """End what still runs: nobody waits for it."""
        for future in tuple(self._running):
            future.cancel()
        self.loaders.forget()
