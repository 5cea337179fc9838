"""A MongoDB of our own for the one-command start: started with us, watched, stopped with us, its data kept."""

import asyncio
import contextlib
import errno
import fcntl
import json
import logging
import os
import socket
import time
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import OperationFailure, PyMongoError

from server.store.connection import Document, close
from server.store.errors import PortTaken, StoreError
from server.store.mongod import REPLICA_SET, Mongod, end_process, find_mongod, is_mongod_of, process_started

_LOGGER = logging.getLogger(__name__)

_START_SECONDS = 120.0
"""A start after a crash replays the journal first."""

_STEADY_SECONDS = 30.0
"""A mongod that ran this long before it ended is restarted without a pause."""

_LONGEST_PAUSE = 30.0
_LARGEST_LOG = 16 * 1024 * 1024
_NOT_YET_INITIALIZED = 94
_MEGABYTE = 1024 * 1024
_SMALLEST_RESIZED = 990
"""MongoDB makes no oplog that is there already smaller than this, in MiB."""


class EmbeddedMongo:
    """A single-node replica set on 127.0.0.1 in `data_directory`/mongodb: `async with EmbeddedMongo(path) as mongo`.

    Entering raises `StoreError`, one sentence, when it cannot be started. While entered, a mongod that ends is
    started again on the same port. Leaving stops it; when this process is killed, the system ends it, and one that
    is left over all the same is ended at the next start. It has no users: whoever may log in here may connect.

    `oplog_megabytes` is how far its log, out of which subscribers are resumed, may grow.
    """

    def __init__(self, data_directory: Path, *, binary: Path | None = None, oplog_megabytes: int = 64) -> None:
        self._directory = data_directory.absolute() / "mongodb"
        self._data = self._directory / "data"
        self._log = self._directory / "mongod.log"
        self._record = self._directory / "mongod.json"
        self._binary = binary
        self._oplog_megabytes = oplog_megabytes
        self._port = 0
        self._mongod: Mongod | None = None
        self._stack = AsyncExitStack()
        self._started = 0.0
        self.problem: str | None = None
        """Why mongod does not run now, one sentence; None while it does."""

    @property
    def uri(self) -> str:
        """The address for `server.store.connection.connect`."""
        return f"mongodb://127.0.0.1:{self._port}/?replicaSet={REPLICA_SET}"

    @property
    def pid(self) -> int | None:
        """Process id of the mongod that runs now."""
        return self._mongod.pid if self._mongod else None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            try:
                binary = self._binary or find_mongod()
                stack.enter_context(self._locked())
                await self._end_left_over()
                stack.push_async_callback(self._stop)
                await self._start_on_some_port(binary)
            except OSError as error:
                raise self._unwritable(error) from error
            task = asyncio.create_task(self._supervise(binary), name="embedded-mongod")
            stack.push_async_callback(_cancelled, task)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @contextlib.contextmanager
    def _locked(self) -> Any:
        """Hold the directory; the system lets go of it whatever becomes of this process."""
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory.chmod(0o700)
        with (self._directory / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise StoreError(
                    f"{self._directory} is in use by another running virtgraph (process {lock.read().strip() or '?'}): "
                    "stop it, or choose another directory with VIRTGRAPH_DATA_DIRECTORY."
                ) from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    def _unwritable(self, error: OSError) -> StoreError:
        if error.errno == errno.ENOSPC:
            return StoreError(f"The disk of {self._directory} is full.")
        reason = os.strerror(error.errno) if error.errno else str(error)
        return StoreError(
            f"The data directory {self._directory} cannot be used: {reason}; "
            "choose another with VIRTGRAPH_DATA_DIRECTORY."
        )

    def _recorded(self) -> Document:
        with suppress(OSError, ValueError):
            record = json.loads(self._record.read_text())
            if isinstance(record, dict):
                return record
        return {}

    async def _end_left_over(self) -> None:
        """End the mongod of a virtgraph that was killed, and nobody else's."""
        record = self._recorded()
        if is_mongod_of(record, self._data):
            _LOGGER.warning("Ending the mongod (process %s) that an earlier virtgraph left behind", record["pid"])
            if not await end_process(record["pid"], record["started"]):
                raise StoreError(f"The mongod of an earlier virtgraph (process {record['pid']}) does not end.")

    async def _start_on_some_port(self, binary: Path) -> None:
        """Prefer the port of the last run: the replica set's configuration names it."""
        candidate = self._recorded().get("port")
        port = candidate if isinstance(candidate, int) and _is_free(candidate) else _free_port()
        with suppress(OSError):
            if self._log.stat().st_size > _LARGEST_LOG:
                self._log.replace(self._log.with_suffix(".log.1"))
        for _ in range(5):
            try:
                return await self._start(binary, port)
            except PortTaken:
                port = _free_port()
        raise StoreError("No free port was found on 127.0.0.1 for mongod.")

    async def _start(self, binary: Path, port: int) -> None:
        """Start mongod and wait until it takes writes."""
        self._port = port
        self._started = time.monotonic()
        mongod = self._mongod = await Mongod.start(binary, self._data, self._log, port, self._oplog_megabytes)
        try:
            record = {"pid": mongod.pid, "started": process_started(mongod.pid), "port": port}
            self._record.write_text(json.dumps(record))
            ended = asyncio.ensure_future(mongod.wait())
            ready = asyncio.ensure_future(self._ready())
            try:
                async with asyncio.timeout(_START_SECONDS):
                    await asyncio.wait({ended, ready}, return_when=asyncio.FIRST_COMPLETED)
                if ended.done():
                    raise mongod.explanation(ended.result())
                await ready
            except TimeoutError:
                raise StoreError(
                    f"mongod did not become ready within {_START_SECONDS:g} seconds: see {self._log}."
                ) from None
            finally:
                await _cancelled(ended)
                await _cancelled(ready)
        except BaseException:
            await self._stop()
            raise
        self.problem = None

    async def _ready(self) -> None:
        client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
            "127.0.0.1", self._port, directConnection=True, serverSelectionTimeoutMS=500, appname="virtgraph-embedded"
        )
        try:
            while True:
                try:
                    await self._configure(client)
                    if (await client.admin.command("hello"))["isWritablePrimary"]:
                        return await self._resize_oplog(client)
                except PyMongoError as error:
                    _LOGGER.debug("mongod is not ready: %s", error)
                await asyncio.sleep(0.05)
        finally:
            await close(client)

    async def _configure(self, client: AsyncIOMotorClient[Document]) -> None:
        """Make the replica set, or tell it its new port."""
        member = f"127.0.0.1:{self._port}"
        try:
            config = (await client.admin.command("replSetGetConfig"))["config"]
        except OperationFailure as error:
            if error.code != _NOT_YET_INITIALIZED:
                raise
            await client.admin.command(
                {"replSetInitiate": {"_id": REPLICA_SET, "members": [{"_id": 0, "host": member}]}}
            )
            return
        if [known["host"] for known in config["members"]] != [member]:
            config["members"] = [{"_id": 0, "host": member}]
            config["version"] += 1
            await client.admin.command({"replSetReconfig": config, "force": True})

    async def _resize_oplog(self, client: AsyncIOMotorClient[Document]) -> None:
        """Give the oplog of an earlier run the size it should have now; it takes the disk only as it is used."""
        size = (await client["local"].command("collStats", "oplog.rs"))["maxSize"]
        wanted = max(self._oplog_megabytes, _SMALLEST_RESIZED)
        if size in (self._oplog_megabytes * _MEGABYTE, wanted * _MEGABYTE):
            return
        try:
            await client.admin.command({"replSetResizeOplog": 1, "size": float(wanted)})
        except OperationFailure as error:
            _LOGGER.warning("MongoDB's oplog keeps its %d MiB: %s", size // _MEGABYTE, error)

    async def _stop(self) -> None:
        if self._mongod is not None:
            await self._mongod.stop()
            self._mongod = None

    async def _supervise(self, binary: Path) -> None:
        pause = 0.0
        while True:
            if self._mongod is not None:
                self.problem = str(self._mongod.explanation(await self._mongod.wait()))
                self._mongod = None
            if time.monotonic() - self._started > _STEADY_SECONDS:
                pause = 0.0
            _LOGGER.warning("%s It is started again%s.", self.problem, f" in {pause:g} seconds" if pause else "")
            await asyncio.sleep(pause)
            pause = min(2 * pause or 0.5, _LONGEST_PAUSE)
            try:
                await self._start(binary, self._port)
                _LOGGER.info("mongod runs again")
            except StoreError as error:
                self.problem = str(error)
            except OSError as error:
                self.problem = str(self._unwritable(error))


async def _cancelled(task: "asyncio.Future[Any]") -> None:
    task.cancel()
    await asyncio.wait([task])


def _is_free(port: int) -> bool:
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
        return True


def _free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        port: int = candidate.getsockname()[1]
        return port
