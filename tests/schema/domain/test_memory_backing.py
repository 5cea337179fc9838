"""Huge pages: their size in bytes, and that asking for the default size is told from not asking."""

import pytest

import schema
from schema.domain.memory_backing import HugePage
from schema.element import Document
from tests.schema.asking import computed


def backing(xml: str) -> Document:
    document: Document = schema.domain_from_xml(f"<domain><memoryBacking>{xml}</memoryBacking></domain>")
    found: Document = document["domain"]["memoryBacking"]
    return found


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ("size='2048'", 2 * 1024**2),
        ("size='1' unit='G'", 1024**3),
        ("size='1' unit='furlong'", None),
        ("nodeset='0'", None),
    ],
)
def test_the_size_of_a_page_in_bytes(attributes: str, size: int | None) -> None:
    (page,) = backing(f"<hugepages><page {attributes}/></hugepages>")["hugepages"]["pages"]
    assert computed(HugePage, "bytes", page) == size


def test_huge_pages_of_the_default_size() -> None:
    assert backing("<hugepages/><locked/>") == {"hugepages": {}, "locked": True}
    assert backing("<allocation mode='immediate' threads='8'/>") == {
        "allocation": "immediate",
        "allocationThreads": 8,
    }
