"""Against libvirt's test driver, in this process."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import libvirt
import pytest

from server.collector.calls import Calls
from server.collector.changes import CONFIRM_SECONDS
from server.collector.collector import Collector
from server.collector.events import run_event_loop
from server.collector.hosts import Host
from server.collector.hypervisor import Connector
from server.collector.inventory import Cause, HostState
from server.collector.watch import BATCH, Pace
from tests.server.collector.recorder import Recorder

QUICK = Pace(reconnect_seconds=0.3)
DEFAULT = Host("default", "test:///default")
UUID = "6f1c0000-0000-4000-8000-000000000001"


def definition(name: str, uuid: str = UUID, title: str = "") -> str:
    return f"""<domain type='test'><name>{name}</name><uuid>{uuid}</uuid><title>{title}</title>
    <memory>8192</memory><os><type>hvm</type></os></domain>"""


def fleet(path: Path, count: int) -> Host:
    domains = "".join(definition(f"vm-{n}", f"6f1c0000-0000-4000-8000-{n:012}") for n in range(1, count + 1))
    path.write_text(f"<node>{domains}</node>")
    return Host("fleet", f"test://{path}")


@pytest.fixture
def default() -> Iterator[Any]:
    """A second connection to the driver's default node, whose domains this process shares."""
    run_event_loop()
    connection = libvirt.open(DEFAULT.uri)
    yield connection
    for domain in connection.listAllDomains():
        if domain.UUIDString() == UUID:
            if domain.isActive():
                domain.destroy()
            domain.undefine()
    connection.close()


@pytest.fixture
async def watching(default: Any, recorder: Recorder) -> AsyncIterator[Recorder]:
    async with Collector([DEFAULT], recorder, QUICK):
        await recorder.until(lambda: bool(recorder.synchronized))
        yield recorder


async def test_a_host_says_what_it_is(watching: Recorder) -> None:
    facts = watching.facts["default"]
    assert facts.hypervisor == "TEST"
    assert facts.libvirt_version
    assert facts.libvirt_version.count(".") == 2
    assert facts.hostname
    assert watching.states["default"] == [HostState.CONNECTING, HostState.CONNECTED]
    seen = watching.named("default", "test")
    assert seen
    assert seen.state == "RUNNING"
    assert seen.persistent_xml
    assert " id='1'" in str(seen.xml)
    assert " id='1'" not in seen.persistent_xml


async def test_each_step_of_a_domain_is_seen(default: Any, watching: Recorder) -> None:
    vms = watching.vms["default"]
    domain = default.defineXML(definition("web"))
    await watching.until(lambda: UUID in vms)
    assert vms[UUID].state == "SHUTOFF"
    assert vms[UUID].persistent_xml is None
    domain.create()
    await watching.until(lambda: vms[UUID].state == "RUNNING")
    assert vms[UUID].persistent_xml
    domain.suspend()
    await watching.until(lambda: vms[UUID].state == "PAUSED")
    domain.destroy()
    await watching.until(lambda: vms[UUID].state == "SHUTOFF")
    domain.rename("web-2")
    await watching.until(lambda: "<name>web-2</name>" in str(vms[UUID].xml))
    domain.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, "A title", None, None, libvirt.VIR_DOMAIN_AFFECT_CONFIG)
    await watching.until(lambda: "A title" in str(vms[UUID].xml))
    domain.undefine()
    await watching.until(lambda: UUID not in vms)
    assert UUID in watching.vanished


async def test_a_transient_domain_has_one_definition_and_goes_with_its_end(default: Any, watching: Recorder) -> None:
    vms = watching.vms["default"]
    domain = default.createXML(definition("fleeting"))
    await watching.until(lambda: UUID in vms)
    assert vms[UUID].state == "RUNNING"
    assert vms[UUID].persistent_xml is None
    domain.destroy()
    await watching.until(lambda: UUID not in vms)


async def test_a_burst_of_changes_ends_in_the_last_state_with_few_reads(default: Any, watching: Recorder) -> None:
    vms = watching.vms["default"]
    before = len(watching.history)

    def change() -> float:
        began = time.monotonic()
        for number in range(200):
            default.defineXML(definition("busy", title=f"title {number}"))
            time.sleep(max(0, began + number / 200 - time.monotonic()))
        return time.monotonic() - began

    took = await asyncio.to_thread(change)
    await watching.until(lambda: UUID in vms and "title 199" in str(vms[UUID].xml), 2)
    # The reading that confirms it comes last, and must not bring back what was before.
    await asyncio.sleep(CONFIRM_SECONDS + 0.3)
    assert "title 199" in str(vms[UUID].xml)
    reads = len(watching.history) - before
    print(f"200 changes in {took:.2f} s, {reads} readings")
    assert reads <= 30
    assert {cause for key, cause in watching.causes if key == UUID} == {Cause.EVENT}


async def test_nothing_is_lost_while_the_inventory_is_away(default: Any, watching: Recorder) -> None:
    vms = watching.vms["default"]
    watching.away = True
    default.defineXML(definition("web"))
    await watching.until(lambda: watching.refused >= 2)
    default.defineXML(definition("web", title="later"))
    watching.away = False
    await watching.until(lambda: UUID in vms and "later" in str(vms[UUID].xml))
    await watching.until(lambda: len(watching.synchronized) >= 2)


