"""Whatever a document may hold is JSON in the response."""

import json
from typing import Any

import pytest

from server.encoding import encoded, text

VALUES: list[Any] = [
    None,
    {"name": "vm-1", "of": [1, 2.5, True, None], "": {}},
    'ü € 𝄞 \u2028 \x00 \x7f "quoted" \\',
    [2**63, 2**64, -(2**64), 10**400],
    ["\ud800", {"\udfff": "a"}],
    {1: "a", None: "b"},
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_it_means_what_it_meant(value: Any) -> None:
    assert json.loads(encoded(value)) == json.loads(json.dumps(value))
    assert text(value).encode() == encoded(value)
    assert b"\n" not in encoded(value)


@pytest.mark.parametrize("beside", [1, 2**70, "\ud800"])
def test_what_is_no_number_is_null(beside: object) -> None:
    numbers = [float("nan"), float("inf"), -float("inf"), 1e300]
    assert json.loads(encoded([beside, numbers, "NaN"])) == [beside, [None, None, None, 1e300], "NaN"]


def test_what_is_nested_deeply_is_written() -> None:
    value: Any = "end"
    for _ in range(400):
        value = [value]
    assert json.loads(encoded(value)) == value


def test_what_is_no_json_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        encoded(object())
