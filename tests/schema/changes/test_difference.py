"""Differences as records tell them: the smallest paths, devices by their ids, the fewest moves, no secrets."""

import json
import random
from typing import Any, cast

import pytest
from lxml import etree

import schema
from schema.element import Document
from tests.schema.changes.mutations import definitions, mutated
from tests.shared import corpus, needs_corpus


def disk(name: str, **rest: Any) -> Document:
    return {"id": f"disk/{name}", "kind": "DISK", "target": {"dev": name}, **rest}


def vm(*disks: Document, **domain: Any) -> Document:
    return {"name": "web", "state": "RUNNING", "domain": domain, "devices": {"disks": list(disks)} if disks else {}}


def found(before: Document | None, after: Document | None) -> Document:
    difference = schema.difference(before, after)
    assert difference is not None
    return difference


def test_a_changed_leaf_is_told_by_its_path() -> None:
    before = vm(disk("vda", driver={"cache": "none", "io": "native"}), memory={"value": 1})
    after = vm(disk("vda", driver={"cache": "writeback", "queues": 2}), memory={"value": 2})
    after["state"] = "SHUTOFF"
    assert found(before, after) == {
        "devices": [
            {
                "device": "disk/vda",
                "kind": "DISK",
                "operation": "CHANGED",
                "changes": [
                    {"path": "driver.cache", "old": "none", "new": "writeback"},
                    {"path": "driver.io", "old": "native"},
                    {"path": "driver.queues", "new": 2},
                ],
            }
        ],
        "changes": [
            {"path": "state", "old": "RUNNING", "new": "SHUTOFF"},
            {"path": "domain.memory.value", "old": 1, "new": 2},
        ],
        "orders": {},
        "exact": True,
    }
    assert schema.touched(found(before, after)) == [
        "state",
        "domain.memory.value",
        "devices.disks.driver.cache",
        "devices.disks.driver.io",
        "devices.disks.driver.queues",
    ]


def test_devices_that_come_and_go_are_told_whole_without_id_and_kind() -> None:
    difference = found(vm(disk("vda"), disk("vdb")), vm(disk("vdb"), disk("vdc", serial="x")))
    assert difference["devices"] == [
        {
            "device": "disk/vda",
            "kind": "DISK",
            "operation": "REMOVED",
            "changes": [{"path": "", "old": {"target": {"dev": "vda"}}}],
        },
        {
            "device": "disk/vdc",
            "kind": "DISK",
            "operation": "ADDED",
            "changes": [{"path": "", "new": {"target": {"dev": "vdc"}, "serial": "x"}}],
        },
    ]
    assert difference["orders"] == {"disks": ["disk/vda", "disk/vdb"]}
    assert schema.touched(difference) == ["devices.disks"]


def test_the_fewest_devices_have_moved_and_a_moved_one_may_have_changed_too() -> None:
    names = ["vda", "vdb", "vdc", "vdd", "vde"]
    before = vm(*map(disk, names))
    after = vm(disk("vde", serial="x"), *map(disk, names[:-1]))
    difference = found(before, after)
    assert [(one["device"], one["operation"]) for one in difference["devices"]] == [
        ("disk/vde", "CHANGED"),
        ("disk/vde", "MOVED"),
    ]
    assert difference["devices"][1] == {
        "device": "disk/vde",
        "kind": "DISK",
        "operation": "MOVED",
        "from": 4,
        "to": 0,
        "changes": [],
    }
    assert schema.touched(difference) == ["devices.disks.serial", "devices.disks"]


def test_moves_are_as_few_as_possible() -> None:
    """Judged by a slow search for the longest row of devices that kept their order."""
    rng = random.Random(3)
    for _ in range(300):
        names = [f"vd{letter}" for letter in "abcdefgh"[: rng.randint(2, 8)]]
        shuffled = rng.sample(names, len(names))
        difference = schema.difference(vm(*map(disk, names)), vm(*map(disk, shuffled)))
        moves = [] if difference is None else difference["devices"]
        longest = 1
        lengths: list[int] = []
        for at, name in enumerate(shuffled):
            earlier = [lengths[n] for n in range(at) if names.index(shuffled[n]) < names.index(name)]
            lengths.append(1 + max(earlier, default=0))
            longest = max(longest, lengths[-1])
        assert len(moves) == len(names) - longest
        kept = [name for name in shuffled if f"disk/{name}" not in {move["device"] for move in moves}]
        assert kept == sorted(kept)


