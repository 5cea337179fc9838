import asyncio
import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import AutoReconnect, PyMongoError
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from server.store.connection import Document, close, connect
from server.store.embedded import EmbeddedMongo
from server.store.errors import PortTaken, StoreError
from server.store.mongod import explain, is_mongod_of, process_started
from tests.server.store.conftest import PlainMongod, until

ROOT = Path(__file__).parents[3]


@contextmanager
def tmpfs(directory: Path, options: str) -> Iterator[Path]:
    """A small file system of its own; only root may mount one."""
    if os.geteuid() != 0:
        assert os.environ.get("CI") != "true", "CI runs these tests as root"
        pytest.skip("mounting a file system needs root")
    directory.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", directory], check=True)
    try:
        yield directory
    finally:
        subprocess.run(["umount", directory], check=True)


async def gone(pid: int, seconds: float = 15) -> None:
    await until(lambda: process_started(pid) is None, seconds)


async def refused(directory: Path) -> str:
    with pytest.raises(StoreError) as raised:
        async with EmbeddedMongo(directory):
            pass
    assert "\n" not in str(raised.value)
    return str(raised.value)


async def insert(uri: str, number: int) -> None:
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(uri, w="majority", serverSelectionTimeoutMS=30_000)
    again = retry_if_exception_type(AutoReconnect)
    try:
        # The driver tries twice; a mongod that is being killed may refuse both.
        async for attempt in AsyncRetrying(retry=again, stop=stop_after_delay(30), wait=wait_fixed(0.1), reraise=True):
            with attempt:
                await client["test"]["numbers"].replace_one({"_id": number}, {}, upsert=True)
    finally:
        await close(client)


async def numbers(uri: str) -> list[int]:
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(uri)
    found = [document["_id"] async for document in client["test"]["numbers"].find().sort("_id", 1)]
    await close(client)
    return found


