"""Whatever happens to a content, undoing the difference leads back to it, letter for letter.

`TEST_DIFFERENCES` says how many changes are tried.
"""

import json
import os
import random
from itertools import pairwise

import pytest

import schema
from schema.element import Document
from tests.schema.changes.mutations import definitions, mutated, resources, written
from tests.shared import needs_corpus

TRIED = int(os.environ.get("TEST_DIFFERENCES", "1500"))


def leads_back(before: Document, after: Document) -> bool:
    """Check a pair; whether its difference could be undone."""
    texts = written(before), written(after)
    found = schema.difference(before, after)
    assert texts == (written(before), written(after))
    if found is None:
        assert texts[0] == texts[1]
        return False
    assert texts[0] != texts[1]
    told = json.dumps(found)
    schema.touched(found)
    schema.only_spelling(found)
    if not found["exact"]:
        assert "withheld" in told
        return False
    assert written(schema.undone(after, found)) == texts[0]
    assert texts[1] == written(after)
    return True


@needs_corpus
@pytest.mark.parametrize("contents", [definitions, resources], ids=["definitions", "resources"])
def test_what_was_changed_at_random_is_undone(contents: object) -> None:
    assert callable(contents)
    rng, led_back = random.Random(5), 0
    for _ in range(TRIED):
        before = mutated(rng.choice(contents()), rng, rng.randrange(3))
        led_back += leads_back(before, mutated(before, rng, rng.randint(1, 6)))
    assert led_back > TRIED / 2


@needs_corpus
def test_one_document_becomes_another_and_comes_back() -> None:
    rng, led_back = random.Random(7), 0
    for _ in range(TRIED):
        before, after = rng.choice(definitions()), mutated(rng.choice(definitions()), rng, 0)
        if rng.random() < 0.7:
            schema.keep_identity(before, after)
        led_back += leads_back(before, after)
    assert led_back > TRIED / 2


@needs_corpus
def test_twenty_changes_are_undone_one_after_the_other() -> None:
    rng, chains = random.Random(11), 0
    for _ in range(TRIED // 20):
        contents = [rng.choice(definitions())]
        for _ in range(20):
            contents.append(mutated(contents[-1], rng, rng.randint(0, 3)))
        differences = [schema.difference(*pair) for pair in pairwise(contents)]
        content, whole = contents[-1], True
        for before, found in zip(reversed(contents[:-1]), reversed(differences), strict=True):
            whole = whole and (found is None or found["exact"])
            if not whole:
                break
            content = content if found is None else schema.undone(content, found)
            assert written(content) == written(before)
        chains += whole
    assert chains > TRIED // 40


def test_what_is_not_told_stays_and_derived_keys_go() -> None:
    before = {"domain": {}, "devices": {"graphics": [{"id": "graphics/vnc", "kind": "GRAPHICS", "password": "old"}]}}
    after = {
        "domain": {"title": "x"},
        "devices": {"graphics": [{"id": "graphics/vnc", "kind": "GRAPHICS", "password": "new"}]},
        "facets": [{"p": "x", "v": 1}],
    }
    found = schema.difference(before, after)
    assert found is not None
    assert schema.undone(after, found) == {"domain": {}, "devices": after["devices"]}


def test_the_result_of_an_undone_change_can_be_undone_further_without_harm_to_the_first() -> None:
    one: Document = {"domain": {"vcpu": {"value": 1}}}
    two: Document = {"domain": {"vcpu": {"value": 2}}}
    found = schema.difference(one, two)
    assert found is not None
    again = schema.undone(two, found)
    assert again == one
    assert two == {"domain": {"vcpu": {"value": 2}}}


def test_a_document_that_was_spelled_in_another_way_since_leads_back_too() -> None:
    """Nobody is told of a spelling, and the records before know only the one of then."""
    one: Document = {"domain": {"vcpu": {"value": 1, "spelling": {"value": "0x1"}}}}
    two: Document = {"domain": {"vcpu": {"value": 2, "spelling": {"value": "0x2"}}}}
    found = schema.difference(one, two)
    assert found is not None
    assert schema.undone({"domain": {"vcpu": {"value": 2}}}, found) == one
