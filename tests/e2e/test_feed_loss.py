"""The loss test for one minute: the whole of it runs for three, as `python -m bench.feed_loss`."""

import asyncio
import json
import subprocess
import sys

import pytest

from bench.loss.chaos import fewest_kills
from tests.conftest import Say
from tests.e2e.program import ROOT
from tests.hypervisor import libvirtd_program

SECONDS = 60


@pytest.mark.usefixtures("mongod_binary")
async def test_nothing_is_lost_while_things_are_killed(say: Say) -> None:
    libvirtd_program()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.feed_loss", "--seconds", str(SECONDS), "--json"),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, f"{out.decode()}\n{err.decode()}"
    figures = json.loads(out)
    assert figures["lost"] == figures["duplicated"] == 0
    assert figures["kills"] >= fewest_kills(SECONDS)
    assert figures["changes"] > 200, "every domain came, and some changed"
    say(f"The feed was disturbed for {SECONDS} seconds: {json.dumps(figures)}")
