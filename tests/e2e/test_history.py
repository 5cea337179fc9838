"""What a real guest was at each moment of its life, asked for afterwards."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import libvirt
import pytest

from schema.comparison import first_difference
from tests.conftest import Say
from tests.e2e.client import Client, Json, client
from tests.e2e.conftest import Serve
from tests.hypervisor import Libvirtd, guest_xml, scsi_disk_xml, usb_interface_xml

HOT_PLUGS = 50
UUID = "6f1c0000-0000-4000-8000-00000000a71e"
LIVE = libvirt.VIR_DOMAIN_AFFECT_LIVE
BOTH = LIVE | libvirt.VIR_DOMAIN_AFFECT_CONFIG
LETTERS = "abcdefgh"

TREE = """
fragment Tree on VirtualMachine {
  name
  state
  revision
  xml
  devices { id kind alias summary address { text } attachments { role } }
  deviceTree { nodes { id depth summary device { id } parent address bus } }
  persistentDefinition { xml devices { id kind summary } }
}
"""
NOW = TREE + "query Now($id: ID!) { vm(id: $id) { ...Tree } }"
THEN = TREE + "query Then($id: ID!, $at: DateTime!) { vm(id: $id, at: $at) { ...Tree } }"


@dataclass
class Guest:
    """A running guest and what is plugged into it: targets and MAC addresses with the flags they were plugged with."""

    daemon: Libvirtd
    domain: Any
    api: Client
    id: str
    plugged: dict[str, int] = field(default_factory=dict)

    def device(self, key: str) -> str:
        if key.startswith("sd"):
            return scsi_disk_xml(self.daemon.directory / "images" / f"{key}.img", key)
        return usb_interface_xml(key, 1 + int(key[-1]))

    def plug_at_random(self, dice: random.Random) -> str:
        """Plug or unplug one device, live or for good; says which."""
        free = [key for key in [*(f"sd{letter}" for letter in LETTERS), *MACS] if key not in self.plugged]
        if self.plugged and (not free or dice.random() < 0.45):
            key = dice.choice(sorted(self.plugged))
            self.domain.detachDeviceFlags(self.device(key), self.plugged.pop(key))
            return f"-{key}"
        key = dice.choice(free)
        self.plugged[key] = dice.choice([LIVE, BOTH])
        self.domain.attachDeviceFlags(self.device(key), self.plugged[key])
        return f"+{key}"

    async def settled(self) -> Json:
        """The VM as the API shows it, once that is what libvirt says, letter for letter."""
        deadline = time.monotonic() + 20
        while True:
            live, kept = await asyncio.to_thread(self._said)
            vm = (await self.api.query(NOW, {"id": self.id}))["vm"]
            other = vm["persistentDefinition"]
            if first_difference(live, vm["xml"]) is None and first_difference(kept, other["xml"]) is None:
                assert isinstance(vm, dict)
                return vm
            assert time.monotonic() < deadline, "the API does not show what libvirt says"
            await asyncio.sleep(0.05)

    def _said(self) -> tuple[str, str]:
        return self.domain.XMLDesc(), self.domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)


MACS = [f"52:54:00:00:0f:0{number}" for number in range(4)]


@pytest.fixture
async def guest(daemon: Libvirtd, embedded: Serve) -> AsyncIterator[Guest]:
    """A running guest with a persistent definition, known to the API."""
    connection = await asyncio.to_thread(daemon.connect)
    for letter in LETTERS:
        daemon.image(f"sd{letter}.img")
    async with embedded("--host", f"kvm={daemon.uri}") as program, client(program.address) as api:
        domain = connection.defineXML(guest_xml("plugged", uuid=UUID))
        await asyncio.to_thread(domain.create)
        shown = await api.until(
            "{ vms { nodes { id state persistentDefinition { name } } } }",
            lambda data: any(vm["state"] == "RUNNING" and vm["persistentDefinition"] for vm in data["vms"]["nodes"]),
        )
        yield Guest(daemon, domain, api, shown["vms"]["nodes"][0]["id"])
        assert "Traceback" not in program.said
    for left in connection.listAllDomains():
        if left.isActive():
            await asyncio.to_thread(left.destroy)
        left.undefine()
    connection.close()


async def test_a_guest_is_shown_as_it_was_at_every_moment(guest: Guest, say: Say) -> None:
    before = datetime.now(UTC)
    dice = random.Random(50)
    recorded: list[tuple[datetime, Json]] = [(datetime.now(UTC), await guest.settled())]
    for _ in range(HOT_PLUGS):
        await asyncio.to_thread(guest.plug_at_random, dice)
        shown = await guest.settled()
        recorded.append((datetime.now(UTC), shown))
    assert len({shown["revision"] for _, shown in recorded}) == HOT_PLUGS + 1, "each plug is a revision, at least"

    for moment, shown in recorded:
        then = (await guest.api.query(THEN, {"id": guest.id, "at": moment.isoformat()}))["vm"]
        # What was seen before the moment and stored after it is another revision of the same guest.
        assert then["revision"] >= shown["revision"]
        assert {**then, "revision": shown["revision"]} == shown
    trees = {str(shown["deviceTree"]) for _, shown in recorded}
    say(f"{len(recorded)} moments of a guest, {len(trees)} different trees: each as it was recorded")

    history = """query History($id: ID!, $after: String) { vm(id: $id) { history(first: 20, after: $after) {
        nodes { revision operation cause devices { operation deviceId } } pageInfo { hasNextPage endCursor } } } }"""
    told: list[Json] = []
    after = None
    while True:
        page = (await guest.api.query(history, {"id": guest.id, "after": after}))["vm"]["history"]
        told += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    newest = recorded[-1][1]["revision"]
    assert [change["revision"] for change in told] == list(range(newest, 0, -1))
    assert sum(change["cause"] == "EVENT" for change in told) >= HOT_PLUGS

    await asyncio.to_thread(guest.domain.destroy)
    guest.domain.undefine()
    await guest.api.until("{ vms { totalCount } }", lambda data: data["vms"]["totalCount"] == 0)
    for moment, shown in recorded[::10]:
        then = (await guest.api.query(THEN, {"id": guest.id, "at": moment.isoformat()}))["vm"]
        assert then == shown, "also when the VM itself is gone"
    asked = {"id": guest.id, "at": datetime.now(UTC).isoformat()}
    assert (await guest.api.query(THEN, asked))["vm"] is None
    long_ago = {"id": guest.id, "at": before.replace(year=before.year - 1).isoformat()}
    assert (await guest.api.query(THEN, long_ago))["vm"] is None, "nobody had seen it yet"
