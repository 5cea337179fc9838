from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.e2e.program import Program, serve
from tests.hypervisor import Libvirtd, private_libvirtd

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


@pytest.fixture(scope="package")
def daemon() -> Iterator[Libvirtd]:
    """A libvirtd that tests share and leave running, without guests."""
    with private_libvirtd() as daemon:
        connection = daemon.connect()
        connection.getVersion()  # makes the daemon learn QEMU's capabilities
        connection.close()
        yield daemon


@pytest.fixture
def own_daemon(daemon: Libvirtd) -> Iterator[Libvirtd]:
    """A libvirtd that one test may kill and freeze."""
    with private_libvirtd(like=daemon) as own:
        yield own
