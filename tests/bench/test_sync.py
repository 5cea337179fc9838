"""The bench of a first synchronisation, made small: everything is stored, and its figures are there."""

import json
from pathlib import Path

import pytest

from bench import sync


def test_a_small_run_stores_everything(mongod_binary: Path, capfd: pytest.CaptureFixture[str]) -> None:
    sync.main(["--domains", "30", "--rounds", "1", "--json"])
    found = json.loads(capfd.readouterr().out)
    assert (found["domains"], found["rounds"]) == (30, 1)
    assert 12 * 30 <= found["devices"] <= 20 * 30
    assert set(found["seconds"]) == {"read_and_parse", "synchronize"}
    assert found["ratios"]["read_and_parse"] > 0