def test_a_list_that_grew_is_one_change_and_a_reordered_one_has_moved() -> None:
    before = vm(cputune={"pins": [{"cpu": 0}, {"cpu": 1}], "one": ["a", "b"]}, boots=["hd", "cd"])
    after = vm(cputune={"pins": [{"cpu": 0}], "one": ["a", "c"]}, boots=["cd", "hd"])
    difference = found(before, after)
    assert difference["changes"] == [
        {"path": "domain.cputune.pins", "old": [{"cpu": 0}, {"cpu": 1}], "new": [{"cpu": 0}]},
        {"path": "domain.cputune.one.1", "old": "b", "new": "c"},
        {"path": "domain.boots", "old": ["hd", "cd"], "new": ["cd", "hd"], "moved": True},
    ]
    assert schema.touched(difference) == ["domain.cputune.pins", "domain.cputune.one", "domain.boots"]


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (1, True), (0, False), (0.0, -0.0), ("1", 1), ([], {}), ("", [])])
def test_values_of_different_types_differ(one: object, other: object) -> None:
    assert found(vm(x=one), vm(x=other))["changes"] == [{"path": "domain.x", "old": one, "new": other}]


def test_long_integers_of_mongodb_are_integers() -> None:
    from bson.int64 import Int64

    assert schema.difference(vm(x=Int64(5), y=[Int64(2)]), vm(x=5, y=[2])) is None


def test_the_order_of_keys_the_envelope_and_what_is_derived_are_no_information() -> None:
    before = vm(disk("vda"), a=1, b=2) | {"revision": 1, "facets": [], "attachments": []}
    after = vm(disk("vda"), b=2, a=1) | {"revision": 2, "terms": [], "untyped": []}
    assert schema.difference(before, after) is None
    assert schema.difference(before, dict(reversed(after.items()))) is None
    assert schema.difference(None, None) is None


def test_a_vm_that_comes_or_goes_names_its_devices_and_nothing_else() -> None:
    there = vm(disk("vda"), memory={"value": 1}) | {"facets": []}
    come, gone = found(None, there), found(there, None)
    assert come["devices"] == [{"device": "disk/vda", "kind": "DISK", "operation": "ADDED", "changes": []}]
    assert gone["devices"] == [{"device": "disk/vda", "kind": "DISK", "operation": "REMOVED", "changes": []}]
    assert come["changes"] == gone["changes"] == []
    assert come["orders"] == gone["orders"] == {}
    assert (come["exact"], gone["exact"]) == (True, False)
    assert schema.touched(come) == schema.touched(gone) == ["name", "state", "domain", "devices.disks"]
    assert not schema.only_spelling(come)


def test_spelling_is_told_to_undo_it_but_is_no_change() -> None:
    before = vm(disk("vda", address={"bus": 1, "spelling": {"bus": "0x1"}}), features={"x": 1})
    after = vm(disk("vda", address={"bus": 1, "spelling": {"bus": "1"}}), features={"x": 1, "spelling": {"y/": ""}})
    difference = found(before, after)
    assert schema.only_spelling(difference)
    assert schema.touched(difference) == []
    assert all(schema.is_spelling(one["path"]) for one in difference["changes"])
    after["domain"]["features"]["x"] = 2
    assert not schema.only_spelling(found(before, after))
    assert schema.touched(found(before, after)) == ["domain.features.x"]


def test_items_that_only_change_places_with_their_spelling_have_not_moved() -> None:
    items = [{"n": 1, "spelling": {"n": "01"}}, {"n": 1}]
    assert schema.only_spelling(found(vm(pins=items), vm(pins=items[::-1])))


def test_a_vm_that_becomes_readable_again_brings_its_devices() -> None:
    unreadable = {"name": "web", "state": "RUNNING", "error": "It is broken.", "rawXml": "<domain>"}
    difference = found(unreadable, vm(disk("vda"), memory={"value": 1}))
    assert {"path": "rawXml", "withheld": "SECRET"} in difference["changes"]
    assert {"path": "error", "old": "It is broken."} in difference["changes"]
    assert {"path": "domain", "new": {"memory": {"value": 1}}} in difference["changes"]
    assert [one["operation"] for one in difference["devices"]] == ["ADDED"]
    assert difference["exact"] is False


def test_a_resource_that_cannot_be_read_keeps_its_xml_to_itself() -> None:
    before = {"kind": "NETWORK", "facts": {"active": True}, "error": "e", "rawXml": "<a>"}
    difference = found(before, {"kind": "NETWORK", "facts": {"active": False}, "name": "lan"})
    assert {"path": "rawXml", "withheld": "SECRET"} in difference["changes"]
    assert {"path": "facts.active", "old": True, "new": False} in difference["changes"]


