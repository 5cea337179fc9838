"""What guests of a real libvirtd share: storage, networks, filters, secrets, seen from both ends while it changes.

The server reads the host completely once, before anything is made; all that follows, it follows by itself.
"""

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libvirt
import pytest

from tests.conftest import Say
from tests.e2e.client import Client, Json, client
from tests.e2e.conftest import Serve
from tests.e2e.program import Program, until
from tests.hypervisor import guest_xml
from tests.privileged import PrivilegedLibvirtd, privileged_libvirtd

POOL = "6f1c0000-0000-4000-8000-0000000000a1"
NETWORK = "6f1c0000-0000-4000-8000-0000000000a2"
FILTER = "6f1c0000-0000-4000-8000-0000000000a3"
SECRET = "6f1c0000-0000-4000-8000-0000000000a4"
DB = "6f1c0000-0000-4000-8000-0000000000a5"
CLONE = "6f1c0000-0000-4000-8000-0000000000a6"
MAC = "52:54:00:00:00:a7"
BRIDGE = "vglab0"
PASSPHRASE = "open sesame"
ATTEMPTS = 10
BOTH = libvirt.VIR_DOMAIN_AFFECT_LIVE | libvirt.VIR_DOMAIN_AFFECT_CONFIG

HOST = """{ host(name: "kvm") { state error synchronizedAt unreadScopes { scope error unsupported }
  resources(kind: DOMAIN_CAPABILITIES) { totalCount } } }"""
CONFLICTS = """{ conflicts(first: 100) { nodes {
  kind severity active resource { kind name } vms { name state } attachments { role access active }
} } }"""
GUESTS = """{ vms(first: 9, orderBy: {field: NAME}) { nodes {
  name state
  conflicts { kind severity }
  referencedBy(first: 9) { nodes { kind name } }
  neighbours(first: 9) { nodes { vm { name } shared { role resource { name } } } }
  disks { target { dev } ...Tied }
  interfaces { mac { address } ...Tied }
} } }
fragment Tied on Device {
  id
  resource { ...Shared }
  attachments { role access active resource { ...Shared } }
}
fragment Shared on Resource {
  __typename id kind name active error
  attachments(first: 9) { totalCount nodes { role access active vm { name } device { id } } }
  references { role resource { kind name } }
  referencedBy(first: 9) { nodes { kind name } }
  ... on ReferencedResource { missing }
  ... on StorageVolume { target { path } pool { name } backingChain { name } overlays(first: 9) { nodes { name } } }
  ... on Network {
    ports(first: 9) { nodes { kind name ... on NetworkPort { mac { address } } } }
    dhcpLeases { ipAddress macAddress hostname }
  }
}"""
RESOURCES = """{ resources(first: 500, filter: {host: {eq: "kvm"}}) { totalCount nodes {
  id kind name active host { name state }
  references { role resource { kind name ... on ReferencedResource { vm { name } } } }
} } }"""


