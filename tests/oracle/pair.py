"""One schema twice: with plans, and carried out by graphql-core alone."""

import strawberry

from server.endpoint import served_schema
from server.execution.plans import Plans
from tests.schema.graph.api import Api

from .outcome import Outcome, outcome
from .queries import Query


class Pair:
    """Both schemas; the plans stay, so that one query may use what another one made."""

    def __init__(self, planned: strawberry.Schema | None = None) -> None:
        self.plans = Plans()
        self.planned = planned or served_schema(self.plans)
        self.plain = served_schema(None)

    async def outcomes(self, query: Query, api: Api) -> tuple[Outcome, Outcome, Outcome]:
        """What a query comes to with plans, with plans that write VMs as JSON, and without."""
        written = api.context()
        written.written = True
        return (
            await outcome(self.planned, query, api.context()),
            await outcome(self.planned, query, written),
            await outcome(self.plain, query, api.context()),
        )
