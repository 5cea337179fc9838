"""Real guests of a real libvirtd, seen through a GraphQL subscription from their definition to their end."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import libvirt
import pytest

from tests.conftest import Say
from tests.e2e.client import Client, Json, Subscription, client
from tests.e2e.conftest import Serve
from tests.hypervisor import Libvirtd, guest_xml, scsi_disk_xml, usb_interface_xml, virtio_disk_xml
from tests.small_guest import small_guest, wait_until_ready

UUID = "6f1c0000-0000-4000-8000-0000000000ee"
MAC = "52:54:00:00:00:ee"
LIVE = libvirt.VIR_DOMAIN_AFFECT_LIVE
BOTH = LIVE | libvirt.VIR_DOMAIN_AFFECT_CONFIG
HOT_PLUGS = 10

CHANGES = """
subscription Changes {
  changes(filter: { hosts: ["kvm"], subjects: [VM] }) {
    ... on Change {
      operation
      name
      revision
      vm {
        id
        name
        uuid
        state
        devices(kinds: [DISK, INTERFACE]) { ...Device }
        persistentDefinition { devices(kinds: [DISK, INTERFACE]) { ...Device } }
      }
    }
  }
}
fragment Device on Device {
  id
  alias
  address { kind }
  ... on Disk { target { dev bus } driver { cache } source { ... on FileDiskSource { file } } }
  ... on Interface { model mac { address } }
}
"""


@dataclass
class Bench:
    """A hypervisor, the server that watches it, a client of that server and a subscription to all changes."""

    daemon: Libvirtd
    connection: Any
    api: Client
    changes: Subscription

    async def seen(self, state: str, *, disks: set[str] | None = None, macs: set[str] | None = None) -> Json:
        """The first event that shows the guest in this state with these disks and interfaces."""

        def matches(event: Json) -> bool:
            vm = event["vm"]
            return (
                vm is not None
                and vm["state"] == state
                and (disks is None or disks == {dev["target"]["dev"] for dev in vm["devices"] if "target" in dev})
                and (macs is None or macs == {dev["mac"]["address"] for dev in vm["devices"] if "mac" in dev})
            )

        return await self.changes.until(matches)


@pytest.fixture
async def bench(daemon: Libvirtd, embedded: Serve) -> AsyncIterator[Bench]:
    """Everything running, no guest defined; guests that are left are ended."""
    connection = await asyncio.to_thread(daemon.connect)
    async with embedded("--host", f"kvm={daemon.uri}") as program, client(program.address) as api:
        await api.synchronized()
        async with api.subscribe(CHANGES) as changes:
            yield Bench(daemon, connection, api, changes)
        assert "Traceback" not in program.said
    for domain in connection.listAllDomains():
        persistent = domain.isPersistent()
        if domain.isActive():
            await asyncio.to_thread(domain.destroy)
        if persistent:
            domain.undefine()
    connection.close()


async def test_a_guest_from_its_definition_to_its_end(bench: Bench) -> None:
    domain = bench.connection.defineXML(guest_xml("web", uuid=UUID))
    defined = await bench.seen("SHUTOFF", disks=set(), macs=set())
    assert (defined["operation"], defined["name"], defined["vm"]["uuid"]) == ("ADDED", "web", UUID)
    assert defined["vm"]["persistentDefinition"] is None

    await asyncio.to_thread(domain.create)
    started = await bench.seen("RUNNING", disks=set(), macs=set())
    assert (started["operation"], started["vm"]["id"]) == ("CHANGED", defined["vm"]["id"])
    assert started["revision"] > defined["revision"]

    image = bench.daemon.image("e2e-hot.img")
    await asyncio.to_thread(domain.attachDeviceFlags, scsi_disk_xml(image), BOTH)
    plugged = await bench.seen("RUNNING", disks={"sda"})
    disk = device(plugged, "target")
    assert disk["target"] == {"dev": "sda", "bus": "SCSI"}
    assert (disk["driver"], disk["source"]) == ({"cache": "NONE"}, {"file": str(image)})
    assert (disk["alias"], disk["address"]) == ("scsi0-0-0-0", {"kind": "drive"})
    # libvirt tells of the live device before it has stored the persistent definition.
    if not plugged["vm"]["persistentDefinition"]["devices"]:
        plugged = await bench.changes.until(lambda event: event["vm"]["persistentDefinition"]["devices"] != [])
    (next_time,) = plugged["vm"]["persistentDefinition"]["devices"]
    assert (next_time["target"]["dev"], next_time["alias"]) == ("sda", None)

    await asyncio.to_thread(domain.attachDeviceFlags, usb_interface_xml(MAC), LIVE)
    with_nic = await bench.seen("RUNNING", disks={"sda"}, macs={MAC})
    nic = device(with_nic, "mac")
    assert (nic["model"], nic["address"]) == ("usb-net", {"kind": "usb"})
    assert device(with_nic, "target")["id"] == disk["id"], "a device keeps its id while others come"
    assert len(with_nic["vm"]["persistentDefinition"]["devices"]) == 1, "the interface was plugged for this run only"

    node = "query Node($id: ID!) { node(id: $id) { ... on Interface { mac { address } vm { name } } } }"
    found = await bench.api.query(node, {"id": nic["id"]})
    assert found["node"] == {"mac": {"address": MAC}, "vm": {"name": "web"}}

    await asyncio.to_thread(domain.detachDeviceFlags, usb_interface_xml(MAC), LIVE)
    await bench.seen("RUNNING", disks={"sda"}, macs=set())
    assert (await bench.api.query(node, {"id": nic["id"]}))["node"] is None
    await asyncio.to_thread(domain.detachDeviceFlags, scsi_disk_xml(image), BOTH)
    await bench.seen("RUNNING", disks=set(), macs=set())

    await asyncio.to_thread(domain.destroy)
    await bench.seen("SHUTOFF")
    domain.rename("web-2")
    renamed = await bench.changes.until(lambda event: event["name"] == "web-2")
    assert (renamed["operation"], renamed["vm"]["name"]) == ("CHANGED", "web-2")
    assert renamed["vm"]["id"] == defined["vm"]["id"], "a VM keeps its id under a new name"

    domain.undefine()
    gone = await bench.changes.until(lambda event: event["operation"] == "REMOVED")
    assert (gone["name"], gone["vm"]) == ("web-2", None)
    assert (await bench.api.query("{ vms { totalCount } }"))["vms"]["totalCount"] == 0
    revisions = [event["revision"] for event in bench.changes.seen]
    assert revisions == list(range(1, len(revisions) + 1)), "no revision is left out, and none is told twice"


async def test_hot_plug_reaches_a_subscriber_within_a_second(bench: Bench, say: Say) -> None:
    domain = bench.connection.createXML(guest_xml("quick", uuid=UUID))
    await bench.seen("RUNNING", disks=set())
    image = bench.daemon.image("e2e-quick.img")
    seconds = []
    for _ in range(HOT_PLUGS):
        began = time.monotonic()
        attaching = asyncio.create_task(asyncio.to_thread(domain.attachDevice, scsi_disk_xml(image)))
        await bench.seen("RUNNING", disks={"sda"})
        seconds.append(time.monotonic() - began)
        await attaching
        await asyncio.to_thread(domain.detachDevice, scsi_disk_xml(image))
        await bench.seen("RUNNING", disks=set())
    median = statistics.median(seconds)
    say(f"hot-plug to subscription event: median {median:.3f} s of {HOT_PLUGS} (slowest {max(seconds):.3f} s)")
    assert median < 1


async def test_a_guest_system_lets_go_of_a_virtio_disk(bench: Bench) -> None:
    console = bench.daemon.directory / "console.log"
    boot = await asyncio.to_thread(small_guest, bench.daemon.directory)
    domain = bench.connection.createXML(guest_xml("system", uuid=UUID, boot=boot, console=console))
    await bench.seen("RUNNING", disks=set())
    await asyncio.to_thread(wait_until_ready, console)
    image = bench.daemon.image("e2e-virtio.img")
    await asyncio.to_thread(domain.attachDevice, virtio_disk_xml(image))
    disk = device(await bench.seen("RUNNING", disks={"vda"}), "target")
    assert (disk["target"]["bus"], disk["address"]) == ("VIRTIO", {"kind": "pci"})
    await asyncio.to_thread(domain.detachDevice, virtio_disk_xml(image))
    await bench.seen("RUNNING", disks=set())


def device(event: Json, having: str) -> Json:
    """The one device of an event that has a field."""
    (found,) = (device for device in event["vm"]["devices"] if having in device)
    assert isinstance(found, dict)
    return found
