"""`<cpu><numa>`: sizes with units in attributes, and what libvirt assumes without one."""

from typing import Any

import pytest

from tests.schema.asking import answer


def cell(attributes: str, content: str, selection: str) -> Any:
    """The selected fields of a NUMA cell."""
    xml = f"<cpu><numa><cell {attributes}>{content}</cell></numa></cpu>"
    (found,) = answer(xml, f"cpu {{ numa {{ cells {{ {selection} }} }} }}")["cpu"]["numa"]["cells"]
    return found


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ("memory='512000' unit='KiB'", 524288000),
        ("memory='512000'", 524288000),
        ("memory='2' unit='G'", 2147483648),
        ("memory='2' unit='GB'", 2000000000),
        ("memory='2' unit='pages'", None),
        ("cpus='0-3'", None),
    ],
)
def test_the_memory_of_a_cell_in_bytes(attributes: str, size: int | None) -> None:
    assert cell(attributes, "", "memoryBytes") == {"memoryBytes": size}


def test_the_sizes_of_a_memory_side_cache_in_bytes() -> None:
    cache = "<cache level='1'><size value='10' unit='KiB'/><line value='8' unit='B'/></cache>"
    bare = "<cache level='2'><size value='10'/><line value='8'/></cache>"
    sizes = {"size": {"bytes": 10240}, "line": {"bytes": 8}}
    assert cell("id='0'", cache + bare, "caches { size { bytes } line { bytes } }") == {"caches": [sizes, sizes]}


def test_the_bandwidth_between_cells_in_bytes_per_second() -> None:
    bandwidth = "<bandwidth initiator='0' target='0' type='access' value='204800' unit='KiB'/>"
    found = answer(
        f"<cpu><numa><interconnects>{bandwidth}</interconnects></numa></cpu>",
        "cpu { numa { interconnects { bandwidths { value unit bytesPerSecond type } } } }",
    )
    assert found["cpu"]["numa"]["interconnects"]["bandwidths"] == [
        {"value": 204800, "unit": "KiB", "bytesPerSecond": 209715200, "type": "ACCESS"}
    ]