@dataclass
class Bench:
    """A hypervisor with storage, a network, a filter and a secret, and a server that has read it before."""

    daemon: PrivilegedLibvirtd
    connection: Any
    program: Program
    api: Client

    @property
    def directory(self) -> Path:
        """Where the volumes of the pool are."""
        return self.daemon.directory / "pool"

    async def make(self) -> None:
        """Everything but guests; some of what libvirt tells nobody of is made while the server watches."""
        await asyncio.to_thread(self._make)

    def _make(self) -> None:
        connection = self.connection
        self.directory.mkdir()
        vault = self.directory / "vault.img"
        encrypt(vault)
        secret = connection.secretDefineXML(
            f"<secret ephemeral='no' private='yes'><uuid>{SECRET}</uuid>"
            f"<usage type='volume'><volume>{vault}</volume></usage></secret>"
        )
        secret.setValue(PASSPHRASE.encode())
        pool = connection.storagePoolDefineXML(
            f"<pool type='dir'><name>images</name><uuid>{POOL}</uuid><target><path>{self.directory}</path></target>"
            "</pool>"
        )
        pool.create()
        network = connection.networkDefineXML(
            f"<network><name>lab</name><uuid>{NETWORK}</uuid><bridge name='{BRIDGE}'/>"
            "<ip address='192.168.223.1' netmask='255.255.255.0'>"
            "<dhcp><range start='192.168.223.10' end='192.168.223.20'/></dhcp></ip></network>"
        )
        # What dnsmasq's helper would have written, had a guest asked for an address.
        lease = {"ip-address": "192.168.223.10", "mac-address": MAC, "hostname": "db", "expiry-time": 4102444800}
        leases = self.daemon.directory / "lib" / "dnsmasq"
        leases.mkdir(exist_ok=True)
        (leases / f"{BRIDGE}.status").write_text(json.dumps([lease]))
        network.create()

    def make_unheard(self) -> None:
        """A filter and volumes: libvirt has no events for them."""
        self.connection.nwfilterDefineXML(f"<filter name='lab-rules' chain='mac'><uuid>{FILTER}</uuid></filter>")
        pool = self.connection.storagePoolLookupByUUIDString(POOL)
        for name, form in (("data.img", "raw"), ("scratch.qcow2", "qcow2")):
            pool.createXML(
                f"<volume><name>{name}</name><capacity unit='MiB'>1</capacity>"
                f"<target><format type='{form}'/></target></volume>"
            )

    def db(self) -> Any:
        """A guest on the network, with volumes that it names by their paths."""
        interface = (
            f"<interface type='network'><mac address='{MAC}'/><source network='lab'/><model type='virtio'/>"
            "<filterref filter='lab-rules'/></interface>"
        )
        disks = self.file_disk("data.img", "raw", "sda") + self.file_disk("scratch.qcow2", "qcow2", "sdb")
        return self.connection.defineXML(guest("db", DB, disks + interface))

    def clone(self) -> Any:
        """A guest that names volumes by their pool: the one that `db` writes, and an encrypted one."""
        return self.connection.defineXML(guest("clone", CLONE, pool_disk("data.img", "sda") + pool_disk(
            "vault.img", "sdb", f"<encryption format='luks'><secret type='passphrase' uuid='{SECRET}'/></encryption>"
        )))  # fmt: skip

    def file_disk(self, name: str, form: str, target: str) -> str:
        """A disk that is a file."""
        return (
            f"<disk type='file' device='disk'><driver name='qemu' type='{form}'/>"
            f"<source file='{self.directory}/{name}'/><target dev='{target}' bus='scsi'/></disk>"
        )

    async def guests(self, condition: Callable[[dict[str, Json]], bool], seconds: float = 20) -> dict[str, Json]:
        """The guests by name, once they meet a condition."""
        return by_name(await self.api.until(GUESTS, lambda data: condition(by_name(data)), seconds))

    async def conflicts(self, expected: set[tuple[str, str, str]], seconds: float = 20) -> list[Json]:
        """Wait until the conflicts are these: kind, severity, and the name of what they are about."""

        def told(data: Json) -> set[tuple[str, str, str]]:
            nodes = data["conflicts"]["nodes"]
            return {(one["kind"], one["severity"], one["resource"]["name"]) for one in nodes}

        found = await self.api.until(CONFLICTS, lambda data: told(data) == expected, seconds)
        nodes: list[Json] = found["conflicts"]["nodes"]
        return nodes

    async def resources(self, condition: Callable[[list[Json]], bool], seconds: float = 20) -> list[Json]:
        """The resources of the host, once they meet a condition."""
        found = await self.api.until(RESOURCES, lambda data: condition(data["resources"]["nodes"]), seconds)
        nodes: list[Json] = found["resources"]["nodes"]
        return nodes


@pytest.fixture(scope="module")
def system() -> Iterator[PrivilegedLibvirtd]:
    with privileged_libvirtd() as daemon:
        yield daemon
        left = [name for name in ("dnsmasq", "qemu-system-x86") if daemon.running(name)]
    assert left == []
    assert not daemon.directory.exists()


@pytest.fixture
async def bench(system: PrivilegedLibvirtd, embedded: Serve) -> AsyncIterator[Bench]:
    """The server has read the host completely, and then all but guests, volumes and filters is made."""
    connection = await asyncio.to_thread(system.connect)
    options = ("--host", f"kvm={system.uri}", "--reconnect-seconds", "1")
    try:
        async with embedded(*options) as program, client(program.address) as api:
            await api.until(HOST, lambda data: data["host"]["resources"]["totalCount"] > 0, 60)
            bench = Bench(system, connection, program, api)
            await bench.make()
            await bench.resources(lambda found: {"images", "lab", "vault.img"} <= names(found))
            yield bench
            assert "Traceback" not in program.said
    finally:
        if not system.running("libvirtd"):
            await asyncio.to_thread(system.recover)
        connection.close()  # it may be dead
        connection = await asyncio.to_thread(system.connect)
        await asyncio.to_thread(clear, connection, system.directory / "pool")
        connection.close()
        await until(lambda: not system.running("dnsmasq") and not system.running("qemu-system-x86"), "all has ended")


