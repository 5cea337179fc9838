"""Queries of resources and attachments read the paths they select, and their answers are those of whole documents."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.resource import RESOURCES
from server.collector.inventory import Observation
from server.store.embedded import EmbeddedMongo
from tests.edges.case import UUID
from tests.loaders import test_conflicts
from tests.loaders.test_edges import CASES, scopes
from tests.schema.graph.api import Api, numbered, observe_resources, open_api
from tests.schema.graph.selections import some
from tests.schema.host.test_resources import SOURCES
from tests.shared import corpus

ALWAYS = {"_id", "hostId", "kind", "keys", "label"}
"""What is read of every resource: by these it is told from others and found again."""

SNAPSHOT = f"""<domainsnapshot><name>before</name><creationTime>7</creationTime><domain type='kvm'><name>guest</name>
  <uuid>{UUID}</uuid><devices>
    <disk type='file' device='disk'><source file='/images/a'/><target dev='vda' bus='virtio'/></disk>
    <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>
  </devices></domain></domainsnapshot>"""


@pytest.fixture(scope="module")
async def tied(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """Every case of an edge on a host of its own, three hosts with conflicts, and libvirt's documents on one more."""
    async with open_api(mongo.uri) as api:
        for number, case in enumerate(CASES):
            await api.inventory.vms_observed(f"host-{number}", [Observation(UUID, "RUNNING", case.xml, case.xml)])
            for scope, observations in scopes(case).items():
                await api.inventory.resources_observed(f"host-{number}", scope, observations)
        await test_conflicts.observe(api)
        guest = SNAPSHOT[SNAPSHOT.index("<domain ") :].removesuffix("</domainsnapshot>")
        await api.inventory.vms_observed("snapshots", [Observation(UUID, "RUNNING", guest)])
        await observe_resources(api, "snapshots", numbered("DOMAIN_SNAPSHOT", [SNAPSHOT.encode()]))
        for kind, (_, folder) in SOURCES.items():
            if folder is not None and (found := corpus(folder)):
                await observe_resources(api, f"corpus-{kind}", numbered(kind, (path.read_bytes() for path in found)))
        yield api


@pytest.mark.parametrize(
    ("selection", "paths"),
    [
        ("id kind name", {"name"}),
        ("__typename host { name }", set()),
        ("active persistent autostart", {"facts.active", "facts.persistent", "facts.autostart"}),
        ("error untyped", {"error", "untyped.path"}),
        ("extra { name }", {"extra"}),
        ("references { role }", {"links"}),
        ("attachments { totalCount } referencedBy { nodes { id } }", set()),
        ("... on StorageVolume { pool { name } }", {"links"}),
        ("... on StorageVolume { backingChain { name } overlays { nodes { id } } }", set()),
        ("... on StorageVolume { target { path } }", {"target.path"}),
        ("... on StorageVolume { capacity { bytes } }", {"capacity"}),
        ("... on StoragePool { source { ... on RbdPoolSource { hosts { name } } } } "
         "... on Network { dhcpLeases { macAddress } }", {"source.kind", "source.hosts.name", "facts.leases"}),
        ("... on DomainSnapshot { createdAt definition { disks { id } } }", {"creationTime", "definition"}),
        ("... on NodeDevice { iommuGroup { name } virtualFunctions { name } }", {"links", "capabilities"}),
    ],
)  # fmt: skip
async def test_a_query_reads_what_it_selects(tied: Api, selection: str, paths: set[str]) -> None:
    await tied.data(f"{{ resources(first: 5) {{ nodes {{ {selection} }} }} }}")
    (find, *_) = tied.sent.finds("resources")
    assert set(find["projection"]) == ALWAYS | paths


async def test_the_xml_needs_all_of_a_resource(tied: Api) -> None:
    await tied.data("{ resources(first: 5) { nodes { xml } } }")
    (find,) = tied.sent.finds("resources")
    assert "projection" not in find


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_any_part_of_resources_is_what_whole_documents_answer(
    tied: Api, graphql_schema: GraphQLSchema, data: st.DataObject
) -> None:
    resource = graphql_schema.type_map["Resource"]
    assert isinstance(resource, GraphQLInterfaceType)
    arguments = data.draw(
        st.sampled_from(["first: 100", *(f"first: 30, kind: {kind}" for kind in RESOURCES),
                         "first: 20, kind: NETWORK, referenced: true"])
    )  # fmt: skip
    await compare(tied, f"{{ resources({arguments}) {{ nodes {some(graphql_schema, resource, data.draw)} }} }}")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_any_part_of_what_is_attached_is_what_whole_documents_answer(
    tied: Api, graphql_schema: GraphQLSchema, data: st.DataObject
) -> None:
    types = graphql_schema.type_map
    attachment, neighbour, conflict = (types[name] for name in ("Attachment", "Neighbour", "Conflict"))
    assert isinstance(attachment, GraphQLObjectType)
    assert isinstance(neighbour, GraphQLObjectType)
    assert isinstance(conflict, GraphQLObjectType)

    where, one = data.draw(
        st.sampled_from([
            ("resources(first: 30, kind: STORAGE_VOLUME) { nodes { attachments { nodes %s } } }", attachment),
            ("vms(first: 100) { nodes { attachments %s } }", attachment),
            ("vms(first: 60) { nodes { devices { attachments %s } } }", attachment),
            ("vms(first: 60) { nodes { persistentDefinition { attachments %s } } }", attachment),
            ("resources(first: 30, kind: DOMAIN_SNAPSHOT) { nodes { ... on DomainSnapshot { definition { "
             "attachments %s } } } }", attachment),
            ("vms(first: 60) { nodes { neighbours { nodes %s } } }", neighbour),
            ("vms(first: 60) { nodes { neighbours(roles: [IF_NETWORK, IF_BRIDGE]) { edges { node %s } } } }",
             neighbour),
            ("conflicts(first: 100) { nodes %s }", conflict),
            ("vms(first: 60) { nodes { conflicts %s } }", conflict),
        ])
    )  # fmt: skip
    query = f"{{ {where.replace('%s', some(graphql_schema, one, data.draw, 1))} }}"
    await compare(tied, query)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_any_part_of_nodes_is_what_whole_documents_answer(
    tied: Api, graphql_schema: GraphQLSchema, ids: list[str], data: st.DataObject
) -> None:
    node = graphql_schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    wanted = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=6))
    query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {some(graphql_schema, node, data.draw)} }}"
    await compare(tied, query, ids=wanted)


async def compare(api: Api, query: str, **variables: Any) -> None:
    assert await api.data(query, **variables) == await api.data_of_whole_documents(query, **variables)


@pytest.fixture(scope="module")
async def ids(tied: Api) -> list[str]:
    """Ids of resources of every kind, of some that are only named, and of devices of snapshots."""
    found: list[Any] = []
    for kind in RESOURCES:
        page = await tied.data(f"{{ resources(first: 10, kind: {kind}) {{ nodes {{ id }} }} }}")
        found += page["resources"]["nodes"]
    saved = await tied.data(
        """{ vms(first: 60) { nodes { attachments { resource { id } } } }
             resources(first: 50, kind: DOMAIN_SNAPSHOT) { nodes {
               ... on DomainSnapshot { definition { devices { id } } } } } }"""
    )
    found += [one["resource"] for vm in saved["vms"]["nodes"] for one in vm["attachments"]]
    definitions = [one["definition"] for one in saved["resources"]["nodes"] if one["definition"]]
    found += [device for one in definitions for device in one["devices"]]
    return [one["id"] for one in found]
