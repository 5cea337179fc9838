"""Load on one server, by autocannon."""

import asyncio
import json
from dataclasses import dataclass

from bench.comparison.node import Node
from bench.comparison.servers import DIRECTORY
from bench.workloads import Workload


class LoadFailed(Exception):
    """A server did not answer as it should under load."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a while of load."""

    rps: float
    """Answers a second."""
    p50: float
    """Milliseconds in which half of them came."""
    p99: float
    """Milliseconds in which all but one in a hundred came."""


async def load(node: Node, url: str, workload: Workload, *, seconds: float, connections: int) -> Load:
    """Put a workload to a server for so many seconds; raises LoadFailed unless everything was answered."""
    bodies = [json.dumps(operation.request()) for operation in workload.operations]
    asked = {"url": url, "bodies": bodies, "connections": connections, "seconds": seconds}
    process = await asyncio.create_subprocess_exec(
        node.program,
        DIRECTORY / "load.mjs",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        said, _ = await process.communicate(json.dumps(asked).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise LoadFailed(f"autocannon ended with {process.returncode} at {workload.name}.")
    found = json.loads(said)
    if found["failures"]:
        raise LoadFailed(f"{url} failed {found['failures']} times under {workload.name}.")
    if not found["answers"]:
        raise LoadFailed(f"{url} answered nothing of {workload.name} in {seconds:g} s: give more --seconds.")
    return Load(found["rps"], found["p50"], found["p99"])
