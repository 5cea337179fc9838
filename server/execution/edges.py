"""Fields that lead elsewhere: resolved for all documents of a level at once."""

import asyncio
import inspect
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType, ListValueNode, ObjectValueNode, VariableNode
from graphql.execution import get_argument_values
from graphql.pyutils import Path
from strawberry import Info
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from schema.element import together

if TYPE_CHECKING:
    from .emitters import Emit, Emitters
    from .executor import PlannedExecutor

_MAY_VARY = (ListValueNode, ObjectValueNode, VariableNode)
"""Values of arguments that variables can be part of."""

Place = tuple[dict[str, Any], Any]
"""Where in the response an edge's value goes, and the document it is an edge of."""

Edges = defaultdict["Edge", list[Place]]
"""The edges that the documents of a level have."""


class Edge:
    """A field of a plan that a resolver is called for.

    Its `info` is shared by all documents of a level: `info.path` has the names of the fields, without positions in
    lists.
    """

    __slots__ = ("_arguments", "_emit", "_emitters", "_field", "_is_constant", "_key", "_nodes", "_parent", "_path")

    def __init__(
        self,
        emitters: "Emitters",
        parent: GraphQLObjectType,
        field: GraphQLField,
        key: str,
        nodes: list[FieldNode],
        owner: "Edge | None",
    ) -> None:
        self._emitters = emitters
        self._parent = parent
        self._field = field
        self._key = key
        self._nodes = nodes
        self._path: Path = Path(None if owner is None else owner._path, key, parent.name)
        self._emit: Emit | None = None
        self._arguments: dict[str, Any] | None = None if field.args else {}
        self._is_constant = not any(isinstance(one.value, _MAY_VARY) for one in nodes[0].arguments or ())
        emitters.remember(field, nodes)
        emitters.uncompiled.append(self._compiled)

    async def follow(self, places: Sequence[Place], executor: "PlannedExecutor") -> None:
        """Fill the places, and all that is below them; raises what resolvers raise, and what emitters do."""
        emit = self._compiled()
        values = await self._resolved([document for _, document in places], executor)
        below: Edges = defaultdict(list)
        emitted: dict[int, Any] = {}
        for (response, _), value in zip(places, values, strict=True):
            # Many lead to one document, and what is below it is the same for all of them.
            if (identity := id(value)) not in emitted:
                emitted[identity] = emit(value, below)
            response[self._key] = emitted[identity]
        await follow_all(below, executor)

    def _compiled(self) -> "Emit":
        if self._emit is None:
            self._emit = self._emitters.of(self._field.type, self._nodes, self)
        return self._emit

    async def _resolved(self, documents: Sequence[Any], executor: "PlannedExecutor") -> Sequence[Any]:
        found = self._resolver(executor)(documents)
        values: Sequence[Any] = await found if inspect.isawaitable(found) else found
        for value in values:
            if isinstance(value, BaseException):
                raise value
        return values

    def _resolver(self, executor: "PlannedExecutor") -> Callable[[Sequence[Any]], Any]:
        """The field's resolver for this execution, of all documents of a level."""
        field = self._field
        info = executor.build_resolve_info(field, self._nodes, self._parent, self._path)
        if (arguments := self._arguments) is None:
            arguments = get_argument_values(field, self._nodes[0], executor.variable_values)
            if self._is_constant:
                self._arguments = arguments
        declared = strawberry_field(field)
        if declared is not None and (resolver := declared.base_resolver) is not None and _are_plain(arguments):
            # What Strawberry would call, after working out the same arguments for each document.
            given = {_python_name(field, name): value for name, value in arguments.items()}
            if resolver.info_parameter is not None:
                given[resolver.info_parameter.name] = Info(_raw_info=info, _field=declared)
            if (parent := resolver.parent_parameter or resolver.self_parameter) is not None:
                if (of_all := together(declared)) is not None:
                    return lambda documents: of_all(documents, **given)
                function: Any = resolver.wrapped_func
                return lambda documents: _each(lambda document: function(**{parent.name: document}, **given), documents)
        resolve = field.resolve
        assert resolve is not None
        return lambda documents: _each(lambda document: resolve(document, info, **arguments), documents)


async def _each(resolve: Callable[[Any], Any], documents: Sequence[Any]) -> list[Any]:
    """What a resolver gives for each document."""
    values: list[Any] = []
    try:
        for document in documents:
            values.append(resolve(document))  # noqa: PERF401 (what there is must be closed)
    except BaseException:
        for value in values:
            if inspect.iscoroutine(value):
                value.close()
        raise
    waiting = [number for number, value in enumerate(values) if inspect.isawaitable(value)]
    for number, value in zip(waiting, await _all(values[number] for number in waiting), strict=True):
        values[number] = value
    return values


def strawberry_field(field: GraphQLField) -> StrawberryField | None:
    """What a field was declared as; None where more than its resolver has a say in its values."""
    declared = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return declared if isinstance(declared, StrawberryField) and not declared.extensions else None


def _are_plain(arguments: Mapping[str, Any]) -> bool:
    """Whether resolvers take the values of arguments as they are."""
    return all(value is None or type(value) in (str, int, bool) for value in arguments.values())


def _python_name(field: GraphQLField, argument: str) -> str:
    name: str = field.args[argument].extensions[GraphQLCoreConverter.DEFINITION_BACKREF].python_name
    return name


async def follow_all(edges: Edges, executor: "PlannedExecutor") -> None:
    """Follow all edges of a level at the same time."""
    await _all(edge.follow(places, executor) for edge, places in edges.items())


async def _all(awaitables: Any) -> list[Any]:
    """The results of all; raises the first error, when the others are done."""
    waiting: list[Awaitable[Any]] = list(awaitables)
    if len(waiting) <= 1:
        return [await one for one in waiting]
    results = await asyncio.gather(*waiting, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
