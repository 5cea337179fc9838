from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.e2e.program import Program, serve

Serve = Callable[..., AbstractAsyncContextManager[Program]]


@pytest.fixture
def embedded(mongod_binary: Path, tmp_path: Path) -> Serve:
    """Starts `virtgraph serve` with an embedded MongoDB in the test's own directory, the same one each time."""

    def start(*options: str) -> AbstractAsyncContextManager[Program]:
        return serve(*options, log=tmp_path / "stderr", data_directory=tmp_path / "data")

    return start
