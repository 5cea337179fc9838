"""`node` and `nodes`: everything with an id is found under it, and nothing else is."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.node import node_id, parse_node_id
from server.collector.inventory import Observation
from server.store.embedded import EmbeddedMongo
from tests.schema.graph.api import FACTS, Api, open_api

NODE = """query($id: ID!) { node(id: $id) {
  __typename id
  ... on Host { name }
  ... on VirtualMachine { sourceKey }
  ... on Device { kind xml vm { id } }
  ... on Disk { target { dev } serial }
} }"""

RUNNING = """<domain type='kvm'><name>web</name><uuid>6f1c0000-0000-4000-8000-000000000001</uuid><devices>
  <disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><serial>now</serial></disk>
  <disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/></disk>
  <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>
</devices></domain>"""
LATER = RUNNING.replace("now", "later").replace("<target dev='vdb'", "<target dev='vdc'")


async def observe(api: Api) -> Any:
    """A running VM with another persistent definition: ids of everything about it."""
    await api.inventory.host_connected("kvm", "qemu:///system", FACTS)
    await api.inventory.vms_observed("kvm", [Observation("web", "RUNNING", RUNNING, LATER)])
    found = await api.data(
        """{ hosts { id } vms { nodes {
            id devices { id } disks { id }
            persistentDefinition { devices { id } disks { id serial target { dev } vm { id name } xml } }
        } } }"""
    )
    return {"host": found["hosts"][0], "vm": found["vms"]["nodes"][0]}


@pytest.fixture(scope="module")
async def there(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """Such a database that nobody writes to."""
    async with open_api(mongo.uri) as opened:
        yield opened


@pytest.fixture(scope="module")
async def web(there: Api) -> Any:
    """What is in it."""
    return await observe(there)


async def test_ids_are_distinct_and_lead_back(there: Api, web: Any) -> None:
    devices = [device["id"] for device in web["vm"]["devices"]]
    others = [device["id"] for device in web["vm"]["persistentDefinition"]["devices"]]
    every = [web["host"]["id"], web["vm"]["id"], *devices, *others]
    assert (len(devices), len(others)) == (3, 3)
    assert len(set(every)) == len(every)
    for opaque in every:
        node = (await there.data(NODE, id=opaque))["node"]
        assert node["id"] == opaque
        if "vm" in node:
            assert node["vm"] == {"id": web["vm"]["id"]}


async def test_a_host_a_vm_a_device_and_the_same_device_at_the_next_start(there: Api, web: Any) -> None:
    assert (await there.data(NODE, id=web["host"]["id"]))["node"] == {
        "__typename": "Host", "id": web["host"]["id"], "name": "kvm",
    }  # fmt: skip
    assert (await there.data(NODE, id=web["vm"]["id"]))["node"] == {
        "__typename": "VirtualMachine", "id": web["vm"]["id"], "sourceKey": "web",
    }  # fmt: skip
    now, later = web["vm"]["disks"][0], web["vm"]["persistentDefinition"]["disks"][0]
    now = (await there.data(NODE, id=now["id"]))["node"]
    later = (await there.data(NODE, id=later["id"]))["node"]
    assert (now["__typename"], now["kind"], now["target"], now["serial"]) == ("Disk", "DISK", {"dev": "vda"}, "now")
    assert (later["__typename"], later["kind"], later["target"], later["serial"]) == (
        "Disk", "DISK", {"dev": "vda"}, "later",
    )  # fmt: skip
    assert "<serial>now</serial>" in now["xml"]
    assert "<serial>later</serial>" in later["xml"]


async def test_devices_of_the_persistent_definition_know_their_vm(there: Api, web: Any) -> None:
    disks = web["vm"]["persistentDefinition"]["disks"]
    assert [(disk["target"]["dev"], disk["serial"]) for disk in disks] == [("vda", "later"), ("vdc", None)]
    assert all(disk["vm"] == {"id": web["vm"]["id"], "name": "web"} for disk in disks)
    assert all(disk["xml"].startswith("<disk ") and disk["xml"].endswith("</disk>") for disk in disks)


async def test_ids_of_what_is_gone(api: Api) -> None:
    web = await observe(api)
    ids = [
        web["vm"]["id"],
        *(device["id"] for device in web["vm"]["devices"]),
        *(device["id"] for device in web["vm"]["persistentDefinition"]["devices"]),
    ]
    await api.inventory.vms_observed("kvm", [Observation("web", "SHUTOFF", "<domain><name>web</name></domain>")])
    found = (await api.data("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids))["nodes"]
    assert found == [{"id": web["vm"]["id"]}, *[None] * 6]
    await api.inventory.vms_vanished("kvm", {"web"})
    found = (await api.data("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids))["nodes"]
    assert found == [None] * 7


def packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "opaque",
    [
        "", " ", "x", "\u00e9", "%%%", "WyJI", "[]", "null", "\ud800", "A" * 100_000,
        node_id("Host", "no such"), node_id("Host"), node_id("Host", "kvm", "more"),
        node_id("VirtualMachine", "no/such"), node_id("VirtualMachine", ""),
        node_id("Device", "kvm/web"), node_id("Device", "kvm/web", "disk/no"), node_id("Device", "no/such", "disk/vda"),
        node_id("Device", "kvm/web", "disk/vda", "transient"), node_id("Device", "kvm/web", "disk/no", "persistent"),
        node_id("Device", "no/such", "disk/vda", "persistent"), node_id("Disk", "kvm/web", "disk/vda"),
        *(packed(value) for value in (
            [], {}, 7, None, "Host", ["Host", 7], ["Host", None], [["Host"], "kvm"], {"Host": "kvm"},
            ["Host", "\ud83d"], ["VirtualMachine", "\ud83d"], ["Device", "\ud83d", "disk/vda"],
        )),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(), base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
    ids=lambda opaque: repr(opaque[:20]),
)  # fmt: skip
async def test_ids_that_are_none(there: Api, web: Any, opaque: str) -> None:
    assert await there.data("query($id: ID!) { node(id: $id) { id } vm(id: $id) { id } }", id=opaque) == {
        "node": None, "vm": None,
    }  # fmt: skip


async def test_a_vm_is_only_found_as_a_vm(there: Api, web: Any) -> None:
    for opaque in (web["host"]["id"], web["vm"]["disks"][0]["id"]):
        assert await there.data("query($id: ID!) { vm(id: $id) { id } }", id=opaque) == {"vm": None}


async def test_nodes_keep_their_order_and_repeats(there: Api, web: Any) -> None:
    ids = [web["vm"]["id"], "x", web["host"]["id"], web["vm"]["id"], web["vm"]["disks"][1]["id"]]
    found = (await there.data("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids))["nodes"]
    assert [node["id"] if node else None for node in found] == [ids[0], None, ids[2], ids[3], ids[4]]
    assert (await there.data("{ nodes(ids: []) { id } }"))["nodes"] == []


async def test_too_many_nodes(there: Api) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert (await there.data(query, ids=["x"] * 500))["nodes"] == [None] * 500
    assert await there.refusal(query, ids=["x"] * 501) == "`nodes` takes at most 500 ids, not 501."


@settings(suppress_health_check=list(HealthCheck))
@given(kind=st.text(st.characters(codec="utf-8")), key=st.lists(st.text(st.characters(codec="utf-8")), min_size=1))
def test_an_id_says_what_it_was_made_of(kind: str, key: list[str]) -> None:
    assert parse_node_id(node_id(kind, *key)) == (kind, tuple(key))


@given(opaque=st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_text_is_an_id_or_none(opaque: str) -> None:
    found = parse_node_id(opaque)
    assert found is None or len(found[1]) > 0
