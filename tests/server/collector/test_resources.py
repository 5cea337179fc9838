"""What hosts have besides domains: libvirt's test driver in this process, and real daemons."""

import asyncio
import json
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import libvirt
import pytest

from server.collector import hypervisor
from server.collector.collector import Collector
from server.collector.hosts import Host
from server.collector.inventory import ResourceObservation
from server.collector.scopes import KIND_OF, WHOLE
from server.collector.watch import Pace
from server.sample import fleet_uri
from tests.hypervisor import Libvirtd, guest_xml, scsi_disk_xml
from tests.privileged import DEVICE, PrivilegedLibvirtd, privileged_libvirtd
from tests.server.collector.recorder import Recorder

QUICK = Pace(reconnect_seconds=0.3)
UUID = "6f1c0000-0000-4000-8000-0000000000bb"
NETWORK_UUID = "6f1c0000-0000-4000-8000-0000000000cc"
MAC = "52:54:00:00:00:bb"


def scope(recorder: Recorder, name: str) -> dict[str, ResourceObservation]:
    """What a scope of the host `kvm` held when it was last read."""
    return recorder.resources.get("kvm", {}).get(name, {})


async def until(recorder: Recorder, condition: Callable[[], bool], within: float = 8) -> None:
    await recorder.until(condition, within)


def read_whole(recorder: Recorder) -> bool:
    return set(WHOLE) <= {*recorder.resources.get("kvm", {}), *recorder.unread.get("kvm", {})}


def directory_pool(name: str, path: Path, uuid: str = UUID) -> str:
    return f"<pool type='dir'><name>{name}</name><uuid>{uuid}</uuid><target><path>{path}</path></target></pool>"


@pytest.fixture(scope="module")
def system() -> Iterator[PrivilegedLibvirtd]:
    with privileged_libvirtd() as daemon:
        yield daemon


class TestSample:
    async def test_the_sample_has_all_that_the_test_driver_lists(self, recorder: Recorder) -> None:
        async with Collector([Host("kvm", fleet_uri())], recorder, QUICK):
            lacking = {"nwfilters", "nwfilter-bindings", "secrets", "ports", "domain-capabilities"}
            await until(recorder, lambda: read_whole(recorder) and lacking == recorder.unsupported)
            await until(recorder, lambda: sum("volumes/" in one for one in recorder.scopes_read) == 6)
            found = recorder.resources["kvm"]
        connection = libvirt.open(fleet_uri())
        pools = connection.listAllStoragePools(0)
        assert found["pools"].keys() == {pool.UUIDString() for pool in pools}
        for pool in pools:
            names = {f"{pool.UUIDString()}/{volume.name()}" for volume in pool.listAllVolumes(0)}
            assert found[f"volumes/{pool.UUIDString()}"].keys() == names
        assert found["networks"].keys() == {network.UUIDString() for network in connection.listAllNetworks(0)}
        assert found["interfaces"].keys() == {interface.name() for interface in connection.listAllInterfaces(0)}
        assert found["node-devices"].keys() == {device.name() for device in connection.listAllDevices(0)}
        connection.close()
        assert {one.kind for seen in found.values() for one in seen.values()} <= set(KIND_OF.values())
        images = found["pools"][next(key for key in found["pools"] if key.endswith("0001"))]
        assert images.facts == {"active": True, "persistent": True, "autostart": False}
        assert set(recorder.unread["kvm"]) == lacking, "once for the driver, not for each of its networks"
        assert recorder.unread["kvm"]["secrets"] == (
            "this function is not supported by the connection driver: virConnectListAllSecrets."
        )

    async def test_a_complete_reading_reads_everything_again(self, recorder: Recorder) -> None:
        async with Collector([Host("kvm", fleet_uri())], recorder, Pace(reconcile_seconds=2)):
            volumes = "volumes/2a7d3e20-7b62-4f1c-8e48-60b2d1ef0001"
            await until(recorder, lambda: min(map(recorder.scopes_read.count, ("capabilities", volumes))) > 1, 15)

    async def test_events_of_the_test_driver(self, recorder: Recorder) -> None:
        """The default node is shared by the connections of a process."""
        async with Collector([Host("kvm", "test:///default")], recorder, QUICK):
            await until(recorder, lambda: read_whole(recorder))
            other = libvirt.open("test:///default")
            network = other.networkDefineXML(f"<network><name>iso</name><uuid>{NETWORK_UUID}</uuid></network>")
            await until(recorder, lambda: NETWORK_UUID in scope(recorder, "networks"))
            assert scope(recorder, "networks")[NETWORK_UUID].facts["active"] is False
            network.create()
            await until(recorder, lambda: scope(recorder, "networks")[NETWORK_UUID].facts["active"] is True)
            network.destroy()
            network.undefine()
            await until(recorder, lambda: NETWORK_UUID not in scope(recorder, "networks"))
            other.close()

    async def test_what_the_inventory_refuses_is_delivered_later(self, recorder: Recorder) -> None:
        async with Collector([Host("kvm", "test:///default")], recorder, QUICK):
            await until(recorder, lambda: read_whole(recorder))
            recorder.away = True
            other = libvirt.open("test:///default")
            network = other.networkDefineXML(f"<network><name>iso</name><uuid>{NETWORK_UUID}</uuid></network>")
            await until(recorder, lambda: recorder.refused > 1)
            network.undefine()
            other.close()
            recorder.away = False
            await until(recorder, lambda: "networks" in recorder.resources["kvm"])
            await asyncio.sleep(1.5)
            assert NETWORK_UUID not in scope(recorder, "networks"), "it was read again afterwards"


