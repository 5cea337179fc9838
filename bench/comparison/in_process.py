"""Times within this process, without HTTP: ours by schema and JSON, beside something else that gives the same bytes."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bench.workloads import Operation
from loaders import Readers, RequestLoaders
from server.context import RequestContext
from server.endpoint import GraphQLEndpoint
from server.store.connection import Store
from server.store.feed import ChangeFeed

Answer = Callable[[], Awaitable[bytes | str]]

_QUERY_SECONDS = 60
_WARM_UP = 3


def ours(store: Store, operation: Operation) -> Answer:
    """Our way from the text of an operation to the bytes of its response, as the endpoint goes it."""
    feed, readers = ChangeFeed(store), Readers(store.direct)

    def make_context() -> RequestContext:
        context = RequestContext(feed, lambda: RequestLoaders(store.database, _QUERY_SECONDS, readers))
        context.written = True
        return context

    endpoint = GraphQLEndpoint(make_context, asyncio.Event())

    async def answer() -> bytes | str:
        result: Any = await endpoint.schema.execute(
            operation.query, variable_values=dict(operation.variables), context_value=make_context()
        )
        if result.errors:
            raise RuntimeError(f"The query fails: {result.errors[0].message}")
        return endpoint.encode_json({"data": result.data})

    return answer


async def ratio(answer: Answer, other: Answer, pairs: int) -> float:
    """The time of one by that of the other, the median of pairs taken in turn."""
    for _ in range(_WARM_UP):
        await answer()
        await other()
    return statistics.median([await _seconds(answer) / await _seconds(other) for _ in range(pairs)])


async def _seconds(answer: Answer) -> float:
    start = time.perf_counter()
    await answer()
    return time.perf_counter() - start
