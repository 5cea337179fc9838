"""Every case of an edge, through MongoDB and the API: from what names to what is named, and back."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

import schema
from schema.edges import EDGES, SPACES
from schema.node import node_id, parse_node_id
from server.collector.inventory import Observation, ResourceObservation
from server.collector.scopes import BELOW, KIND_OF, OF_A_DOMAIN
from server.store.embedded import EmbeddedMongo
from tests.conftest import Say
from tests.edges.case import UUID, Case, all_cases
from tests.schema.graph.api import FACTS, Api, open_api

CASES = [case for case in all_cases() if SPACES[case.key.partition("|")[0]].scope != "VM"]
SCOPES = {kind: listing for listing, kind in KIND_OF.items()}
every_case = pytest.mark.parametrize(("number", "case"), list(enumerate(CASES)), ids=map(str, CASES))

TIE = "role key resource { __typename id kind name ... on ReferencedResource { missing vm { id } disk { id } } }"
FORWARD = f"""query($id: ID!, $host: String!) {{
  vm(id: $id) {{
    attachments {{ access active device {{ id }} {TIE} }}
    devices {{ id resource {{ id }} attachments {{ access {TIE} }} }}
  }}
  resources(first: 100, filter: {{host: {{eq: $host}}}}) {{ nodes {{ id kind name references {{ {TIE} }} }} }}
}}"""
BACK = """query($id: ID!) { resource(id: $id) {
  attachments(first: 100) { totalCount nodes { role device { id } vm { id } resource { id } } }
  referencedBy(first: 100) { nodes { id kind name } }
} }"""
BACK_OF_VM = """query($id: ID!) { vm(id: $id) {
  dependents(first: 100) { nodes { role device { id } vm { id } } }
  referencedBy(first: 100) { nodes { id kind name } }
} }"""


def vm_of(host: str) -> str:
    return node_id("VirtualMachine", f"{host}/{UUID}")


@pytest.fixture(scope="module")
async def cases(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """Each case on a host of its own."""
    async with open_api(mongo.uri) as api:
        for number, case in enumerate(CASES):
            host = f"host-{number}"
            await api.inventory.host_connected(host, "qemu:///system", FACTS)
            await api.inventory.vms_observed(host, [Observation(UUID, "RUNNING", case.xml)])
            for scope, observations in scopes(case).items():
                await api.inventory.resources_observed(host, scope, observations)
        yield api


def scopes(case: Case) -> dict[str, list[ResourceObservation]]:
    """The case's resources by scope; what lies below others lies below the first of them."""
    found: dict[str, list[ResourceObservation]] = {}
    for xml, facts in case.resources:
        kind = str(schema.resource_from_xml(xml)["kind"])
        listing = SCOPES[kind]
        below = "0/" if listing in (*BELOW.values(), *OF_A_DOMAIN) else ""
        seen = found.setdefault(f"{listing}/0" if below else listing, [])
        seen.append(ResourceObservation(kind, f"{below}{len(seen)}", xml, facts))
    return {scope: found[scope] for scope in sorted(found, key=lambda scope: "/" in scope)}


def local_id(opaque: str) -> str:
    parsed = parse_node_id(opaque)
    assert parsed is not None
    return parsed[1][-1]


@every_case
async def test_an_edge_leads_there_and_back(cases: Api, number: int, case: Case) -> None:
    host = f"host-{number}"
    data = await cases.data(FORWARD, id=vm_of(host), host=host)
    tie = the_tie(case, host, data)
    target = tie["resource"]
    if case.answered == "domain":
        assert (target["vm"], target["missing"]) == ({"id": vm_of(host)}, False)
    elif case.answered:
        assert (target["__typename"] != "ReferencedResource", target["kind"]) == (True, case.kind)
        assert f"{target['kind']}/{target['name']}" == case.answered
    else:
        assert (target["__typename"], target["kind"]) == ("ReferencedResource", case.kind)

    back = (await cases.data(BACK, id=target["id"]))["resource"]
    if "/" in case.owner and case.owner.partition("/")[0].isupper():
        assert case.owner in [f"{one['kind']}/{one['name']}" for one in back["referencedBy"]["nodes"]]
    else:
        assert (case.role, case.owner) in owners(back["attachments"], host)
        assert back["attachments"]["totalCount"] == len(back["attachments"]["nodes"])
    if case.answered == "domain":
        vm = (await cases.data(BACK_OF_VM, id=vm_of(host)))["vm"]
        named = [f"{one['kind']}/{one['name']}" for one in vm["referencedBy"]["nodes"]]
        assert case.owner in named or (case.role, case.owner) in owners(vm["dependents"], host)


async def test_snapshots_and_disks_know_each_other(cases: Api) -> None:
    for number, case in enumerate(CASES):
        if case.role == "disk-target":
            host = f"host-{number}"
            data = await cases.data(FORWARD, id=vm_of(host), host=host)
            disk = the_tie(case, host, data)["resource"]["disk"]
            assert local_id(disk["id"]) == "disk/vda"
            query = "query($id: ID!) { node(id: $id) { ... on Disk { snapshots { nodes { name } } } } }"
            found = await cases.data(query, **disk)
            assert found["node"]["snapshots"]["nodes"] == [{"name": "monday"}]


def owners(attachments: Any, host: str) -> list[tuple[str, str]]:
    return [
        (one["role"].lower().replace("_", "-"), local_id(one["device"]["id"]) if one["device"] else "")
        for one in attachments["nodes"]
        if one["vm"]["id"] == vm_of(host)
    ]


def the_tie(case: Case, host: str, data: Any) -> Any:
    """The attachment or reference that the case is about."""
    role, key = case.role.replace("-", "_").upper(), case.key_on(host)
    kind, slash, _ = case.owner.partition("/")
    if slash and kind.isupper():
        (owner,) = (one for one in data["resources"]["nodes"] if f"{one['kind']}/{one['name']}" == case.owner)
        ties = owner["references"]
    elif case.owner:
        (owner,) = (one for one in data["vm"]["devices"] if local_id(one["id"]) == case.owner)
        ties = owner["attachments"]
    else:
        ties = [one for one in data["vm"]["attachments"] if one["device"] is None]
    (tie,) = (one for one in ties if (one["role"], one["key"]) == (role, key))
    if "access" in tie:
        assert tie["access"] == case.access
    if case.source:
        assert owner["resource"]["id"] in [one["resource"]["id"] for one in ties if one["role"] == role]
    return tie


def test_every_edge_that_leaves_a_vm_has_a_case(say: Say) -> None:
    roles = Counter(case.role for case in CASES)
    outer = {edge.role for edge in EDGES.values() if any(row.to.scope != "VM" for row in edge.rows)}
    say(f"edges out of a VM or between resources: {len(outer)}, with cases: {len(roles)} ({len(CASES)} cases)")
    assert outer == set(roles)