def encrypt(image: Path) -> None:
    """Make a volume that opens with the passphrase.

    qemu-img first measures how long the derivation of a key takes; where the clock of the CPU is coarse, it gives up
    now and then.
    """
    key = ("--object", f"secret,id=key,data={PASSPHRASE}", "-o", "key-secret=key,iter-time=10")
    command = ["qemu-img", "create", "-q", "-f", "luks", *key, str(image), "1M"]
    tried = [subprocess.run(command, capture_output=True, check=False)]
    while tried[-1].returncode and len(tried) < ATTEMPTS:
        tried.append(subprocess.run(command, capture_output=True, check=False))
    assert tried[-1].returncode == 0, tried[-1].stderr


def clear(connection: Any, directory: Path) -> None:
    """End and forget everything that tests made."""
    for domain in connection.listAllDomains():
        if domain.isActive():
            domain.destroy()
        domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA)
    for one in (*connection.listAllNetworks(), *connection.listAllStoragePools()):
        if one.isActive():
            one.destroy()
        one.undefine()
    for secret in connection.listAllSecrets():
        secret.undefine()
    for nwfilter in connection.listAllNWFilters():
        if nwfilter.UUIDString() == FILTER:
            nwfilter.undefine()
    shutil.rmtree(directory, ignore_errors=True)


def guest(name: str, uuid: str, devices: str) -> str:
    """A guest whose first SCSI disk QEMU opens beside another QEMU, which libvirt is not told."""
    override = (
        "<qemu:override><qemu:device alias='scsi0-0-0-0'><qemu:frontend>"
        "<qemu:property name='share-rw' type='bool' value='true'/></qemu:frontend></qemu:device></qemu:override>"
    )
    xml = guest_xml(name, uuid=uuid).replace("<memballoon", f"{devices}<memballoon")
    xml = xml.replace("<domain ", "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' ")
    return xml.replace("</domain>", f"{override}</domain>")


def pool_disk(name: str, target: str, encryption: str = "") -> str:
    return (
        "<disk type='volume' device='disk'><driver name='qemu' type='raw'/>"
        f"<source pool='images' volume='{name}'>{encryption}</source><target dev='{target}' bus='scsi'/></disk>"
    )


def by_name(data: Json) -> dict[str, Json]:
    return {vm["name"]: vm for vm in data["vms"]["nodes"]}


def names(resources: list[Json]) -> set[str]:
    return {one["name"] for one in resources}


def disk(vm: Json, target: str) -> Json:
    (found,) = (one for one in vm["disks"] if one["target"]["dev"] == target)
    assert isinstance(found, dict)
    return found


def has_disk(vm: Json, target: str, typename: str = "StorageVolume") -> bool:
    return any(one["target"]["dev"] == target and one["resource"]["__typename"] == typename for one in vm["disks"])


def users(resource: Json) -> set[tuple[str, str, str, bool]]:
    """Who is attached to a resource: VM, role, access, and whether it runs."""
    nodes = resource["attachments"]["nodes"]
    return {(one["vm"]["name"], one["role"], one["access"], one["active"]) for one in nodes}


def tied(device: Json, role: str) -> Json:
    """What a device is attached to in a role."""
    (found,) = (one["resource"] for one in device["attachments"] if one["role"] == role)
    assert isinstance(found, dict)
    return found


def called(nodes: list[Json]) -> set[tuple[str, str]]:
    return {(one["kind"], one["name"]) for one in nodes}


def complete(vms: dict[str, Json]) -> bool:
    """Whether both guests are there, one runs, and nothing that they name is unknown any more."""
    if set(vms) != {"db", "clone"} or vms["db"]["state"] != "RUNNING" or not vms["db"]["interfaces"]:
        return False
    (nic,) = vms["db"]["interfaces"]
    held = [tied(nic, "IF_FILTER"), *(one["resource"] for vm in vms.values() for one in vm["disks"])]
    network = nic["resource"]
    ported = bool(network["__typename"] == "Network" and network["ports"]["nodes"])
    return ported and all(one["__typename"] != "ReferencedResource" for one in held)


