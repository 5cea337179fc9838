"""A real libvirtd with QEMU guests for tests: private, without privileges, and gone afterwards.

The daemon runs in session mode with every directory of its own, as `nobody` where the tests run as root: it meets
neither the machine's libvirtd nor another test's.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import libvirt
import pytest

from server.collector.events import run_event_loop

QEMU = "/usr/bin/qemu-system-x86_64"
START_SECONDS = 20
UNPRIVILEGED = "nobody"


def missing(what: str) -> NoReturn:
    """End a test that cannot run here: a failure in CI, elsewhere a skip with the reason."""
    reason = f"{what} is not installed; scripts/install brings it."
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass(frozen=True)
class Boot:
    """What a guest boots: the files its `<kernel>` and `<initrd>` name."""

    kernel: Path
    initramfs: Path


@contextmanager
def private_libvirtd(like: "Libvirtd | None" = None) -> Iterator["Libvirtd"]:
    """Start a private libvirtd; on leaving, it and every guest it started are ended.

    `like` is another whose knowledge of QEMU's capabilities is taken over, which saves asking QEMU for four seconds.
    """
    daemon = Libvirtd(libvirtd_program(), new_directory())
    try:
        if like:
            shutil.copytree(like.directory / "cache", daemon.directory / "cache", dirs_exist_ok=True)
        daemon.take_ownership()
        daemon.start()
        yield daemon
    finally:
        daemon.remove()


def libvirtd_program() -> str:
    """Where libvirtd is; without it or QEMU the test ends."""
    program = shutil.which("libvirtd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if not program:
        missing("libvirtd")
    if not Path(QEMU).exists():
        missing(QEMU)
    return program


def new_directory() -> Path:
    """A directory that is short and open to the unprivileged user: UNIX sockets allow 107 bytes of path."""
    return Path(tempfile.mkdtemp(prefix="vg-", dir="/tmp"))


class Libvirtd:
    """A private daemon that can be killed, restarted and frozen."""

    def __init__(self, program: str, directory: Path) -> None:
        self._program = program
        self.directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        directory.chmod(0o755)
        for name in ("config/libvirt", "cache", "data", "run", "home", "images"):
            (directory / name).mkdir(parents=True)
        self._log = directory / "libvirtd.log"
        self._write("config/libvirt/qemu.conf", 'stdio_handler="file"\nsecurity_driver="none"\nremember_owner=0\n')
        self._write("libvirtd.conf", f'unix_sock_dir="{directory}"\nlog_outputs="3:file:{self._log}"\n')

    def take_ownership(self) -> None:
        """Let the unprivileged user of the daemon write to its directory."""
        if os.geteuid() == 0:
            for path in (self.directory, *self.directory.rglob("*")):
                shutil.chown(path, UNPRIVILEGED)

    @property
    def socket(self) -> Path:
        """Where the daemon listens."""
        return self.directory / "libvirt-sock"

    @property
    def uri(self) -> str:
        """The QEMU driver of this daemon."""
        return f"qemu+unix:///session?socket={self.socket}"

    def test_driver_uri(self, fleet: Path) -> str:
        """libvirt's test driver behind this daemon, loading a node document the daemon can read."""
        return f"test+unix://{fleet}?socket={self.socket}"

    @property
    def pid(self) -> int:
        """Process of the running daemon."""
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start the daemon and wait until it answers."""
        environment = {
            "PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
            "HOME": f"{self.directory}/home",
        }
        for name in ("CONFIG_HOME", "CACHE_HOME", "DATA_HOME", "RUNTIME_DIR"):
            environment[f"XDG_{name}"] = str(self.directory / name.partition("_")[0].lower().replace("runtime", "run"))
        self._process = subprocess.Popen(
            self._command(),
            cwd=self.directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._identity(),
        )
        self._wait_until_it_answers(self._process)

    def _wait_until_it_answers(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with suppress(libvirt.libvirtError):
                self.connect().close()
                return
            if process.poll() is not None or time.monotonic() > deadline:
                log = self._log.read_text() if self._log.exists() else "(no log)"
                pytest.fail(f"The private libvirtd did not start:\n{log}")
            time.sleep(0.02)

    def _command(self) -> list[str]:
        return [self._program, "--config", f"{self.directory}/libvirtd.conf", "--pid-file", f"{self.directory}/pid"]

    def _identity(self) -> dict[str, Any]:
        return {"user": UNPRIVILEGED, "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}

    def connect(self) -> Any:
        """Open a connection of the test's own."""
        run_event_loop()
        return libvirt.open(self.uri)

    def kill(self) -> None:
        """End the daemon at once; its guests go on."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Stop the daemon without closing anything."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen daemon go on."""
        os.kill(self.pid, signal.SIGCONT)

    def image(self, name: str, mebibytes: int = 1) -> Path:
        """Create an empty disk image that the guests may open."""
        path = self.directory / "images" / name
        with path.open("wb") as file:
            file.truncate(mebibytes * 1024**2)
        if os.geteuid() == 0:
            shutil.chown(path, UNPRIVILEGED)
        return path

    def remove(self) -> None:
        """End the daemon and its guests, and remove their files."""
        self.kill()
        deadline = time.monotonic() + 5
        while (left := self._processes()) and time.monotonic() < deadline:
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _processes(self) -> list[int]:
        # A guest names the daemon's directory in its arguments: monitor socket, images, master key.
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if f"{self.directory}/".encode() in (process / "cmdline").read_bytes():
                    found.append(int(process.name))
        return found

    def _write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text)


def guest_xml(name: str, *, uuid: str | None = None, boot: Boot | None = None, console: Path | None = None) -> str:
    """A q35 guest with free PCIe root ports, a virtio-scsi and a USB controller; `boot` gives it a system to run."""
    identity = f"<uuid>{uuid}</uuid>" if uuid else ""
    system = ""
    if boot:
        arguments = "console=ttyS0 quiet panic=-1"
        system = f"<kernel>{boot.kernel}</kernel><initrd>{boot.initramfs}</initrd><cmdline>{arguments}</cmdline>"
    serial = f"<serial type='file'><source path='{console}'/></serial>" if console else ""
    return f"""
    <domain type='qemu'>
      <name>{name}</name>{identity}
      <memory unit='MiB'>{128 if boot else 64}</memory>
      <vcpu>1</vcpu>
      <os><type arch='x86_64' machine='q35'>hvm</type>{system}</os>
      <features><acpi/></features>
      <devices>
        <emulator>{QEMU}</emulator>
        <controller type='pci' index='0' model='pcie-root'/>
        {"<controller type='pci' model='pcie-root-port'/>" * 8}
        <controller type='scsi' index='0' model='virtio-scsi'/>
        <controller type='usb' index='0' model='qemu-xhci'/>
        <memballoon model='none'/>
        {serial}
      </devices>
    </domain>"""


def scsi_disk_xml(image: Path, target: str = "sda") -> str:
    """A disk that unplugs without a guest system."""
    return f"""
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw' cache='none'/><source file='{image}'/><target dev='{target}' bus='scsi'/>
    </disk>"""


def usb_interface_xml(mac: str, port: int = 1) -> str:
    """A network interface that unplugs without a guest system."""
    return f"""
    <interface type='user'>
      <mac address='{mac}'/><model type='usb-net'/><address type='usb' bus='0' port='{port}'/>
    </interface>"""


def virtio_disk_xml(image: Path, target: str = "vda") -> str:
    """A disk that only a running guest system lets go of."""
    return f"""
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/><source file='{image}'/><target dev='{target}' bus='virtio'/>
    </disk>"""
