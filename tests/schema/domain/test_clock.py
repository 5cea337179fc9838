"""The clock's adjustment is a number of seconds or a word."""

import pytest

import schema
from schema.domain.clock import Clock
from schema.element import Document
from tests.schema.asking import computed


def clock(xml: str) -> Document:
    return dict(schema.domain_from_xml(f"<domain>{xml}</domain>")["domain"]["clock"])


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("adjustment='3600'", 3600),
        ("adjustment='-7200'", -7200),
        ("adjustment='+5'", 5),
        ("adjustment='0'", 0),
        ("adjustment='reset'", None),
        ("adjustment=''", None),
        ("", None),
    ],
)
def test_an_adjustment_in_seconds(written: str, seconds: int | None) -> None:
    document = clock(f"<clock offset='variable' {written}/>")
    assert computed(Clock, "adjustment_seconds", document) == seconds
    assert "extra" not in document


def test_timers_and_their_catchup() -> None:
    document = clock(
        "<clock offset='utc'><timer name='rtc' tickpolicy='catchup' track='guest'><catchup threshold='123' slew='120' "
        "limit='10000'/></timer><timer name='tsc' frequency='4567890000' mode='native'/></clock>"
    )
    assert document["timers"] == [
        {
            "name": "rtc",
            "tickpolicy": "catchup",
            "track": "guest",
            "catchup": {"threshold": 123, "slew": 120, "limit": 10000},
        },
        {"name": "tsc", "frequency": 4567890000, "mode": "native"},
    ]