async def test_what_guests_share_is_walked_both_ways(bench: Bench, say: Say) -> None:
    await asyncio.to_thread(bench.make_unheard)
    domain = bench.db()
    bench.clone()
    await asyncio.to_thread(domain.create)
    began = time.monotonic()
    vms = await bench.guests(complete)
    say(f"all that two new guests name was known {time.monotonic() - began:.1f} s after the start of one")

    # A volume that one guest names by its path and the other by its pool is one.
    mine, other = (disk(vms[name], "sda")["resource"] for name in ("db", "clone"))
    assert mine["id"] == other["id"]
    assert (mine["kind"], mine["name"], mine["pool"]) == ("STORAGE_VOLUME", "data.img", {"name": "images"})
    assert mine["target"] == {"path": f"{bench.directory}/data.img"}
    assert users(mine) == {("db", "DISK_FILE", "WRITE", True), ("clone", "DISK_VOLUME", "WRITE", False)}
    assert mine["attachments"]["totalCount"] == 2
    ids = {one["device"]["id"] for one in mine["attachments"]["nodes"]}
    assert ids == {disk(vms[name], "sda")["id"] for name in ("db", "clone")}
    (neighbour,) = vms["db"]["neighbours"]["nodes"]
    assert neighbour["vm"] == {"name": "clone"}
    assert [one["role"] for one in neighbour["shared"]] == ["DISK_VOLUME"]

    (nic,) = vms["db"]["interfaces"]
    network = nic["resource"]
    assert (network["kind"], network["name"], network["active"]) == ("NETWORK", "lab", True)
    assert users(network) == {("db", "IF_NETWORK", "CONNECT", True)}
    assert network["dhcpLeases"] == [{"ipAddress": "192.168.223.10", "macAddress": MAC, "hostname": "db"}]
    (port,) = network["ports"]["nodes"]
    assert port["mac"] == {"address": MAC}
    assert tied(nic, "IF_NETWORKPORT")["name"] == port["name"]
    assert users(tied(nic, "IF_NETWORKPORT")) == {("db", "IF_NETWORKPORT", "EXCLUSIVE", True)}
    assert ("HOST_INTERFACE", BRIDGE) in called([one["resource"] for one in network["references"]])
    assert ("NETWORK", "lab") in called(tied(nic, "IF_MAC")["referencedBy"]["nodes"]), "it has leased an address to it"
    rules = tied(nic, "IF_FILTER")
    assert (rules["kind"], rules["name"]) == ("NWFILTER", "lab-rules")
    assert users(rules) == {("db", "IF_FILTER", "READ", True)}
    ((kind, binding),) = called(rules["referencedBy"]["nodes"])
    assert kind == "NWFILTER_BINDING"
    assert called(vms["db"]["referencedBy"]["nodes"]) == {("NETWORK_PORT", port["name"]), ("NWFILTER_BINDING", binding)}

    vault = disk(vms["clone"], "sdb")
    secret = tied(vault, "DISK_SECRET")
    assert (secret["__typename"], secret["kind"]) == ("Secret", "SECRET")
    assert users(secret) == {("clone", "DISK_SECRET", "READ", False)}
    assert secret["references"] == [
        {"role": "HOST_SECRET_USAGE", "resource": {"kind": "STORAGE_VOLUME", "name": "vault.img"}}
    ]

    found = called(await bench.resources(lambda _: True))
    volumes = {"data.img", "scratch.qcow2", "vault.img"}
    assert {name for kind, name in found if kind == "STORAGE_VOLUME"} == volumes
    told = (await bench.api.query(HOST))["host"]
    assert (told["state"], told["error"]) == ("CONNECTED", None)
    assert all(one["unsupported"] for one in told["unreadScopes"]), told["unreadScopes"]
    for kind in ("STORAGE_POOL", "NETWORK", "NWFILTER", "SECRET", "CAPABILITIES"):
        assert kind in {kind for kind, _ in found}
    assert PASSPHRASE not in json.dumps(await bench.api.execute(
        "{ resources(first: 500) { nodes { xml } } }"
    ))  # fmt: skip


