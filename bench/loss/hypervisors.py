"""libvirt's test driver behind private daemons: domains that everybody who connects sees alike, with events."""

import asyncio
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import libvirt

from bench.loss.processes import UNPRIVILEGED, Supervised

START_SECONDS = 20


class Hypervisor:
    """One daemon with the test driver's `default` node, empty of domains: a host called `name`.

    The node lives as long as somebody is connected to it, so a connection is held open here from start to end.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        # Short, since UNIX sockets allow 107 bytes of path, and open to the unprivileged user.
        self._directory = Path(tempfile.mkdtemp(prefix="vg-", dir="/tmp"))
        for part in ("config", "cache", "data", "run", "home"):
            (self._directory / part).mkdir()
        config = self._directory / "libvirtd.conf"
        config.write_text(f'unix_sock_dir="{self._directory}"\nlog_outputs="3:file:{self._directory}/log"\n')
        program = shutil.which("libvirtd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        if not program:
            raise RuntimeError("libvirtd is not installed; scripts/install brings it.")
        as_root = os.geteuid() == 0
        if as_root:
            # As root it would be the machine's daemon, with the machine's directories.
            for path in (self._directory, *self._directory.rglob("*")):
                shutil.chown(path, "nobody", "nogroup")
        self._daemon = Supervised(
            f"libvirtd-{name}",
            [program, "--config", str(config), "--pid-file", f"{self._directory}/pid"],
            self._directory / "output",
            restart_after=lambda: 0,
            environment=self._environment(),
            privileges=UNPRIVILEGED if as_root else (),
        )
        self._held: Any = None

    @property
    def uri(self) -> str:
        """How libvirt reaches the node."""
        return f"test+unix:///default?socket={self._directory}/libvirt-sock"

    @property
    def failed(self) -> bool:
        """Whether the daemon ended by itself: its domains were lost, and no truth is left."""
        return bool(self._daemon.ends)

    async def __aenter__(self) -> Self:
        try:
            await self._daemon.start()
            self._held = await asyncio.to_thread(self._connect)
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the daemon and remove its files."""
        await self._daemon.stop()
        if self._held:
            with suppress(libvirt.libvirtError):
                self._held.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _connect(self) -> Any:
        libvirt.registerErrorHandler(lambda _context, _error: None, None)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                connection = libvirt.open(self.uri)
            except libvirt.libvirtError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
                continue
            for domain in connection.listAllDomains(0):
                domain.destroy()
                domain.undefine()
            return connection

    def _environment(self) -> dict[str, str]:
        of = {"CONFIG_HOME": "config", "CACHE_HOME": "cache", "DATA_HOME": "data", "RUNTIME_DIR": "run"}
        return {
            "PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
            "HOME": f"{self._directory}/home",
        } | {f"XDG_{name}": f"{self._directory}/{part}" for name, part in of.items()}
