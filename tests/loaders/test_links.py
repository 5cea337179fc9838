"""Every case of an edge within a VM, through MongoDB and the API: from what names to what is named, and back."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from schema.edges import EDGES, SPACES
from schema.node import node_id, parse_node_id
from server.collector.inventory import Observation
from server.store.embedded import EmbeddedMongo
from tests.edges.case import UUID, Case, all_cases
from tests.schema.graph.api import Api, open_api

CASES = [case for case in all_cases() if SPACES[case.key.partition("|")[0]].scope == "VM" and not case.resources]
every_case = pytest.mark.parametrize(("number", "case"), list(enumerate(CASES)), ids=map(str, CASES))

LINK = "role key missing device { id kind } target { id kind vm { name } } part { kind name }"
FORWARD = f"""query($id: ID!) {{ vm(id: $id) {{
  links {{ {LINK} }}
  devices {{ id links {{ {LINK} }} linkedFrom {{ role device {{ id }} }} }}
  persistentDefinition {{
    links {{ role key device {{ id }} target {{ vm {{ id state }} }} }}
    devices {{ links {{ device {{ id }} }} linkedFrom {{ device {{ id }} }} }}
  }}
}} }}"""


def local_id(device: Any) -> str:
    parsed = parse_node_id(device["id"]) if device else ("Device", ("",))
    assert parsed is not None
    return next(one for one in reversed(parsed[1]) if one != "persistent")


@pytest.fixture(scope="module")
async def cases(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """Each case on a host of its own, running, with the same definition for its next start."""
    async with open_api(mongo.uri) as api:
        for number, case in enumerate(CASES):
            seen = Observation(UUID, "RUNNING", case.xml, case.xml)
            await api.inventory.vms_observed(f"host-{number}", [seen])
        yield api


@every_case
async def test_an_edge_leads_there_and_back(cases: Api, number: int, case: Case) -> None:
    opaque = node_id("VirtualMachine", f"host-{number}/{UUID}")
    vm = (await cases.data(FORWARD, id=opaque))["vm"]
    role, name = case.role.replace("-", "_").upper(), case.key.partition("||")[2]
    (link,) = (
        one for one in vm["links"] if (one["role"], local_id(one["device"]), one["key"]) == (role, case.owner, case.key)
    )
    answered = case.answered.removeprefix("domain")
    assert local_id(link["target"]) == answered
    if answered:
        assert (link["target"]["kind"], link["part"]) == (case.kind, None)
        (target,) = (one for one in vm["devices"] if local_id(one) == answered)
        assert (role, case.owner) in [(one["role"], local_id(one["device"])) for one in target["linkedFrom"]]
    else:
        assert link["part"] == {"kind": case.kind, "name": name}
    if case.owner:
        (owner,) = (one for one in vm["devices"] if local_id(one) == case.owner)
        assert link in owner["links"]
    (again,) = (
        one
        for one in vm["persistentDefinition"]["links"]
        if (one["role"], local_id(one["device"]), one["key"]) == (role, case.owner, case.key)
    )
    assert again["target"] == ({"vm": {"id": opaque, "state": "RUNNING"}} if answered else None)


async def test_links_in_some_roles(cases: Api) -> None:
    number = next(number for number, case in enumerate(CASES) if case.role == "addr-usb")
    opaque = node_id("VirtualMachine", f"host-{number}/{UUID}")
    query = "query($id: ID!) { vm(id: $id) { links(roles: [ADDR_USB]) { role } none: links(roles: []) { role } } }"
    vm = (await cases.data(query, id=opaque))["vm"]
    assert vm == {"links": [{"role": "ADDR_USB"}] * 3, "none": []}


def test_every_edge_within_a_vm_has_a_case() -> None:
    of_resources = {"disk-target"}  # snapshots and checkpoints speak of disks of the VM that they are of
    inner = {edge.role for edge in EDGES.values() if any(row.to.scope == "VM" for row in edge.rows)}
    assert inner - of_resources == {case.role for case in CASES}
