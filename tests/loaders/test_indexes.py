"""How MongoDB finds pages: out of an index, in its order, without reading much that is not shown."""

from collections.abc import Iterator
from typing import Any

import pytest

from server.collector.inventory import Observation
from server.store.collections import STATES
from server.store.embedded import EmbeddedMongo
from tests.schema.graph.api import Api, open_api

VMS = 1200
PAGE = 20


def xml(number: int) -> str:
    """A VM whose disks and name say its number; every fourth has no cache mode, every tenth `none`."""
    cache = "" if number % 4 == 0 else f" cache='{'none' if number % 10 == 1 else 'writeback'}'"
    return f"""<domain type='{"kvm" if number % 2 else "qemu"}'><name>vm-{number:04}</name><vcpu>{number % 7 + 1}</vcpu>
      <devices>
        <disk type='file' device='disk'><driver name='qemu' type='qcow2'{cache}/>
          <source file='/images/{number % 300:03}/{number:04}.qcow2'/><target dev='vda' bus='virtio'/></disk>
        <disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>
        <interface type='network'><mac address='52:54:00:00:{number // 256:02x}:{number % 256:02x}'/>
          <source network='net-{number % 5}'/><model type='virtio'/></interface>
      </devices></domain>"""


@pytest.fixture(scope="module")
async def many(mongo: EmbeddedMongo) -> Any:
    """1,200 VMs on three hosts."""
    async with open_api(mongo.uri) as api:
        for host in range(3):
            numbers = range(host, VMS, 3)
            observations = [Observation(f"{one:04}", STATES[one % len(STATES)], xml(one)) for one in numbers]
            await api.inventory.vms_observed(f"host-{host}", observations)
        yield api


def stages(plan: Any) -> Iterator[tuple[str, str | None]]:
    """The stages of a plan with the index that each uses."""
    yield plan["stage"], plan.get("indexName")
    for inner in [plan["inputStage"]] if "inputStage" in plan else plan.get("inputStages", []):
        yield from stages(inner)


async def cursor_in_the_middle(api: Api, order: str, condition: Any = None) -> str:
    selection = "vms(first: 500, filter: $filter, orderBy: $order) { edges { cursor } }"
    query = f"query($filter: VmFilter, $order: VmOrder) {{ {selection} }}"
    edges = (await api.data(query, filter=condition, order={"field": order}))["vms"]["edges"]
    cursor: str = edges[len(edges) // 2]["cursor"]
    return cursor


READ = """query($first: Int, $after: String, $last: Int, $before: String, $filter: VmFilter, $order: VmOrder) {
  vms(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $order) {
    nodes { name state uuid }
  }
}"""

FACETS = "facets.p_1_facets.v_1_name_1__id_1"
BY_NAME, BY_HOST, BY_STATE, BY_TIME = (
    "name_1__id_1",
    "hostId_1_name_1__id_1",
    "state_1_name_1__id_1",
    "changedAt_1__id_1",
)


def some_disk(**condition: Any) -> Any:
    return {"disks": {"some": condition}}


SORTED = [
    (None, "NAME", BY_NAME),
    (None, "HOST", BY_HOST),
    (None, "STATE", BY_STATE),
    (None, "CHANGED_AT", BY_TIME),
    ({"host": {"eq": "host-1"}}, "NAME", BY_HOST),
    ({"state": {"eq": "PAUSED"}}, "NAME", BY_STATE),
    ({"name": {"startsWith": "vm-0"}}, "NAME", BY_NAME),
    (some_disk(driver={"cache": {"eq": "NONE"}}), "NAME", FACETS),
    (some_disk(source={"file": {"eq": "/images/007/0007.qcow2"}}), "NAME", FACETS),
    ({"interfaces": {"some": {"source": {"network": {"eq": "net-3"}}}}}, "NAME", FACETS),
    ({"interfaces": {"some": {"mac": {"address": {"eq": "52:54:00:00:01:07"}}}}}, "NAME", FACETS),
    ({"domain": {"vcpu": {"value": {"eq": 3}}}}, "NAME", FACETS),
    (some_disk(driver={"cache": {"in": ["NONE", "UNSAFE"]}}), "NAME", FACETS),
    ({"or": [some_disk(driver={"cache": {"eq": "NONE"}}), {"domain": {"vcpu": {"value": {"eq": 3}}}}]}, "NAME", FACETS),
]


@pytest.mark.parametrize("where", ["first", "after", "last", "before"])
@pytest.mark.parametrize(("condition", "order", "index"), SORTED, ids=str)
async def test_pages_come_sorted_out_of_the_index(
    many: Api, condition: Any, order: str, index: str, where: str
) -> None:
    arguments: dict[str, Any] = {"first" if where in ("first", "after") else "last": PAGE}
    if where in ("after", "before"):
        arguments[where] = await cursor_in_the_middle(many, order, condition)
    explained = await many.explained(READ, filter=condition, order={"field": order}, **arguments)
    plan = list(stages(explained["queryPlanner"]["winningPlan"]))
    read = explained["executionStats"]
    assert "SORT" not in {stage for stage, _ in plan}, plan
    assert "COLLSCAN" not in {stage for stage, _ in plan}, plan
    used = {name for _, name in plan if name is not None}
    # Of a value that few have, a VM of the cursor's own name may be found by that name.
    assert index in used <= {index, BY_NAME}, plan
    # One more than the page tells whether there is another; each merged range reads one ahead.
    assert read["totalKeysExamined"] <= read["nReturned"] + 2 * sum(stage == "IXSCAN" for stage, _ in plan) + 1, plan


async def test_a_prefix_of_a_device_is_found_in_the_index_and_sorted_afterwards(many: Api) -> None:
    condition = some_disk(source={"file": {"startsWith": "/images/007/"}})
    explained = await many.explained(READ, filter=condition, first=PAGE)
    plan = list(stages(explained["queryPlanner"]["winningPlan"]))
    assert ("IXSCAN", FACETS) in plan
    assert explained["executionStats"]["nReturned"] == 4
    assert explained["executionStats"]["totalKeysExamined"] <= 6


async def test_several_conditions_use_the_index_for_one_of_them(many: Api) -> None:
    condition = some_disk(driver={"cache": {"eq": "NONE"}}, target={"bus": {"eq": "VIRTIO"}}) | {
        "host": {"eq": "host-1"}
    }
    explained = await many.explained(READ, filter=condition, first=PAGE)
    plan = list(stages(explained["queryPlanner"]["winningPlan"]))
    assert "SORT" not in {stage for stage, _ in plan}, plan
    assert "IXSCAN" in {stage for stage, _ in plan}, plan
    assert explained["executionStats"]["totalKeysExamined"] < VMS / 3


async def test_a_page_among_equal_names_is_found_at_once(api: Api) -> None:
    many = [Observation(f"{one:04}", "RUNNING", "<domain><name>same</name></domain>") for one in range(600)]
    await api.inventory.vms_observed("host", many)
    cursor = await cursor_in_the_middle(api, "NAME")
    for arguments in ({"first": PAGE, "after": cursor}, {"last": PAGE, "before": cursor}):
        explained = await api.explained(READ, **arguments)
        assert explained["executionStats"]["totalKeysExamined"] <= PAGE + 5
