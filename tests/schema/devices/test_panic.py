"""Panic devices."""

from tests.schema.devices import described


def test_in_one_line() -> None:
    assert described("<panic model='isa'><address type='isa' iobase='0x505'/></panic>") == "isa panic device"
    assert described("<panic/>") == "panic"