@pytest.mark.usefixtures("mongod_binary")
class TestLife:
    async def test_data_and_port_are_kept_between_runs(self, tmp_path: Path) -> None:
        async with EmbeddedMongo(tmp_path / "new" / "data") as first:
            pid = first.pid
            assert pid is not None
            await insert(first.uri, 1)
            assert ((tmp_path / "new" / "data" / "mongodb").stat().st_mode & 0o777) == 0o700
            assert os.getpgid(pid) != os.getpgid(0), "Ctrl-C would reach mongod before us"
            store = await connect(first.uri, "test")
            await store.close()
            assert first.problem is None
        await gone(pid, 0.1)
        async with EmbeddedMongo(tmp_path / "new" / "data") as second:
            assert second.uri == first.uri
            assert await numbers(second.uri) == [1]

    async def test_the_oplog_has_the_size_that_is_asked_for_now(self, tmp_path: Path) -> None:
        """At the first start any, later 990 MiB at least; on disk only as far as it is used."""
        for asked, given in ((64, 64), (64, 64), (1024, 1024), (2048, 2048), (1000, 1000), (64, 990)):
            async with EmbeddedMongo(tmp_path, oplog_megabytes=asked) as mongo:
                client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(mongo.uri)
                assert (await client["local"].command("collStats", "oplog.rs"))["maxSize"] == given << 20
                await close(client)
        assert sum(file.stat().st_size for file in (tmp_path / "mongodb" / "data").glob("*.wt")) < 16 << 20

    async def test_another_port_is_taken_when_the_old_one_is_not_free(self, tmp_path: Path) -> None:
        async with EmbeddedMongo(tmp_path) as first:
            await insert(first.uri, 1)
        port = json.loads((tmp_path / "mongodb/mongod.json").read_text())["port"]
        # Another program, which speaks something else: it hangs up.
        squatter = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", port)
        async with squatter, EmbeddedMongo(tmp_path) as second:
            assert second.uri != first.uri
            await insert(second.uri, 2)
            assert await numbers(second.uri) == [1, 2]

    async def test_a_killed_mongod_is_started_again_and_nothing_is_lost(self, tmp_path: Path) -> None:
        async with EmbeddedMongo(tmp_path) as mongo:
            uri, first = mongo.uri, mongo.pid
            assert first is not None
            written: list[int] = []

            async def write() -> None:
                for number in range(400):
                    await insert(uri, number)
                    written.append(number)

            task = asyncio.create_task(write())
            await asyncio.sleep(0.3)
            os.kill(first, signal.SIGKILL)
            await gone(first)
            known = len(written)
            await asyncio.wait_for(task, 60)
            assert 0 < known < 400
            assert mongo.uri == uri
            assert mongo.pid not in (None, first)
            assert await numbers(uri) == list(range(400))
            assert mongo.problem is None

    async def test_mongod_ends_with_a_killed_virtgraph(self, tmp_path: Path) -> None:
        process, pid = await _virtgraph(tmp_path)
        process.kill()
        await process.wait()
        await gone(pid)

    async def test_a_mongod_that_was_left_behind_is_ended(self, tmp_path: Path) -> None:
        process, pid = await _virtgraph(tmp_path)
        # Stopped, it cannot follow its virtgraph: it is left behind.
        os.kill(pid, signal.SIGSTOP)
        process.kill()
        await process.wait()
        assert process_started(pid) is not None
        async with EmbeddedMongo(tmp_path) as mongo:
            assert process_started(pid) is None
            assert await numbers(mongo.uri) == [7]

    async def test_two_at_once(self, tmp_path: Path) -> None:
        async with EmbeddedMongo(tmp_path) as mongo:
            sentence = await refused(tmp_path)
            assert f"in use by another running virtgraph (process {os.getpid()})" in sentence
            await insert(mongo.uri, 1)

    async def test_someone_elses_mongod_is_left_alone(self, tmp_path: Path, plain_mongod: PlainMongod) -> None:
        (tmp_path / "mongodb").mkdir()
        async with plain_mongod("--replSet", "virtgraph", data=tmp_path / "mongodb" / "data") as port:
            assert "is in use by a mongod that this virtgraph did not start" in await refused(tmp_path)
            client: AsyncIOMotorClient[Document] = AsyncIOMotorClient("127.0.0.1", port, directConnection=True)
            assert (await client.admin.command("hello"))["ok"] == 1
            await close(client)

    async def test_a_process_that_got_the_pid_of_our_old_mongod_is_left_alone(self, tmp_path: Path) -> None:
        other = await asyncio.create_subprocess_exec("sleep", "60")
        started = process_started(other.pid)
        try:
            (tmp_path / "mongodb").mkdir()
            record = {"pid": other.pid, "started": started, "port": "none"}
            (tmp_path / "mongodb" / "mongod.json").write_text(json.dumps(record))
            assert not is_mongod_of(record, tmp_path)
            async with EmbeddedMongo(tmp_path):
                assert process_started(other.pid) == started
        finally:
            other.kill()
            await other.wait()

    async def test_a_start_that_is_cancelled_leaves_nothing(self, tmp_path: Path) -> None:
        async def enter() -> None:
            async with EmbeddedMongo(tmp_path):
                raise AssertionError("the start was to be cancelled")

        task = asyncio.create_task(enter())
        record = tmp_path / "mongodb" / "mongod.json"
        await until(lambda: record.exists() and bool(record.read_text()))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await gone(json.loads(record.read_text())["pid"], 0.1)