async def test_a_snapshot_lays_an_image_over_another(bench: Bench) -> None:
    await asyncio.to_thread(bench.make_unheard)
    domain = bench.db()
    await asyncio.to_thread(domain.create)
    await bench.guests(lambda vms: "db" in vms and has_disk(vms["db"], "sdb"))
    overlay = bench.directory / "scratch.before"
    xml = f"""<domainsnapshot><name>before</name>
      <memory snapshot='external' file='{bench.directory}/memory.before'/>
      <disks><disk name='sda' snapshot='no'/>
      <disk name='sdb' snapshot='external'><source file='{overlay}'/></disk></disks></domainsnapshot>"""
    await asyncio.to_thread(domain.snapshotCreateXML, xml)
    taken = ("DOMAIN_SNAPSHOT", "before")
    vms = await bench.guests(
        lambda vms: (
            has_disk(vms["db"], "sdb", "ReferencedResource") and taken in called(vms["db"]["referencedBy"]["nodes"])
        )
    )
    below = tied(disk(vms["db"], "sdb"), "BACKING_CHAIN")
    assert (below["kind"], below["name"]) == ("STORAGE_VOLUME", "scratch.qcow2")
    (snapshot,) = (one for one in await bench.resources(lambda _: True) if one["kind"] == "DOMAIN_SNAPSHOT")
    assert {"DOMAIN": "db", "HOST_PATH": None}.items() <= {
        one["resource"]["kind"]: (one["resource"].get("vm") or {}).get("name") for one in snapshot["references"]
    }.items()
    # The pool knows the new image when somebody has it refreshed.
    pool = bench.connection.storagePoolLookupByUUIDString(POOL)
    await asyncio.to_thread(pool.refresh)
    vms = await bench.guests(lambda vms: has_disk(vms["db"], "sdb"))
    volume = disk(vms["db"], "sdb")["resource"]
    assert (volume["name"], volume["backingChain"]) == ("scratch.before", [{"name": "scratch.qcow2"}])
    below = tied(disk(vms["db"], "sdb"), "BACKING_CHAIN")
    assert below["overlays"] == {"nodes": [{"name": "scratch.before"}]}


async def test_a_conflict_comes_and_goes_with_what_causes_it(bench: Bench, say: Say) -> None:
    await asyncio.to_thread(bench.make_unheard)
    db = bench.db()
    await asyncio.to_thread(db.create)
    clone = bench.clone()
    await bench.guests(complete)
    kind, name = "STORAGE_WRITTEN_TWICE", "data.img"
    (conflict,) = await bench.conflicts({(kind, "WARNING", name)})
    assert conflict["active"] is False
    assert conflict["vms"] == [{"name": "db", "state": "RUNNING"}, {"name": "clone", "state": "SHUTOFF"}]

    await asyncio.to_thread(clone.create)
    (conflict,) = await bench.conflicts({(kind, "CRITICAL", name)})
    assert (conflict["active"], conflict["resource"]["kind"]) == (True, "STORAGE_VOLUME")
    assert [one["access"] for one in conflict["attachments"]] == ["WRITE", "WRITE"]
    vms = await bench.guests(lambda _: True)
    told = [{"kind": kind, "severity": "CRITICAL"}]
    assert {name: vm["conflicts"] for name, vm in vms.items()} == {"db": told, "clone": told}

    began = time.monotonic()
    await asyncio.to_thread(db.detachDeviceFlags, bench.file_disk("data.img", "raw", "sda"), BOTH)
    vms = await bench.guests(lambda vms: len(vms["db"]["disks"]) == 1)
    await bench.conflicts(set())
    say(f"a conflict went {time.monotonic() - began:.1f} s after its disk was unplugged")
    assert time.monotonic() - began < 5
    assert users(disk(vms["clone"], "sda")["resource"]) == {("clone", "DISK_VOLUME", "WRITE", True)}

    await asyncio.to_thread(
        db.attachDeviceFlags, bench.file_disk("data.img", "raw", "sdc"), libvirt.VIR_DOMAIN_AFFECT_CONFIG
    )
    await asyncio.to_thread(db.destroy)
    await bench.conflicts({(kind, "WARNING", name)})
    began = time.monotonic()
    await asyncio.to_thread(db.undefine)
    await bench.conflicts(set())
    assert time.monotonic() - began < 5
    vms = await bench.guests(lambda vms: set(vms) == {"clone"})
    assert users(disk(vms["clone"], "sda")["resource"]) == {("clone", "DISK_VOLUME", "WRITE", True)}


