"""One command and a browser: `virtgraph serve --sample`."""

import re
import signal
import time
from pathlib import Path

import httpx
import pytest

from server.collector.files import resource_kind
from server.pages.examples import Example, examples
from server.store.mongod import process_started
from tests.conftest import Say
from tests.e2e.client import Client, client
from tests.e2e.conftest import Serve
from tests.e2e.program import ROOT, files_host, until

SAMPLE = ROOT / "server" / "sample"
FLEET = {file.stem for file in (SAMPLE / "domains").glob("*.xml")}
LAB = {file.stem for file in (SAMPLE / "dumps").glob("*.xml") if resource_kind(file.read_bytes()) is None}
DOMAINS = FLEET | LAB
IDENTITY = "id name state revision changedAt devices { id kind } host { name state }"

LAST_READ = """volumes: resources(kind: STORAGE_VOLUME, filter: { host: { eq: "sample" } }) { totalCount }
  devices: resources(kind: NODE_DEVICE, filter: { host: { eq: "sample" } }) { totalCount }
  interfaces: resources(kind: HOST_INTERFACE) { totalCount }
  lab: resources(kind: DOMAIN_SNAPSHOT) { totalCount }"""
"""What examples ask about and is read after the VMs."""


async def test_the_first_start_and_the_second(embedded: Serve, say: Say) -> None:
    async with embedded("--sample") as program, client(program.address) as api:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", program.address)
        first_seconds = program.started_in
        ready = await api.http.get("/readyz")
        assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
        assert (await api.http.get("/healthz")).json() == {"status": "alive"}
        await api.until("{ vms { totalCount } }", lambda data: data["vms"]["totalCount"] == len(DOMAINS))
        await api.until(f"{{ {LAST_READ} }}", lambda data: all(one["totalCount"] for one in data.values()))
        first = await api.vms(IDENTITY)
        assert {vm["name"] for vm in first} == DOMAINS
        await shows_graphiql(api.http)
        for example in examples():
            await gives_content(api, example)
        await every_id_leads_back(api)
        began = time.monotonic()
        assert await program.stop(signal.SIGINT) == 0
        stopped_seconds = time.monotonic() - began
        assert program.mongods() == []
        assert "Traceback" not in program.said
        assert "Warning" not in program.said

    async with embedded("--sample") as program, client(program.address) as api:
        second_seconds = program.started_in
        assert {vm["name"] for vm in await api.vms("name")} == DOMAINS, "at once, not after reading them again"
        await api.until("{ hosts { state } }", lambda data: data["hosts"] == [{"state": "CONNECTED"}] * 2)
        for host in ("sample", "lab"):
            await program.until_said(f"reading the domains of {host}: [0-9]+ done")
        again = await api.vms(IDENTITY)
        assert "bringing stored documents up to date" not in program.said, "the same release wrote them"
        assert again == first, "nothing changed meanwhile, so no VM has a new revision and no device a new id"
    say(
        f"first start: {first_seconds:.1f} s, second: {second_seconds:.1f} s, end after SIGINT: {stopped_seconds:.1f} s"
    )
    assert first_seconds < 60
    assert second_seconds < 20
    assert stopped_seconds < 8


async def shows_graphiql(http: httpx.AsyncClient) -> None:
    """The page and everything it names come from here."""
    page = await http.get("/graphiql")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert named
    for path in named:
        assert path.startswith("/")
        assert (await http.get(path)).status_code == 200, path
    assert [example["name"] for example in (await http.get("/examples.json")).json()] == [
        example.name for example in examples()
    ]


CONTENT: dict[str, tuple[str, ...]] = {
    "backing-chain": ("'bench-next-before.qcow2'", "'ci-toolchain.qcow2'", "'web-0-retired.qcow2'"),
    "conflicts": ("'STORAGE_WRITTEN_TWICE'", "'CRITICAL'", "'db-rehearsal'", "/run/consoles/dns-1.sock"),
    "device-tree": ("/var/lib/libvirt/images/backup-1.qcow2",),
    "devices-in-one-line": ("vda, virtio disk, qcow2, /var/lib/libvirt/images/backup-1.qcow2",),
    "disk-driver-changes": ("'operation': 'ADDED'", "virtio disk, qcow2"),
    "disks-cache-none": ("/var/lib/libvirt/images/web-1.qcow2",),
    "extra": ("http://fleet.example/xmlns/ops/1.0", "libosinfo:os", "'extra': []"),
    "fleet-counts": ("'value': 'pc-q35-7.2'", "'value': 'bhyve'", "'value': 'NONE'"),
    "free-devices": ("'Example GPU 41'", "'pci_0000_81_02_3'", "'cad-station-1'"),
    "hosts": ("CONNECTED",),
    "links-within-a-vm": ("'TEAMING'", "'CTRL_NUMA'", "'CTRL_IOTHREAD'", "'name': 'results'"),
    "memory-sizes": ("'summary': 'virtio-mem", "'hardLimit': {'bytes': 38654705664}", "'name': 'cad-viewer'"),
    "neighbours": ("'erp-node-b'", "'LEASE'", "'db-rehearsal'"),
    "network-interfaces": ("ovs-trunk",),
    "next-start": ("'pending': {'devices': [], 'paths': []}",),
    "not-yet-known": ("documentCount",),
    "one-image": ("ci-runner-1", "'BACKING_CHAIN'", "'golden-debian'"),
    "one-network": ("'dns-1'", "'kiosk'", "192.168.122.1"),
    "only-named": ("4b20d080-1b54-4048-85b3-a6a62d165c02", "'clean-traffic'", "/run/qemu-pr-helper.sock", "secrets"),
    "page-by-page": ("changedAt",),
    "passthrough": ("cad-station-1",),
    "processors-and-numa": ("{'vcpu': 7, 'cpuset': '51'}", "{'id': 1, 'value': 21}", "'quota': 75000"),
    "search": ("'db-rehearsal'", "'StorageVolume'", "'pci_0000_41_00_0'", "'k8s-gpu-1'"),
    "snapshots": ("'parentName': 'installed'", "'bench-next'", "/srv/lab/bench-next-before.qcow2"),
    "tpm-and-encryption": ("'devicePath': '/dev/tpm0'", "'encryptedStateRequired': True", "'name': 'secure-boot'"),
    "vm-history": ("'operation': 'ADDED', 'revision': 1, 'paths': []",),
    "virtiofs": ("'sandboxMode': 'NAMESPACE'", "'dir': '/srv/ci/cache'"),
}
"""What the answer to each example must hold."""

