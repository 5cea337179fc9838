"""The execution of an operation: by its plan where it has one, otherwise by graphql-core."""

from copy import copy
from dataclasses import replace
from typing import Any, ClassVar

from graphql import ExecutionResult, SelectionSetNode
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from .plans import Plan, Plans


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


class PlannedExecutor(EventExecutor):
    """An executor of queries by `plans`; a subclass of it is made for each schema.

    A plan knows only answers that are as they should be. Where anything below a root field is not, a value that its
    type refuses or a resolver that fails, graphql-core executes that field anew, and its result and errors count.
    """

    plans: ClassVar[Plans]

    def execute_operation(self, serially: bool | None = None) -> Any:
        """The result of the operation, or an awaitable of it."""
        plan = self.plans.of(self)
        return super().execute_operation(serially) if plan is None else self._by_plan(plan)

    async def _by_plan(self, plan: Plan) -> ExecutionResult:
        self.context_value.selections = plan.selections
        data, aside = await plan.run(self)
        self.plans.count(plan, aside)
        if not aside:
            return ExecutionResult(data, None)
        rest = copy(self)
        nodes = tuple(node for key in aside for node in plan.roots[key])
        rest.operation = replace(self.operation, selection_set=SelectionSetNode(selections=nodes))
        result: Any = super(PlannedExecutor, rest).execute_operation()
        if self.is_awaitable(result):
            result = await result
        return ExecutionResult(None if result.data is None else {**data, **result.data}, result.errors)


def planned_executor(plans: Plans) -> type[PlannedExecutor]:
    """An executor with these plans."""
    return type("PlannedExecutor", (PlannedExecutor,), {"plans": plans})
