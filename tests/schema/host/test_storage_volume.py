"""Storage volumes: their sizes and formats, and what is derived from times and extents."""

from datetime import UTC, datetime

import pytest

import schema
from schema.sizes import bytes_of
from schema.storage_formats import VolumeFormat
from schema.storage_parts import length_of, moment

LOGICAL = """
<volume type='block'>
  <name>swap</name>
  <key>r4xkCv</key>
  <source><device path='/dev/sda2'><extent start='31440502784' end='33520877568'/></device></source>
  <capacity unit='MiB'>1984</capacity>
  <target>
    <path>/dev/vg0/swap</path>
    <permissions><mode>0660</mode><owner>4294967295</owner><group>-1</group></permissions>
    <timestamps><atime>1341933637.273190990</atime></timestamps>
    <nocow/>
    <features><lazy_refcounts/></features>
  </target>
  <backingStore><path>/dev/vg0/origin</path><format type='linux-swap'/></backingStore>
</volume>
"""


def test_a_logical_volume() -> None:
    volume = schema.resource_from_xml(LOGICAL)
    assert schema.untyped(volume) == []
    (device,) = volume["source"]["devices"]
    assert length_of(device["extents"][0]) == bytes_of(volume["capacity"], "bytes") == 2080374784
    assert volume["target"] == {
        "path": "/dev/vg0/swap",
        "permissions": {"mode": "0660", "owner": 4294967295, "group": -1},
        "timestamps": {"atime": "1341933637.273190990"},
        "nocow": True,
        "lazyRefcounts": True,
    }
    assert volume["backingStore"] == {"path": "/dev/vg0/origin", "format": "linux-swap"}


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("1341933637.273190990", datetime(2012, 7, 10, 15, 20, 37, 273190, UTC)),
        ("1341933637", datetime(2012, 7, 10, 15, 20, 37, 0, UTC)),
        ("0.5", datetime(1970, 1, 1, 0, 0, 0, 500000, UTC)),
        ("99999999999999999999", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_when_a_file_was_used(written: str | None, time: datetime | None) -> None:
    assert moment(written) == time


def test_half_an_extent_has_no_length() -> None:
    assert length_of({"start": 512}) is None


def test_a_format_that_disks_have_too_is_told_alike() -> None:
    values = VolumeFormat.__strawberry_definition__.values  # type: ignore[attr-defined]
    told = {value.value: value.description for value in values}
    assert told["qcow2"] == "QEMU's own format, with snapshots and backing files (`qcow2`)."
    assert told["hfs+"] == "The extended hierarchical file system of macOS (`hfs+`)."
