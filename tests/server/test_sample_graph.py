"""The sample as the API shows it: an example of every edge and of every kind of conflict, and nothing else wrong."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from schema import RESOURCE_KINDS
from schema.conflicts import ConflictKind
from schema.definition import devices_of
from schema.edges import EDGES, edges_of
from server import sample
from server.collector.collector import Collector
from server.collector.hosts import parse_hosts
from server.collector.watch import Pace
from server.sample import sample_hosts
from server.store.embedded import EmbeddedMongo
from tests.schema.graph.api import Api, open_api

SAMPLE = Path(sample.__file__).parent
DUMPS = {file.stem: etree.parse(file).getroot().tag for file in (SAMPLE / "dumps").glob("*.xml")}
VOLUMES = sum(len(re.findall(r"<volume[ >]", file.read_text())) for file in (SAMPLE / "pools").glob("*.xml"))
LISTED = Counter({folder: len(list((SAMPLE / folder).glob("*.xml"))) for folder in ("networks", "pools", "interfaces")})
RESOURCES = (
    LISTED.total() + len(list((SAMPLE / "devices").glob("*.xml"))) + VOLUMES + 1  # the host's capabilities
    + sum(tag in RESOURCE_KINDS for tag in DUMPS.values())
)  # fmt: skip
VMS = len(list((SAMPLE / "domains").glob("*.xml"))) + sum(tag == "domain" for tag in DUMPS.values())


@pytest.fixture(scope="module")
async def fleet(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """Both hosts, read by the collector."""
    async with open_api(mongo.uri) as api:
        database = api.store.database

        async def read() -> bool:
            counts = [await database[name].count_documents({}) for name in ("vms", "resources")]
            return counts == [VMS, RESOURCES]

        async with Collector(parse_hosts(sample_hosts()), api.inventory, Pace()):
            async with asyncio.timeout(60):
                while not await read():  # noqa: ASYNC110 (the database tells nobody)
                    await asyncio.sleep(0.1)
            yield api


async def test_everything_can_be_read_and_has_a_field(fleet: Api) -> None:
    for collection in ("vms", "resources"):
        wrong = {"$or": [{"error": {"$exists": True}}, {"untyped": {"$exists": True}}]}
        assert [one["_id"] async for one in fleet.store.database[collection].find(wrong)] == []


async def test_every_edge_has_an_example(fleet: Api) -> None:
    found: Counter[str] = Counter()
    async for vm in fleet.store.database["vms"].find({}):
        found.update({one["role"] for one in vm.get("attachments", ())})
        for tag, owner in (("domain", vm), *((device["kind"].lower(), device) for device in devices_of(vm))):
            found.update(edge.role for edge, row in edges_of(tag, within_vm=True) if list(row.names(owner)))
    async for resource in fleet.store.database["resources"].find({}):
        found.update({one["role"] for one in resource.get("links", ())})
        inner = edges_of(resource["kind"], within_vm=True)
        found.update(edge.role for edge, row in inner if list(row.names(resource)))
    assert EDGES.keys() - found.keys() == set()


WITHOUT_EXAMPLE = {
    ConflictKind.DUPLICATE_UUID: "VMs of one UUID would have to run on two hosts; those of dumps are in no known state",
}
"""Kinds of conflicts that two hosts of which one is a directory cannot have, and why."""

CONFLICTS = {
    ("BASE_WRITTEN", "debian-12-golden.qcow2", "ci-runner-1 ci-runner-2 golden-debian k8s-node-1 k8s-node-2 k8s-node-3 "
     "web-1 web-2 web-3", "WARNING"),
    ("BROKEN_BACKING_CHAIN", "/srv/templates/debian-11-golden.qcow2", "ci-runner-0", "WARNING"),
    ("CYCLE", "bench-arm-scratch.qcow2", "", "WARNING"),
    ("CYCLE", "bench-arm.qcow2", "bench-arm", "WARNING"),
    ("DUPLICATE_MAC", "52:54:00:5e:b0:02", "web-2 web-3", "WARNING"),
    ("DUPLICATE_MAC", "52:54:00:6c:53:d6", "db-rehearsal db-replica", "WARNING"),
    ("DUPLICATE_VSOCK_CID", "202", "fn-micro-2 fn-micro-3", "WARNING"),
    ("HOST_DEVICE_SHARED", "pci_0000_41_00_0", "cad-station-1 ml-train-1", "WARNING"),
    ("IOMMU_GROUP_SPLIT", "41", "cad-station-1 ml-train-1", "WARNING"),
    ("MISSING_RESOURCE", "4b20d080-1b54-4048-85b3-a6a62d165c02", "vgpu-desk-2", "WARNING"),
    ("PORT_TAKEN_TWICE", ":5950", "kiosk kiosk-2", "WARNING"),
    ("SOCKET_BOUND_TWICE", "/run/consoles/dns-1.sock", "cache-2 dns-1", "CRITICAL"),
    ("STORAGE_WRITTEN_TWICE", "db-replica-data", "db-rehearsal db-replica", "WARNING"),
    ("STORAGE_WRITTEN_TWICE", "files-1-spare.raw", "files-1 restore-drill", "WARNING"),
}  # fmt: skip
"""All that is wrong: kind, resource, VMs, severity."""


def told(conflict: Any) -> tuple[str, str, str, str]:
    vms = " ".join(sorted(vm["name"] for vm in conflict["vms"]))
    return conflict["kind"], conflict["resource"]["name"], vms, conflict["severity"]


async def test_what_is_wrong_is_what_the_stories_tell(fleet: Api) -> None:
    query = "{ conflicts(first: 100) { nodes { kind severity resource { name } vms { name } } } }"
    found = [told(one) for one in (await fleet.data(query))["conflicts"]["nodes"]]
    assert set(found) == CONFLICTS
    assert len(found) == len(CONFLICTS)


def test_every_kind_of_conflict_has_an_example_or_a_reason() -> None:
    told = {kind for kind, *_ in CONFLICTS}
    assert {kind.name for kind in ConflictKind} - told == {kind.name for kind in WITHOUT_EXAMPLE}


async def test_neighbours_are_few_and_real(fleet: Api) -> None:
    """The names that the test driver gives the interfaces of every VM alike make nobody a neighbour."""
    query = "{ vms(first: 100) { nodes { name neighbours(first: 500) { nodes { vm { name } } } } } }"
    nodes = (await fleet.data(query))["vms"]["nodes"]
    found = {vm["name"]: {one["vm"]["name"] for one in vm["neighbours"]["nodes"]} for vm in nodes}
    assert found["erp-node-a"] == {"erp-node-b"}
    assert found["sim-left"] == {"sim-right"}
    assert found["bsd-console"] == {"bsd-build"}
    assert found["dns-2"] == {"monitor-1"}, "which receives its console"
    assert found["ci-riscv64"] == set()
