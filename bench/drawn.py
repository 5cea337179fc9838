"""Queries drawn at random from the schema: by plans beside graphql-core, which executes them field by field.

They show that plans are for every query, and not for those that are compared with other servers. No rival serves the
whole schema. Both ways must come to the same data before anything is timed.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from graphql import parse, print_ast, strip_ignored_characters
from rich.console import Console
from rich.table import Table

from bench.comparison.command import progress_bar, run_to_end
from bench.comparison.fleet import fleet, mongo
from loaders import Readers, RequestLoaders
from server.context import RequestContext
from server.encoding import encoded
from server.endpoint import served_schema
from server.execution.plans import Plans
from server.execution.prepared import PreparedSchema
from server.store.connection import Store
from server.store.feed import ChangeFeed
from tests.oracle.queries import random_queries
from tests.oracle.survey import SURVEY, known_from

QUERIES = 10
VMS = 1000

_PAIRS = 7
_QUERY_SECONDS = 60
_SHOWN = 60


class _Way:
    """One way to answer."""

    def __init__(self, store: Store, feed: ChangeFeed, readers: Readers, plans: Plans | None) -> None:
        schema = served_schema(plans)
        assert isinstance(schema, PreparedSchema)
        self.schema = schema
        self._store = store
        self._readers = readers
        self._feed = feed
        self._written = plans is not None

    async def answer(self, query: str, variables: dict[str, Any]) -> tuple[bytes, list[str]]:
        """The data as JSON, and the errors in the order of their texts."""
        context = RequestContext(
            self._feed, lambda: RequestLoaders(self._store.database, _QUERY_SECONDS, self._readers)
        )
        context.written = self._written
        result = await self.schema.execute(query, variables, context)
        return encoded(result.data), sorted(map(str, result.errors or ()))

    async def seconds(self, query: str, variables: dict[str, Any]) -> float:
        """The time of an answer."""
        start = time.perf_counter()
        await self.answer(query, variables)
        return time.perf_counter() - start


def new_seed() -> int:
    """A number that draws queries nobody has seen."""
    return random.SystemRandom().randrange(10**6)


async def measured(uri: str, database: str | None, vms: int, seed: int, *, quiet: bool) -> dict[str, Any]:
    """Both ways for ten queries: milliseconds and their ratios, and the share of fields that plans left alone."""
    async with fleet(uri, database or f"virtgraph-bench-{vms}", vms, quiet=quiet) as (_, store):
        feed, readers, plans = ChangeFeed(store), Readers(store.direct), Plans()
        planned, plain = _Way(store, feed, readers, plans), _Way(store, feed, readers, None)
        survey = orjson.loads((await plain.answer(SURVEY, {}))[0])
        queries = random_queries(plain.schema._schema, seed, QUERIES, known_from(survey))
        found: list[dict[str, Any]] = []
        with progress_bar(quiet=quiet) as shown:
            for query, variables in shown.track(queries, description="drawn"):
                ours, core = await planned.answer(query, variables), await plain.answer(query, variables)
                if ours != core:
                    raise LookupError(f"Seed {seed}: plans and graphql-core differ over\n{query}\n{variables}")
                pairs = [
                    (await planned.seconds(query, variables), await plain.seconds(query, variables))
                    for _ in range(_PAIRS)
                ]
                found.append(
                    {
                        "query": _shortened(query),
                        "bytes": len(ours[0]),
                        "plans": 1000 * statistics.median(pair[0] for pair in pairs),
                        "graphql-core": 1000 * statistics.median(pair[1] for pair in pairs),
                        "ratio": statistics.median(pair[1] / pair[0] for pair in pairs),
                    }
                )
    tally = plans.tally
    aside = tally.stepped_aside / (tally.stepped_aside + tally.emitted)
    ratios = {"graphql-core": statistics.median(one["ratio"] for one in found)}
    return {"workload": "drawn", "vms": vms, "seed": seed, "queries": found, "stepped_aside": aside, "ratios": ratios}


def _shortened(query: str) -> str:
    text = strip_ignored_characters(print_ast(parse(query)))
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


_HEAD = ("query", "bytes", "plans ms", "graphql-core ms", "times as fast")


def _rows(found: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for one in found["queries"]:
        times = (f"{one['plans']:.1f}", f"{one['graphql-core']:.1f}", f"{one['ratio']:.2f}")
        yield one["query"], f"{one['bytes']:,}", *times


def _title(found: Mapping[str, Any]) -> str:
    return f"Ten queries drawn at random, {found['vms']:,} VMs (seed {found['seed']})"


def _note(found: Mapping[str, Any]) -> str:
    return f"Plans stepped aside for {found['stepped_aside']:.1%} of the fields."


def show(found: Mapping[str, Any]) -> None:
    """Print what was found."""
    table = Table(_HEAD[0], title=_title(found))
    for name in _HEAD[1:]:
        table.add_column(name, justify="right")
    for row in _rows(found):
        table.add_row(*row)
    Console().print(table)
    Console().print(_note(found))


def markdown(found: Mapping[str, Any]) -> list[str]:
    """The same for a page, as lines."""
    rows = (f"| `{row[0].replace('|', ' ')}` | {' | '.join(row[1:])} |" for row in _rows(found))
    return [f"## {_title(found)}", "", f"| {' | '.join(_HEAD)} |", "|---|---:|---:|---:|---:|", *rows, "", _note(found)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or one JSON object with `--json`."""
    parser = argparse.ArgumentParser(prog="python -m bench.drawn", description=__doc__)
    parser.add_argument("--seed", type=int, help="draws the same queries again (another one each time)")
    parser.add_argument("--vms", type=int, default=VMS, help=f"VMs that an empty database is filled with ({VMS})")
    parser.add_argument("--mongodb-uri", help="a MongoDB to use; without it one is started, and gone afterwards")
    parser.add_argument("--database", help="its database, filled if it is empty (virtgraph-bench-VMS)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(arguments)
    seed = new_seed() if given.seed is None else given.seed

    async def measure() -> dict[str, Any]:
        async with mongo(given.mongodb_uri) as uri:
            return await measured(uri, given.database, given.vms, seed, quiet=given.json)

    found = run_to_end(measure())
    if given.json:
        print(json.dumps(found))
        return
    show(found)


if __name__ == "__main__":
    main()
