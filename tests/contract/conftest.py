"""Node, and the npm packages of `package.json` beside this file."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from bench.comparison.node import find_node

HERE = Path(__file__).parent
OLDEST_NODE = 20

Node = Callable[..., AbstractAsyncContextManager[asyncio.subprocess.Process]]


@pytest.fixture(scope="session")
def node_program() -> Path:
    """`node`, with the packages installed; without it tests fail in CI and are skipped elsewhere."""
    try:
        node = find_node(OLDEST_NODE)
    except LookupError as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))
    node.install(HERE)
    return node.program


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
