"""What was: lists of changes, VMs of the past, and what differs between moments and between definitions."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schema.node import node_id
from server.collector.inventory import Observation, ResourceObservation
from server.store.embedded import EmbeddedMongo
from tests.schema.graph.api import FACTS, Api, observe_resources, open_api
from tests.schema.graph.following import disk, nic, observe, xml

WEB = node_id("VirtualMachine", "kvm/web")
POOL = "<pool type='dir'><name>images</name><target><path>{}</path></target></pool>"


@pytest.fixture(scope="module")
async def past(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """A fleet with a past: `web` in seven revisions, `db` that is gone, a pool."""
    async with open_api(mongo.uri) as opened:
        await opened.inventory.host_connected("kvm", "qemu:///system", FACTS)
        await moment()
        await observe(opened, "kvm", "web", xml("web", disk("vda")), "SHUTOFF")
        await observe(opened, "kvm", "db")
        await observe_resources(opened, "kvm", [ResourceObservation("STORAGE_POOL", "1", POOL.format("/a"))])
        plugged = xml("web", disk("vda") + nic(1))
        for text, other in (
            (xml("web", disk("vda")), xml("web", disk("vda"))),
            (plugged, xml("web", disk("vda"))),
            (plugged, xml("web", disk("vda", "writeback") + disk("vdb"))),
            (xml("web", nic(1) + disk("vda", "unsafe"), title="second"), xml("web", disk("vda", "writeback"))),
            (xml("web", disk("vda", "unsafe"), title="second"), xml("web", disk("vda", "writeback"))),
        ):
            await moment()
            await observe(opened, "kvm", "web", text, other=other)
        await opened.inventory.vms_vanished("kvm", {"db"})
        await observe_resources(opened, "kvm", [ResourceObservation("STORAGE_POOL", "1", POOL.format("/b"))])
        yield opened


async def moment() -> datetime:
    """A moment that nothing else happens in: MongoDB counts milliseconds."""
    await asyncio.sleep(0.005)
    now = datetime.now(UTC)
    await asyncio.sleep(0.005)
    return now


async def revisions(api: Api, arguments: str = "", fields: str = "revision") -> Any:
    """What `changes` lists: `name@revision`, or these fields of each."""
    found = await api.data(f"{{ changes{arguments} {{ nodes {{ name {fields} }} }} }}")
    nodes = found["changes"]["nodes"]
    return [f"{node['name']}@{node['revision']}" for node in nodes] if fields == "revision" else nodes


ALL = ["web@1", "db@1", "images@1", "web@2", "web@3", "web@4", "web@5", "web@6", "db@2", "images@2"]


async def test_all_changes_from_either_end(past: Api) -> None:
    assert await revisions(past, "(order: OLDEST_FIRST)") == ALL
    assert await revisions(past) == ALL[::-1]


@pytest.mark.parametrize("order", ["OLDEST_FIRST", "NEWEST_FIRST"])
async def test_page_by_page(past: Api, order: str) -> None:
    query = """query($after: String, $order: ChangeOrder!) { changes(first: 3, after: $after, order: $order) {
        edges { cursor node { cursor name revision } } pageInfo { hasNextPage endCursor } } }"""
    found: list[str] = []
    after = None
    while True:
        page = (await past.data(query, after=after, order=order))["changes"]
        assert len(page["edges"]) <= 3
        found += [f"{edge['node']['name']}@{edge['node']['revision']}" for edge in page["edges"]]
        assert all(edge["cursor"] == edge["node"]["cursor"] for edge in page["edges"])
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert found == (ALL if order == "OLDEST_FIRST" else ALL[::-1])


async def test_between_two_moments(past: Api) -> None:
    times = {f"{one['name']}@{one['revision']}": one["at"] for one in await revisions(past, "", "revision at")}
    since, until = times["web@3"], times["web@5"]
    found = await revisions(past, f'(order: OLDEST_FIRST, since: "{since}", until: "{until}")')
    assert found == ["web@3", "web@4"]
    assert await revisions(past, f'(since: "{until}", until: "{since}")') == []
    elsewhere = datetime.fromisoformat(since).astimezone(datetime.fromisoformat("2000-01-01T00:00+05:30").tzinfo)
    naive = since.removesuffix("+00:00")
    assert (
        await revisions(past, f'(order: OLDEST_FIRST, since: "{elsewhere.isoformat()}")')
        == await revisions(past, f'(order: OLDEST_FIRST, since: "{naive}")')
        == ALL[ALL.index("web@3") :]
    )


@pytest.mark.parametrize("text", ["yesterday", "", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00"])
async def test_moments_that_are_none(past: Api, text: str) -> None:
    query = f'{{ changes(since: "{text}") {{ nodes {{ name }} }} }}'
    result = await past.schema.execute(query, context_value=past.context())
    assert result.errors is not None
    assert "DateTime cannot represent" in result.errors[0].message
    result = await past.schema.execute("{ vm(id: 1, at: 5) { name } }", context_value=past.context())
    assert result.errors is not None
    assert "DateTime cannot represent" in result.errors[0].message


@pytest.mark.parametrize("moment", ["0001-01-01", "9999-12-31T23:59:59.999999"])
async def test_moments_at_the_end_of_time(past: Api, moment: str) -> None:
    assert await revisions(past, f'(order: OLDEST_FIRST, since: "{moment}")') == (ALL if moment < "1" else [])
    assert await revisions(past, f'(order: OLDEST_FIRST, until: "{moment}")') == ([] if moment < "1" else ALL)


FILTERS = {
    '{hosts: ["kvm"]}': ALL,
    '{hosts: ["elsewhere"]}': [],
    f'{{vms: ["{WEB}"]}}': [one for one in ALL if one.startswith("web")],
    "{subjects: [RESOURCE]}": ["images@1", "images@2"],
    "{operations: [REMOVED]}": ["db@2"],
    "{operations: [CHANGED], deviceKinds: [INTERFACE]}": ["web@3", "web@6"],
    '{operations: [CHANGED], path: "devices.disks.driver.cache"}': ["web@4", "web@5"],
    '{operations: [CHANGED], path: "devices.disks"}': ["web@4", "web@5"],
    '{path: "domain.title"}': ["web@1", "db@1", "web@5", "db@2"],
    '{path: "target.path"}': ["images@1", "images@2"],
}


@pytest.mark.parametrize("condition", FILTERS)
async def test_only_what_is_wanted(past: Api, condition: str) -> None:
    assert await revisions(past, f"(order: OLDEST_FIRST, filter: {condition})") == FILTERS[condition]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('(filter: {vms: ["x"]})', "`vms` has `x`, which is not the id of a virtual machine."),
        ("(first: 501)", "A page holds 0 to 500 items, not 501; read on with `after`."),
        ('(after: "x")', "The cursor is not one of this list."),
    ],
)
async def test_lists_that_there_are_not(past: Api, arguments: str, message: str) -> None:
    assert await past.refusal(f"{{ changes{arguments} {{ nodes {{ name }} }} }}") == message


async def test_texts_that_nothing_can_have(past: Api) -> None:
    query = "query($where: ChangeFilter) { changes(filter: $where) { nodes { name } } }"
    assert (await past.data(query, where={"hosts": ["\ud800", "a\0"]}))["changes"]["nodes"] == []
    message = await past.refusal(query, where={"path": "domain.\ud800"})
    assert "no VM or resource has anything at `domain.?`" in message


async def test_nothing_is_read_for_no_page(past: Api) -> None:
    await past.data(f'{{ changes {{ __typename }} vm(id: "{WEB}") {{ history {{ __typename }} }} }}')
    assert past.sent.summary() == ["find vms"]


async def test_the_history_of_a_vm_a_device_and_a_resource(past: Api) -> None:
    found = await past.data(
        f"""{{ vm(id: "{WEB}") {{ history {{ nodes {{ revision name }} }}
            devices {{ kind history {{ nodes {{ revision devices {{ kind operation }} }} }} }}
            persistentDefinition {{ disks {{ history {{ nodes {{ revision }} }} }} }} }}
          resources(kind: STORAGE_POOL) {{ nodes {{ history(first: 1) {{ nodes {{ revision }} pageInfo {{ hasNextPage
            endCursor }} }} }} }} }}"""
    )
    vm = found["vm"]
    assert [change["revision"] for change in vm["history"]["nodes"]] == [6, 5, 4, 3, 2, 1]
    (device,) = vm["devices"]
    of_disk = [change["revision"] for change in device["history"]["nodes"]]
    assert of_disk[0] in (5, 6)
    assert of_disk[-1] == 1
    assert {5, 4} <= set(of_disk)
    assert 3 not in of_disk, "then a network card came"
    (other,) = vm["persistentDefinition"]["disks"]
    assert [change["revision"] for change in other["history"]["nodes"]] == of_disk
    (pool,) = found["resources"]["nodes"]
    assert [change["revision"] for change in pool["history"]["nodes"]] == [2]
    assert pool["history"]["pageInfo"]["hasNextPage"] is True


async def test_what_is_only_named_has_no_history(past: Api) -> None:
    found = await past.data(
        f'{{ vm(id: "{WEB}") {{ disks {{ resource {{ kind history {{ nodes {{ name }} }} }} }} }} }}'
    )
    assert found["vm"]["disks"] == [{"resource": {"kind": "HOST_PATH", "history": {"nodes": []}}}]


async def test_a_vm_as_it_was(past: Api) -> None:
    query = """query($id: ID!, $at: DateTime) { vm(id: $id, at: $at) { id revision changedAt state
        domain { title } devices { id summary vm { revision } } disks { driver { cache } }
        persistentDefinition { disks { target { dev } driver { cache } vm { revision } } }
        attachments { role } host { name state } untyped deviceTree { nodes { summary } } } }"""
    changes = (await past.data(f'{{ vm(id: "{WEB}") {{ history {{ nodes {{ revision at }} }} }} }}'))["vm"]["history"]
    times = {one["revision"]: one["at"] for one in changes["nodes"]}
    seen = {number: (await past.data(query, id=WEB, at=at))["vm"] for number, at in times.items()}
    for number, vm in seen.items():
        assert (vm["id"], vm["revision"], vm["changedAt"]) == (WEB, number, times[number])
        assert vm["host"] == {"name": "kvm", "state": "CONNECTED"}
        assert {device["vm"]["revision"] for device in vm["devices"]} == {number}
    assert [seen[number]["state"] for number in range(1, 7)] == ["SHUTOFF", *["RUNNING"] * 5]
    assert [len(seen[number]["devices"]) for number in range(1, 7)] == [1, 1, 2, 2, 2, 1]
    assert [len(seen[number]["attachments"]) for number in range(1, 7)] == [1, 1, 3, 3, 3, 1]
    assert seen[4]["domain"] == {"title": "first"}
    assert [seen[number]["disks"][0]["driver"]["cache"] for number in (4, 5)] == ["NONE", "UNSAFE"]
    others = [seen[number]["persistentDefinition"] for number in range(1, 7)]
    assert others[0] is None
    assert [[one["target"]["dev"] for one in other["disks"]] for other in others[1:]] == [
        ["vda"], ["vda"], ["vda", "vdb"], ["vda"], ["vda"],
    ]  # fmt: skip
    assert others[3]["disks"][0]["vm"] == {"revision": 4}
    assert seen[6] == (await past.data(query, id=WEB))["vm"]
    before = datetime.fromisoformat(times[1]) - timedelta(milliseconds=1)
    assert (await past.data(query, id=WEB, at=before.isoformat()))["vm"] is None


async def test_a_vm_that_is_gone_as_it_was(past: Api) -> None:
    opaque = node_id("VirtualMachine", "kvm/db")
    came, went = (await revisions(past, f'(order: OLDEST_FIRST, filter: {{vms: ["{opaque}"]}})', "at operation"))[:2]
    query = "query($id: ID!, $at: DateTime) { vm(id: $id, at: $at) { name history { nodes { operation } } } }"
    assert (await past.data(query, id=opaque, at=came["at"]))["vm"] == {
        "name": "db", "history": {"nodes": [{"operation": "REMOVED"}, {"operation": "ADDED"}]},
    }  # fmt: skip
    assert (await past.data(query, id=opaque, at=went["at"]))["vm"] is None
    assert (await past.data(query, id=opaque))["vm"] is None
    assert (await past.data(query, id="x", at=came["at"]))["vm"] is None


async def times(api: Api) -> dict[int, str]:
    """When `web` got each of its revisions."""
    changes = (await api.data(f'{{ vm(id: "{WEB}") {{ history {{ nodes {{ revision at }} }} }} }}'))["vm"]["history"]
    return {one["revision"]: one["at"] for one in changes["nodes"]}


DIFFERENCE = "devices { operation deviceId device { summary } paths { path old new } } paths { path old new }"


async def difference(api: Api, before: str, after: str | None) -> Any:
    query = f"""query($id: ID!, $from: DateTime!, $to: DateTime) {{ vm(id: $id) {{ diff(from: $from, to: $to) {{
        {DIFFERENCE} }} }} }}"""
    return (await api.data(query, **{"id": WEB, "from": before, "to": after}))["vm"]["diff"]


async def test_what_differs_between_two_moments(past: Api) -> None:
    at = await times(past)
    found = await difference(past, at[2], at[5])
    assert [(one["operation"], [path["path"] for path in one["paths"]]) for one in found["devices"]] == [
        ("CHANGED", ["devices.disks.driver.cache"]), ("ADDED", ["devices.interfaces"]),
    ]  # fmt: skip
    assert [one["device"] is None for one in found["devices"]] == [False, True], "the network card is gone by now"
    assert found["paths"] == [{"path": "domain.title", "old": "first", "new": "second"}]
    back = await difference(past, at[5], at[2])
    assert back["paths"] == [{"path": "domain.title", "old": "second", "new": "first"}]
    assert {one["operation"] for one in back["devices"]} == {"CHANGED", "REMOVED"}
    assert await difference(past, at[4], at[4]) == {"devices": [], "paths": []}
    assert await difference(past, at[2], None) == await difference(past, at[2], at[6])
    state = {"path": "state", "old": "SHUTOFF", "new": "RUNNING"}
    assert (await difference(past, at[1], at[2])) == {"devices": [], "paths": [state]}


async def test_moments_at_which_there_was_no_vm(past: Api) -> None:
    query = f'{{ vm(id: "{WEB}") {{ diff(from: "%s", to: "%s") {{ paths {{ path }} }} }} }}'
    now, then = datetime.now(UTC).isoformat(), "2001-02-03T04:05:06+00:00"
    message = f"The VM does not exist at {then}: `history` lists when it came and went."
    assert await past.refusal(query % (then, now)) == message
    assert await past.refusal(query % (now, then)) == message
    opaque = node_id("VirtualMachine", "kvm/db")
    came = (await revisions(past, f'(order: OLDEST_FIRST, filter: {{vms: ["{opaque}"]}})', "at"))[0]["at"]
    gone = f'{{ vm(id: "{opaque}", at: "{came}") {{ diff(from: "{came}") {{ paths {{ path }} }} }} }}'
    assert await past.refusal(gone) == "The VM does not exist now: `history` lists when it came and went."


async def test_what_the_next_start_will_change(past: Api) -> None:
    query = f"query($id: ID!, $at: DateTime) {{ vm(id: $id, at: $at) {{ pending {{ {DIFFERENCE} }} }} }}"
    at = await times(past)
    found = [(await past.data(query, id=WEB, at=at[number]))["vm"]["pending"] for number in range(1, 7)]
    assert found[0] is None, "it does not run"
    assert found[1] == {"devices": [], "paths": []}
    assert [one["operation"] for one in found[2]["devices"]] == ["REMOVED"]
    told = {(one["operation"], path["path"]) for one in found[3]["devices"] for path in one["paths"]}
    assert told == {
        ("CHANGED", "devices.disks.driver.cache"), ("ADDED", "devices.disks"), ("REMOVED", "devices.interfaces"),
    }  # fmt: skip
    assert (await past.data(query, id=WEB))["vm"]["pending"] == found[5]
    (changed,) = found[5]["devices"]
    assert changed["paths"] == [{"path": "devices.disks.driver.cache", "old": "unsafe", "new": "writeback"}]
    assert changed["deviceId"] == node_id("Device", "kvm/web", "disk/vda")
    assert found[5]["paths"] == [{"path": "domain.title", "old": "second", "new": "first"}]


async def test_a_device_that_comes_with_the_next_start_is_that_of_the_other_definition(api: Api) -> None:
    await observe(api, "kvm", "web", xml("web", disk("vda")), other=xml("web", disk("vda") + disk("vdb")))
    query = f'{{ vm(id: "{WEB}") {{ pending {{ devices {{ operation deviceId device {{ id summary }} }} }} }} }}'
    (added,) = (await api.data(query))["vm"]["pending"]["devices"]
    assert (added["operation"], added["deviceId"]) == ("ADDED", added["device"]["id"])
    assert added["deviceId"] == node_id("Device", "kvm/web", "disk/vdb", "persistent")
    assert added["device"]["summary"].startswith("vdb")


@pytest.mark.parametrize("broken", ["live", "other"])
async def test_nobody_can_say_what_follows_xml_that_cannot_be_read(api: Api, broken: str) -> None:
    good, bad = xml("web"), "<domain><name>web</name><devices></domain>"
    live, other = (bad, good) if broken == "live" else (good, bad)
    await api.inventory.vms_observed("kvm", [Observation("web", "RUNNING", live, other)])
    found = await api.data(f'{{ vm(id: "{WEB}") {{ error pending {{ paths {{ path }} }} }} }}')
    assert found["vm"]["pending"] is None


async def test_projections_of_what_was(past: Api) -> None:
    await past.data(f'{{ vm(id: "{WEB}") {{ history {{ nodes {{ at }} }} }} }}')
    (find,) = past.sent.finds("vms")
    assert set(find["projection"]) == {"_id", "hostId"}
    await past.data(f'{{ vm(id: "{WEB}") {{ pending {{ paths {{ path }} }} }} }}')
    (find,) = past.sent.finds("vms")
    assert set(find["projection"]) == {"_id", "hostId", "name", "uuid", "domain", "devices", "rawXml", "error"}
    await past.data(f'{{ vm(id: "{WEB}") {{ disks {{ history {{ nodes {{ at }} }} }} }} }}')
    (find,) = past.sent.finds("vms")
    assert set(find["projection"]) == {"_id", "hostId", "devices.disks.id", "devices.disks.kind"}


async def test_what_all_changes_of_a_page_lead_to_is_read_at_once(past: Api) -> None:
    await past.data(
        "{ changes { nodes { vm { name } host { name } resource { name } devices { device { alias } }"
        " persistent { devices { device { alias } } } } } }"
    )
    assert sorted(past.sent.summary()) == sorted(
        ["find changes", *["find vms"] * 3, "find hosts", "find resources", "find definitions"]
    )
