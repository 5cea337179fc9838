"""A fleet of 2,000 VMs on 20 hosts: however many VMs a query is about, it asks MongoDB the same few questions."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from server.collector.inventory import Observation, ResourceObservation
from server.store.embedded import EmbeddedMongo
from tests.conftest import Say
from tests.schema.graph.api import FACTS, Api, open_api

HOSTS = 20
VMS = 100
"""VMs of each host."""

SHARED = """query($first: Int!) { vms(first: $first) { nodes {
  disks { resource { attachments(first: 10) { nodes { vm { name host { name } } } } } }
  interfaces { resource { name attachments(first: 10) { nodes { vm { name host { name } } } } } }
} } }"""

VM = """<domain type='kvm'><name>vm-{number:03}</name><uuid>{uuid}</uuid><devices>
  <disk type='file' device='disk'><source file='/images/vm-{number:03}.qcow2'/>
    <backingStore type='file'><format type='qcow2'/><source file='/images/golden.qcow2'/></backingStore>
    <target dev='vda' bus='virtio'/></disk>
  <disk type='volume' device='disk'><source pool='default' volume='data-{half}.raw'/>
    <target dev='vdb' bus='virtio'/><shareable/></disk>
  <disk type='network' device='disk'><source protocol='rbd' name='pool/image-{number}'><host name='mon'/></source>
    <target dev='vdc' bus='virtio'/></disk>
  <interface type='network'><source network='net-{net}'/></interface>
  <interface type='bridge'><source bridge='br0'/></interface>
</devices></domain>"""
POOL = "<pool type='dir'><name>default</name><uuid>{uuid}</uuid><target><path>/images</path></target></pool>"
VOLUME = "<volume><name>{name}</name><target><path>/images/{name}</path></target></volume>"
NETWORK = "<network><name>net-{number}</name><uuid>{uuid}</uuid></network>"


def observations(host: int) -> list[Observation]:
    return [
        Observation(uuid, "RUNNING", VM.format(number=number, uuid=uuid, half=number // 2, net=number % 3))
        for number in range(VMS)
        if (uuid := str(UUID(int=host * 1000 + number)))
    ]


@pytest.fixture(scope="module")
async def big(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """2,000 VMs, their pools, volumes and networks."""
    async with open_api(mongo.uri) as api:
        for number in range(HOSTS):
            host, pool = f"kvm-{number:02}", str(UUID(int=number + 1))
            await api.inventory.host_connected(host, f"qemu+ssh://{host}/system", FACTS)
            await api.inventory.vms_observed(host, observations(number))
            await api.inventory.resources_observed(
                host, "pools", [ResourceObservation("STORAGE_POOL", pool, POOL.format(uuid=pool))]
            )
            names = [
                "golden.qcow2",
                *(f"vm-{one:03}.qcow2" for one in range(VMS)),
                *(f"data-{one}.raw" for one in range(50)),
            ]
            volumes = [
                ResourceObservation("STORAGE_VOLUME", f"{pool}/{name}", VOLUME.format(name=name), {"pool": "default"})
                for name in names
            ]
            await api.inventory.resources_observed(host, f"volumes/{pool}", volumes)
            uuids = [str(UUID(int=one + 1)) for one in range(3)]
            networks = [
                ResourceObservation("NETWORK", uuid, NETWORK.format(number=one, uuid=uuid))
                for one, uuid in enumerate(uuids)
            ]
            await api.inventory.resources_observed(host, "networks", networks)
        yield api


async def test_a_query_through_shared_resources_asks_at_most_eight_times(big: Api, say: Say) -> None:
    asked = {}
    for first in (10, 100):
        data = await big.data(SHARED, first=first)
        asked[first] = big.sent.summary()
        assert len(data["vms"]["nodes"]) == first
    say(f"of 100 VMs: {len(asked[100])} questions to MongoDB: {', '.join(asked[100])}")
    assert set(asked[10]) == set(asked[100])  # attachments are asked for once, or apart for what was read apart
    assert max(map(len, asked.values())) <= 8


async def test_the_answer_is_right(big: Api) -> None:
    data = await big.data(SHARED, first=100)
    for vm in data["vms"]["nodes"]:
        own, data_disk, image = (disk["resource"]["attachments"]["nodes"] for disk in vm["disks"])
        assert len(own) == 1
        assert len(data_disk) == 2
        assert len(image) == 10  # the image of Ceph is one for the VMs of this number on all hosts
        assert len({one["vm"]["host"]["name"] for one in image}) == 10
        network, bridge = (interface["resource"]["attachments"]["nodes"] for interface in vm["interfaces"])
        assert [len(network), len(bridge)] == [10, 10]
        assert {one["vm"]["host"]["name"] for one in network} == {own[0]["vm"]["host"]["name"]}


async def test_every_page_of_attachments_together_is_all_of_them(big: Api) -> None:
    query = """query($id: ID!, $after: String) { resource(id: $id) {
      attachments(first: 7, after: $after) { totalCount nodes { vm { id } role } pageInfo { endCursor hasNextPage } }
    } }"""
    golden = await big.data(
        """{ resources(kind: STORAGE_VOLUME, filter: {name: {eq: "golden.qcow2"}, host: {eq: "kvm-07"}}) {
               nodes { id } } }"""
    )
    (volume,) = golden["resources"]["nodes"]
    seen: list[str] = []
    after = None
    while True:
        page = (await big.data(query, id=volume["id"], after=after))["resource"]["attachments"]
        seen += [one["vm"]["id"] for one in page["nodes"]]
        assert {one["role"] for one in page["nodes"]} <= {"BACKING_CHAIN"}
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert page["totalCount"] == len(seen) == len(set(seen)) == VMS


async def test_neighbours_are_those_that_share_what_one_of_them_writes(big: Api) -> None:
    data = await big.data(
        """{ vms(first: 40, filter: {host: {eq: "kvm-03"}}) { nodes {
               name neighbours(first: 50) { nodes {
                 vm { name host { name } } shared { role resource { name } } } } } } }"""
    )
    assert len(big.sent.summary()) <= 8
    for vm in data["vms"]["nodes"]:
        number = int(vm["name"][3:])
        found = {(one["vm"]["host"]["name"], one["vm"]["name"]) for one in vm["neighbours"]["nodes"]}
        partner = f"vm-{number ^ 1:03}"
        ceph = {(f"kvm-{host:02}", vm["name"]) for host in range(HOSTS) if host != 3}
        assert found == ceph | {("kvm-03", partner)}
        for one in vm["neighbours"]["nodes"]:
            (tie,) = one["shared"]
            expected = f"data-{number // 2}.raw" if one["vm"]["name"] == partner else f"pool/image-{number}"
            assert expected in tie["resource"]["name"]


async def test_vms_of_a_network_are_neighbours_when_asked_for(big: Api) -> None:
    data = await big.data(
        """{ vms(first: 1, filter: {host: {eq: "kvm-05"}, name: {eq: "vm-006"}}) { nodes {
               neighbours(first: 100, roles: [IF_NETWORK]) { nodes { vm { name } } } } } }"""
    )
    names = {one["vm"]["name"] for one in data["vms"]["nodes"][0]["neighbours"]["nodes"]}
    assert names == {f"vm-{number:03}" for number in range(0, VMS, 3)} - {"vm-006"}
