"""The API in a process of its own, as an operator runs it, and what that process takes of the machine."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_ROOT = Path(__file__).parent.parent


class Process:
    """A process seen from outside."""

    def __init__(self, pid: int) -> None:
        self._directory = Path(f"/proc/{pid}")

    def resident_kib(self) -> int:
        """Memory that it holds."""
        return self._kib("VmRSS")

    def peak_kib(self) -> int:
        """The most memory that it ever held."""
        return self._kib("VmHWM")

    def _kib(self, name: str) -> int:
        found = re.search(rf"^{name}:\s+(\d+) kB$", (self._directory / "status").read_text(), re.MULTILINE)
        assert found
        return int(found[1])

    def cpu_seconds(self) -> float:
        """Processor time that it has used."""
        fields = (self._directory / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def api_process(uri: str, database: str, directory: Path) -> AsyncIterator[tuple[Process, str]]:
    """An API that answers and does not collect, as an operator starts it, and where it answers."""
    log = directory / "api.log"
    command = (sys.executable, "-m", "server", "serve", "--no-collector", "--port", "0")
    where = ("--mongodb-uri", uri, "--database", database)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VIRTGRAPH_")}
    with log.open("w") as output:
        process = await asyncio.create_subprocess_exec(
            *command, *where, cwd=_ROOT, env=kept | {"COLUMNS": "1000"}, stdout=output, stderr=output
        )
    try:
        async with asyncio.timeout(60):
            while (found := re.search(r"https?://\S+/graphql", log.read_text())) is None:
                if process.returncode is not None:
                    raise RuntimeError(f"The API did not start:\n{log.read_text()}")
                await asyncio.sleep(0.05)
        yield Process(process.pid), found[0]
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()
