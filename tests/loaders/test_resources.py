"""What leads from one resource to others: chains, overlays, pools, groups of functions, leases, what is only named."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from server.collector.inventory import Observation, ResourceObservation
from server.store.embedded import EmbeddedMongo
from tests.schema.graph.api import FACTS, Api, open_api

POOL = "11111111-0000-4000-8000-000000000001"
NET = "22222222-0000-4000-8000-000000000002"
BASES = {
    "top": "middle",
    "other-top": "middle",
    "middle": "bottom",
    "bottom": None,
    "lost": "nowhere",
    "a": "b",
    "b": "a",
}


def volume(name: str, base: str | None) -> ResourceObservation:
    below = f"<backingStore><path>/images/{base}</path></backingStore>" if base else ""
    xml = f"<volume><name>{name}</name>{below}<target><path>/images/{name}</path></target></volume>"
    return ResourceObservation("STORAGE_VOLUME", f"{POOL}/{name}", xml, {"pool": "images", "poolUuid": POOL})


def function(name: str, number: int, more: str = "", group: int | None = 7) -> ResourceObservation:
    together = f"<iommuGroup number='{group}'/>" if group is not None else ""
    xml = (
        f"<device><name>{name}</name><capability type='pci'><domain>0</domain><bus>6</bus><slot>0</slot>"
        f"<function>{number}</function>{more}{together}</capability></device>"
    )
    return ResourceObservation("NODE_DEVICE", name, xml, {"active": True})


def at(number: int) -> str:
    return f"<address domain='0x0000' bus='0x06' slot='0x00' function='0x{number}'/>"


FUNCTIONS = [
    function("physical", 0, f"<capability type='virt_functions' maxCount='7'>{at(1)}{at(2)}{at(3)}</capability>"),
    function("virtual-1", 1, f"<capability type='phys_function'>{at(0)}</capability>"),
    function("virtual-2", 2, f"<capability type='phys_function'>{at(0)}</capability>", 8),
    function("bridge", 5, "<capability type='pci-bridge'/>", 9),
    function("groupless", 6, group=None),
]
LEASES = [
    {"mac": "52:54:00:00:00:01", "ipAddress": "10.0.0.7", "prefix": 24, "hostname": "web", "expiresAt": 1700000000},
]
VM = """<domain type='kvm'><name>web</name><uuid>33333333-0000-4000-8000-000000000003</uuid><devices>
  <hostdev mode='subsystem' type='pci'><source><address domain='0' bus='6' slot='0' function='2'/></source></hostdev>
  <serial type='unix'><source mode='bind' path='/run/web.sock'/></serial>
  <interface type='network'><source network='absent'/></interface>
