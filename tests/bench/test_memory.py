"""The bench of memory, made small: it reads every VM, and says in JSON what that took."""

import json
from pathlib import Path

import pytest

from bench import memory


def test_a_small_fleet_is_read_to_its_end(
    mongod_binary: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = ["--directory", str(tmp_path)]
    memory.main([*directory, "--vms", "250", "--page", "100", "--clients", "2", "--json"])
    (found,) = json.loads(capsys.readouterr().out)["reads"]
    assert (found["vms"], found["clients"], found["page"]) == (250, 2, 100)
    assert 0 < found["idle_mib"] <= found["peak_mib"]
    assert found["answer_mib"] > 0.5
