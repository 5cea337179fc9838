"""Sizes as people read them."""

import pytest

from schema.element import Document
from schema.sizes import size_text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        ({"value": 524288}, "512 MiB"),
        ({"value": 524287, "unit": "KiB"}, "524287 KiB"),
        ({"value": 1536, "unit": "M"}, "1536 MiB"),
        ({"value": 1, "unit": "TiB"}, "1 TiB"),
        ({"value": 1, "unit": "MB"}, "1000000 bytes"),
        ({"value": 0}, "0 bytes"),
        ({"value": 2048, "unit": "EiB"}, "2048 EiB"),
        ({"value": "36893488147419103232", "unit": "b"}, "32 EiB"),
        ({"value": 1, "unit": "furlong"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_a_size_is_told_exactly_in_its_largest_unit(size: Document | None, text: str | None) -> None:
    assert size_text(size) == text


def test_the_assumed_unit_counts_where_none_is_written() -> None:
    assert size_text({"value": 4096}, "bytes") == "4 KiB"
