"""Connections of a remote host: none is used by two threads at once, and none is missed that cannot be had."""

import asyncio
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

import libvirt
import pytest

from server.collector.calls import Calls
from server.collector.collector import Collector
from server.collector.hosts import Host
from server.collector.hypervisor import Connector, Hypervisor
from server.collector.watch import Pace
from tests.hypervisor import Libvirtd
from tests.server.collector.recorder import Recorder

COUNT = 300
ROOT = Path(__file__).parents[3]
LOCAL = frozenset({"UUIDString", "connect", "name"})
"""What events call in libvirt's own thread: it asks nobody."""


@pytest.fixture
def fleet(own_daemon: Libvirtd) -> Host:
    """Many domains of the test driver behind a daemon that may be killed and frozen."""
    path = own_daemon.directory / "fleet.xml"
    domains = "".join(
        f"<domain type='test'><name>vm-{n}</name><uuid>6f1c0000-0000-4000-8000-{n:012}</uuid><memory>8192</memory>"
        "<os><type>hvm</type></os></domain>"
        for n in range(COUNT)
    )
    path.write_text(f"<node>{domains}</node>")
    return Host("fleet", own_daemon.test_driver_uri(path))


class Overlaps:
    """Watches the calls of libvirt's bindings: how many connections they are of, and where threads met in one."""

    def __init__(self) -> None:
        self.connections = 0
        self.met: list[str] = []
        self.most_at_once = 0
        self._lock = threading.Lock()
        self._inside: dict[int, Counter[int]] = {}

    def watched(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def call(one: Any, *arguments: Any) -> Any:
            thread = threading.get_ident()
            with self._lock:
                connection = self._number(getattr(one, "_conn", one))
                inside = self._inside.setdefault(connection, Counter())
                inside[thread] += 1
                self.most_at_once = max(self.most_at_once, sum(map(bool, self._inside.values())))
                if len(inside) > 1:
                    self.met.append(method.__name__)
            try:
                return method(one, *arguments)
            finally:
                with self._lock:
                    inside[thread] -= 1
                    if not inside[thread]:
                        del inside[thread]

        return call

    def _number(self, connection: Any) -> int:
        if not hasattr(connection, "number"):
            self.connections += 1
            connection.number = self.connections
        number: int = connection.number
        return number


@pytest.fixture
def overlaps(monkeypatch: pytest.MonkeyPatch) -> Overlaps:
    watch = Overlaps()
    for kind in ("Connect", "Domain", "Interface", "NWFilter", "Network", "NodeDevice", "StoragePool", "StorageVol"):
        bindings = getattr(libvirt, f"vir{kind}")
        for name, method in list(vars(bindings).items()):
            if callable(method) and not name.startswith("_") and name not in LOCAL:
                monkeypatch.setattr(bindings, name, watch.watched(method))
    return watch


async def test_no_two_threads_meet_in_a_connection(
    own_daemon: Libvirtd, fleet: Host, recorder: Recorder, overlaps: Overlaps
) -> None:
    async with Collector([fleet], recorder, Pace(reconcile_seconds=0.2, keepalive_seconds=1, reconnect_seconds=0.3)):
        await recorder.until(lambda: len(recorder.synchronized) >= 3, 30)
        assert len(recorder.vms["fleet"]) == COUNT
        own_daemon.kill()
        await recorder.until(lambda: bool(recorder.reasons))
        await asyncio.to_thread(own_daemon.start)
        again = len(recorder.synchronized)
        await recorder.until(lambda: len(recorder.synchronized) >= again + 2, 30)
        await recorder.until(lambda: "pools" in recorder.resources["fleet"], 30)
    assert overlaps.met == []
    assert overlaps.most_at_once > 1, "connections are used beside each other"
    assert recorder.vanished == []


async def test_a_driver_of_this_process_keeps_its_one_connection(overlaps: Overlaps) -> None:
    calls = Calls("default", 4)
    hypervisor = await Connector(Host("default", "test:///default"), calls, calls, 5).connect()
    listed = await hypervisor.source_keys()
    assert len(await hypervisor.read(listed * 50)) == 50 * len(listed)
    await hypervisor.close()
    assert overlaps.connections == 1
    calls.close()


def restrict(daemon: Libvirtd, clients: int) -> None:
    """Restart the daemon with so many clients at a time."""
    daemon.kill()
    with (daemon.directory / "libvirtd.conf").open("a") as file:
        file.write(f"max_clients={clients}\nmax_anonymous_clients={clients}\n")
    daemon.start()


async def read_all(hypervisor: Hypervisor) -> int:
    return len(await hypervisor.read(await hypervisor.source_keys()))


@pytest.mark.parametrize("clients", [1, 2])
async def test_a_host_that_gives_no_further_connection_is_read_over_those_it_gave(
    own_daemon: Libvirtd, fleet: Host, clients: int
) -> None:
    """libvirtd lets a client wait that is one too many: its opening hangs."""
    await asyncio.to_thread(restrict, own_daemon, clients)
    calls, resource_calls = Calls("fleet", 4), Calls("fleet", 5)
    hypervisor = await Connector(fleet, calls, resource_calls, 5).connect()
    began = time.monotonic()
    for _ in range(3):
        assert await read_all(hypervisor) == COUNT
    assert time.monotonic() - began < 20
    began = time.monotonic()
    await hypervisor.close()
    assert time.monotonic() - began < 3
    for one in (calls, resource_calls):
        one.close()


async def test_a_dead_connection_is_replaced(own_daemon: Libvirtd, fleet: Host, overlaps: Overlaps) -> None:
    calls, resource_calls = Calls("fleet", 4), Calls("fleet", 5)
    hypervisor = await Connector(fleet, calls, resource_calls, 5).connect()
    assert await read_all(hypervisor) == COUNT
    before = overlaps.connections
    assert before > 1
    assert hypervisor._spares
    for spare in list(hypervisor._spares._free):
        spare.close()
    assert await read_all(hypervisor) == COUNT
    assert overlaps.connections > before
    await hypervisor.close()
    for one in (calls, resource_calls):
        one.close()


READER = """
import asyncio, sys
from server.collector.collector import Collector
from server.collector.hosts import Host
from server.collector.watch import Pace
from tests.server.collector.recorder import Recorder

async def main():
    recorder = Recorder()
    pace = Pace(calls_per_host=4, reconcile_seconds=0.05, keepalive_seconds=1, reconnect_seconds=0.2)
    async with Collector([Host("fleet", sys.argv[1])], recorder, pace):
        await recorder.until(lambda: bool(recorder.synchronized), 30)
        print("reading", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        done = len(recorder.synchronized)
        await recorder.until(lambda: len(recorder.synchronized) > done + 1, 30)
        print(done, len(recorder.reasons), len(recorder.vms["fleet"]), flush=True)

asyncio.run(main())
"""


async def test_a_process_survives_a_daemon_that_stops_and_continues(own_daemon: Libvirtd, fleet: Host) -> None:
    """A client of libvirt before 10.3 may end the whole process here, so it is one of its own."""
    reader = await asyncio.create_subprocess_exec(
        sys.executable, "-c", READER, fleet.uri,
        cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert reader.stdin
    assert reader.stdout
    try:
        assert await reader.stdout.readline() == b"reading\n"
        # Short stops wake the readers among their calls; the last one is given up by keepalive.
        for stop in (*[0.01, 0.05, 0.2] * 10, 1.5, 5):
            own_daemon.freeze()
            await asyncio.sleep(stop)
            own_daemon.thaw()
            await asyncio.sleep(0.1)
            assert reader.returncode is None
        reader.stdin.write(b"\n")
        synchronized, lost, domains = map(int, (await reader.stdout.readline()).split())
        assert await reader.wait() == 0
        print(f"complete readings between stops: {synchronized}, connections lost: {lost}")
        assert lost
        assert domains == COUNT
    finally:
        with suppress(ProcessLookupError):
            reader.kill()
