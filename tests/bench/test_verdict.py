"""The judge of the loss test finds what it is there to find."""

from dataclasses import replace
from typing import Any

import pytest

from bench.loss.ledger import Entry, Facts
from bench.loss.subscribers import Event, Interest, Subscriber
from bench.loss.verdict import Verdict, judge

FACTS = Facts(65536, 2, "web", {"vda": ("/images/a.qcow2", "none")})
WEB = Entry("host-0", "web", "u1").defined(FACTS).started()
GONE = Entry("host-0", "gone", "u2").defined(FACTS).undefined()
LEDGER = {("host-0", one.uuid): one.as_json() for one in (WEB, GONE)}


def definition(facts: Facts) -> dict[str, Any]:
    """Facts as the API tells them."""
    return {
        "domain": {"title": facts.title, "memory": {"value": facts.memory}, "vcpu": {"value": facts.vcpus}},
        "disks": [
            {"target": {"dev": target}, "driver": {"cache": cache.upper()}, "source": {"file": file}}
            for target, (file, cache) in facts.disks.items()
        ],
    }


def answer(state: str = "RUNNING", facts: Facts = FACTS, following: Facts | None = FACTS) -> dict[str, Any]:
    return {
        **{"id": "web", "uuid": "u1", "name": "web", "state": state, "revision": 3, "host": {"name": "host-0"}},
        **definition(facts),
        "persistentDefinition": definition(following) if following else None,
    }


def event(key: str, revision: int, operation: str, sequence: int, *, state: str | None = None) -> Event:
    touched = frozenset({"state"} if operation == "CHANGED" else {"domain"})
    kinds = frozenset({"DISK"} if operation != "CHANGED" else ())
    return Event(key, revision, operation, "VM", "host-0", sequence, 0.0, 0.0, kinds, touched, state)


EVENTS = [
    event("web", 1, "ADDED", 1),
    event("gone", 1, "ADDED", 2),
    event("web", 2, "CHANGED", 3, state="PAUSED"),
    event("gone", 2, "REMOVED", 4),
    event("web", 3, "CHANGED", 5, state="RUNNING"),
]


def verdict(
    events: list[Event] = EVENTS, interest: Interest | None = None, partial: list[Event] | None = None, **said: Any
) -> Verdict:
    """What the judge says of a subscriber of everything, and perhaps one with a filter."""
    subscribers = [Subscriber("everything", Interest(), "", events=events)]
    if interest:
        subscribers.append(Subscriber("part", interest, "", events=partial or []))
    return judge(subscribers, {"api-0": [answer(**said)]}, LEDGER)


def test_nothing_to_say() -> None:
    found = verdict()
    assert found.clean
    assert found.findings == []


@pytest.mark.parametrize("left_out", [0, 1, 2, 4])
def test_a_revision_that_did_not_come(left_out: int) -> None:
    found = verdict([one for number, one in enumerate(EVENTS) if number != left_out])
    assert (found.missing, found.lost, found.duplicated) == (1, 1, 0)
    assert str(EVENTS[left_out].id) in found.findings[0]


def test_a_removal_that_did_not_come_is_found_though_no_revision_is_known_to_be_missing() -> None:
    found = verdict([one for one in EVENTS if one.operation != "REMOVED"])
    assert found.inconsistent == 1
    assert found.gaps == 1


def test_a_revision_that_came_again() -> None:
    found = verdict([*EVENTS, EVENTS[2]])
    assert (found.lost, found.duplicated, found.disordered) == (0, 1, 1)


def test_revisions_in_the_wrong_order() -> None:
    found = verdict([EVENTS[0], EVENTS[1], EVENTS[4], EVENTS[3], EVENTS[2]])
    assert (found.lost, found.duplicated, found.disordered) == (0, 0, 1)


def test_a_vm_that_changes_before_it_comes() -> None:
    found = verdict([replace(EVENTS[0], operation="CHANGED"), *EVENTS[1:]])
    assert found.inconsistent == 1


def test_a_last_state_that_is_not_the_last() -> None:
    found = verdict([*EVENTS[:-1], replace(EVENTS[-1], state="PAUSED")])
    assert found.inconsistent == 1


@pytest.mark.parametrize(
    "said",
    [
        {"state": "PAUSED"},
        {"facts": replace(FACTS, memory=1)},
        {"facts": replace(FACTS, disks={})},
        {"following": replace(FACTS, title="mail")},
        {"following": None},
    ],
    ids=str,
)
def test_an_answer_that_differs_from_the_ledger(said: dict[str, Any]) -> None:
    found = verdict(**said)
    assert (found.wrong, found.lost) == (1, 1)


def test_domains_that_are_missing_or_too_many() -> None:
    subscribers = [Subscriber("everything", Interest(), "", events=EVENTS)]
    assert judge(subscribers, {"api-0": [answer()], "api-1": []}, LEDGER).wrong == 1
    other = answer() | {"uuid": "u2", "id": "gone", "revision": 2}
    assert judge(subscribers, {"api-0": [answer(), other]}, LEDGER).wrong == 1


COMING = Interest(operations=["ADDED", "REMOVED"])


def test_a_filter_that_keeps_the_right_ones() -> None:
    assert verdict(interest=COMING, partial=[EVENTS[0], EVENTS[1], EVENTS[3]]).clean


def test_a_filter_that_keeps_too_much_or_too_little() -> None:
    found = verdict(interest=COMING, partial=[EVENTS[0], EVENTS[2], EVENTS[3]])
    assert (found.missing, found.unexpected) == (1, 1)


@pytest.mark.parametrize(
    ("interest", "revisions"),
    [
        (Interest(hosts=["host-1"]), []),
        (Interest(subjects=["VM"], kinds=["DISK"]), [("web", 1), ("gone", 1), ("gone", 2)]),
        (Interest(path="domain.memory"), [("web", 1), ("gone", 1), ("gone", 2)]),
        (Interest(path="state"), [("web", 2), ("web", 3)]),
        (Interest(path="stat"), []),
    ],
    ids=str,
)
def test_what_is_of_interest(interest: Interest, revisions: list[tuple[str, int]]) -> None:
    assert [one.id for one in EVENTS if interest.chosen(one)] == revisions
