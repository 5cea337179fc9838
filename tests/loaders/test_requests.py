"""One read of MongoDB for each level of a query, however many objects stand on it."""

import asyncio

import pytest

from loaders import RequestLoaders
from loaders.errors import ReadFailed
from schema.element import Document
from server.store.embedded import EmbeddedMongo
from tests.schema.graph.api import Api, open_api

RUNNING = 'filter: {host: {in: ["alpha", "beta"]}}'

EVERYWHERE = f"""{{ vms(first: 50, {RUNNING}) {{ nodes {{
  host {{ name since }}
  persistentDefinition {{ devices {{ vm {{ name host {{ uri }} }} }} }}
  devices {{ vm {{ persistentDefinition {{ name }} }} }}
}} }} }}"""


async def test_each_level_is_one_read(fleet: Api) -> None:
    found = (await fleet.data(EVERYWHERE))["vms"]["nodes"]
    assert len({vm["host"]["name"] for vm in found}) >= 2
    assert sum(vm["persistentDefinition"] is not None for vm in found) >= 10
    assert sorted(fleet.sent.summary()) == ["find definitions", "find hosts", "find vms"]


async def test_hosts_and_their_vms(fleet: Api) -> None:
    await fleet.data("{ hosts { name vms(first: 3) { nodes { host { name } } } } }")
    assert fleet.sent.summary() == ["find hosts", "find vms", "find vms"]


async def test_nodes_of_one_sort_are_one_read(fleet: Api) -> None:
    found = await fleet.data(
        f"""{{ hosts {{ id }} vms(first: 20, {RUNNING}) {{ nodes {{
            id devices {{ id }} persistentDefinition {{ devices {{ id }} }}
        }} }} }}"""
    )
    vms = found["vms"]["nodes"]
    ids = [one["id"] for one in (*found["hosts"], *vms, *(device for vm in vms for device in vm["devices"]))]
    others = [vm["persistentDefinition"] for vm in vms if vm["persistentDefinition"]]
    ids += [device["id"] for other in others for device in other["devices"]]
    assert len(ids) > 200
    query = (
        "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on VirtualMachine { name } ... on Disk { vm { state } } } }"
    )
    answer = (await fleet.data(query, ids=ids[:500]))["nodes"]
    assert [node["id"] for node in answer] == ids[:500]
    # VMs and devices need different parts of a VM, and devices of the other definition yet another.
    assert sorted(fleet.sent.summary()) == ["find definitions", "find hosts", *["find vms"] * 3]


async def test_a_thing_asked_for_twice_is_read_once(fleet: Api) -> None:
    vm = (await fleet.data("{ vms(first: 1) { nodes { id name } } }"))["vms"]["nodes"][0]
    both = await fleet.data("query($id: ID!) { a: vm(id: $id) { name } b: vm(id: $id) { name } }", id=vm["id"])
    assert both == {"a": {"name": vm["name"]}, "b": {"name": vm["name"]}}
    assert fleet.sent.summary() == ["find vms"]


async def test_one_definition_read_for_two_fields_keeps_them_apart(fleet: Api) -> None:
    query = """query($id: ID!) {
        a: vm(id: $id) { persistentDefinition { devices { vm { name } } } }
        b: vm(id: $id) { persistentDefinition { devices { vm { state } } } }
    }"""
    known = await fleet.data(f"{{ vms({RUNNING}) {{ nodes {{ id name state persistentDefinition {{ name }} }} }} }}")
    vms = known["vms"]["nodes"]
    vm = next(one for one in vms if one["persistentDefinition"])
    both = await fleet.data(query, id=vm["id"])
    assert {device["vm"]["name"] for device in both["a"]["persistentDefinition"]["devices"]} == {vm["name"]}
    assert {device["vm"]["state"] for device in both["b"]["persistentDefinition"]["devices"]} == {vm["state"]}
    assert fleet.sent.summary().count("find definitions") == 1


async def test_one_device_read_for_two_fields_keeps_them_apart(fleet: Api) -> None:
    query = """query($ids: [ID!]!) {
        a: nodes(ids: $ids) { ... on Device { vm { name } } } b: nodes(ids: $ids) { ... on Device { vm { state } } }
    }"""
    selection = "{ name state persistentDefinition { devices { id } } }"
    known = await fleet.data(f"{{ vms({RUNNING}) {{ nodes {selection} }} }}")
    vm = next(one for one in known["vms"]["nodes"] if one["persistentDefinition"])
    both = await fleet.data(query, ids=[device["id"] for device in vm["persistentDefinition"]["devices"]])
    assert {device["vm"]["name"] for device in both["a"]} == {vm["name"]}
    assert {device["vm"]["state"] for device in both["b"]} == {vm["state"]}


async def test_a_page_comes_with_one_answer(fleet: Api) -> None:
    await fleet.data("{ vms(first: 500) { nodes { name } } }")
    assert [name for name, _, _ in fleet.sent.reads] == ["find"]


async def test_every_read_is_bounded_in_time(fleet: Api) -> None:
    await fleet.data("{ hosts { name } vms { totalCount nodes { host { name } persistentDefinition { name } } } }")
    bounds = [body["maxTimeMS"] for name, _, body in fleet.sent.reads if name != "getMore"]
    assert all(0 < bound <= 20_000 for bound in bounds)


async def test_a_read_that_takes_too_long_says_what_to_do(fleet: Api) -> None:
    slow: Document = {"$where": "sleep(50) || true"}
    loaders = RequestLoaders(fleet.store.database, seconds=0.1)
    with pytest.raises(ReadFailed, match="MongoDB took longer than the setting query_seconds allows"):
        await loaders._find("vms", slow)


async def test_a_mongodb_that_is_gone_is_said_so(mongo: EmbeddedMongo) -> None:
    async with open_api("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=50", prepared=False) as api:
        loaders = RequestLoaders(api.store.database, seconds=1)
        for read in (loaders.host("a"), loaders.hosts(), loaders.vm_count(None, None)):
            with pytest.raises(ReadFailed, match=r"MongoDB does not answer; try again in a moment\."):
                await read


async def test_ids_that_no_document_can_have(fleet: Api) -> None:
    loaders = RequestLoaders(fleet.store.database, seconds=5)
    found = await asyncio.gather(loaders.host("alpha"), loaders.host("\ud800"), loaders.host("x" * 10_000))
    assert [one["_id"] if one else None for one in found] == ["alpha", None, None]
    assert fleet.sent.summary()[-1:] == ["find hosts"]
