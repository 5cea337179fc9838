"""All reads of a request share its time; what runs at the same time spends it once."""

import time

import pytest

from loaders.budget import Budget
from loaders.errors import ReadFailed


def test_what_was_spent_is_not_left() -> None:
    budget = Budget(10)
    assert budget.milliseconds() == 10_000
    with budget.spending():
        time.sleep(0.05)
    assert budget.milliseconds() <= 9_950


def test_time_between_reads_is_not_spent() -> None:
    budget = Budget(10)
    time.sleep(0.05)
    assert budget.milliseconds() == 10_000


def test_reads_at_the_same_time_spend_it_once() -> None:
    budget = Budget(10)
    with budget.spending(), budget.spending(), budget.spending():
        time.sleep(0.2)
        assert 9_500 < budget.milliseconds() <= 9_800
    assert 9_500 < budget.milliseconds() <= 9_800


def test_where_nothing_is_left_nothing_is_read() -> None:
    budget = Budget(0.01)
    with budget.spending():
        time.sleep(0.02)
    with pytest.raises(ReadFailed, match="longer than the setting query_seconds allows"):
        budget.milliseconds()
