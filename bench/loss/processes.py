"""Processes that are killed on purpose, come back by themselves, and never outlive the benchmark."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
VIRTGRAPH = (sys.executable, "-m", "server")

UNPRIVILEGED = ("--reuid", "nobody", "--regid", "nogroup", "--clear-groups")
"""What `setpriv` is told to run a program as nobody."""

# The kernel kills the process when this one ends, however that happens.
_WITH_US = ("setpriv", "--pdeathsig", "KILL")


def virtgraph_environment() -> dict[str, str]:
    """This process's environment without any setting of virtgraph; lines of the log are not broken."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VIRTGRAPH_")}
    return kept | {"COLUMNS": "1000"}


async def launch(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> asyncio.subprocess.Process:
    """Start a program that ends with this process; its output goes to the end of `log`.

    The command may begin with options of `setpriv` before a `--`.
    """
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *(*_WITH_US, *command),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C in the terminal reaches the benchmark alone, which then ends the others in order.
            start_new_session=True,
        )


class Supervised:
    """One program that is started again whenever it ends, until it is stopped.

    `restart_after` says how many seconds it stays away each time. Its output goes to the end of `log`.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        *,
        restart_after: Callable[[], float],
        environment: Mapping[str, str] | None = None,
        privileges: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.log = log
        self.kills = 0
        self.ends: list[int] = []
        """Exit codes of the ends that nobody asked for; minus the number of a signal."""
        self.output_from = 0
        """Where in the log the output of the current run begins, in bytes."""
        self._command = (*privileges, "--", *command)
        self._environment = environment
        self._restart_after = restart_after
        self._process: asyncio.subprocess.Process | None = None
        self._expected: asyncio.subprocess.Process | None = None
        self._supervision: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it; returns when the process exists."""
        await self._launch()
        self._supervision = asyncio.create_task(self._supervise(), name=self.name)

    @property
    def running(self) -> bool:
        """Whether there is a process now, be it frozen or not."""
        return self._process is not None and self._process.returncode is None

    @property
    def said(self) -> str:
        """What the current run wrote so far."""
        with self.log.open("rb") as log:
            log.seek(self.output_from)
            return log.read().decode(errors="replace")

    def kill(self) -> None:
        """End it as a power cut would; it comes back later."""
        self.kills += 1
        self._expected = self._process
        self._signal(signal.SIGKILL)

    def freeze(self) -> None:
        """Stop it without closing anything."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on after `freeze`."""
        self._signal(signal.SIGCONT)

    async def stop(self) -> None:
        """End it for good."""
        if self._supervision:
            self._supervision.cancel()
            await asyncio.wait([self._supervision])
        if self._process is not None:
            self._signal(signal.SIGKILL)
            await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def _supervise(self) -> None:
        while True:
            assert self._process
            code = await self._process.wait()
            if self._process is not self._expected:
                self.ends.append(code)
            await asyncio.sleep(self._restart_after())
            await self._launch()

    async def _launch(self) -> None:
        self.output_from = self.log.stat().st_size if self.log.exists() else 0
        self._process = await launch(self._command, self.log, self._environment)


async def until(condition: Callable[[], bool | Awaitable[bool]], what: str, seconds: float) -> None:
    """Wait for something that no event tells of; `TimeoutError` says what did not happen."""
    deadline = time.monotonic() + seconds
    while True:
        met = condition()
        if met if isinstance(met, bool) else await met:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not within {seconds:g} seconds: {what}.")
        await asyncio.sleep(0.05)


async def end(task: "asyncio.Task[Any]") -> None:
    """Cancel a task and wait for its end; raises what it had failed with before."""
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()
