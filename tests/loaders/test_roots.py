"""Every root field that reads a collection does so out of an index, within a bounded time."""

from collections.abc import Iterator
from typing import Any

import pytest

from bench.filling import fill
from schema.element import Document
from schema.node import node_id
from server.store.embedded import EmbeddedMongo
from tests.schema.graph.api import SECONDS, Api, open_api, schema_of_the_api

VMS, HOSTS = 300, 3
HOST = "kvm-0001"

OUT_OF_AN_INDEX: dict[str, list[str]] = {
    "hosts": ["{ hosts { name } }"],
    "host": [
        f'{{ host(name: "{HOST}") {{ name vms(first: 20) {{ nodes {{ name }} }} }} }}',
        f'{{ host(name: "{HOST}") {{ vms {{ totalCount }} }} }}',
        f'{{ host(name: "{HOST}") {{ resources(kind: NETWORK, first: 20) {{ nodes {{ id }} }} }} }}',
    ],
    "vms": [
        "{ vms(first: 20) { nodes { name } } }",
        "{ vms(last: 20) { nodes { name } } }",
        "{ vms { totalCount } }",
        "{ vms(filter: {state: {eq: RUNNING}}) { totalCount } }",
        '{ vms(filter: {interfaces: {some: {model: {eq: "e1000e"}}}}) { totalCount } }',
        '{ vms(filter: {untyped: {eq: "domain"}}, first: 20) { nodes { name } } }',
    ],
    "vm": ["query($vm: ID!) { vm(id: $vm) { name host { name } conflicts { kind } } }"],
    "node": ["query($vm: ID!) { node(id: $vm) { id } }"],
    "nodes": ["query($vm: ID!) { nodes(ids: [$vm]) { id } }"],
    "resource": ["query($resource: ID!) { resource(id: $resource) { id attachments(first: 5) { nodes { role } } } }"],
    "resources": [
        "{ resources(first: 20) { nodes { id } } }",
        "{ resources(kind: STORAGE_VOLUME, first: 20) { nodes { id } } }",
        "{ resources { totalCount } }",
        "{ resources(kind: STORAGE_VOLUME) { totalCount } }",
        f'{{ resources(filter: {{host: {{eq: "{HOST}"}}}}, first: 20) {{ nodes {{ id }} }} }}',
        '{ resources(kind: NETWORK, filter: {name: {eq: "servers"}}, first: 20) { nodes { id } } }',
    ],
    "search": ['{ search(text: "vm0001", first: 20) { nodes { exact } } }'],
    "changes": [
        "{ changes(first: 20) { nodes { at } } }",
        "{ changes(first: 20, order: OLDEST_FIRST) { nodes { at } } }",
        f'{{ changes(first: 20, filter: {{hosts: ["{HOST}"]}}) {{ nodes {{ at }} }} }}',
        '{ changes(first: 20, since: "2020-01-01T00:00:00Z") { nodes { at } } }',
    ],
    "coverage": ["{ coverage(first: 20) { nodes { path vmCount } } }"],
}
"""Operations by the root field that they begin with."""

OVER_ALL = {
    "fleet": ['{ fleet(groupBy: "disks.driver.cache", first: 5) { nodes { value vmCount } } }'],
    "conflicts": ["{ conflicts(first: 20) { nodes { kind } } }"],
}
"""Those that look at all VMs, as far as the time reaches."""

WITHOUT_READS = {"changeCursor", "viewer"}


@pytest.fixture(scope="module")
async def filled(mongo: EmbeddedMongo) -> Any:
    """Three hundred VMs and what they use."""
    async with open_api(mongo.uri, prepared=True) as api:
        await api.store.client.drop_database(api.store.database.name)
        await fill(api.store, VMS, HOSTS)
        yield api


async def _reads(api: Api, query: str) -> list[tuple[str, Document]]:
    """The collection and the body of every read that an operation sends."""
    vm = await api.store.vms.find_one({"hostId": HOST}, {"_id": 1})
    resource = await api.store.resources.find_one({"kind": "STORAGE_VOLUME", "label": "debian-12.qcow2"}, {"_id": 1})
    assert vm
    assert resource
    ids = {"vm": node_id("VirtualMachine", vm["_id"]), "resource": node_id("Resource", resource["_id"])}
    await api.data(query, **{name: value for name, value in ids.items() if f"${name}" in query})
    return [(of, body) for name, of, body in api.sent.reads if name != "getMore"]


def _stages(explained: Any) -> Iterator[Document]:
    """All stages of a plan, wherever they stand, and joins; those of plans that lost are left out."""
    if isinstance(explained, list):
        for one in explained:
            yield from _stages(one)
    elif isinstance(explained, dict):
        if "stage" in explained or "collectionScans" in explained:
            yield explained
        for name, inner in explained.items():
            if name not in ("rejectedPlans", "command", "parsedQuery"):
                yield from _stages(inner)


def test_every_root_field_is_looked_at() -> None:
    query = schema_of_the_api()._schema.query_type
    assert query
    assert {*OUT_OF_AN_INDEX, *OVER_ALL} == query.fields.keys() - WITHOUT_READS


@pytest.mark.parametrize("query", [one for some in OUT_OF_AN_INDEX.values() for one in some])
async def test_reads_come_out_of_an_index(filled: Api, query: str) -> None:
    reads = await _reads(filled, query)
    assert reads
    for collection, body in reads:
        kept = {key: value for key, value in body.items() if key not in ("lsid", "$clusterTime", "$db", "readConcern")}
        if body.get("aggregate") == 1:
            # Of a join that is unwound at once, MongoDB tells nothing.
            kept["pipeline"] = [stage for stage in body["pipeline"] if stage != {"$unwind": "$found"}]
        explained = await filled.store.database.command({"explain": kept, "verbosity": "executionStats"})
        stages = list(_stages(explained))
        found = {one.get("stage") for one in stages}
        assert not found & {"COLLSCAN", "SORT"}, (collection, body, found)
        joins = [one for one in stages if "collectionScans" in one]
        assert not any(one["collectionScans"] for one in joins), (collection, body)
        used = {index for one in joins for index in one["indexesUsed"]}
        assert used or found & {"IXSCAN", "IDHACK", "COUNT_SCAN", "EOF"}, (collection, body, found)


@pytest.mark.parametrize("query", [one for some in (OUT_OF_AN_INDEX | OVER_ALL).values() for one in some])
async def test_reads_are_bounded_in_time(filled: Api, query: str) -> None:
    for collection, body in await _reads(filled, query):
        assert 0 < body["maxTimeMS"] <= 1000 * SECONDS, collection


@pytest.mark.parametrize("query", [one for some in OVER_ALL.values() for one in some])
async def test_what_looks_at_all_may_use_the_disk(filled: Api, query: str) -> None:
    """More groups than fit into MongoDB's memory are written to its disk, which it does unless it is told not to."""
    for _, body in await _reads(filled, query):
        assert body.get("allowDiskUse", True)
    parameter = await filled.store.client.admin.command({"getParameter": 1, "allowDiskUseByDefault": 1})
    assert parameter["allowDiskUseByDefault"]
