"""The execution of a subscription's events, one after the other for as long as somebody follows."""

from typing import Any

from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext


class EventExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor, each of whose events is executed on its own.

    graphql-core remembers for each list of selected fields, by its identity, what is selected below it. The lists of
    each event are new, and would all be remembered until the subscription ends.
    """

    def build_per_event_executor(self, payload: Any) -> Any:
        """The executor of one event."""
        executor = super().build_per_event_executor(payload)
        executor._relevant_sub_fields = {}
        return executor
