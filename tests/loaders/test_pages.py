"""Pages: read from either end, in every order, while VMs come and go."""

import base64
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loaders.pages import BadCursor, cursor_of, parse_cursor
from schema.graph.context import Order
from server.collector.inventory import Observation
from server.store.embedded import EmbeddedMongo
from tests.schema.graph.api import FACTS, Api, open_api

FIELDS = {"NAME": "name", "HOST": "hostId", "STATE": "state", "CHANGED_AT": "changedAt"}
ORDERS = list(product(FIELDS, ("ASC", "DESC")))
STATES = ("RUNNING", "SHUTOFF", "PAUSED")

PAGE = """query($first: Int, $after: String, $last: Int, $before: String, $order: VmOrder) {
  vms(first: $first, after: $after, last: $last, before: $before, orderBy: $order) {
    edges { cursor node { sourceKey } } nodes { sourceKey }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


def observation(key: str, name: str | None, state: str) -> Observation:
    named = "" if name is None else f"<name>{name}</name>"
    return Observation(key, state, f"<domain type='test'>{named}<uuid>{key}</uuid></domain>")


async def observe(api: Api, vms: Sequence[tuple[str, str | None, str]], host: str = "one") -> None:
    await api.inventory.vms_observed(host, [observation(*vm) for vm in vms])


async def fill(api: Api) -> None:
    """Two hosts, names that several share and that others lack, times in four groups."""
    for host in ("one", "one-more"):
        await api.inventory.host_connected(host, f"test:///{host}", FACTS)
    await observe(api, [(f"a{number}", "same", STATES[number % 3]) for number in range(7)])
    await observe(api, [(f"b{number}", None, STATES[number % 3]) for number in range(7)], "one-more")
    await observe(api, [(f"c{number}", f"name-{9 - number}", STATES[number % 2]) for number in range(6)])
    await observe(api, [("d", "", "PAUSED"), ("e", "same", "PAUSED"), ("f", "Same", "PAUSED")], "one-more")


@pytest.fixture(scope="module")
async def mixed(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """Such a database that nobody writes to."""
    async with open_api(mongo.uri) as opened:
        await fill(opened)
        yield opened


def in_order(vms: list[dict[str, Any]], field: str, direction: str) -> list[str]:
    """The source keys in the order that the API promises: by the field, then name, then id; absent names first."""

    def rank(vm: dict[str, Any]) -> tuple[Any, ...]:
        name = ("name" in vm, vm.get("name", ""))
        key = (FIELDS[field] in vm, vm.get(FIELDS[field], ""))
        return (key, vm["_id"]) if field in ("NAME", "CHANGED_AT") else (key, name, vm["_id"])

    return [vm["sourceKey"] for vm in sorted(vms, key=rank, reverse=direction == "DESC")]


async def stored(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await api.store.vms.find({}).to_list(None)
    return found


async def walk(
    api: Api, size: int, backward: bool, order: dict[str, str], between: Callable[[], Any] | None = None
) -> list[str]:
    """Every page from one end to the other; `between` runs after each."""
    found: list[str] = []
    cursor = None
    for _ in range(100):
        arguments = {"last": size, "before": cursor} if backward else {"first": size, "after": cursor}
        page = (await api.data(PAGE, order=order, **arguments))["vms"]
        keys = [vm["sourceKey"] for vm in page["nodes"]]
        assert keys == [edge["node"]["sourceKey"] for edge in page["edges"]]
        cursors = [edge["cursor"] for edge in page["edges"]]
        info = page["pageInfo"]
        assert (info["startCursor"], info["endCursor"]) == ((cursors[0], cursors[-1]) if cursors else (None, None))
        found = keys + found if backward else found + keys
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            return found
        assert len(keys) == size
        cursor = info["startCursor" if backward else "endCursor"]
        if between is not None:
            await between()
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize(("field", "direction"), ORDERS)
async def test_pages_of_every_size_put_together_are_the_list(
    mixed: Api, field: str, direction: str, backward: bool
) -> None:
    expected = in_order(await stored(mixed), field, direction)
    assert len(expected) == 23
    for size in (1, 2, 5, 22, 23, 24):
        assert await walk(mixed, size, backward, {"field": field, "direction": direction}) == expected


async def test_a_page_says_whether_there_is_more(mixed: Api) -> None:
    page = (await mixed.data(PAGE, first=10))["vms"]["pageInfo"]
    assert (page["hasPreviousPage"], page["hasNextPage"]) == (False, True)
    page = (await mixed.data(PAGE, first=13, after=page["endCursor"]))["vms"]["pageInfo"]
    assert (page["hasPreviousPage"], page["hasNextPage"]) == (True, False)
    page = (await mixed.data(PAGE, last=13))["vms"]["pageInfo"]
    assert (page["hasPreviousPage"], page["hasNextPage"]) == (True, False)
    page = (await mixed.data(PAGE, last=10, before=page["startCursor"]))["vms"]["pageInfo"]
    assert (page["hasPreviousPage"], page["hasNextPage"]) == (False, True)


async def test_the_name_orders_unless_something_else_is_asked_for(mixed: Api) -> None:
    expected = in_order(await stored(mixed), "NAME", "ASC")
    assert [vm["sourceKey"] for vm in (await mixed.data(PAGE))["vms"]["nodes"]] == expected
    assert [vm["sourceKey"] for vm in (await mixed.data(PAGE, order={"field": "NAME"}))["vms"]["nodes"]] == expected


async def test_a_page_of_a_host_and_a_filter(mixed: Api) -> None:
    query = """query($after: String) { host(name: "one-more") {
        vms(first: 2, after: $after, filter: {state: {eq: PAUSED}}) {
            totalCount nodes { sourceKey host { name } } pageInfo { endCursor hasNextPage }
        } } }"""
    found: list[str] = []
    after = None
    while True:
        page = (await mixed.data(query, after=after))["host"]["vms"]
        assert page["totalCount"] == 5
        assert {vm["host"]["name"] for vm in page["nodes"]} == {"one-more"}
        found += [vm["sourceKey"] for vm in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == ["b2", "b5", "d", "f", "e"]


names = st.sampled_from([None, "", "a", "b", "ab", "B", "\N{GRINNING FACE}"])
vms = st.tuples(st.integers(0, 40).map(str), names, st.sampled_from(STATES))
events = st.tuples(st.booleans(), st.lists(vms, min_size=1, max_size=3))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    first=st.lists(vms, max_size=25),
    changes=st.lists(events, max_size=6),
    size=st.integers(1, 7),
    backward=st.booleans(),
    order=st.sampled_from([one for one in ORDERS if one[0] != "CHANGED_AT"]),
)
async def test_while_vms_come_and_go_those_that_stay_are_seen_once(
    api: Api, first: Any, changes: Any, size: int, backward: bool, order: tuple[str, str]
) -> None:
    await api.store.vms.delete_many({})
    await observe(api, first)
    before = {vm["sourceKey"]: vm for vm in await stored(api)}
    touched: set[str] = set()
    left = list(changes)

    async def between() -> None:
        if left:
            comes, some = left.pop()
            keys = {key for key, _, _ in some}
            touched.update(keys)
            if comes:
                await observe(api, some)
            else:
                await api.inventory.vms_vanished("one", keys)

    field, direction = order
    found = await walk(api, size, backward, {"field": field, "direction": direction}, between)
    stayed = [vm for key, vm in before.items() if key not in touched]
    expected = in_order(stayed, field, direction)
    assert [key for key in found if key in {vm["sourceKey"] for vm in stayed}] == expected


async def test_the_vm_of_the_cursor_may_be_gone(api: Api) -> None:
    await fill(api)
    expected = in_order(await stored(api), "NAME", "ASC")
    page = (await api.data(PAGE, first=10))["vms"]
    for host in ("one", "one-more"):
        await api.inventory.vms_vanished(host, {page["nodes"][-1]["sourceKey"]})
    rest = (await api.data(PAGE, first=50, after=page["pageInfo"]["endCursor"]))["vms"]
    assert [vm["sourceKey"] for vm in rest["nodes"]] == expected[10:]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"first": 1, "last": 1}, "Give `first` or `last`, not both."),
        ({"first": 1, "before": "x"}, "`after` goes with `first`, `before` with `last`."),
        ({"last": 1, "after": "x"}, "`after` goes with `first`, `before` with `last`."),
        ({"before": "x"}, "`after` goes with `first`, `before` with `last`."),
        ({"first": 501}, "A page holds 0 to 500 items, not 501; read on with `after`."),
        ({"last": 501}, "A page holds 0 to 500 items, not 501; read on with `before`."),
        ({"first": -1}, "A page holds 0 to 500 items, not -1; read on with `after`."),
        ({"first": 2**31 - 1}, "A page holds 0 to 500 items, not 2147483647; read on with `after`."),
        ({"after": "x"}, "The cursor is not one of this list."),
        ({"last": 1, "before": ""}, "The cursor is not one of this list."),
    ],
    ids=str,
)
async def test_arguments_that_make_no_page(mixed: Api, arguments: dict[str, Any], message: str) -> None:
    assert await mixed.refusal(PAGE, **arguments) == message


async def test_the_ceiling_and_nothing(mixed: Api) -> None:
    assert len((await mixed.data(PAGE, first=500))["vms"]["nodes"]) == 23
    for arguments, more in (({"first": 0}, "hasNextPage"), ({"last": 0}, "hasPreviousPage")):
        page = (await mixed.data(PAGE, **arguments))["vms"]
        assert page["nodes"] == []
        assert page["pageInfo"] == {
            "hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None, more: True,
        }  # fmt: skip


async def test_a_cursor_of_another_order_is_refused_and_the_other_direction_is_taken(mixed: Api) -> None:
    expected = in_order(await stored(mixed), "NAME", "ASC")
    cursor = (await mixed.data(PAGE, first=10))["vms"]["pageInfo"]["endCursor"]
    for field in ("HOST", "STATE", "CHANGED_AT"):
        assert await mixed.refusal(PAGE, after=cursor, order={"field": field}) == "The cursor is not one of this list."
    back = (await mixed.data(PAGE, after=cursor, order={"field": "NAME", "direction": "DESC"}))["vms"]
    assert [vm["sourceKey"] for vm in back["nodes"]] == expected[:9][::-1]


def packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        packed(["name", "x"]), packed(["name", "x", None]), packed(["name", 1, "one/a"]), packed(["name", {}, "one/a"]),
        packed(["name", {"$oid": "x"}, "one/a"]), packed(["name", {"$gt": ""}, "one/a"]), packed(["name", "x", ["a"]]),
        packed(["name", "\ud800", "one/a"]), packed(["name", "x", "\ud800"]), packed(["uuid", "x", "one/a"]),
        packed(["name", "x", "y", "one/a"]), packed({"name": "x"}), packed(7), packed(None), packed([]), packed("name"),
        "%", "\u00e9", "AAAAA", "[" * 100_000, packed(["name"]), base64.b64encode(b"[" * 100_000).decode(),
    ],
)  # fmt: skip
async def test_cursors_that_were_never_given_out(mixed: Api, cursor: str) -> None:
    assert await mixed.refusal(PAGE, after=cursor) == "The cursor is not one of this list."


@pytest.mark.parametrize(
    "time", ["now", "2020-13-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", None, 1]
)
async def test_times_in_cursors_are_times(mixed: Api, time: Any) -> None:
    cursor = packed(["changedAt", time, "one/a"])
    message = "The cursor is not one of this list."
    assert await mixed.refusal(PAGE, after=cursor, order={"field": "CHANGED_AT"}) == message


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(cursor=json_values.map(packed) | st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_text_is_a_cursor_or_is_refused(cursor: str) -> None:
    for field in FIELDS.values():
        with suppress(BadCursor):
            parse_cursor(cursor, Order(field))


@given(name=st.none() | st.text(st.characters(codec="utf-8")), key=st.text(st.characters(codec="utf-8")))
def test_a_cursor_says_where_its_document_is(name: str | None, key: str) -> None:
    document = {"_id": key, "hostId": "h", "state": "s"} | ({} if name is None else {"name": name})
    assert parse_cursor(cursor_of(document, Order("name")), Order("name")) == [name, key]
    assert parse_cursor(cursor_of(document, Order("state")), Order("state")) == ["s", name, key]


@pytest.mark.parametrize(
    ("selection", "reads"),
    [
        ("{ nodes { name } }", ["find vms"]),
        ("{ totalCount }", ["aggregate vms"]),
        ("{ totalCount nodes { name } }", ["find vms", "aggregate vms"]),
        ("{ count: totalCount pageInfo { endCursor } }", ["find vms", "aggregate vms"]),
        ("{ nodes { name } totalCount @skip(if: true) }", ["find vms"]),
        ("{ edges { cursor } }", ["find vms"]),
        ("{ ...F } fragment F on VmConnection { totalCount }", ["aggregate vms"]),
        ("{ __typename }", []),
    ],
)
async def test_only_what_is_selected_is_counted_or_read(mixed: Api, selection: str, reads: list[str]) -> None:
    head, _, fragment = selection.partition(" fragment ")
    await mixed.data(f"{{ vms {head} }} " + (f"fragment {fragment}" if fragment else ""))
    assert mixed.sent.summary() == reads


async def test_the_count_is_of_the_whole_list(mixed: Api) -> None:
    counted = await mixed.data(
        """{ all: vms(first: 1) { totalCount } some: vms(first: 1, filter: {name: {eq: "same"}}) { totalCount }
             host(name: "one") { vms(first: 0) { totalCount } } }"""
    )
    assert counted == {"all": {"totalCount": 23}, "some": {"totalCount": 8}, "host": {"vms": {"totalCount": 13}}}
