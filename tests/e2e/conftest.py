from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.e2e.program import Program, serve

Serve = Callable[..., AbstractAsyncContextManager[Program]]
Say = Callable[[str], None]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Prints a figure where the reader of a passing run sees it."""

    def print_uncaptured(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}")

    return print_uncaptured


@pytest.fixture
def embedded(mongod_binary: Path, tmp_path: Path) -> Serve:
    """Starts `virtgraph serve` with an embedded MongoDB in the test's own directory, the same one each time."""

    def start(*options: str) -> AbstractAsyncContextManager[Program]:
        return serve(*options, log=tmp_path / "stderr", data_directory=tmp_path / "data")

    return start
