"""Real QEMU guests whose devices come and go."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import libvirt
import pytest

from server.collector.collector import Collector
from server.collector.hosts import Host
from server.collector.inventory import Observation
from server.collector.watch import Pace
from tests.hypervisor import Libvirtd, guest_xml, scsi_disk_xml, usb_interface_xml, virtio_disk_xml
from tests.server.collector.recorder import Recorder
from tests.small_guest import small_guest, wait_until_ready

UUID = "6f1c0000-0000-4000-8000-0000000000aa"
MAC = "52:54:00:00:00:aa"
BOTH = libvirt.VIR_DOMAIN_AFFECT_LIVE | libvirt.VIR_DOMAIN_AFFECT_CONFIG


@pytest.fixture
async def connection(daemon: Libvirtd) -> AsyncIterator[Any]:
    """The test's own connection; ends every guest afterwards."""
    connection = await asyncio.to_thread(daemon.connect)
    yield connection
    for domain in connection.listAllDomains():
        persistent = domain.isPersistent()
        if domain.isActive():
            await asyncio.to_thread(domain.destroy)
        if persistent:
            domain.undefine()
    connection.close()


@pytest.fixture
async def watching(daemon: Libvirtd, connection: Any, recorder: Recorder) -> AsyncIterator[Recorder]:
    async with Collector([Host("kvm", daemon.uri)], recorder, Pace(reconnect_seconds=0.5)):
        await recorder.until(lambda: bool(recorder.synchronized))
        recorder.vms.setdefault("kvm", {})
        yield recorder


async def seen(watching: Recorder, condition: Callable[[Observation], bool]) -> Observation:
    vms = watching.vms["kvm"]
    await watching.until(lambda: UUID in vms and condition(vms[UUID]))
    return vms[UUID]


async def test_a_guest_from_its_definition_to_its_end(daemon: Libvirtd, connection: Any, watching: Recorder) -> None:
    domain = connection.defineXML(guest_xml("web", uuid=UUID))
    stopped = await seen(watching, lambda vm: vm.state == "SHUTOFF")
    assert stopped.persistent_xml is None

    await asyncio.to_thread(domain.create)
    running = await seen(watching, lambda vm: vm.state == "RUNNING" and "<alias name='scsi0'/>" in str(vm.xml))
    assert "<alias" not in str(running.persistent_xml)

    image = daemon.image("hot.img")
    await asyncio.to_thread(domain.attachDeviceFlags, scsi_disk_xml(image), BOTH)
    await seen(watching, lambda vm: "sda" in str(vm.xml) and "sda" in str(vm.persistent_xml))
    await asyncio.to_thread(domain.attachDeviceFlags, usb_interface_xml(MAC), libvirt.VIR_DOMAIN_AFFECT_LIVE)
    live_only = await seen(watching, lambda vm: MAC in str(vm.xml))
    assert MAC not in str(live_only.persistent_xml)

    await asyncio.to_thread(domain.detachDeviceFlags, usb_interface_xml(MAC), libvirt.VIR_DOMAIN_AFFECT_LIVE)
    await seen(watching, lambda vm: MAC not in str(vm.xml))
    await asyncio.to_thread(domain.detachDeviceFlags, scsi_disk_xml(image), BOTH)
    await seen(watching, lambda vm: "sda" not in str(vm.xml) and "sda" not in str(vm.persistent_xml))

    await asyncio.to_thread(domain.destroy)
    await seen(watching, lambda vm: vm.state == "SHUTOFF" and vm.persistent_xml is None)
    domain.rename("web-2")
    await seen(watching, lambda vm: "<name>web-2</name>" in str(vm.xml))
    domain.undefine()
    await watching.until(lambda: UUID not in watching.vms["kvm"])


async def test_a_hot_plug_is_seen_within_a_second(daemon: Libvirtd, connection: Any, watching: Recorder) -> None:
    domain = connection.createXML(guest_xml("quick", uuid=UUID))
    await seen(watching, lambda vm: vm.state == "RUNNING")
    image = daemon.image("quick.img")
    delays = []
    for _ in range(10):
        began = time.monotonic()
        await asyncio.to_thread(domain.attachDevice, scsi_disk_xml(image))
        await seen(watching, lambda vm: "sda" in str(vm.xml))
        delays.append(time.monotonic() - began)
        await asyncio.to_thread(domain.detachDevice, scsi_disk_xml(image))
        await seen(watching, lambda vm: "sda" not in str(vm.xml))
    print(f"from the call that plugs to its observation, median of ten: {statistics.median(delays) * 1000:.0f} ms")
    assert statistics.median(delays) < 1


async def test_a_system_that_answers_lets_go_of_a_virtio_disk(
    daemon: Libvirtd, connection: Any, watching: Recorder
) -> None:
    console = daemon.directory / "console.log"
    boot = await asyncio.to_thread(small_guest, daemon.directory)
    domain = connection.createXML(guest_xml("system", uuid=UUID, boot=boot, console=console))
    await asyncio.to_thread(wait_until_ready, console)
    image = daemon.image("virtio.img")
    await asyncio.to_thread(domain.attachDevice, virtio_disk_xml(image))
    await seen(watching, lambda vm: "vda" in str(vm.xml))
    await asyncio.to_thread(domain.detachDevice, virtio_disk_xml(image))
    await seen(watching, lambda vm: "vda" not in str(vm.xml))
