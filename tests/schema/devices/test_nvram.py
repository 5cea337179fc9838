"""The non-volatile memory of pseries guests in one line."""

import pytest

from tests.schema.devices import described


@pytest.mark.parametrize(
    ("xml", "line"),
    [
        ("<nvram><address type='spapr-vio' reg='0x00003000'/></nvram>", "nvram, 0x3000"),
        ("<nvram><address type='spapr-vio'/></nvram>", "nvram"),
        ("<nvram/>", "nvram"),
    ],
)
def test_summary(xml: str, line: str) -> None:
    assert described(xml) == line
