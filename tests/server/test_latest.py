"""What repeats the event before it is left out, where events replace each other."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from graphql import GraphQLError
from strawberry.types import ExecutionResult

from schema.graph.context import Delivery
from server.latest import without_repeats


async def told(delivery: Delivery, *results: ExecutionResult) -> list[Any]:
    """The data, or the first error, of what is left of results."""

    async def source() -> AsyncGenerator[ExecutionResult, None]:
        for result in results:
            yield result

    kept = [result async for result in without_repeats(source(), delivery)]
    return [result.errors[0].message if result.errors else result.data for result in kept]


def result(data: Any, error: str | None = None) -> ExecutionResult:
    return ExecutionResult(data=data, errors=None if error is None else [GraphQLError(error)])


@pytest.mark.parametrize("latest_only", [True, False])
async def test_what_says_the_same_is_told_once(latest_only: bool) -> None:
    one, other = {"vm": {"name": "a", "disks": [1, 2]}}, {"vm": {"name": "a", "disks": [2, 1]}}
    found = await told(Delivery(latest_only=latest_only), *map(result, [one, dict(one), other, one, None, None]))
    assert found == ([one, other, one, None] if latest_only else [one, one, other, one, None, None])


async def test_errors_are_told_when_they_come_and_when_they_go() -> None:
    delivery = Delivery(latest_only=True)
    results = [result(None, "lost"), result(None, "lost"), result(None, "still lost"), result(None), result({"a": 1})]
    assert await told(delivery, *results) == ["lost", "still lost", None, {"a": 1}]


async def test_a_reader_that_goes_ends_the_source() -> None:
    ended: list[bool] = []

    async def source() -> AsyncGenerator[ExecutionResult, None]:
        try:
            while True:
                yield result({"number": len(ended)})
        finally:
            ended.append(True)

    results = without_repeats(source(), Delivery())
    await anext(results)
    await results.aclose()
    assert ended == [True]
