"""A real libvirtd with every privilege, for networks, filters and file systems, in namespaces of its own.

It sees directories of its own where libvirt keeps its state, has no network but what it makes, and mounts nothing that
others see. It and whatever it started end with the process that is its namespaces' first.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.hypervisor import Libvirtd, libvirtd_program, new_directory

STATE = {"etc": "/etc/libvirt", "lib": "/var/lib/libvirt", "run": "/run/libvirt", "var": "/var/cache/libvirt"}
NAMESPACES = ("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")
DEVICE = "/dev/virtgraph-test"
"""The device of the one file system that can be mounted, which is an empty one in memory."""


@contextmanager
def privileged_libvirtd() -> Iterator["PrivilegedLibvirtd"]:
    """Start the daemon; skips the test where nobody may make namespaces."""
    program = libvirtd_program()
    if os.geteuid() != 0 or subprocess.run([*NAMESPACES, "true"], capture_output=True, check=False).returncode:
        pytest.skip("Only root may give libvirtd namespaces of its own.")
    daemon = PrivilegedLibvirtd(program, new_directory())
    try:
        daemon.start()
        yield daemon
    finally:
        daemon.remove()


class PrivilegedLibvirtd(Libvirtd):
    """A daemon for `qemu:///system`, whose unmounting of a file system can be made to hang."""

    def __init__(self, program: str, directory: Path) -> None:
        super().__init__(program, directory)
        for name in STATE:
            (directory / name).mkdir(exist_ok=True)
        self._write(
            "etc/qemu.conf",
            'stdio_handler="file"\nsecurity_driver="none"\nremember_owner=0\n'
            'user="root"\ngroup="root"\nnamespaces=[]\ncgroup_controllers=[]\n',
        )
        tools = directory / "tools"
        tools.mkdir()
        for name in ("mount", "umount"):
            shutil.copy(Path(shutil.which(name) or name).resolve(), tools / f"real-{name}")
        for name, does in (
            ("mount", f'{tools}/real-mount -t tmpfs {DEVICE} "$target"'),
            ("umount", f'while [ -e {directory}/hang ]; do sleep 0.05; done; {tools}/real-umount "$target"'),
        ):
            (tools / name).write_text(f"#!/bin/sh\nfor target; do :; done\n{does}\n")
            (tools / name).chmod(0o755)

    @property
    def uri(self) -> str:
        """The QEMU driver of this daemon."""
        return f"qemu+unix:///system?socket={self.socket}"

    def hang(self) -> None:
        """From now on no unmounting ends, as when a server of files has gone."""
        (self.directory / "hang").touch()

    def let_go(self) -> None:
        """Let what hangs end."""
        (self.directory / "hang").unlink(missing_ok=True)

    def crash(self) -> None:
        """End libvirtd alone, at once: its guests and networks go on."""
        (pid,) = self.running("libvirtd")
        os.kill(pid, signal.SIGKILL)

    def recover(self) -> None:
        """Start libvirtd anew beside what it left running, and wait until it answers."""
        assert self._process
        (self.directory / "again").touch()
        self._wait_until_it_answers(self._process)

    def running(self, program: str) -> list[int]:
        """The processes of a program in the daemon's namespaces."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                within = (process / "ns" / "pid").readlink() == Path(f"/proc/{self.pid}/ns/pid_for_children").readlink()
                if within and (process / "comm").read_text().strip() == program:
                    found.append(int(process.name))
        return found

    def _command(self) -> list[str]:
        tools = self.directory / "tools"
        script = [f"mkdir -p {there}; mount --bind {self.directory}/{here} {there}" for here, there in STATE.items()]
        script += [f"mount --bind {tools}/{name} $(readlink -f $(which {name}))" for name in ("umount", "mount")]
        # The shell stays: the first process of its namespace has to collect those whose parents ended.
        again = self.directory / "again"
        script += ["ip link set lo up", "while :; do", " ".join(super()._command()) + " & wait $! || true"]
        script += [f"while [ ! -e {again} ]; do sleep 0.05; done", f"rm {again}", "done"]
        return [*NAMESPACES, "sh", "-ec", "\n".join(script)]

    def _identity(self) -> dict[str, Any]:
        return {}