async def test_an_inventory_that_is_away_at_the_start_is_waited_for(default: Any, recorder: Recorder) -> None:
    recorder.away = True
    async with Collector([DEFAULT], recorder, QUICK):
        await recorder.until(lambda: recorder.refused >= 2)
        recorder.away = False
        await recorder.until(lambda: bool(recorder.synchronized))
        assert recorder.named("default", "test")


async def test_a_large_host_is_read_in_batches(tmp_path: Path, recorder: Recorder) -> None:
    count = 2 * BATCH + 50
    progress: list[tuple[str, int, int]] = []
    host = fleet(tmp_path / "fleet.xml", count)
    async with Collector([host], recorder, QUICK, lambda *step: progress.append(step)):
        await recorder.until(lambda: bool(recorder.synchronized), 30)
        assert len(recorder.vms["fleet"]) == count
        assert max(recorder.batches) == BATCH
        assert progress[-1] == ("fleet", count, count)


async def test_reconciliation_finds_what_no_event_told(tmp_path: Path, recorder: Recorder) -> None:
    async with Collector([fleet(tmp_path / "fleet.xml", 3)], recorder, Pace(reconcile_seconds=0.3)):
        await recorder.until(lambda: bool(recorder.synchronized))
        vms = recorder.vms["fleet"]
        kept = set(vms)
        forgotten = vms.pop(next(iter(kept)))
        vms["6f1c0000-0000-4000-8000-00000000dead"] = forgotten
        await recorder.until(lambda: set(vms) == kept)
        assert recorder.vanished == ["6f1c0000-0000-4000-8000-00000000dead"]


async def test_what_is_defined_while_the_host_is_read_stays(default: Any, recorder: Recorder) -> None:
    class Slow(Recorder):
        async def source_keys(self, host_id: str) -> set[str]:
            known = await super().source_keys(host_id)
            await asyncio.to_thread(default.defineXML, definition("meanwhile"))
            return known | {"6f1c0000-0000-4000-8000-00000000dead"}

    slow = Slow()
    async with Collector([DEFAULT], slow, QUICK):
        await slow.until(lambda: bool(slow.synchronized))
        assert slow.named("default", "meanwhile")
        assert slow.vanished == ["6f1c0000-0000-4000-8000-00000000dead"]


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        (
            "test:///nowhere/fleet.xml",
            "test:///nowhere/fleet.xml cannot be reached: there is no file /nowhere/fleet.xml.",
        ),
        ("qemu+unix:///session?socket=/nowhere/sock", "cannot be reached: Failed to connect socket to '/nowhere/sock'"),
        ("qemu+tcp://127.0.0.1:1/system", "Connection refused."),
    ],
)
async def test_a_host_that_cannot_be_reached_stops_no_other(
    uri: str, said: str, default: Any, recorder: Recorder
) -> None:
    async with Collector([Host("wrong", uri), DEFAULT], recorder, QUICK):
        await recorder.until(lambda: bool(recorder.synchronized) and bool(recorder.reasons))
        assert recorder.state("wrong") is HostState.DISCONNECTED
        assert recorder.state("default") is HostState.CONNECTED
        await asyncio.sleep(0.7)
        assert len(recorder.reasons) == 1, "the same reason is told once"
        assert said in recorder.reasons[0]
        assert recorder.reasons[0].endswith(".")


async def test_libvirt_prints_nothing(capfd: pytest.CaptureFixture[str], recorder: Recorder) -> None:
    logging.getLogger("server.collector").setLevel(logging.CRITICAL)
    try:
        async with Collector([Host("wrong", "qemu+tcp://127.0.0.1:1/system")], recorder, QUICK):
            await recorder.until(lambda: bool(recorder.reasons))
    finally:
        logging.getLogger("server.collector").setLevel(logging.NOTSET)
    assert capfd.readouterr().err == ""


async def test_run_ends_when_cancelled(default: Any, recorder: Recorder) -> None:
    running = asyncio.create_task(Collector([DEFAULT], recorder, QUICK).run())
    await recorder.until(lambda: bool(recorder.synchronized))
    began = time.monotonic()
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled()
    assert time.monotonic() - began < 5
    assert recorder.state("default") is HostState.DISCONNECTED


async def test_a_domain_that_vanishes_between_listing_and_reading_is_not_there(default: Any) -> None:
    calls = Calls("default", 2)
    hypervisor = await Connector(DEFAULT, calls, calls, 5).connect()
    domain = default.defineXML(definition("brief"))
    listed = await hypervisor.source_keys()
    assert UUID in listed
    domain.undefine()
    seen = await hypervisor.read(listed)
    assert {one.source_key for one in seen} == set(listed) - {UUID}
    await hypervisor.close()
    calls.close()


async def test_stopping_does_not_wait_for_the_inventory(default: Any, recorder: Recorder) -> None:
    async with Collector([DEFAULT], recorder, QUICK):
        await recorder.until(lambda: bool(recorder.synchronized))
        recorder.away = True
        default.defineXML(definition("web"))
        await recorder.until(lambda: recorder.refused > 0)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert recorder.state("default") is HostState.CONNECTED
