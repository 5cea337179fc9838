"""`deviceTree`: the tree of a VM's buses as a flat list."""

from typing import Any

import pytest

from schema.node import node_id
from server.collector.inventory import Observation
from tests.schema.graph.api import Api

LIVE = """<domain type='kvm'><name>web</name><os><type arch='x86_64' machine='pc-q35-9.0'>hvm</type></os><devices>
  <disk type='file'><target dev='vda' bus='virtio'/><serial>WD-1</serial>
    <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></disk>
  <disk type='file'><target dev='sda' bus='sata'/>
    <address type='drive' controller='0' bus='0' target='0' unit='2'/></disk>
  <controller type='pci' index='0' model='pcie-root'/>
  <controller type='pci' index='1' model='pcie-root-port'>
    <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x0'/></controller>
  <graphics type='vnc'/>
</devices></domain>"""
NEXT = "<domain type='kvm'><name>web</name><devices><graphics type='vnc'/></devices></domain>"

EVERYTHING = """{ deviceTree { nodes {
    id parent depth bus busNumber address implicit collision summary freeSlots { count slots } device { id }
} } }"""


@pytest.fixture
async def vms(api: Api) -> Api:
    observed = [
        Observation("web", "RUNNING", LIVE, NEXT),
        Observation("broken", "SHUTOFF", "<domain><name>broken</name>"),
        Observation("bare", "UNKNOWN", "<domain/>"),
    ]
    await api.inventory.vms_observed("kvm", observed)
    return api


async def vm(api: Api, key: str, selection: str) -> Any:
    query = f"query($id: ID!) {{ vm(id: $id) {selection} }}"
    found = (await api.data(query, id=node_id("VirtualMachine", f"kvm/{key}")))["vm"]
    assert found == (await api.data_of_whole_documents(query, id=node_id("VirtualMachine", f"kvm/{key}")))["vm"]
    return found


async def test_a_tree(vms: Api) -> None:
    nodes = (await vm(vms, "web", EVERYTHING))["deviceTree"]["nodes"]
    assert [(one["depth"], one["address"], one["summary"], one["bus"], one["busNumber"]) for one in nodes] == [
        (0, None, "x86_64 pc-q35-9.0", "MACHINE", None),
        (1, None, "pci controller 0, pcie-root", "PCI_EXPRESS", 0),
        (2, "0000:00:01.0", "pci controller 1, pcie-root-port", "PCI_EXPRESS", 1),
        (3, "0000:01:00.0", "vda, virtio disk", None, None),
        (2, "0000:00:1f.2", "sata controller 0", "SATA", 0),
        (3, "0:0:0:2", "sda, sata disk", None, None),
        (1, None, "not on a bus", "UNATTACHED", None),
        (2, None, "vnc graphics", None, None),
    ]
    names = {one["id"]: number for number, one in enumerate(nodes)}
    assert [names.get(one["parent"]) for one in nodes] == [None, 0, 1, 2, 1, 4, 0, 6]
    assert [one["implicit"] for one in nodes] == [False] * 4 + [True] + [False] * 3
    assert [one["device"] is None for one in nodes] == [True, False, False, False, True, False, True, False]
    assert nodes[3]["device"]["id"] == node_id("Device", "kvm/web", "disk/vda")
    assert nodes[2]["freeSlots"] == {"count": 0, "slots": []}
    assert nodes[4]["freeSlots"] == {"count": 5, "slots": [f"0:0:0:{unit}" for unit in (0, 1, 3, 4, 5)]}
    assert {one["collision"] for one in nodes} == {None}


async def test_two_at_one_address_name_each_other(api: Api) -> None:
    place = "<address type='drive' controller='0' bus='0' target='0' unit='2'/>"
    hostdev = f"<hostdev mode='subsystem' type='scsi'>{place}</hostdev>"
    doubled = LIVE.replace("bus='sata'", "bus='scsi'").replace("<graphics type='vnc'/>", hostdev)
    await api.inventory.vms_observed("kvm", [Observation("web", "UNKNOWN", doubled)])
    nodes = (await vm(api, "web", "{ deviceTree { nodes { id collision device { kind } } } }"))["deviceTree"]["nodes"]
    first, second = (one for one in nodes if one["collision"])
    assert (first["collision"], second["collision"]) == (second["id"], first["id"])
    assert (first["device"]["kind"], second["device"]["kind"]) == ("DISK", "HOSTDEV")


async def test_devices_lead_on(vms: Api) -> None:
    found = await vm(vms, "web", "{ deviceTree { nodes { device { vm { state } ... on Disk { serial } } } } }")
    disks = [one["device"] for one in found["deviceTree"]["nodes"] if one["device"] and "serial" in one["device"]]
    assert disks == [{"vm": {"state": "RUNNING"}, "serial": "WD-1"}, {"vm": {"state": "RUNNING"}, "serial": None}]


async def test_the_other_definition_has_a_tree_of_its_own(vms: Api) -> None:
    found = await vm(vms, "web", f"{{ deviceTree {{ nodes {{ id }} }} persistentDefinition {EVERYTHING} }}")
    nodes = found["persistentDefinition"]["deviceTree"]["nodes"]
    assert [one["summary"] for one in nodes] == ["machine", "not on a bus", "vnc graphics"]
    assert nodes[2]["device"]["id"] == node_id("Device", "kvm/web", "graphics/vnc", "persistent")
    assert not {one["id"] for one in nodes} & {one["id"] for one in found["deviceTree"]["nodes"]}


async def test_vms_without_a_tree(vms: Api) -> None:
    assert (await vm(vms, "broken", EVERYTHING))["deviceTree"] is None
    (machine,) = (await vm(vms, "bare", EVERYTHING))["deviceTree"]["nodes"]
    assert (machine["summary"], machine["device"], machine["freeSlots"]) == ("machine", None, None)


async def test_ids_are_those_of_one_vm(fleet: Api) -> None:
    found = (await fleet.data("{ vms(first: 100) { nodes { deviceTree { nodes { id device { id } } } } } }"))["vms"]
    nodes = [one for each in found["nodes"] for one in each["deviceTree"]["nodes"]]
    assert len({one["id"] for one in nodes}) == len(nodes) > 500
    assert (await fleet.data("query($id: ID!) { node(id: $id) { id } }", id=nodes[1]["id"]))["node"] is None
