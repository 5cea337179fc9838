"""From MongoDB's bytes to JSON: what Python's own way makes of a document, or nothing."""

import gc
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import bson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.node import node_id
from server.execution.writer import Unusual, Writer

NAMES = {b"virtio": b'"VIRTIO"', b"virtio-scsi": b'"VIRTIO_SCSI"'}
EXTRA: list[Any] = [("string", True, b"name", b'"name"', None), ("string", False, b"path", b'"path"', None)]
DISK: list[Any] = [
    ("device_id", True, b"id", b'"id"', None),
    ("constant", True, None, b'"__typename"', b'"Disk"'),
    ("enum", False, b"bus", b'"bus"', NAMES),
    ("object", False, b"target", b'"target"', [("string", True, b"dev", b'"dev"', None)]),
    ("list_or_empty", True, b"extra", b'"extra"', ("object", True, None, b"", EXTRA)),
]
NIC: list[Any] = [("string", False, b"model", b'"model"', None)]
DEVICE = ("variant", True, None, b"", {b"DISK": DISK, b"INTERFACE": NIC})
ALL = [b"disks", b"interfaces"]
VM: list[Any] = [
    ("vm_id", True, b"_id", b'"id"', None),
    ("string", False, b"name", b'"name"', None),
    ("string", False, b"name", b'"again"', None),
    ("int", False, b"int", b'"int"', None),
    ("long", False, b"long", b'"long"', None),
    ("number_or_text", False, b"either", b'"either"', None),
    ("float", False, b"float", b'"float"', None),
    ("boolean", False, b"boolean", b'"boolean"', None),
    ("date", False, b"date", b'"date"', None),
    ("list", False, b"words", b'"words"', ("string", False, None, b"", None)),
    ("member", False, b"devices", b'"emulator"', ("string", False, b"emulator", b"", None)),
    ("devices", True, b"devices", b'"devices"', (ALL, DEVICE)),
    ("devices", True, b"devices", b'"disks"', ([b"disks"], ("object", True, None, b"", DISK))),
]
EMPTY: dict[str, Any] = {
    **dict.fromkeys(["again", "boolean", "date", "either", "emulator", "float", "int", "long", "name", "words"]),
    "devices": [],
    "disks": [],
}

writer = Writer(VM)


def written(**document: Any) -> Any:
    """What is written of a document."""
    return json.loads(writer.one(bson.encode({"_id": "host/uuid", **document})))


def test_absent_values_are_null_and_lists_of_devices_empty() -> None:
    assert written() == {"id": node_id("VirtualMachine", "host/uuid"), **EMPTY}
    assert list(written()) == [json.loads(name) for _, _, _, name, _ in VM]


def test_devices_stand_list_by_list_each_of_its_kind() -> None:
    vda = {"kind": "DISK", "id": "disk:vda", "bus": "virtio", "target": {"dev": "vda"}, "unknown": {"more": [1]}}
    vdb = {"id": "disk:vdb", "kind": "DISK"}
    nic = {"kind": "INTERFACE", "model": "e1000"}
    answer = written(devices={"interfaces": [nic], "emulator": "/bin/qemu", "disks": [vda, vdb]})
    first = {"id": node_id("Device", "host/uuid", "disk:vda"), "__typename": "Disk", "bus": "VIRTIO",
             "target": {"dev": "vda"}, "extra": []}  # fmt: skip
    second = {**first, "id": node_id("Device", "host/uuid", "disk:vdb"), "bus": None, "target": None}
    assert answer["devices"] == [first, second, {"model": "e1000"}]
    assert answer["disks"] == [first, second]
    assert answer["emulator"] == "/bin/qemu"


@pytest.mark.parametrize("devices", [{}, {"emulator": None}, {"disks": []}, {"extra": [{"name": "emulator"}]}])
def test_a_member_that_is_absent_is_null(devices: dict[str, Any]) -> None:
    assert written(devices=devices) == {"id": node_id("VirtualMachine", "host/uuid"), **EMPTY}


def test_a_member_may_be_needed_and_may_be_an_object() -> None:
    target: Any = ("object", True, b"target", b"", [("string", True, b"dev", b'"dev"', None)])
    inner = Writer([("member", True, b"disk", b'"target"', target)])
    whole = {"_id": "a", "disk": {"alias": "b", "target": {"dev": "vda"}}}
    assert inner.one(bson.encode(whole)) == b'{"target":{"dev":"vda"}}'
    unusual: list[Any] = [None, {}, {"target": None}, {"target": {}}]
    for disk in unusual:
        with pytest.raises(Unusual):
            inner.one(bson.encode({"_id": "a", "disk": disk}))
    with pytest.raises(Unusual):
        inner.one(bson.encode({"_id": "a"}))


def test_what_a_list_holds_is_written_and_an_absent_one_is_empty() -> None:
    pieces = [{"name": "news", "value": "1"}, {"path": "a/b", "name": "ü"}]
    disk = {"kind": "DISK", "id": "a"}
    disks = written(devices={"disks": [{**disk, "extra": pieces}, {**disk, "extra": []}, disk]})["disks"]
    assert disks[0]["extra"] == [{"name": "news", "path": None}, {"name": "ü", "path": "a/b"}]
    assert disks[1]["extra"] == disks[2]["extra"] == []


