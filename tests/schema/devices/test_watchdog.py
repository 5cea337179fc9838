"""Watchdogs."""

import schema
from tests.schema.devices import described


def test_in_one_line() -> None:
    assert described("<watchdog model='itco' action='reset'/>") == "itco watchdog, action reset"
    assert described("<watchdog model='ib700'/>") == "ib700 watchdog"
    assert described("<watchdog/>") == "watchdog"


def test_several_are_told_apart_by_their_model() -> None:
    xml = "<domain><devices><watchdog model='i6300esb'/><watchdog model='itco'/></devices></domain>"
    assert [device["id"] for device in schema.devices_of(schema.domain_from_xml(xml))] == [
        "watchdog/i6300esb",
        "watchdog/itco",
    ]
