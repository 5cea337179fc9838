"""The smallest Linux that answers an unplug request: Debian's cloud kernel, its virtio modules and a static busybox."""

import lzma
import os
import shutil
import sys
import time
from pathlib import Path

from tests.hypervisor import Boot, missing

READY = "the guest is ready"
MODULES = (
    "virtio",
    "virtio_ring",
    "virtio_pci_modern_dev",
    "virtio_pci_legacy_dev",
    "virtio_pci",
    "virtio_blk",
    "failover",
    "net_failover",
    "virtio_net",
)


def small_guest(directory: Path) -> Boot:
    """Build the guest's initramfs in a directory that the hypervisor may read; a second of work."""
    kernel = _kernel()
    busybox = shutil.which("busybox")
    if not busybox:
        missing("A static busybox (Debian's busybox-static)")
    modules = _modules(kernel)
    archive = b""
    for name in ("bin", "dev", "proc", "sys", "modules"):
        archive += _entry(name, 0o040755)
    archive += _entry("bin/busybox", 0o100755, Path(busybox).read_bytes())
    loaded = []
    for module in MODULES:
        # A module that is built into this kernel has no file.
        for found in modules.rglob(f"{module}.ko*"):
            content = found.read_bytes()
            archive += _entry(
                f"modules/{module}.ko", 0o100644, lzma.decompress(content) if found.suffix == ".xz" else content
            )
            loaded.append(module)
    script = "#!/bin/busybox sh\nbusybox=/bin/busybox\n"
    script += (
        "$busybox mount -t devtmpfs dev /dev\n$busybox mount -t proc proc /proc\n$busybox mount -t sysfs sys /sys\n"
    )
    script += "".join(f"$busybox insmod /modules/{module}.ko\n" for module in loaded)
    script += f"echo {READY} > /dev/ttyS0\nwhile :; do $busybox sleep 1000; done\n"
    archive += _entry("init", 0o100755, script.encode()) + _entry("TRAILER!!!", 0)
    guest = Boot(directory / "vmlinuz", directory / "initramfs")
    shutil.copyfile(kernel, guest.kernel)
    guest.initramfs.write_bytes(archive)
    return guest


def wait_until_ready(console: Path, seconds: float = 60) -> None:
    """Wait until the guest says on its serial console that its drivers are loaded."""
    deadline = time.monotonic() + seconds
    while not (console.exists() and READY in console.read_text(errors="replace")):
        assert time.monotonic() < deadline, f"The small guest did not come up: {console.read_text(errors='replace')}"
        time.sleep(0.05)


def _kernel() -> Path:
    if named := os.environ.get("VIRTGRAPH_TEST_KERNEL"):
        return Path(named)
    found = sorted(Path("/boot").glob("vmlinuz-*-cloud-amd64"))
    found += sorted(Path(sys.prefix, "share").rglob("vmlinuz*"))
    if not found:
        missing("A kernel for the small guest (Debian's linux-image-cloud-amd64)")
    return found[-1]


def _modules(kernel: Path) -> Path:
    """The kernel's modules: beside it where scripts/install unpacked them, or where Debian installs them."""
    beside = sorted((kernel.parent / "modules").glob("*"))
    installed = kernel.parent.parent / "lib" / "modules" / kernel.name.removeprefix("vmlinuz-")
    found = next((directory for directory in (*beside, installed) if (directory / "kernel").is_dir()), None)
    return found or missing(f"The modules of {kernel}")


def _entry(name: str, mode: int, content: bytes = b"") -> bytes:
    """One file of a cpio archive in the "newc" format that the kernel unpacks."""
    encoded = name.encode() + b"\0"
    links = 2 if mode & 0o040000 else 1
    fields = (0, mode, 0, 0, links, 0, len(content), 0, 0, 0, 0, len(encoded), 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
    return _aligned(header) + _aligned(content)


def _aligned(content: bytes) -> bytes:
    return content + b"\0" * (-len(content) % 4)
