import pytest

from tests.server.collector.recorder import Recorder


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()
