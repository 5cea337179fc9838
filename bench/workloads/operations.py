"""An operation, and a named list of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Operation:
    """A GraphQL document with the values of its variables."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)

    def request(self) -> dict[str, Any]:
        """The body of an HTTP request that asks for it."""
        return {"query": self.query, "variables": dict(self.variables)}


@dataclass(frozen=True, slots=True)
class Workload:
    """Operations that are put to each server in turn, so that the answer to one is of no use for the next."""

    name: str
    operations: Sequence[Operation]