class TestSession:
    """A daemon without privileges: pools, secrets, snapshots, capabilities."""

    @pytest.fixture
    async def connection(self, own_daemon: Libvirtd) -> AsyncIterator[Any]:
        connection = await asyncio.to_thread(own_daemon.connect)
        yield connection
        connection.close()

    @pytest.fixture
    async def watching(self, own_daemon: Libvirtd, connection: Any, recorder: Recorder) -> AsyncIterator[Recorder]:
        async with Collector([Host("kvm", own_daemon.uri)], recorder, QUICK):
            await until(recorder, lambda: read_whole(recorder), 30)
            yield recorder

    async def test_a_pool_from_its_definition_to_its_end(
        self, own_daemon: Libvirtd, connection: Any, watching: Recorder
    ) -> None:
        volumes = f"volumes/{UUID}"
        pool = connection.storagePoolDefineXML(directory_pool("images", own_daemon.directory / "images"))
        await until(watching, lambda: UUID in scope(watching, "pools"))
        assert scope(watching, "pools")[UUID].facts == {"active": False, "persistent": True, "autostart": False}
        assert scope(watching, volumes) == {}
        own_daemon.image("a.img")
        pool.create()
        await until(watching, lambda: f"{UUID}/a.img" in scope(watching, volumes))
        volume = scope(watching, volumes)[f"{UUID}/a.img"]
        assert volume.kind == "STORAGE_VOLUME"
        assert f"<path>{own_daemon.directory}/images/a.img</path>" in str(volume.xml)
        assert (volume.facts["pool"], volume.facts["poolUuid"]) == ("images", UUID)
        await until(watching, lambda: scope(watching, "pools")[UUID].facts["active"] is True)
        own_daemon.image("b.img")
        await asyncio.sleep(1.5)
        assert f"{UUID}/b.img" not in scope(watching, volumes), "nobody but libvirt's users has a pool refreshed"
        began = time.monotonic()
        pool.refresh()
        await until(watching, lambda: f"{UUID}/b.img" in scope(watching, volumes))
        assert time.monotonic() - began < 2
        pool.destroy()
        await until(watching, lambda: scope(watching, volumes) == {})
        pool.undefine()
        await until(watching, lambda: UUID not in scope(watching, "pools"))

    async def test_secrets_come_without_their_values(self, connection: Any, watching: Recorder) -> None:
        xml = f"<secret><uuid>{UUID}</uuid><usage type='ceph'><name>key</name></usage></secret>"
        secret = connection.secretDefineXML(xml)
        secret.setValue(b"hunter2")
        await until(watching, lambda: UUID in scope(watching, "secrets"))
        assert "<name>key</name>" in str(scope(watching, "secrets")[UUID].xml)
        assert "hunter2" not in str(watching.resources)
        secret.undefine()
        await until(watching, lambda: scope(watching, "secrets") == {})

    async def test_snapshots_of_a_domain_that_is_shut_off(
        self, own_daemon: Libvirtd, connection: Any, recorder: Recorder
    ) -> None:
        disk = own_daemon.directory / "images" / "web.qcow2"
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", disk, "1M"], check=True)  # noqa: ASYNC221
        own_daemon.take_ownership()
        xml = scsi_disk_xml(disk).replace("type='raw'", "type='qcow2'")
        domain = connection.defineXML(guest_xml("web", uuid=UUID).replace("<memballoon", f"{xml}<memballoon"))
        for name in ("first", "second"):
            domain.snapshotCreateXML(f"<domainsnapshot><name>{name}</name></domainsnapshot>")
        async with Collector([Host("kvm", own_daemon.uri)], recorder, Pace(reconcile_seconds=3)):
            await until(recorder, lambda: len(scope(recorder, "snapshots")) == 2, 30)
            second = scope(recorder, "snapshots")[f"{UUID}/second"]
            assert second.facts == {"domainUuid": UUID, "domainName": "web", "current": True}
            assert "<domainsnapshot>" in str(second.xml)
            assert scope(recorder, "snapshots")[f"{UUID}/first"].facts["current"] is False
            assert scope(recorder, "checkpoints") == {}
            domain.snapshotLookupByName("second").delete()
            await until(recorder, lambda: len(scope(recorder, "snapshots")) == 1)
            # A domain that changes has its own snapshots read, without those of others.
            domain.snapshotCreateXML("<domainsnapshot><name>third</name></domainsnapshot>")
            domain.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, "new", None, None, libvirt.VIR_DOMAIN_AFFECT_CONFIG)
            await until(recorder, lambda: f"{UUID}/third" in scope(recorder, f"snapshots/{UUID}"))

    async def test_capabilities_of_the_host_and_its_domains(self, watching: Recorder) -> None:
        (host,) = scope(watching, "capabilities").values()
        assert host.kind == "CAPABILITIES"
        assert "<capabilities>" in str(host.xml)
        domains = scope(watching, "domain-capabilities")
        assert "<machine>pc-" in str(domains["qemu/x86_64"].xml)
        assert all(seen.error is None for seen in domains.values())

    async def test_a_reading_ends_with_its_connection(
        self, own_daemon: Libvirtd, connection: Any, watching: Recorder
    ) -> None:
        own_daemon.kill()
        await until(watching, lambda: bool(watching.reasons))
        await asyncio.to_thread(own_daemon.start)
        again = await asyncio.to_thread(own_daemon.connect)
        again.secretDefineXML(f"<secret><uuid>{UUID}</uuid></secret>")
        await until(watching, lambda: UUID in scope(watching, "secrets"), 30)
        again.close()


