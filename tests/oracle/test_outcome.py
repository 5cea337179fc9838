"""The comparison of outcomes finds what it is there for."""

from collections import Counter
from random import Random
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLError

from schema.graph.schema import build_schema
from server.execution.executor import EventExecutor
from server.mistakes import ServedSchema

from .case import Difference, case
from .fleet import Fleet
from .outcome import Likeness, Outcome
from .pair import Pair

ERROR = GraphQLError("no", path=["vm", "name"])
HERE = GraphQLError("no", path=["vm"])
SAME, CANCELLED, DIFFERENT = Likeness.SAME, Likeness.CANCELLED, Likeness.DIFFERENT


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        (({"a": 1, "b": 2}, None), ({"a": 1, "b": 2}, []), SAME),
        (({"a": 1, "b": 2}, None), ({"b": 2, "a": 1}, None), DIFFERENT),
        (({"a": 1}, None), ({"a": 1.0}, None), DIFFERENT),
        (({"a": 1}, None), ({"a": True}, None), DIFFERENT),
        (({"a": 1}, None), ({"a": "1"}, None), DIFFERENT),
        (({"a": []}, None), ({"a": None}, None), DIFFERENT),
        (({}, None), (None, None), DIFFERENT),
        (({"vm": {"name": None}}, [ERROR]), ({"vm": {"name": None}}, None), DIFFERENT),
        (({"vm": {"name": None}}, [ERROR]), ({"vm": {"name": None}}, [ERROR]), SAME),
        (({"vm": {"name": None}}, [ERROR]), ({"vm": {"name": None}}, [ERROR, ERROR]), DIFFERENT),
        (({"vm": None}, [HERE]), ({"vm": None}, [GraphQLError("other", path=["vm"])]), DIFFERENT),
        (({"vm": None}, [ERROR]), ({"vm": None}, [GraphQLError("no", path=["vm", "state"])]), CANCELLED),
        (({"vm": None}, [ERROR]), ({"vm": None}, [ERROR, GraphQLError("no", path=["vm", "state"])]), CANCELLED),
        (({"vm": None}, [ERROR]), ({"vm": None}, None), DIFFERENT),
        (({"vm": None}, [ERROR, HERE]), ({"vm": None}, [HERE, ERROR]), SAME),
        ((None, [ERROR]), (None, [GraphQLError("no", path=["vm", "name"], extensions={"code": 1})]), CANCELLED),
        ((None, [GraphQLError("no")]), (None, [GraphQLError("never")]), DIFFERENT),
        ((None, [GraphQLError("no")]), (None, [GraphQLError("no", extensions={"code": 1})]), DIFFERENT),
    ],
)  # fmt: skip
def test_what_is_alike(one: Any, other: Any, likeness: Likeness) -> None:
    assert Outcome.of(*one).likeness(Outcome.of(*other)) is likeness
    assert Outcome.of(*other).likeness(Outcome.of(*one)) is likeness


class Forgetful(EventExecutor):
    """An executor that loses the last error of several."""

    def execute_operation(self, serially: bool | None = None) -> Any:
        result: Any = super().execute_operation(serially)
        return self._later(result) if self.is_awaitable(result) else self._shortened(result)

    async def _later(self, result: Any) -> ExecutionResult:
        return self._shortened(await result)

    def _shortened(self, result: ExecutionResult) -> ExecutionResult:
        return ExecutionResult(result.data, (result.errors or [])[:-1] or None)


async def test_an_error_that_is_lost_is_found(fleet: Fleet) -> None:
    pair = Pair(build_schema(ServedSchema, execution_context_class=Forgetful))

    async def cases() -> None:
        for number in range(200):
            await case(Random(number), fleet, pair, Counter())

    with pytest.raises(Difference, match="planned: "):
        await cases()