async def _virtgraph(directory: Path) -> tuple[asyncio.subprocess.Process, int]:
    """Another process that runs an embedded MongoDB with the number 7 in it; the process and mongod's pid."""
    code = (
        "import asyncio, sys, pathlib\n"
        "from server.store.embedded import EmbeddedMongo\n"
        "from tests.server.store.test_embedded import insert\n"
        "async def main():\n"
        "    async with EmbeddedMongo(pathlib.Path(sys.argv[1])) as mongo:\n"
        "        await insert(mongo.uri, 7)\n"
        "        print(mongo.pid, flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, directory), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout is not None
    return process, int(await asyncio.wait_for(process.stdout.readline(), 30))


@pytest.mark.usefixtures("mongod_binary")
class TestTrouble:
    async def test_a_read_only_directory(self, tmp_path: Path) -> None:
        with tmpfs(tmp_path / "small", "ro"):
            sentence = await refused(tmp_path / "small")
            assert sentence == (
                f"The data directory {tmp_path}/small/mongodb cannot be used: {os.strerror(errno.EROFS)}; "
                "choose another with VIRTGRAPH_DATA_DIRECTORY."
            )

    async def test_a_file_where_the_directory_should_be(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        assert os.strerror(errno.ENOTDIR) in await refused(tmp_path / "file")

    async def test_a_disk_that_is_full_at_the_start(self, tmp_path: Path) -> None:
        with tmpfs(tmp_path / "small", "size=64k"):
            assert await refused(tmp_path / "small") == (
                f"The disk of {tmp_path}/small/mongodb/data is full: mongod cannot write."
            )

    async def test_a_disk_that_fills_up_and_is_cleared_again(self, tmp_path: Path) -> None:
        with tmpfs(tmp_path / "small", "size=400m"):
            ballast = tmp_path / "small" / "ballast"
            async with EmbeddedMongo(tmp_path / "small") as mongo:
                await insert(mongo.uri, 1)
                with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
                    fill(ballast)
                writing = asyncio.create_task(_write(mongo.uri))
                await until(lambda: mongo.problem is not None and "disk" in mongo.problem, 60)
                ballast.unlink()
                await until(lambda: mongo.problem is None, 60)
                await writing
                await insert(mongo.uri, 2)
                assert await numbers(mongo.uri) == [1, 2]

    async def test_a_missing_library(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "libcurl.so.4").write_bytes(b"")
        monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
        assert await refused(tmp_path / "data") == (
            "mongod cannot start without the system library libcurl.so.4 "
            "(on Debian and Ubuntu: `apt-get install libcurl4`)."
        )

    async def test_data_of_another_release(self, tmp_path: Path) -> None:
        async with EmbeddedMongo(tmp_path):
            pass
        turtle = tmp_path / "mongodb" / "data" / "WiredTiger.turtle"
        turtle.write_text(turtle.read_text().replace("version=(major=1,minor=1)", "version=(major=2,minor=0)"))
        assert "was written by another release of MongoDB" in await refused(tmp_path)

    def test_without_the_optional_package(self) -> None:
        code = (
            f"import sys; sys.path.append({str(ROOT)!r})\n"
            "from server.store.mongod import find_mongod\n"
            "try: find_mongod()\n"
            "except Exception as error: print(error)\n"
        )
        said = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
        assert said.stdout == (
            "There is no MongoDB to start: run `pip install 'virtgraph[embedded]'`, "
            "or set VIRTGRAPH_MONGODB_URI to an existing replica set.\n"
        )


def fill(path: Path) -> None:
    with path.open("wb", 0) as file:
        while True:
            file.write(bytes(65536))


async def _write(uri: str) -> None:
    """Write until it fails, then ask for the checkpoint that mongod would make within a minute: it ends over it."""
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(uri)
    with suppress(PyMongoError):
        while True:
            await client["test"]["ballast"].insert_many([{"ballast": os.urandom(1 << 20)} for _ in range(8)])
    with suppress(PyMongoError):
        await client["admin"].command("fsync")
    await close(client)


@pytest.mark.parametrize(
    ("code", "log", "sentence"),
    [
        (1, "mongod: /lib/libc.so.6: version `GLIBC_2.34' not found (required by mongod)", "older than GLIBC_2.34"),
        (-signal.SIGILL, "", "needs a processor with AVX"),
        (-signal.SIGSEGV, "", "mongod ended by signal SIGSEGV."),
        (14, '{"s":"F",  "c":"-", "id":1, "ctx":"x","msg":"Fatal assertion"}', "exit code 14: Fatal assertion."),
        (1, '{"s":"E", "msg":"Permission denied"}', "cannot be written by mongod"),
    ],
)
def test_an_end_is_explained(code: int, log: str, sentence: str) -> None:
    assert sentence in str(explain(code, log, Path("/data"), 1))


def test_a_taken_port_is_an_error_of_its_own() -> None:
    assert isinstance(explain(48, "", Path("/data"), 1), PortTaken)
