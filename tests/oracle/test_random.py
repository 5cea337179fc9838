"""Random queries over randomly damaged documents: with plans and without, the answers are the same.

`TEST_CASES` says how many are tried, `TEST_SEED` with which numbers: a failure comes again with the same two.
"""

import asyncio
import gc
import os
from collections import Counter
from dataclasses import replace
from random import Random

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.conftest import Say

from .case import case
from .fleet import Fleet
from .pair import Pair

CASES = int(os.environ.get("TEST_CASES", "1000"))
SEED = int(os.environ.get("TEST_SEED", "0"))
CHUNKS = 4

pytestmark = [
    # graphql-core leaves coroutines behind where it cancels.
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <coroutine:pytest.PytestUnraisableExceptionWarning"),
]


@pytest.mark.parametrize(
    "chunk", [pytest.param(chunk, marks=pytest.mark.xdist_group(f"oracle-{chunk}")) for chunk in range(CHUNKS)]
)
async def test_plans_answer_what_graphql_answers(chunk: int, fleet: Fleet, pair: Pair, say: Say) -> None:
    counts: Counter[str] = Counter()
    loop = asyncio.get_running_loop()

    @seed(SEED + chunk)
    @settings(max_examples=CASES // CHUNKS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=False))
    def each(random: Random) -> None:
        asyncio.run_coroutine_threadsafe(case(random, fleet, pair, counts), loop).result()

    before = replace(pair.plans.tally)
    try:
        await asyncio.to_thread(each)
    except BaseException as failure:
        failure.add_note(f"Again: TEST_CASES={CASES} TEST_SEED={SEED}")
        raise
    emitted, aside = pair.plans.tally.emitted - before.emitted, pair.plans.tally.stepped_aside - before.stepped_aside
    share = aside / (emitted + aside) if emitted + aside else 1
    say(
        f"random queries {chunk + 1}/{CHUNKS} (TEST_SEED={SEED}): {counts['cases']} cases, {counts['data']} with data, "
        f"{counts['errors']} with errors, {counts['damaged']} over damaged documents, "
        f"{counts['cancelled']} alike but for cancelled siblings; plans stepped aside for "
        f"{share:.1%} of {emitted + aside} fields"
    )
    gc.collect()  # what warns of coroutines that are left behind warns in this test
    assert counts["data"] > counts["cases"] / 2
    assert counts["errors"] > counts["cases"] / 10
    assert counts["cancelled"] < counts["cases"] / 20
