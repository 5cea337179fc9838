"""The command `virtgraph` as a process of its own, started as an operator starts it."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from server.store.mongod import process_started

ROOT = Path(__file__).parent.parent.parent
COMMAND = (sys.executable, "-m", "server")
START_SECONDS = 60
STOP_SECONDS = 15


def files_host(name: str, directory: Path) -> str:
    """The value of `--host` for a directory of documents."""
    return f"{name}={directory.as_uri().replace('file:', 'files:', 1)}"


def environment() -> dict[str, str]:
    """This process's environment without any setting of virtgraph; lines of the log are not broken."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VIRTGRAPH_")}
    return kept | {"COLUMNS": "1000"}


class Program:
    """A running `virtgraph serve`; `address` is what it printed, `started_in` the seconds until it did."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path, data_directory: Path | None) -> None:
        self._process = process
        self._log = log
        self._data_directory = data_directory
        self.address = ""
        self.started_in = 0.0

    @property
    def pid(self) -> int:
        """Process id of the command."""
        return self._process.pid

    @property
    def said(self) -> str:
        """Everything that it wrote to stderr so far."""
        return self._log.read_text()

    @property
    def mongod_pid(self) -> int:
        """Process id of its embedded mongod."""
        assert self._data_directory
        recorded: int = json.loads((self._data_directory / "mongodb" / "mongod.json").read_text())["pid"]
        return recorded

    def mongods(self) -> list[int]:
        """Every process that was started for its data directory and still runs."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                command = (process / "cmdline").read_bytes().split(b"\0")
                if os.fsencode(f"{self._data_directory}/mongodb/data") in command:
                    found.append(int(process.name))
        return [pid for pid in found if process_started(pid) is not None]

    async def until_said(self, pattern: str, seconds: float = START_SECONDS) -> re.Match[str]:
        """Wait until stderr matches a pattern."""
        deadline = time.monotonic() + seconds
        while (found := re.search(pattern, self.said)) is None:
            assert self._process.returncode is None, f"virtgraph ended:\n{self.said}"
            assert time.monotonic() < deadline, f"{pattern!r} was not said in {seconds:g} seconds:\n{self.said}"
            await asyncio.sleep(0.02)
        return found

    def send(self, number: signal.Signals) -> None:
        """Send a signal, and do not wait."""
        self._process.send_signal(number)

    async def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal and wait for the end; the exit code."""
        if self._process.returncode is None:
            self._process.send_signal(number)
        try:
            return await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            raise AssertionError(f"virtgraph did not end within {STOP_SECONDS} seconds:\n{self.said}") from None


@asynccontextmanager
async def serve(*options: str, log: Path, data_directory: Path | None = None) -> AsyncIterator[Program]:
    """Start `virtgraph serve` on a free port and wait for its address; it is ended on leaving."""
    arguments = ["serve", "--port", "0", *options]
    if data_directory:
        arguments += ["--data-directory", str(data_directory)]
    began = time.monotonic()
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(*COMMAND, *arguments), cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, stderr=stderr
        )
    program = Program(process, log, data_directory)
    try:
        program.address = (await program.until_said(r"virtgraph answers at (http://\S+)/graphql"))[1]
        program.started_in = time.monotonic() - began
        yield program
    finally:
        await program.stop()


@asynccontextmanager
async def collect(*options: str, log: Path) -> AsyncIterator[Program]:
    """Start `virtgraph collect`; it is ended on leaving, also when it was frozen."""
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(*COMMAND, "collect", *options), cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, stderr=stderr
        )
    program = Program(process, log, None)
    try:
        yield program
    finally:
        if process.returncode is None:
            program.send(signal.SIGCONT)
        await program.stop()


async def run(*arguments: str, prefix: tuple[str, ...] = ()) -> tuple[int, str, str]:
    """Run the command to its end: exit code, stdout and stderr."""
    process = await asyncio.create_subprocess_exec(
        *(*prefix, *COMMAND, *arguments),
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), START_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise AssertionError(f"`virtgraph {' '.join(arguments)}` goes on instead of ending.") from None
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def until(condition: Callable[[], bool], what: str, seconds: float = 10) -> float:
    """Wait for something that no event tells of; the seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"Not within {seconds:g} seconds: {what}"
        await asyncio.sleep(0.02)
    return time.monotonic() - began