NAMED = {
    "tpm-and-encryption": {"ci-arm64", "ci-ppc64le", "k8s-control-1", "vault", "win11-desk-1"},
    "virtiofs": {"ci-runner-1", "ci-runner-2", "gitforge"},
}
"""The VMs that the answer to an example must be about, and no others."""


async def gives_content(api: Client, example: Example) -> None:
    if example.name == "live-vm":
        async with api.subscribe(example.query) as events:
            assert (await events.next())["vm"]["name"] == "web-1"
            return
    if example.name == "live-changes":
        async with api.subscribe(example.query):
            return
    data = await api.query(example.query)
    for content in CONTENT[example.name]:
        assert content in str(data), f"{example.name}: {content}"
    if example.name in NAMED:
        assert {vm["name"] for vm in data["vms"]["nodes"]} == NAMED[example.name]
    if example.name == "devices-in-one-line":
        devices = [device for vm in data["vms"]["nodes"] for device in vm["devices"]]
        assert len(devices) > 100
        assert all(device["summary"] for device in devices)
        assert sum(device["address"] is not None for device in devices) > len(devices) / 2
        assert {device["address"]["text"] for device in devices if device["address"]} >= {"0000:00:1f.2"}
    if example.name == "device-tree":
        (vm,) = data["vms"]["nodes"]
        nodes = vm["deviceTree"]["nodes"]
        assert [node["depth"] for node in nodes[:3]] == [0, 1, 2]
        devices = [node["device"] for node in nodes if node["device"]]
        kinds = [device["kind"] for device in devices]
        assert kinds.count("DISK") == 4
        assert {"CONTROLLER", "INTERFACE", "CONSOLE", "HOSTDEV", "MEMBALLOON"} <= set(kinds)
        assert {disk["source"].get("protocol") for disk in devices if disk["kind"] == "DISK"} == {None, "nbd", "https"}
        (tape,) = (node for node in nodes if node["device"] and node["device"]["kind"] == "HOSTDEV")
        assert tape["device"]["source"] == {
            "adapter": {"name": "scsi_host4"},
            "scsiAddress": {"bus": 0, "target": 1, "unit": 0},
        }
        (scsi,) = (node for node in nodes if node["id"] == tape["parent"])
        assert (scsi["bus"], scsi["address"]) == ("SCSI", "0000:02:00.0")


async def every_id_leads_back(api: Client) -> None:
    """`node` finds again what a list has shown, and as the same type."""
    fields = "{ __typename id }"
    vms = f"{{ vms(first: 3) {{ nodes {{ __typename id host {fields} devices {fields} }} }} }}"
    shown = [
        {name: one[name] for name in ("__typename", "id")}
        for vm in (await api.query(vms))["vms"]["nodes"]
        for one in (vm, vm["host"], *vm["devices"])
    ]
    nodes = f"query Nodes($ids: [ID!]!) {{ nodes(ids: $ids) {fields} }}"
    assert (await api.query(nodes, {"ids": [one["id"] for one in shown]}))["nodes"] == shown
    node = f"query Node($id: ID!) {{ node(id: $id) {fields} }}"
    assert (await api.query(node, {"id": shown[0]["id"]}))["node"] == shown[0]


async def test_a_killed_server_leaves_no_mongod_and_loses_nothing(embedded: Serve, tmp_path: Path, say: Say) -> None:
    directory = tmp_path / "dumps"
    directory.mkdir()
    (directory / "one.xml").write_text("<domain type='kvm'><name>one</name></domain>")
    host = files_host("dumps", directory)
    async with embedded("--host", host) as program, client(program.address) as api:
        await api.until("{ vms { totalCount } }", lambda data: data["vms"]["totalCount"] == 1)
        before = await api.vms("id revision changedAt")
        mongod = program.mongod_pid
        assert program.mongods()
        await program.stop(signal.SIGKILL)
        seconds = await until(lambda: process_started(mongod) is None, "mongod ends with its parent")
        assert program.mongods() == []
    async with embedded("--host", host) as program, client(program.address) as api:
        assert await api.vms("id revision changedAt") == before
    say(f"mongod ended {seconds:.1f} s after its virtgraph was killed")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
async def test_it_ends_while_clients_listen(embedded: Serve, number: signal.Signals) -> None:
    async with embedded("--sample") as program, client(program.address) as api:
        async with api.subscribe("subscription { changes { ... on Change { name } } }"):
            began = time.monotonic()
            assert await program.stop(number) == 0
            assert time.monotonic() - began < 12
        assert program.mongods() == []
        assert "Traceback" not in program.said
