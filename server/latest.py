"""Subscriptions whose events replace each other: one that says the same as the one before is not delivered."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from schema.graph.context import Delivery
from server.execution.prepared import PreparedSchema


class LatestSchema(PreparedSchema):
    """A schema that leaves out, on every transport, what a client was told just before."""

    async def stream(self, query: str | None, *arguments: Any, **options: Any) -> Any:
        """The results of an operation, as Strawberry gives them, without those that repeat the one before."""
        results = await super().stream(query, *arguments, **options)
        return without_repeats(results, options["context_value"].delivery)


async def without_repeats(results: AsyncGenerator[Any, None], delivery: Delivery) -> AsyncGenerator[Any, None]:
    """The results of a subscription; where each replaces the last, only those that differ from it."""
    last: Any = None
    async with aclosing(results):
        async for result in results:
            if not delivery.latest_only:
                yield result
                continue
            delivery.failed = bool(result.errors)
            told = (result.data, result.errors)
            if told != last:
                last = told
                yield result
