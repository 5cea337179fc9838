"""Cursors of changes: what was packed comes out again, and nothing else is taken for one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.change_cursor import ChangeCursor
from loaders.pages import BadCursor, packed

NOW = datetime(2026, 5, 6, 7, 8, 9, 123000, tzinfo=UTC)


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.text(),
    st.integers(0, 2**63 - 1),
    st.none() | st.text(alphabet="0123456789ABCDEF"),
)
def test_what_is_packed_comes_out_again(at: datetime, host_id: str, sequence: int, token: str | None) -> None:
    cursor = ChangeCursor(at, host_id, sequence, token)
    assert ChangeCursor.unpack(cursor.pack()) == cursor


def test_other_zones_are_the_same_moment() -> None:
    east = NOW.astimezone(timezone(timedelta(hours=5)))
    assert ChangeCursor.unpack(ChangeCursor(east, "kvm", 1, None).pack()).at == NOW


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "€",
        "\ud800",
        packed([]),
        packed({"at": 1}),  # type: ignore[arg-type]
        packed([NOW.isoformat(), "kvm", 1]),
        packed([NOW.isoformat(), "kvm", 1, None, 1]),
        packed([NOW.isoformat(), "kvm", -1, None]),
        packed([NOW.isoformat(), "kvm", 2**63, None]),
        packed([NOW.isoformat(), "kvm", True, None]),
        packed([NOW.isoformat(), "kvm", 1.5, None]),
        packed([NOW.isoformat(), "\ud800", 1, None]),
        packed([NOW.isoformat(), 7, 1, None]),
        packed([NOW.isoformat(), "kvm", 1, 7]),
        packed([7, "kvm", 1, None]),
        packed(["yesterday", "kvm", 1, None]),
        packed(["0001-01-01T00:00:00+14:00", "kvm", 1, None]),
        packed(["9999-12-31T23:59:59-14:00", "kvm", 1, None]),
    ],
)
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        ChangeCursor.unpack(cursor)