class TestSystem:
    """A daemon with privileges in namespaces of its own: networks, filters, a file system that hangs."""

    @pytest.fixture
    async def connection(self, system: PrivilegedLibvirtd) -> AsyncIterator[Any]:
        connection = await asyncio.to_thread(system.connect)
        yield connection
        connection.close()

    @pytest.fixture
    async def watching(
        self, system: PrivilegedLibvirtd, connection: Any, recorder: Recorder
    ) -> AsyncIterator[Recorder]:
        async with Collector([Host("kvm", system.uri)], recorder, QUICK):
            await until(recorder, lambda: read_whole(recorder), 30)
            yield recorder

    async def test_a_network_its_leases_ports_and_filters(
        self, system: PrivilegedLibvirtd, connection: Any, watching: Recorder
    ) -> None:
        network = connection.networkDefineXML(
            f"<network><name>iso</name><uuid>{NETWORK_UUID}</uuid><bridge name='vgiso0'/>"
            "<ip address='192.168.222.1' netmask='255.255.255.0'>"
            "<dhcp><range start='192.168.222.10' end='192.168.222.20'/></dhcp></ip></network>"
        )
        lease = {"ip-address": "192.168.222.10", "mac-address": MAC, "hostname": "web", "expiry-time": 4102444800}
        (system.directory / "lib" / "dnsmasq").mkdir(exist_ok=True)
        (system.directory / "lib" / "dnsmasq" / "vgiso0.status").write_text(json.dumps([lease]))
        await asyncio.to_thread(network.create)

        def seen() -> ResourceObservation | None:
            return scope(watching, "networks").get(NETWORK_UUID)

        await until(watching, lambda: bool((one := seen()) and one.facts["active"]))
        one = seen()
        assert one
        (told,) = one.facts["leases"]
        assert told == {
            "mac": MAC,
            "ipAddress": "192.168.222.10",
            "prefix": 24,
            "hostname": "web",
            "expiresAt": 4102444800,
            "interface": "vgiso0",
            "type": "ipv4",
        }
        nwfilter = connection.nwfilterDefineXML(f"<filter name='own-mac' chain='mac'><uuid>{UUID}</uuid></filter>")
        interface = (
            f"<interface type='network'><mac address='{MAC}'/><source network='iso'/><model type='virtio'/>"
            "<filterref filter='own-mac'/></interface>"
        )
        xml = guest_xml("web", uuid=UUID).replace("<memballoon", f"{interface}<memballoon")
        domain = await asyncio.to_thread(connection.createXML, xml)
        # The start of the guest has them read, as there are no events of their own.
        ports = f"ports/{NETWORK_UUID}"
        await until(watching, lambda: bool(scope(watching, ports) and scope(watching, "nwfilter-bindings")), 15)
        (port,) = scope(watching, ports).items()
        assert port[0].startswith(f"{NETWORK_UUID}/")
        assert port[1].facts == {"network": "iso", "networkUuid": NETWORK_UUID}
        assert MAC in str(port[1].xml)
        (binding,) = scope(watching, "nwfilter-bindings").items()
        assert f"<portdev name='{binding[0]}'/>" in str(binding[1].xml)
        await asyncio.to_thread(domain.destroy)
        await until(watching, lambda: not scope(watching, ports) and not scope(watching, "nwfilter-bindings"))
        nwfilter.undefine()
        await asyncio.to_thread(network.destroy)
        await until(watching, lambda: (one := seen()) is not None and one.facts["active"] is False)
        network.undefine()
        await until(watching, lambda: seen() is None)

    async def test_a_filter_is_found_by_a_complete_reading(
        self, system: PrivilegedLibvirtd, connection: Any, recorder: Recorder
    ) -> None:
        async with Collector([Host("kvm", system.uri)], recorder, Pace(reconcile_seconds=1)):
            await until(recorder, lambda: read_whole(recorder), 30)
            nwfilter = connection.nwfilterDefineXML(f"<filter name='own-mac' chain='mac'><uuid>{UUID}</uuid></filter>")
            await until(recorder, lambda: UUID in scope(recorder, "nwfilters"))
            nwfilter.undefine()
            await until(recorder, lambda: UUID not in scope(recorder, "nwfilters"))

    async def test_a_pool_that_hangs_holds_up_nothing_else(
        self, system: PrivilegedLibvirtd, connection: Any, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """libvirt holds the lock of a pool while it unmounts it: listing the pools waits for that, too."""
        monkeypatch.setattr(hypervisor, "CALL_SECONDS", 2.0)
        target = system.directory / "mounted"
        hung = connection.storagePoolDefineXML(
            f"<pool type='fs'><name>hung</name><uuid>{UUID}</uuid><source><device path='{DEVICE}'/>"
            f"<format type='ext4'/></source><target><path>{target}</path></target></pool>"
        )
        target.mkdir()
        hung.create()
        fine = "6f1c0000-0000-4000-8000-0000000000dd"
        other = connection.storagePoolDefineXML(directory_pool("fine", system.directory / "images", fine))
        other.create()
        destroying: asyncio.Task[Any] | None = None
        try:
            async with Collector([Host("kvm", system.uri)], recorder, Pace(reconcile_seconds=1)):
                await until(recorder, lambda: {UUID, fine} <= set(scope(recorder, "pools")), 30)
                system.hang()
                second = await asyncio.to_thread(system.connect)
                hanging = second.storagePoolLookupByUUIDString(UUID)
                destroying = asyncio.create_task(asyncio.to_thread(hanging.destroy))
                said = "libvirt does not answer: a call hangs for more than 2 seconds."
                unread = recorder.unread.setdefault("kvm", {})
                await until(recorder, lambda: unread.get("pools") == said, 15)
                await until(recorder, lambda: unread.get(f"volumes/{UUID}") == said, 15)
                # The others go on: complete readings, a network's events, the volumes of another pool, a VM.
                rounds = len(recorder.synchronized)
                recorder.scopes_read.clear()
                domain = connection.defineXML(guest_xml("web", uuid=NETWORK_UUID))
                began = time.monotonic()
                await until(recorder, lambda: NETWORK_UUID in recorder.vms.get("kvm", {}))
                assert time.monotonic() - began < 2
                domain.undefine()
                await until(recorder, lambda: len(recorder.synchronized) >= rounds + 2)
                await until(recorder, lambda: {"networks", "secrets", f"volumes/{fine}"} <= set(recorder.scopes_read))
                assert UUID in scope(recorder, "pools"), "it stays as it was last seen"
                assert _threads_of("kvm") <= 4 + 1 + 2
                system.let_go()
                await destroying
                second.close()
                await until(recorder, lambda: "pools" not in unread and f"volumes/{UUID}" not in unread)
                await until(recorder, lambda: scope(recorder, "pools")[UUID].facts["active"] is False)
        finally:
            system.let_go()
            if destroying is not None:
                await destroying
            other.destroy()
            for pool in (hung, other):
                pool.undefine()


def _threads_of(host_id: str) -> int:
    return sum(thread.name == f"host-{host_id}" for thread in threading.enumerate())
