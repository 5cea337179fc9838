from collections.abc import Iterator

import pytest

from tests.hypervisor import Libvirtd, private_libvirtd
from tests.server.collector.recorder import Recorder


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture(scope="session")
def daemon() -> Iterator[Libvirtd]:
    """A daemon that tests share and leave running, without guests."""
    with private_libvirtd() as daemon:
        connection = daemon.connect()
        connection.getVersion()  # makes the daemon learn QEMU's capabilities
        connection.close()
        yield daemon


@pytest.fixture
def own_daemon(daemon: Libvirtd) -> Iterator[Libvirtd]:
    """A daemon that one test may kill and freeze."""
    with private_libvirtd(like=daemon) as own:
        yield own
