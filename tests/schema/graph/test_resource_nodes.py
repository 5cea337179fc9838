"""`node` and resources: all kinds, those that are only named, and devices of what snapshots and checkpoints keep."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from schema.node import node_id
from schema.resource import RESOURCES
from server.collector.inventory import Observation
from server.store.embedded import EmbeddedMongo
from tests.schema.graph.api import FACTS, Api, numbered, observe_resources, open_api

UUID = "c7a5fdbd-edaf-9455-926a-d65c16db1809"
GONE = "00000000-0000-4000-8000-00000000dead"
GUEST = f"""<domain type='kvm'><name>guest</name><uuid>{UUID}</uuid><os><type machine='q35'>hvm</type></os><devices>
  <disk type='file' device='disk'><source file='/images/then.qcow2'/><target dev='vda' bus='virtio'/></disk>
  <controller type='pci' index='0' model='pcie-root'/>
  <interface type='network'><mac address='52:54:00:00:00:01'/><source network='lan'/></interface>
</devices></domain>"""
SAVED = f"""<domainsnapshot><name>before</name><disks><disk name='vda'/></disks>{GUEST}
  {GUEST.replace("<domain ", "<inactiveDomain ").replace("</domain>", "</inactiveDomain>").replace("lan", "next")}
</domainsnapshot>"""
ORPHAN = f"<domaincheckpoint><name>left</name>{GUEST.replace(UUID, GONE)}</domaincheckpoint>"
XML = {
    "CAPABILITIES": "<capabilities><host><uuid>9a8b</uuid></host></capabilities>",
    "DOMAIN_CAPABILITIES": "<domainCapabilities><domain>kvm</domain><machine>q35</machine></domainCapabilities>",
    "DOMAIN_CHECKPOINT": ORPHAN,
    "DOMAIN_SNAPSHOT": SAVED,
    "HOST_INTERFACE": "<interface type='bridge' name='br0'/>",
    "NETWORK": "<network><name>lan</name><uuid>22222222-0000-4000-8000-000000000002</uuid></network>",
    "NETWORK_PORT": "<networkport><uuid>44444444-0000-4000-8000-000000000004</uuid></networkport>",
    "NODE_DEVICE": "<device><name>computer</name></device>",
    "NWFILTER": "<filter name='clean'/>",
    "NWFILTER_BINDING": "<filterbinding><portdev name='vnet0'/></filterbinding>",
    "SECRET": "<secret><uuid>55555555-0000-4000-8000-000000000005</uuid></secret>",
    "STORAGE_POOL": "<pool type='dir'><name>images</name></pool>",
    "STORAGE_VOLUME": "<volume><name>a.qcow2</name></volume>",
}
FIELDS = """__typename id
  ... on Resource { kind name host { name } }
  ... on Device { is: kind summary vm { name } resource { name } attachments { active vm { name } device { id } } }"""
NODES = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ {FIELDS} }} }}"
DEFINITION = """{ untyped devices { id } deviceTree { nodes { id parent device { id } } }
  disks { snapshots { nodes { name } } links { role } }
  attachments { role key active vm { name } device { id kind } resource { __typename name } } }"""


@pytest.fixture(scope="module")
async def there(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """One resource of each kind and a VM, on two hosts that say the same."""
    async with open_api(mongo.uri) as api:
        for host in ("one", "two"):
            await api.inventory.host_connected(host, f"test:///{host}", FACTS)
            await api.inventory.vms_observed(host, [Observation(UUID, "RUNNING", GUEST)])
            for kind, xml in XML.items():
                await observe_resources(api, host, numbered(kind, [xml.encode()]))
        yield api


async def saved(api: Api) -> dict[str, Any]:
    """What is kept on host `one`, by kind."""
    query = f"""{{ resources(filter: {{host: {{eq: "one"}}}}) {{ nodes {{ kind
      ... on DomainSnapshot {{ definition {DEFINITION} inactiveDefinition {DEFINITION} }}
      ... on DomainCheckpoint {{ definition {DEFINITION} }} }} }} }}"""
    return {one["kind"]: one for one in (await api.data(query))["resources"]["nodes"]}


async def test_every_kind_is_found_by_its_id_and_no_two_have_one(there: Api) -> None:
    found = (await there.data("{ resources(first: 100) { nodes { __typename id kind name } } }"))["resources"]["nodes"]
    assert {one["kind"] for one in found} == set(RESOURCES) == set(XML)
    ids = [one["id"] for one in found]
    assert len(set(ids)) == len(ids) == 2 * len(XML)
    nodes = (await there.data(NODES, ids=ids))["nodes"]
    assert there.sent.summary().count("find resources") == 1
    for asked, node in zip(found, nodes, strict=True):
        assert {key: node[key] for key in asked} == asked
    assert [node["host"]["name"] for node in nodes].count("one") == len(XML)


async def test_what_is_only_named_is_found_until_it_is_there(api: Api) -> None:
    await api.inventory.vms_observed("one", [Observation(UUID, "RUNNING", GUEST)])
    query = "{ vms { nodes { interfaces { resource { __typename id name } } } } }"
    (vm,) = (await api.data(query))["vms"]["nodes"]
    named = vm["interfaces"][0]["resource"]
    assert (named["__typename"], named["name"]) == ("ReferencedResource", "lan")
    (node,) = (await api.data(NODES, ids=[named["id"]]))["nodes"]
    assert (node["id"], node["kind"], node["host"]) == (named["id"], "NETWORK", {"name": "one"})
    await observe_resources(api, "one", numbered("NETWORK", [XML["NETWORK"].encode()]))
    assert (await api.data(NODES, ids=[named["id"]]))["nodes"] == [None]
    (vm,) = (await api.data(query))["vms"]["nodes"]
    assert vm["interfaces"][0]["resource"]["__typename"] == "Network"


async def test_devices_of_what_is_kept_are_nodes(there: Api) -> None:
    kept = await saved(there)
    definitions = [
        kept["DOMAIN_SNAPSHOT"]["definition"], kept["DOMAIN_SNAPSHOT"]["inactiveDefinition"],
        kept["DOMAIN_CHECKPOINT"]["definition"],
    ]  # fmt: skip
    ids = [device["id"] for one in definitions for device in one["devices"]]
    now = (await there.data("{ vms { nodes { devices { id } } } }"))["vms"]["nodes"]
    assert len({*ids, *(device["id"] for vm in now for device in vm["devices"])}) == 3 * 3 + 2 * 3
    nodes = (await there.data(NODES, ids=ids))["nodes"]
    assert [node["id"] for node in nodes] == ids
    assert [node["is"] for node in nodes] == ["DISK", "CONTROLLER", "INTERFACE"] * 3
    assert [node["vm"] for node in nodes] == [{"name": "guest"}] * 6 + [None] * 3
    assert [node["resource"] for node in nodes[2::3]] == [{"name": "lan"}, {"name": "next"}, {"name": "lan"}]
    for node in nodes:
        for tie in node["attachments"]:
            assert tie == {"active": False, "vm": node["vm"], "device": {"id": node["id"]}}


async def test_a_definition_that_is_kept_has_all_that_a_definition_has(there: Api) -> None:
    kept = await saved(there)
    trees = []
    for definition, network, answer, vm in (
        (kept["DOMAIN_SNAPSHOT"]["definition"], "lan", "Network", {"name": "guest"}),
        (kept["DOMAIN_SNAPSHOT"]["inactiveDefinition"], "next", "ReferencedResource", {"name": "guest"}),
        (kept["DOMAIN_CHECKPOINT"]["definition"], "lan", "Network", None),
    ):
        ties = {one["role"]: one for one in definition["attachments"]}
        assert ties["DISK_FILE"]["key"] == "path|one|/images/then.qcow2"
        assert ties["IF_NETWORK"]["resource"] == {"__typename": answer, "name": network}
        assert (ties["IF_NETWORK"]["vm"], ties["IF_NETWORK"]["active"]) == (vm, False)
        assert ties["IF_NETWORK"]["device"]["kind"] == "INTERFACE"
        nodes = definition["deviceTree"]["nodes"]
        assert {node["device"]["id"] for node in nodes if node["device"]} == {
            device["id"] for device in definition["devices"]
        }
        trees += [node["id"] for node in nodes]
    assert len(set(trees)) == len(trees)
    (disk,) = kept["DOMAIN_SNAPSHOT"]["definition"]["disks"]
    assert disk["snapshots"]["nodes"] == [{"name": "before"}]


async def test_what_is_kept_is_attached_to_nothing_now(there: Api) -> None:
    """Only VMs hold resources: who asks a network what is attached to it does not hear of snapshots."""
    query = "{ resources(kind: NETWORK) { nodes { attachments { nodes { vm { name } device { id } } } } } }"
    for network in (await there.data(query))["resources"]["nodes"]:
        (tie,) = network["attachments"]["nodes"]
        assert tie["vm"] == {"name": "guest"}


SNAPSHOT = "one/DOMAIN_SNAPSHOT/0/0000"


@pytest.mark.parametrize(
    "opaque",
    [
        node_id("Resource", "no/SUCH/thing"), node_id("Resource", "one"), node_id("Resource", ""),
        node_id("Resource", SNAPSHOT, "more"), node_id("Resource", "", "network"),
        node_id("Resource", "", "network|one"),
        node_id("Resource", "", "network|one|"), node_id("Resource", "", "spell|one|open"),
        node_id("Resource", "", "iothread||1"), node_id("Resource", "", "network|one|lan"), node_id("Network", "x"),
        "WyJSZXNvdXJjZSIsIiIsIm5ldHdvcmt8b25lfFx1ZDgzZCJd",  # ["Resource", "", "network|one|\ud83d"]
        "WyJSZXNvdXJjZSIsIlx1ZDgzZCJd",  # ["Resource", "\ud83d"]
        "WyJEZXZpY2UiLCJcdWQ4M2QiLCJkaXNrL3ZkYSIsImRlZmluaXRpb24iXQ",  # ["Device", "\ud83d", "disk/vda", "definition"]
        node_id("Device", SNAPSHOT, "disk/no", "definition"), node_id("Device", SNAPSHOT, "disk/vda", "persistent"),
        node_id("Device", SNAPSHOT, "disk/vda", "name"), node_id("Device", SNAPSHOT, "disk/vda", "snapshotDisks"),
        node_id("Device", "one/NETWORK/0000", "disk/vda", "definition"), node_id("Device", SNAPSHOT, "disk/vda"),
        node_id("Device", "one/DOMAIN_CHECKPOINT/0/0000", "disk/vda", "inactiveDefinition"),
        node_id("Device", f"one/{UUID}", "disk/vda", "definition"),
    ],
)  # fmt: skip
async def test_ids_of_nothing(there: Api, opaque: str) -> None:
    query = "query($id: ID!) { node(id: $id) { id } resource(id: $id) { id name } }"
    assert await there.data(query, id=opaque) == {"node": None, "resource": None}


async def test_other_things_are_no_resources(there: Api) -> None:
    found = await there.data("{ hosts { id } vms { nodes { id devices { id } } } }")
    vm = found["vms"]["nodes"][0]
    for opaque in (found["hosts"][0]["id"], vm["id"], vm["devices"][0]["id"]):
        assert await there.data("query($id: ID!) { resource(id: $id) { id } }", id=opaque) == {"resource": None}
    resource = (await there.data("{ resources(first: 1) { nodes { id } } }"))["resources"]["nodes"][0]
    assert await there.data("query($id: ID!) { vm(id: $id) { id } }", id=resource["id"]) == {"vm": None}


async def test_a_name_that_nobody_gave_is_what_it_tells(there: Api) -> None:
    """Ids of what is only named are made of names alone; one may outlive all that had it."""
    made_up = node_id("Resource", "", "network||no-host")
    (node,) = (await there.data(NODES, ids=[made_up]))["nodes"]
    assert (node["name"], node["host"]) == ("no-host", None)
    query = """query($id: ID!) { resource(id: $id) {
      ... on ReferencedResource { missing vm { id } disk { id } } attachments { totalCount }
      referencedBy { nodes { id } }
    } }"""
    told = await there.data(query, id=made_up)
    assert told["resource"] == {
        "missing": False, "vm": None, "disk": None, "attachments": {"totalCount": 0}, "referencedBy": {"nodes": []},
    }  # fmt: skip