def test_devices_that_cannot_be_told_apart_are_compared_as_a_list() -> None:
    before, after = vm(disk("vda"), disk("vda", serial="x")), vm(disk("vda"))
    difference = found(before, after)
    assert difference["devices"] == []
    assert [change["path"] for change in difference["changes"]] == ["devices.disks"]
    assert schema.undone(after, difference) == before


SECRET = "a-secret-that-nobody-may-see"


def _graphics(password: str | None) -> Document:
    device = {"id": "graphics/vnc", "kind": "GRAPHICS", "type": "vnc", "port": 5900}
    return {"domain": {}, "devices": {"graphics": [device | ({"password": password} if password else {})]}}


@pytest.mark.parametrize(
    ("before", "after", "paths"),
    [
        (_graphics("x"), _graphics(SECRET), ["password"]),
        (_graphics(None), _graphics(SECRET), ["password"]),
        (_graphics(SECRET), _graphics(None), ["password"]),
        ({"domain": {}, "devices": {}}, _graphics(SECRET), ["", "password"]),
        (_graphics(SECRET), {"domain": {}, "devices": {}}, ["", "password"]),
        (
            {"domain": {"qemuCommandline": {"environment": [{"name": "A", "value": "x"}]}}},
            {"domain": {"qemuCommandline": {"environment": [{"name": "A", "value": SECRET}]}}},
            ["domain.qemuCommandline.environment.0.value"],
        ),
        (
            {"domain": {"qemuCommandline": {"environment": [{"name": "A", "value": "x"}]}}},
            {"domain": {"qemuCommandline": {"environment": []}}},
            ["domain.qemuCommandline.environment"],
        ),
        (
            {"domain": {}},
            {"domain": {"qemuCommandline": {"environment": [{"name": "A", "value": SECRET}], "arguments": []}}},
            ["domain.qemuCommandline", "domain.qemuCommandline.environment"],
        ),
        (
            {"domain": {"metadata": ["<a/>"]}},
            {"domain": {"metadata": [f"<graphics passwd='{SECRET}'/>"]}},
            ["domain.metadata.0"],
        ),
        (
            {"domain": {}},
            {"domain": {"extra": [{"name": "later", "xml": f"<later><env value='{SECRET}'/></later>"}]}},
            ["domain.extra"],
        ),
        (
            {"domain": {}},
            {"domain": {"extra": [{"name": "passwd", "path": "new/graphics", "value": SECRET}]}},
            ["domain.extra"],
        ),
    ],
)  # fmt: skip
def test_secrets_are_withheld_and_the_rest_is_told(before: Document, after: Document, paths: list[str]) -> None:
    difference = found(before, after)
    told = json.dumps(difference)
    assert SECRET not in told
    assert '"x"' not in told
    assert difference["exact"] is False
    changes = [*difference["changes"], *(change for one in difference["devices"] for change in one["changes"])]
    assert [change["path"] for change in changes] == paths
    assert changes[-1] == {"path": paths[-1], "withheld": "SECRET"}
    json.dumps(schema.undone(after, difference))


def test_pieces_without_secrets_are_told() -> None:
    before: Document = {"domain": {"metadata": ["<a/>"], "extra": [{"name": "new", "value": "1"}]}}
    after: Document = {"domain": {"metadata": ["<b/>"], "extra": [{"name": "new", "value": "2"}]}}
    difference = found(before, after)
    assert difference["exact"]
    assert schema.undone(after, difference) == before


@needs_corpus
def test_no_secret_of_real_documents_is_told_whatever_else_changes() -> None:
    """Passwords of displays, cookies and environments, whether they came, went, moved or changed."""
    rng, held = random.Random(2), 0
    places = ("//graphics[@passwd]/@passwd", "//*[local-name()='env']/@value", "//initenv/text()", "//cookie/text()")
    for path in corpus():
        tree = etree.fromstring(path.read_bytes())
        hidden = [text for place in places for text in cast("list[Any]", tree.xpath(place))]
        if not hidden:
            continue
        held += 1
        before = schema.domain_from_xml(path.read_bytes())
        for text in hidden:
            if text.is_attribute:
                text.getparent().set(text.attrname, SECRET)
            else:
                text.getparent().text = SECRET
        after = schema.domain_from_xml(etree.tostring(tree))
        assert SECRET in json.dumps(after)
        for one, other in ((before, after), (after, before), (after, rng.choice(definitions()))):
            difference = found(one, other)
            assert SECRET not in json.dumps(difference)
            assert difference["exact"] is False
        for _ in range(20):
            assert SECRET not in json.dumps(schema.difference(after, mutated(after, rng, 4)))
            assert SECRET not in json.dumps(schema.difference(mutated(after, rng, 4), before))
    assert held > 20