</devices></domain>"""


@pytest.fixture(scope="module")
async def there(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """A host with chains of volumes, functions of a network card and a network."""
    async with open_api(mongo.uri) as api:
        await api.inventory.host_connected("kvm", "qemu:///system", FACTS)
        await api.inventory.vms_observed("kvm", [Observation("33333333-0000-4000-8000-000000000003", "RUNNING", VM)])
        pool = f"<pool type='dir'><name>images</name><uuid>{POOL}</uuid><target><path>/images</path></target></pool>"
        facts = {"active": True, "autostart": True, "persistent": True}
        network = f"<network><name>lan</name><uuid>{NET}</uuid><portgroup name='slow'/></network>"
        port = (
            "<networkport><uuid>44444444-0000-4000-8000-000000000004</uuid>"
            "<owner><name>web</name></owner></networkport>"
        )
        observed = {
            "pools": [ResourceObservation("STORAGE_POOL", POOL, pool, facts)],
            f"volumes/{POOL}": [volume(name, base) for name, base in BASES.items()],
            "node-devices": FUNCTIONS,
            "networks": [ResourceObservation("NETWORK", NET, network, {"active": True, "leases": LEASES})],
            f"ports/{NET}": [ResourceObservation("NETWORK_PORT", f"{NET}/1", port, {"network": "lan"})],
            "nwfilters": [ResourceObservation("NWFILTER", "bad", "<filter", {})],
        }
        for scope, seen in observed.items():
            await api.inventory.resources_observed("kvm", scope, seen)
        yield api


async def by_name(api: Api, kind: str, selection: str) -> dict[str, Any]:
    data = await api.data(f"{{ resources(kind: {kind}, first: 50) {{ nodes {{ name {selection} }} }} }}")
    return {one["name"]: one for one in data["resources"]["nodes"]}


async def test_chains_overlays_and_pools(there: Api) -> None:
    found = await by_name(there, "STORAGE_VOLUME", """
        ... on StorageVolume { pool { name active } backingChain { name } overlays { nodes { name } }
        references(roles: [HOST_VOL_BACKING]) { resource { __typename name } } }""")  # fmt: skip
    chains = {name: [one["name"] for one in volume["backingChain"]] for name, volume in found.items()}
    assert chains == {
        "top": ["middle", "bottom"], "other-top": ["middle", "bottom"], "middle": ["bottom"], "bottom": [], "lost": [],
        "a": ["b"], "b": ["a"],
    }  # fmt: skip
    overlays = {name: [one["name"] for one in volume["overlays"]["nodes"]] for name, volume in found.items()}
    assert overlays["middle"] == ["other-top", "top"]
    assert (overlays["top"], overlays["a"], overlays["b"]) == ([], ["b"], ["a"])
    assert {volume["pool"]["name"] for volume in found.values()} == {"images"}
    (lost,) = found["lost"]["references"]
    assert lost["resource"] == {"__typename": "ReferencedResource", "name": "/images/nowhere"}
    assert len(there.sent.summary()) <= 5


async def test_a_pool_has_its_volumes(there: Api) -> None:
    found = await by_name(there, "STORAGE_POOL", """... on StoragePool {
        active autostart persistent
        volumes(first: 2) { nodes { name } pageInfo { hasNextPage endCursor } } }""")  # fmt: skip
    volumes = found["images"].pop("volumes")
    assert found["images"] == {"name": "images", "active": True, "autostart": True, "persistent": True}
    assert [one["name"] for one in volumes["nodes"]] == ["a", "b"]
    assert volumes["pageInfo"]["hasNextPage"] is True
    after = volumes["pageInfo"]["endCursor"]
    rest = await by_name(
        there, "STORAGE_POOL", f'... on StoragePool {{ volumes(first: 9, after: "{after}") {{ nodes {{ name }} }} }}'
    )
    assert [one["name"] for one in rest["images"]["volumes"]["nodes"]] == [
        "bottom",
        "lost",
        "middle",
        "other-top",
        "top",
    ]


async def test_functions_know_their_group_and_their_kin(there: Api) -> None:
    found = await by_name(there, "NODE_DEVICE", """... on NodeDevice {
        iommuGroup { name } virtualFunctions { __typename name } physicalFunction { name } }""")  # fmt: skip
    groups = {name: {one["name"] for one in device["iommuGroup"]} for name, device in found.items()}
    assert groups["physical"] == groups["virtual-1"] == {"physical", "virtual-1"}
    assert (groups["virtual-2"], groups["groupless"]) == ({"virtual-2"}, set())
    virtual = [(one["__typename"], one["name"]) for one in found["physical"]["virtualFunctions"]]
    assert virtual == [
        ("NodeDevice", "virtual-1"), ("NodeDevice", "virtual-2"), ("ReferencedResource", "0000:06:00.3"),
    ]  # fmt: skip
    assert found["virtual-2"]["physicalFunction"] == {"name": "physical"}
    assert (found["virtual-2"]["virtualFunctions"], found["physical"]["physicalFunction"]) == ([], None)


async def test_free_devices_are_those_that_a_vm_could_be_given(there: Api) -> None:
    data = await there.data("{ hosts { freeDevices { nodes { name } } } }")
    assert [one["name"] for one in data["hosts"][0]["freeDevices"]["nodes"]] == ["physical", "virtual-1"]
    data = await there.data('{ hosts { freeDevices(capability: "mdev") { nodes { name } } } }')
    assert data["hosts"][0]["freeDevices"]["nodes"] == []
    query = "query($c: String!) { hosts { freeDevices(capability: $c) { nodes { name } } } }"
    assert "Unicode" in await there.refusal(query, c="\ud800")


async def test_a_network_tells_its_leases_ports_and_groups(there: Api) -> None:
    found = await by_name(there, "NETWORK", """... on Network { portgroups { name } ports { nodes { name } }
        dhcpLeases { ipAddress prefix macAddress hostname clientId expiresAt } }""")  # fmt: skip
    assert found["lan"]["portgroups"] == [{"name": "slow"}]
    assert found["lan"]["ports"]["nodes"] == [{"name": "44444444-0000-4000-8000-000000000004"}]
    assert found["lan"]["dhcpLeases"] == [{
        "ipAddress": "10.0.0.7", "prefix": 24, "macAddress": "52:54:00:00:00:01", "hostname": "web", "clientId": None,
        "expiresAt": "2023-11-14T22:13:20+00:00",
    }]  # fmt: skip


async def test_what_is_only_named_is_found_by_its_kind(there: Api) -> None:
    sockets = await there.data(
        "{ resources(kind: UNIX_SOCKET) { totalCount nodes { __typename name host { name } xml } } }"
    )
    assert sockets["resources"] == {
        "totalCount": 1,
        "nodes": [{"__typename": "ReferencedResource", "name": "/run/web.sock", "host": {"name": "kvm"}, "xml": None}],
    }
    query = """query($named: Boolean!) { resources(kind: NETWORK, referenced: $named) {
        totalCount nodes { name ... on ReferencedResource { missing } } } }"""
    assert (await there.data(query, named=False))["resources"] == {"totalCount": 1, "nodes": [{"name": "lan"}]}
    dangling = (await there.data(query, named=True))["resources"]
    assert dangling == {"totalCount": 1, "nodes": [{"name": "absent", "missing": True}]}
    assert "needs a `kind`" in await there.refusal("{ resources(referenced: true) { totalCount } }")


async def test_xml_that_is_refused_is_shown_with_the_reason(there: Api) -> None:
    found = await by_name(there, "NWFILTER", "error xml attachments { totalCount nodes { role } } references { role }")
    (bad,) = found.values()
    assert "not well-formed" in bad["error"] or "syntax" in bad["error"] or bad["error"]
    assert bad["xml"] == "<filter"
    assert (bad["attachments"], bad["references"]) == ({"totalCount": 0, "nodes": []}, [])
