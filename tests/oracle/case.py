"""A case: one query over one set of documents, answered with plans and without."""

import re
from collections import Counter
from random import Random

from .damage import damaged
from .fleet import Fleet
from .outcome import Likeness, Outcome
from .pair import Pair
from .queries import Query, random_query


class Difference(AssertionError):
    """A query that comes to one thing with plans and to another without."""

    def __init__(self, query: Query, done: list[str], planned: Outcome, plain: Outcome) -> None:
        asked = f"variables: {query.variables}, operation: {query.operation}"
        super().__init__("\n".join(["", query.text, asked, *done, f"planned: {planned}", f"plain:   {plain}"]))


async def case(random: Random, fleet: Fleet, pair: Pair, counts: Counter[str]) -> None:
    """One query over one set of documents; one with conditions once more, with the opposite of each."""
    query = random_query(pair.plain._schema, random, fleet.known)
    changed, done = damaged(random, fleet.documents, set(re.findall(r"\w+", query.text)))
    await fleet.put(changed)
    counts["cases"] += 1
    counts["damaged"] += bool(done)
    try:
        for asked in (query, query.opposite()) if query.has_conditions() else (query,):
            planned, written, plain = await pair.outcomes(asked, fleet.api)
            if asked is query:
                counts["data"] += plain.data != "null"
                counts["errors"] += bool(plain.errors)
            for ours in (planned, written):
                likeness = ours.likeness(plain)
                if likeness is Likeness.DIFFERENT:
                    raise Difference(asked, done, ours, plain)
            counts["cancelled"] += likeness is Likeness.CANCELLED
    finally:
        await fleet.restore(changed)
