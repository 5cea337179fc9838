"""The bench of the fan-out, made small: it counts what it delivers, and says so in JSON."""

import json
from pathlib import Path

import pytest

from bench import fanout


def test_a_small_run_delivers_everything(mongod_binary: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fanout.main(["--subscribers", "110", "--seconds", "3", "--changes-per-second", "20", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (found["subscribers"], found["changes"], found["exact_subscribers"]) == (110, 60, 110)
    # Fifty hosts change once, ten of them again. Half of the subscribers hear of all; of the others, one of each host,
    # and a second one of five that change twice.
    assert found["delivered"] == found["expected"] == 55 * 60 + 50 + 10 + 5 * 2
    assert 0 < found["latency_ms"]["p50"] <= found["latency_ms"]["p99"] <= found["latency_ms"]["max"]
    assert found["kib_per_subscriber"] > 0
