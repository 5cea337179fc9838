"""The rivals give our answers to every workload, and a comparison tells when they do not."""

import json
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, find_breaking_changes

from bench import comparisons, page
from bench.comparison.answers import Disagreement, agree, difference
from bench.comparison.command import Trial
from bench.comparison.node import Node
from bench.comparison.rounds import Effort
from bench.comparison.servers import FLOOR, OURS, RIVALS, Database, prepared_node, running
from bench.comparison.table import markdown, notes
from bench.filling import fill
from bench.rivals.surface import SDL, WORDS, surface
from bench.workloads import Operation, Workload, named
from server.store.connection import Store, connect
from server.store.embedded import EmbeddedMongo

_FLEET = "rivals"


@pytest.fixture(scope="module")
def node() -> Node:
    """Node with the rivals' packages; without it tests fail in CI and are skipped elsewhere."""
    try:
        return prepared_node()
    except LookupError as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
async def fleet(mongo: EmbeddedMongo) -> AsyncIterator[Store]:
    """VMs of all families, some with shared disks on storage of two hosts."""
    store = await connect(mongo.uri, _FLEET)
    await fill(store, 60, 3)
    yield store
    await store.client.drop_database(_FLEET)
    await store.close()


@pytest.fixture(scope="module")
async def urls(
    node: Node, mongo: EmbeddedMongo, fleet: Store, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mapping[str, str]]:
    """All servers, running."""
    names = [OURS, *RIVALS, FLOOR]
    async with running(names, Database(mongo.uri, _FLEET), tmp_path_factory.mktemp("servers")) as started:
        yield started


@pytest.mark.parametrize("name", comparisons.COMPARISONS)
async def test_all_give_the_same_answers(name: str, urls: Mapping[str, str], fleet: Store) -> None:
    comparison = comparisons.COMPARISONS[name]
    others = {name: url for name, url in urls.items() if name != OURS and (name != FLOOR or comparison.floor)}
    for workload in await comparison.workloads(fleet):
        assert workload.operations
        some = Workload(workload.name, workload.operations[:: max(1, len(workload.operations) // 8)])
        await agree(some, urls[OURS], others)


async def test_the_workloads_find_what_they_ask_for(urls: Mapping[str, str], fleet: Store) -> None:
    (edges,) = await named.edges(fleet)
    assert [one.variables["host"] for one in edges.operations] == ["kvm-0000", "kvm-0001", "kvm-0002"]
    (trees,) = await named.tree1(fleet)
    assert len({one.variables["id"] for one in trees.operations}) == 60


async def test_a_wrong_answer_ends_the_comparison(urls: Mapping[str, str]) -> None:
    counted = Workload("counts", [Operation('query Q { fleet(groupBy: "state") { nodes { value } } }')])
    with pytest.raises(Disagreement, match=r"^floor answers operation 0 of counts otherwise: at the top we have \{"):
        await agree(counted, urls[OURS], {FLOOR: urls[FLOOR]})
    with pytest.raises(Disagreement, match=r"^virtgraph answers operation 0 of none with \{"):
        await agree(Workload("none", [Operation("{ none }")]), urls[OURS], {})


@pytest.mark.parametrize(
    ("ours", "theirs", "where"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "at the top we have the keys ['a', 'b'], they have ['b', 'a']"),
        ({"a": [1, 2]}, {"a": [1]}, "at .a we have 2 items, they have 1"),
        ({"a": [{"b": True}]}, {"a": [{"b": 1}]}, "at .a[0].b we have True, they have 1"),
        ({"a": [None, "x"]}, {"a": [None, "x"]}, ""),
    ],
)
def test_a_difference_is_told_by_its_path(ours: Any, theirs: Any, where: str) -> None:
    assert difference(ours, theirs) == where


def test_the_rivals_have_the_part_of_our_schema_that_is_asked_for() -> None:
    assert surface() == (SDL.read_text(), WORDS.read_text()), "run `python -m bench.rivals.surface`"


def test_the_types_of_strawberry_are_those_of_the_sdl() -> None:
    from bench.rivals.plain_strawberry.__main__ import schema

    ours, theirs = build_schema(SDL.read_text()), build_schema(schema.as_str())
    assert find_breaking_changes(ours, theirs) == find_breaking_changes(theirs, ours) == []


def test_a_small_run_gives_figures(
    node: Node, mongo: EmbeddedMongo, fleet: Store, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from bench import drawn, tree1

    where = ("--mongodb-uri", mongo.uri, "--database", _FLEET)
    tree1.main([*where, "--rounds", "1", "--seconds", "1", "--rivals", "floor", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (found["workload"], found["vms"], list(found["servers"])) == ("tree1", 60, ["virtgraph", "floor"])
    ours, floor = found["servers"].values()
    assert 0 < ours["p50"] <= ours["p99"]
    assert found["ratios"]["floor"] == pytest.approx(ours["rps"] / floor["rps"], rel=0.05)
    drawn.main([*where, "--seed", "1", "--json"])
    random_ones = json.loads(capsys.readouterr().out)
    assert [one["bytes"] > 0 and one["ratio"] > 0 for one in random_ones["queries"]] == [True] * drawn.QUERIES
    written = comparisons.results([found], random_ones, "6.0.5", node)
    assert "(seed 1)" in written
    assert "| floor |" in written
    assert "| mercurius | 16." in written
    assert markdown(found) in written


async def test_a_page_of_a_large_fleet_is_compared_with_one_that_has_as_many_vms(
    node: Node, mongo: EmbeddedMongo, fleet: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "SMALL", 20)
    trial = Trial(node, Database(mongo.uri, _FLEET), fleet, Effort(1, 0.5, 2), tmp_path, quiet=True)
    try:
        found = await page.growth(trial)
    finally:
        await fleet.client.drop_database("virtgraph-bench-20")
    assert found["growth_vms"] == [20, 60]
    grown = found["growth"]
    assert {name: one["vms_found"] for name, one in grown.items()} == {
        "page of 0.01%": [0, 0],
        "page of 1.00%": [0, 1],
        "page of 50.00%": [10, 30],
    }
    assert all(one["same_filter"] > 0 for one in grown.values())
    rare, *others = grown.values()
    assert rare["as_many_vms"] == rare["same_filter"]
    assert [one["as_many_vms"] for one in others] == [None, None]
    said = list(notes(found))
    assert len(said) == 4
    assert said[0].startswith("page of 0.01%: the mean time for 0 VMs of 60 is ")
