"""The way of an operation from its text to its results, the same on every transport."""

from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing, contextmanager
from inspect import isawaitable
from typing import Any, NamedTuple, cast

import graphql
import strawberry
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from server.context import RequestContext

from .documents import Document, Documents

_ALL_TYPES = frozenset(OperationType)
_TYPES = {kind.value: kind for kind in OperationType}

_UNNAMED = "The document has several operations: name one to run."


class _Prepared(NamedTuple):
    """An operation that is ready to run, unless there are errors."""

    document: Document
    name: str | None
    type: OperationType
    errors: list[GraphQLError]


class PreparedSchema(strawberry.Schema):
    """A schema whose documents are prepared once, with our own bounds.

    Strawberry sets up extensions for each operation, which costs several times what graphql-core takes to run a small
    one. This schema has none: what they did is done to the document, once.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.documents = Documents(self._schema)

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Run an operation that has a single result.

        Raises MissingQueryError, CannotGetOperationTypeError or InvalidOperationTypeError for what is none.
        """
        try:
            prepared = self._prepared(query, operation_name, allowed_operation_types)
        except (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError):
            raise
        except Exception as error:
            return self._refused([_graphql_error(error)])
        if prepared.errors:
            return self._refused(prepared.errors)
        with _reading(context_value):
            return await self._run(prepared, variable_values, context_value, root_value, operation_extensions)

    async def stream(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        operation_extensions: dict[str, Any] | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
    ) -> Any:
        """Run an operation of any type; gives an asynchronous generator of its results."""
        return self._results(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            operation_extensions,
            allowed_operation_types,
        )

    async def _results(
        self,
        query: str | None,
        variables: dict[str, Any] | None,
        context: Any,
        root: Any,
        name: str | None,
        extensions: dict[str, Any] | None,
        types: Iterable[OperationType] | None,
    ) -> AsyncGenerator[ExecutionResult, None]:
        try:
            prepared = self._prepared(query, name, types)
        except Exception as error:
            yield self._refused([_graphql_error(error)])
            return
        if prepared.errors:
            yield self._refused(prepared.errors)
            return
        with _reading(context):
            if prepared.type is not OperationType.SUBSCRIPTION:
                yield await self._run(prepared, variables, context, root, extensions)
                return
            async with aclosing(self._events(prepared, variables, context, root, extensions)) as results:
                async for result in results:
                    yield result

    async def _events(
        self, prepared: _Prepared, variables: dict[str, Any] | None, context: Any, root: Any, extensions: Any
    ) -> AsyncGenerator[ExecutionResult, None]:
        try:
            source = graphql.subscribe(**self._how(prepared, variables, context, root, extensions))
            events = await source if isawaitable(source) else source
            if isinstance(events, graphql.ExecutionResult):
                yield self._refused(events.errors or [])
                return
            async with aclosing(cast("AsyncGenerator[graphql.ExecutionResult, None]", events)):
                async for event in events:
                    yield self._told(event)
        except Exception as error:
            yield self._told(graphql.ExecutionResult(None, [_graphql_error(error)]))

    def _prepared(self, query: str | None, name: str | None, types: Iterable[OperationType] | None) -> _Prepared:
        if not query:
            raise MissingQueryError
        document = self.documents.get(query)
        operation = document.operation(name)
        kind = _TYPES[operation.operation.value]
        if kind not in (_ALL_TYPES if types is None else types):
            raise InvalidOperationTypeError(kind)
        unnamed = name is None and len(document.operations) > 1
        errors = [GraphQLError(_UNNAMED)] if unnamed else list(document.errors)
        return _Prepared(document, name, kind, errors)

    async def _run(
        self, prepared: _Prepared, variables: dict[str, Any] | None, context: Any, root: Any, extensions: Any
    ) -> ExecutionResult:
        try:
            how = self._how(prepared, variables, context, root, extensions)
            running = graphql.execute(
                is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # a bool, not a TypeGuard
                **how,
            )
            return self._told(await running if isawaitable(running) else running)
        except Exception as error:
            return self._refused([_graphql_error(error)])

    def _how(
        self, prepared: _Prepared, variables: dict[str, Any] | None, context: Any, root: Any, extensions: Any
    ) -> dict[str, Any]:
        """What graphql-core is told of an operation."""
        return {
            "schema": self._schema,
            "document": prepared.document.node,
            "root_value": root,
            "variable_values": variables,
            "operation_name": prepared.name,
            "context_value": context,
            "operation_extensions": extensions,
            "executor_class": self.execution_context_class,
        }

    def _refused(self, errors: list[GraphQLError]) -> PreExecutionError:
        self.process_errors(errors)
        return PreExecutionError(data=None, errors=errors)

    def _told(self, result: graphql.ExecutionResult) -> ExecutionResult:
        if result.errors:
            self.process_errors(result.errors)
        return ExecutionResult(data=result.data, errors=result.errors)


@contextmanager
def _reading(context: Any) -> Iterator[None]:
    """What an operation reads in its context ends with it, whether it came to its end or not."""
    try:
        yield
    finally:
        if isinstance(context, RequestContext):
            context.close()


def _graphql_error(error: Exception) -> GraphQLError:
    if isinstance(error, GraphQLError):
        return error
    if isinstance(error, InvalidOperationTypeError):
        return GraphQLError(f"{error.operation_type.value}s are not allowed", original_error=error)
    return GraphQLError(str(error), original_error=error)
