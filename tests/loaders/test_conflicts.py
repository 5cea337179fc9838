"""Conflicts: each kind is found with whom it concerns, and what is right is not taken for one."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from schema.conflicts import ADVICE
from server.collector.inventory import Observation, ResourceObservation
from server.collector.scopes import KIND_OF
from server.store.embedded import EmbeddedMongo
from tests.schema.graph.api import FACTS, Api, open_api

FOUND = """kind severity active advice resource { kind name host { name } }
  vms { name host { name } } attachments { role access device { alias kind } vm { name } }"""
CONFLICTS = f"""query($kinds: [ConflictKind!], $host: String, $first: Int, $after: String) {{
  conflicts(kinds: $kinds, host: $host, first: $first, after: $after) {{
    nodes {{ {FOUND} }} pageInfo {{ endCursor hasNextPage }}
}} }}"""


def image(path: str, target: str = "vda", more: str = "") -> str:
    return f"<disk type='file' device='disk'><source file='{path}'/>{more}<target dev='{target}'/></disk>"


def hostdev(slot: int, function: int = 0) -> str:
    where = f"<address domain='0' bus='0x41' slot='{slot}' function='{function}'/>"
    return f"<hostdev mode='subsystem' type='pci'><source>{where}</source></hostdev>"


BASE = "<backingStore type='file'><source file='/images/base.qcow2'/><backingStore/></backingStore>"
VOLUME = "<disk type='volume'><source pool='default' volume='{}'/><target dev='vdz'/></disk>"
NIC = "<interface type='network'><mac address='{}'/><source network='{}'/></interface>"

VMS: dict[str, dict[str, str]] = {
    "a": {
        "one": image("/images/shared.raw") + hostdev(1) + "<vsock><cid address='7'/></vsock>",
        "two": VOLUME.format("shared.raw") + hostdev(1) + "<vsock><cid address='7'/></vsock>" + hostdev(2, 1),
        "three": hostdev(2) + NIC.format("52:54:00:00:00:01", "gone") + NIC.format("52:54:00:00:00:03", "lan"),
        "overlay": image("/images/overlay.qcow2", more=BASE),
        "writer": image("/images/base.qcow2"),
        "peaceful": image("/images/cluster.raw", more="<shareable/>") + image("/iso/a.iso", "sda", "<readonly/>"),
        "peaceful-2": image("/images/cluster.raw", more="<shareable/>") + image("/iso/a.iso", "sda", "<readonly/>"),
        "vnc-1": "<graphics type='vnc' port='5901' listen='127.0.0.1'/>",
        "vnc-2": "<graphics type='vnc' port='5901'/>",
        "line-1": "<serial type='unix'><source mode='bind' path='/run/line'/></serial>",
        "line-2": "<serial type='unix'><source mode='bind' path='/run/line'/></serial>",
        "line-3": "<serial type='unix'><source mode='connect' path='/run/line'/></serial>",
        "off-missing": image("/images/lost.qcow2") + VOLUME.format("nowhere.raw"),
        "off-overlay": image("/images/over.qcow2", more=BASE.replace("base", "lost-base")),
        "filtered": "<interface type='bridge'><source bridge='br0'/><filterref filter='no-such'/></interface>",
        "dormant": "<disk type='volume'><source pool='asleep' volume='x'/><target dev='vda'/></disk>",
    },
    "b": {
        "three": NIC.format("52:54:00:00:00:01", "lan"),
        "moved": image("/nfs/moved.raw"),
        "other": image("/nfs/both.raw"),
    },
    "c": {
        "moved": image("/nfs/moved.raw"),
        "another": "<disk type='file'><source file='/mnt/both.raw'/><target dev='vda'/></disk>",
        "unlisted": NIC.format("52:54:00:00:00:09", "who-knows"),
    },
}
"""Devices of VMs by host and name; those called `off-…` do not run."""


def observations(host: str) -> list[Observation]:
    found = []
    for number, (name, devices) in enumerate(VMS[host].items()):
        uuid = str(UUID(int=99 if name == "moved" else ord(host) * 100 + number))
        xml = f"<domain type='kvm'><name>{name}</name><uuid>{uuid}</uuid><devices>{devices}</devices></domain>"
        found.append(Observation(uuid, "SHUTOFF" if name.startswith("off") else "RUNNING", xml))
    return found


def pool(name: str, path: str, kind: str = "dir", source: str = "") -> str:
    return f"<pool type='{kind}'><name>{name}</name>{source}<target><path>{path}</path></target></pool>"


def volume(name: str, path: str, base: str = "") -> str:
    below = f"<backingStore><path>{base}</path><format type='qcow2'/></backingStore>" if base else ""
    return f"<volume><name>{name}</name><target><path>{path}</path></target>{below}</volume>"


def function(slot: int, number: int, group: int) -> str:
    return (
        f"<device><name>pci_0000_41_0{slot}_{number}</name><capability type='pci'><domain>0</domain><bus>65</bus>"
        f"<slot>{slot}</slot><function>{number}</function><iommuGroup number='{group}'/></capability></device>"
    )


NFS = {"poolType": "netfs", "poolSource": {"hosts": [{"name": "filer"}], "dir": "/export", "format": "nfs"}}


async def observe(api: Api) -> None:
    for host in VMS:
        await api.inventory.host_connected(host, f"qemu+ssh://{host}/system", FACTS)
        await api.inventory.vms_observed(host, observations(host))
    resources: dict[tuple[str, str], list[tuple[str, dict[str, Any]]]] = {
        ("a", "pools"): [
            (pool("default", "/images"), {"active": True}), (pool("asleep", "/asleep"), {"active": False}),
        ],
        ("a", "volumes/0"): [
            (volume("shared.raw", "/images/shared.raw"), {"pool": "default"}),
            (volume("base.qcow2", "/images/base.qcow2"), {"pool": "default"}),
            (volume("overlay.qcow2", "/images/overlay.qcow2", "/images/base.qcow2"), {"pool": "default"}),
            (volume("cluster.raw", "/images/cluster.raw"), {"pool": "default"}),
            (volume("over.qcow2", "/images/over.qcow2", "/images/lost-base.qcow2"), {"pool": "default"}),
            (volume("snake", "/images/snake", "/images/tail"), {"pool": "default"}),
            (volume("tail", "/images/tail", "/images/snake"), {"pool": "default"}),
        ],
        ("a", "networks"): [("<network><name>lan</name></network>", {"active": True})],
        ("a", "nwfilters"): [],
        ("a", "node-devices"): [(function(1, 0, 1), {}), (function(2, 0, 2), {}), (function(2, 1, 2), {})],
        ("b", "networks"): [("<network><name>lan</name></network>", {"active": True})],
        ("b", "volumes/0"): [
            (volume("both.raw", "/nfs/both.raw"), NFS | {"pool": "nfs", "poolTarget": "/nfs"}),
            (volume("moved.raw", "/nfs/moved.raw"), NFS | {"pool": "nfs", "poolTarget": "/nfs"}),
        ],
        ("c", "volumes/0"): [
            (volume("both.raw", "/mnt/both.raw"), NFS | {"pool": "nfs", "poolTarget": "/mnt"}),
        ],
    }  # fmt: skip
    for (host, scope), seen in resources.items():
        listing, slash, of = scope.partition("/")
        keyed = [
            ResourceObservation(KIND_OF[listing], f"{of}{slash}{number}", xml, facts)
            for number, (xml, facts) in enumerate(seen)
        ]
        await api.inventory.resources_observed(host, scope, keyed)


@pytest.fixture(scope="module")
async def troubled(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """Three hosts with something of everything."""
    async with open_api(mongo.uri) as api:
        await observe(api)
        yield api


EXPECTED = {
    ("STORAGE_WRITTEN_TWICE", "shared.raw", "one two", "CRITICAL"),
    ("STORAGE_WRITTEN_TWICE", "both.raw", "another other", "CRITICAL"),
    ("BASE_WRITTEN", "base.qcow2", "overlay writer", "CRITICAL"),
    ("HOST_DEVICE_SHARED", "pci_0000_41_01_0", "one two", "CRITICAL"),
    ("IOMMU_GROUP_SPLIT", "2", "three two", "CRITICAL"),
    ("DUPLICATE_MAC", "52:54:00:00:00:01", "three three", "CRITICAL"),
    ("DUPLICATE_VSOCK_CID", "7", "one two", "CRITICAL"),
    ("DUPLICATE_UUID", None, "moved moved", "CRITICAL"),
    ("PORT_TAKEN_TWICE", ":5901", "vnc-1 vnc-2", "CRITICAL"),
    ("SOCKET_BOUND_TWICE", "/run/line", "line-1 line-2", "CRITICAL"),
    ("MISSING_RESOURCE", "gone", "three", "WARNING"),
    ("MISSING_RESOURCE", "no-such", "filtered", "WARNING"),
    ("MISSING_RESOURCE", "/images/lost.qcow2", "off-missing", "WARNING"),
    ("MISSING_RESOURCE", "default/nowhere.raw", "off-missing", "WARNING"),
    ("BROKEN_BACKING_CHAIN", "/images/lost-base.qcow2", "off-overlay", "WARNING"),
    ("CYCLE", "snake", "", "WARNING"),
    ("CYCLE", "tail", "", "WARNING"),
}


def told(conflict: Any) -> tuple[str, str | None, str, str]:
    vms = " ".join(sorted(vm["name"] for vm in conflict["vms"]))
    resource = conflict["resource"]
    return conflict["kind"], resource and resource["name"], vms, conflict["severity"]


async def test_every_kind_of_conflict_is_found_and_nothing_else(troubled: Api) -> None:
    found = (await troubled.data(CONFLICTS, first=100))["conflicts"]["nodes"]
    assert {told(one) for one in found} == EXPECTED
    assert len(found) == len(EXPECTED)
    assert {kind for kind, *_ in EXPECTED} == ADVICE.keys()
    for one in found:
        assert one["advice"] == ADVICE[one["kind"]]
        assert one["active"] == (one["severity"] == "CRITICAL")
        assert one["kind"] in ("DUPLICATE_UUID", "CYCLE") or one["attachments"]


async def test_pages_together_are_the_whole(troubled: Api) -> None:
    whole = (await troubled.data(CONFLICTS, first=100))["conflicts"]["nodes"]
    for size in (1, 4):
        seen: list[Any] = []
        after = None
        while True:
            page = (await troubled.data(CONFLICTS, first=size, after=after))["conflicts"]
            seen += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        assert seen == whole


@pytest.mark.parametrize("kind", sorted(ADVICE))
async def test_a_kind_can_be_asked_for_alone(troubled: Api, kind: str) -> None:
    whole = (await troubled.data(CONFLICTS, first=100))["conflicts"]["nodes"]
    found = (await troubled.data(CONFLICTS, first=1 + len(EXPECTED), kinds=[kind]))["conflicts"]["nodes"]
    assert found == [one for one in whole if one["kind"] == kind]
    first = (await troubled.data(CONFLICTS, first=1, kinds=[kind]))["conflicts"]["nodes"]
    assert first == found[:1]


async def test_conflicts_of_a_host_are_those_its_vms_are_in(troubled: Api) -> None:
    found = (await troubled.data(CONFLICTS, host="b"))["conflicts"]["nodes"]
    assert {one["kind"] for one in found} == {"STORAGE_WRITTEN_TWICE", "DUPLICATE_MAC", "DUPLICATE_UUID"}


async def test_a_vm_knows_its_own_conflicts(troubled: Api) -> None:
    query = f"{{ vms(first: 100) {{ nodes {{ name host {{ name }} conflicts {{ {FOUND} }} }} }} }}"
    vms = (await troubled.data(query))["vms"]["nodes"]
    assert len(troubled.sent.summary()) < 20
    whole = (await troubled.data(CONFLICTS, first=100))["conflicts"]["nodes"]
    for vm in vms:
        me = {"name": vm["name"], "host": vm["host"]}
        expected = [one for one in whole if me in one["vms"]]
        assert sorted(map(told, vm["conflicts"]), key=str) == sorted(map(told, expected), key=str), me


async def test_a_conflict_that_is_mended_is_gone(api: Api) -> None:
    await observe(api)
    alone = [one for one in observations("a") if "<name>one</name>" not in str(one.xml)]
    await api.inventory.vms_vanished("a", [one.source_key for one in observations("a") if one not in alone])
    found = (await api.data(CONFLICTS, first=100))["conflicts"]["nodes"]
    assert not [one for one in found if told(one)[1] in ("shared.raw", "7", "pci_0000_41_01_0")]


async def test_bad_cursors_are_refused(troubled: Api) -> None:
    assert "cursor" in await troubled.refusal(CONFLICTS, after="nonsense")
    assert "500" in await troubled.refusal(CONFLICTS, first=501)
