"""A real libvirtd that is killed, restarted and frozen."""

import asyncio
import time
from pathlib import Path

import libvirt

from server.collector.collector import Collector
from server.collector.hosts import Host
from server.collector.inventory import HostState
from server.collector.watch import Pace
from tests.hypervisor import Libvirtd, guest_xml
from tests.server.collector.recorder import Recorder

PACE = Pace(keepalive_seconds=1, reconnect_seconds=0.5)
UUID = "6f1c0000-0000-4000-8000-000000000001"
OTHER = "6f1c0000-0000-4000-8000-000000000002"


async def test_a_killed_daemon_is_told_and_found_again(own_daemon: Libvirtd, recorder: Recorder) -> None:
    connection = await asyncio.to_thread(own_daemon.connect)
    for name, uuid in (("web", UUID), ("gone-meanwhile", OTHER)):
        connection.defineXML(guest_xml(name, uuid=uuid))
    connection.lookupByUUIDString(UUID).create()
    async with Collector([Host("kvm", own_daemon.uri)], recorder, PACE):
        await recorder.until(lambda: bool(recorder.synchronized))
        assert recorder.facts["kvm"].hypervisor == "QEMU"
        assert recorder.facts["kvm"].hypervisor_version
        own_daemon.kill()
        killed = time.monotonic()
        await recorder.until(lambda: recorder.state("kvm") is HostState.DISCONNECTED)
        assert time.monotonic() - killed < 1
        assert recorder.reasons[0] == f"The connection to {own_daemon.uri} was closed by the other side."
        assert set(recorder.vms["kvm"]) == {UUID, OTHER}, "what was seen last stays visible"
        for kept in own_daemon.directory.rglob("gone-meanwhile.xml"):
            kept.unlink()
        await asyncio.to_thread(own_daemon.start)
        await recorder.until(lambda: len(recorder.synchronized) == 2)
        assert recorder.state("kvm") is HostState.CONNECTED
        assert recorder.vanished == [OTHER]
        assert recorder.vms["kvm"][UUID].state == "RUNNING"
        again = await asyncio.to_thread(own_daemon.connect)
        again.defineXML(guest_xml("new", uuid=OTHER))
        await recorder.until(lambda: OTHER in recorder.vms["kvm"])
        again.close()
    connection.close()


async def test_restarts_lose_no_domain(own_daemon: Libvirtd, recorder: Recorder) -> None:
    connection = await asyncio.to_thread(own_daemon.connect)
    connection.defineXML(guest_xml("web", uuid=UUID)).create()
    connection.close()
    async with Collector([Host("kvm", own_daemon.uri)], recorder, PACE):
        await recorder.until(lambda: bool(recorder.synchronized))
        for restart in range(3):
            own_daemon.kill()
            await asyncio.to_thread(own_daemon.start)
            await recorder.until(lambda done=restart + 2: len(recorder.synchronized) >= done)  # type: ignore[misc]
        assert recorder.vanished == []
        assert recorder.vms["kvm"][UUID].state == "RUNNING"


async def test_a_frozen_daemon_holds_up_nobody(own_daemon: Libvirtd, recorder: Recorder, tmp_path: Path) -> None:
    hosts = [Host("frozen", own_daemon.uri), Host("default", "test:///default")]
    async with Collector(hosts, recorder, PACE):
        await recorder.until(lambda: len(recorder.synchronized) == 2)
        own_daemon.freeze()
        frozen = time.monotonic()
        default = libvirt.open("test:///default")
        domain = default.lookupByName("test")
        domain.suspend()
        await recorder.until(lambda: getattr(recorder.named("default", "test"), "state", "") == "PAUSED", 1)
        domain.resume()
        default.close()
        await recorder.until(lambda: recorder.state("frozen") is HostState.DISCONNECTED)
        assert time.monotonic() - frozen < 8
        assert recorder.reasons[0].endswith("was given up because keepalive probes went unanswered.")
        assert recorder.state("default") is HostState.CONNECTED
        await asyncio.sleep(1.5)
        own_daemon.thaw()
        await recorder.until(lambda: recorder.state("frozen") is HostState.CONNECTED)


async def test_stopping_does_not_wait_for_a_frozen_daemon(own_daemon: Libvirtd, recorder: Recorder) -> None:
    own_daemon.freeze()
    async with Collector([Host("frozen", own_daemon.uri)], recorder, PACE):
        await recorder.until(lambda: recorder.state("frozen") is HostState.DISCONNECTED)
        assert recorder.reasons == [f"{own_daemon.uri} does not answer."]
        own_daemon.thaw()
        await recorder.until(lambda: bool(recorder.synchronized))
        own_daemon.freeze()
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert recorder.reasons[-1] == "The collector was stopped."


async def test_the_test_driver_behind_a_daemon(daemon: Libvirtd, recorder: Recorder) -> None:
    fleet = daemon.directory / "fleet.xml"
    fleet.write_text(
        f"<node><domain type='test'><name>web</name><uuid>{UUID}</uuid><memory>8192</memory>"
        "<os><type>hvm</type></os></domain></node>"
    )
    async with Collector([Host("fleet", daemon.test_driver_uri(fleet))], recorder, PACE):
        await recorder.until(lambda: bool(recorder.synchronized))
        assert set(recorder.vms["fleet"]) == {UUID}
        assert recorder.facts["fleet"].hypervisor == "TEST"
