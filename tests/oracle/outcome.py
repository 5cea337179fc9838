"""What an operation came to, so that two ways to carry it out can be held against each other."""

import json
from collections import Counter
from enum import Enum
from typing import Any, NamedTuple, Self

import orjson
import strawberry
from graphql import GraphQLError

from server.context import RequestContext

from .queries import Query


class Likeness(Enum):
    """How two outcomes are alike."""

    SAME = "same"
    CANCELLED = "the same but for errors of fields whose siblings had made them null already"
    DIFFERENT = "different"


class Outcome(NamedTuple):
    """The data and extensions as text, where the order of keys counts and 1 is not 1.0; errors, whose order does not.

    Each error stands with the place in the data that is null because of it.
    """

    data: str
    errors: tuple[tuple[str, str], ...]
    extensions: str

    @classmethod
    def of(cls, data: Any, errors: list[GraphQLError] | None, extensions: Any = None) -> Self:
        """The outcome of an operation with this result."""
        told = sorted((_text(_null(data, error.path or [])), _text(dict(error.formatted))) for error in errors or ())
        return cls(_text(data), tuple(told), _text(extensions))

    def likeness(self, other: "Outcome") -> Likeness:
        """How alike both are.

        Below one null, errors may differ: as soon as a field fails that must not be null, what else its object has may
        be cancelled, and which fields are done by then is a matter of time.
        Source: "Handling Execution Errors" of the GraphQL specification. A field that may be null tells its own error.
        """
        if self == other:
            return Likeness.SAME
        if (self.data, self.extensions) != (other.data, other.extensions):
            return Likeness.DIFFERENT
        ours, theirs = Counter(self.errors), Counter(other.errors)
        nulls = {null for null, _ in ours} == {null for null, _ in theirs}
        if nulls and all(_is_below(*one) for one in (ours - theirs) + (theirs - ours)):
            return Likeness.CANCELLED
        return Likeness.DIFFERENT


def _is_below(null: str, error: str) -> bool:
    """Whether an error happened below what is null because of it."""
    return len(json.loads(error).get("path", ())) > len(json.loads(null))


def _text(value: Any) -> str:
    return json.dumps(value, default=_shown, ensure_ascii=False)


def _shown(value: Any) -> Any:
    return json.loads(orjson.dumps(value)) if isinstance(value, orjson.Fragment) else repr(value)


def _null(data: Any, path: list[str | int]) -> list[str | int]:
    """The beginning of a path at which the data is null."""
    for depth, key in enumerate(path):
        if data is None:
            return path[:depth]
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return path[:depth]
    return path


async def outcome(schema: strawberry.Schema, query: Query, context: RequestContext) -> Outcome:
    """Carry out a query."""
    try:
        result = await schema.execute(
            query.text, query.variables, context_value=context, operation_name=query.operation
        )
    except Exception as error:  # an operation that is not there, for instance; endpoints answer it
        return Outcome(f"raised {error!r}", (), "")
    return Outcome.of(result.data, result.errors, result.extensions)