def test_many_are_a_list() -> None:
    documents = [bson.encode({"_id": str(number), "name": str(number)}) for number in range(3)]
    assert [vm["name"] for vm in json.loads(writer.many(documents))] == ["0", "1", "2"]
    assert writer.many([]) == b"[]"


@pytest.mark.parametrize("document", [None, "text", bytearray(5)])
def test_a_document_is_bytes(document: Any) -> None:
    with pytest.raises(TypeError, match="bytes"):
        writer.many([document])


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.text(st.characters(codec="utf-8")))
def test_texts_and_ids_are_those_of_python(key: str, text: str) -> None:
    answer = written(_id=key, name=text, words=[text, None], devices={"disks": [{"kind": "DISK", "id": text}]})
    assert answer["name"] == answer["again"] == text
    assert answer["words"] == [text, None]
    assert answer["id"] == node_id("VirtualMachine", key)
    assert answer["disks"][0]["id"] == node_id("Device", key, text)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(-(2**31), 2**31 - 1),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes(timezones=st.just(UTC)),
)
def test_numbers_and_moments_are_those_of_python(small: int, large: int, real: float, moment: datetime) -> None:
    stored = moment - timedelta(microseconds=moment.microsecond % 1000)  # MongoDB keeps milliseconds
    answer = written(int=small, long=large, either=large, float=real, date=stored)
    assert (answer["int"], answer["float"], answer["date"]) == (small, real, stored.isoformat())
    assert answer["long"] == answer["either"] == (large if abs(large) < 2**53 else str(large))


@pytest.mark.parametrize(
    "changed",
    [
        {"_id": 5}, {"name": 5}, {"int": 2**40}, {"int": 1.5}, {"int": True}, {"long": "5"}, {"float": 5},
        {"float": float("nan")}, {"float": float("-inf")}, {"boolean": 1}, {"date": "2025"}, {"words": "a"},
        {"words": [5]}, {"words": {}}, {"devices": None}, {"devices": []}, {"devices": {"disks": None}},
        {"devices": {"disks": {}}}, {"devices": {"disks": [None]}}, {"devices": {"disks": [{"kind": "PANIC"}]}},
        {"devices": {"disks": [{"id": "no kind"}]}}, {"devices": {"disks": [{"kind": "DISK"}]}},
        {"devices": {"disks": [{"kind": "DISK", "id": "a", "bus": "ide"}]}},
        {"devices": {"disks": [{"kind": "DISK", "id": "a", "target": {}}]}},
        {"devices": {"disks": [{"kind": "DISK", "id": "a", "target": "vda"}]}},
        {"devices": {"disks": [{"kind": "DISK", "id": "a", "extra": None}]}},
        {"devices": {"disks": [{"kind": "DISK", "id": "a", "extra": {}}]}},
        {"devices": {"disks": [{"kind": "DISK", "id": "a", "extra": [None]}]}},
        {"devices": {"disks": [{"kind": "DISK", "id": "a", "extra": ["b"]}]}},
        {"devices": {"disks": [{"kind": "DISK", "id": "a", "extra": [{}]}]}},
        {"devices": {"emulator": 5}}, {"devices": {"emulator": {}}}, {"devices": "/bin/qemu"},
        {"name": bson.Regex("a")},
    ],
)  # fmt: skip
def test_of_an_unusual_document_nothing_is_written(changed: dict[str, Any]) -> None:
    with pytest.raises(Unusual):
        written(**changed)


def test_bytes_that_are_no_document_are_refused() -> None:
    whole = bson.encode({"_id": "a", "name": "ü", "words": ["x"], "devices": {"disks": [{"kind": "DISK", "id": "b"}]}})
    assert json.loads(writer.one(whole))["name"] == "ü"
    for end in range(len(whole)):
        with pytest.raises(Unusual):
            writer.one(whole[:end])
    for damaged in (whole.replace("ü".encode(), b"\xfc\xfc"), whole.replace("ü\0".encode(), "ü!".encode())):
        with pytest.raises(Unusual):
            writer.one(damaged)
    with pytest.raises(Unusual):
        writer.one(bson.encode({"_id": "a", "boolean": True}).replace(b"boolean\0\1", b"boolean\0\2"))


@settings(max_examples=2000, deadline=None)
@given(st.data())
def test_damaged_bytes_end_in_json_or_in_nothing(data: st.DataObject) -> None:
    damaged = bytearray(
        bson.encode({"_id": "a", "name": "text", "int": 5, "date": datetime(2025, 5, 6, tzinfo=UTC), "words": ["x"],
                     "devices": {"emulator": "/bin/qemu",
                                 "disks": [{"kind": "DISK", "id": "b", "bus": "virtio", "target": {"dev": "vda"},
                                            "extra": [{"name": "c"}]}]}})
    )  # fmt: skip
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        answer = writer.one(bytes(damaged))
    except Unusual:
        return
    json.loads(answer)


def test_a_writer_is_freed_in_any_order() -> None:
    assert not gc.is_tracked(writer)


def test_an_object_of_very_many_fields_has_no_writer() -> None:
    with pytest.raises(ValueError, match="too many"):
        Writer([("string", False, str(number).encode(), b'"a"', None) for number in range(1_000)])