async def test_libvirtd_goes_and_comes_back_while_guests_run(bench: Bench) -> None:
    await asyncio.to_thread(bench.make_unheard)
    db = bench.db()
    bench.clone()
    await asyncio.to_thread(db.create)
    before = await bench.guests(complete)
    listed = await bench.resources(lambda _: True)
    bench.daemon.crash()
    lost = (await bench.api.until(HOST, lambda data: data["host"]["state"] == "DISCONNECTED"))["host"]
    assert str(bench.daemon.socket) in lost["error"]
    assert called(await bench.resources(lambda _: True)) == called(listed), "as last seen"
    assert await bench.guests(lambda _: True) == before
    await bench.conflicts({("STORAGE_WRITTEN_TWICE", "WARNING", "data.img")})

    await asyncio.to_thread(bench.daemon.recover)
    await bench.api.until(HOST, lambda data: data["host"]["state"] == "CONNECTED", 30)
    connection = await asyncio.to_thread(bench.daemon.connect)
    db = connection.lookupByUUIDString(DB)
    assert db.isActive(), "the guest has outlived the daemon"
    await asyncio.to_thread(db.detachDeviceFlags, bench.file_disk("data.img", "raw", "sda"), BOTH)
    await bench.conflicts(set())
    network = connection.networkLookupByUUIDString(NETWORK)
    await asyncio.to_thread(db.destroy)
    await bench.guests(lambda vms: vms["db"]["state"] == "SHUTOFF" and not vms["db"]["referencedBy"]["nodes"])
    await asyncio.to_thread(network.destroy)
    vms = await bench.guests(lambda vms: vms["db"]["interfaces"][0]["resource"]["active"] is False)
    assert vms["db"]["interfaces"][0]["resource"]["ports"]["nodes"] == []
    network.undefine()
    vms = await bench.guests(lambda vms: vms["db"]["interfaces"][0]["resource"]["__typename"] == "ReferencedResource")
    assert vms["db"]["interfaces"][0]["resource"]["missing"] is True
    await bench.conflicts({("MISSING_RESOURCE", "WARNING", "lab")})
    connection.close()


async def test_a_pool_vanishes_below_its_guests(bench: Bench) -> None:
    await asyncio.to_thread(bench.make_unheard)
    db = bench.db()
    bench.clone()
    await asyncio.to_thread(db.create)
    await bench.guests(complete)
    moved = bench.directory.with_name("aside")
    bench.directory.rename(moved)
    pool = bench.connection.storagePoolLookupByUUIDString(POOL)
    with pytest.raises(libvirt.libvirtError, match="cannot open directory"):
        await asyncio.to_thread(pool.refresh)

    def gone(vms: dict[str, Json]) -> bool:
        return all(one["resource"]["__typename"] == "ReferencedResource" for vm in vms.values() for one in vm["disks"])

    vms = await bench.guests(gone)
    by_path, by_pool = disk(vms["db"], "sda")["resource"], disk(vms["clone"], "sda")["resource"]
    assert (by_path["kind"], by_path["name"]) == ("HOST_PATH", f"{bench.directory}/data.img")
    assert (by_path["missing"], by_pool["missing"]) == (False, True)
    assert (by_pool["kind"], by_pool["name"]) == ("STORAGE_VOLUME", "images/data.img")
    assert users(by_path) == {("db", "DISK_FILE", "WRITE", True)}
    found = await bench.resources(lambda found: "data.img" not in names(found))
    assert not [one for one in found if one["kind"] == "STORAGE_VOLUME"]
    (images,) = (one for one in found if one["kind"] == "STORAGE_POOL")
    assert (images["name"], images["active"]) == ("images", False)
    # Of a pool that is stopped nobody knows what it holds.
    await bench.conflicts(set())
    told = (await bench.api.query(HOST))["host"]
    assert all(one["unsupported"] for one in told["unreadScopes"]), told["unreadScopes"]

    moved.rename(bench.directory)
    await asyncio.to_thread(pool.create)
    await bench.guests(complete)
    await bench.conflicts({("STORAGE_WRITTEN_TWICE", "WARNING", "data.img")})
    await asyncio.to_thread(pool.destroy)
    pool.undefine()
    await bench.conflicts({
        ("MISSING_RESOURCE", "WARNING", "images/data.img"), ("MISSING_RESOURCE", "WARNING", "images/vault.img"),
    })  # fmt: skip
