"""The plans of operations, each made once and kept as long as there is room."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from cachetools import LRUCache
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)

from schema.graph.selection import Selected

from .edges import Edge
from .emitters import Emitters
from .selections import NotPlannable, Selections, nodes_below, shaping_variables

if TYPE_CHECKING:
    from .executor import PlannedExecutor

MOST_NODES = 200_000
"""Selections of all operations whose plans are kept."""


@dataclass(slots=True)
class Tally:
    """How many selected fields plans emitted, and for how many graphql-core had to."""

    emitted: int = 0
    stepped_aside: int = 0


class Operation(NamedTuple):
    """An operation, and the fragments of its document."""

    node: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]


class Plan:
    """How a query is executed for given values of the variables that shape its response.

    Raises NotPlannable for a query with a directive that only graphql-core follows.
    """

    def __init__(
        self, schema: GraphQLSchema, operation: Operation, variables: Mapping[str, Any], size: int, *, written: bool
    ) -> None:
        self.size = size
        """How many fields and fragments are selected."""
        fragments = operation.fragments
        root = schema.query_type
        assert root is not None
        self.selections: dict[int, Selected] = {}
        """What is selected below fields with resolvers, by the identity of their lists of nodes."""
        self._remembered: list[list[FieldNode]] = []
        selections = Selections(schema, fragments, variables)
        self._fragments = fragments
        self._emitters = Emitters(schema, selections, self._remember, written=written)
        self.roots = selections.of(root, [operation.node.selection_set])
        if not self.roots:
            raise NotPlannable("nothing is selected")
        self._edges = {key: _root_edge(self._emitters, root, key, nodes) for key, nodes in self.roots.items()}

    def compile(self) -> None:
        """Compile all functions now that documents of any type could need; raises NotPlannable."""
        uncompiled = self._emitters.uncompiled
        while uncompiled:
            uncompiled.pop()()

    async def run(self, executor: "PlannedExecutor") -> tuple[dict[str, Any], list[str]]:
        """The data as far as the plan has it, and the root fields that graphql-core must execute."""
        data = dict.fromkeys(self.roots)
        aside: list[str] = []

        async def follow(key: str, edge: Edge | str | None) -> None:
            if isinstance(edge, str):
                data[key] = edge
                return
            try:
                if edge is None:
                    raise NotPlannable(key)
                await edge.follow([(data, executor.root_value)], executor)
            except Exception:  # whatever it is, graphql-core finds it again and tells of it
                aside.append(key)

        if len(self._edges) == 1:
            await follow(*next(iter(self._edges.items())))
        else:
            await asyncio.gather(*(follow(*one) for one in self._edges.items()))
        return data, aside

    def _remember(self, field: GraphQLField, nodes: list[FieldNode]) -> None:
        self._remembered.append(nodes)  # as long as it is here, no other list has its identity
        raw = self._emitters.reads_raw(field, nodes)
        self.selections[id(nodes)] = Selected.of_nodes(nodes, self._fragments, raw=raw)


def _root_edge(emitters: Emitters, root: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Edge | str | None:
    """A root field; its value where it is known, None where only graphql-core knows it: the schema's own fields."""
    name = nodes[0].name.value
    if name == "__typename":
        return root.name
    return Edge(emitters, root, root.fields[name], key, nodes, None) if name in root.fields else None


class _Shape(NamedTuple):
    """What a query's plans depend on."""

    operation: Operation
    size: int
    """How many fields and fragments are selected."""
    variables: tuple[str, ...]
    """Those whose values decide what the response looks like."""


class _Known(NamedTuple):
    """A plan, None for what graphql-core executes, and the operation: as long as it is here, none has its identity."""

    shape: _Shape
    plan: Plan | None


class Plans:
    """The plans of a schema, those that were used last."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._shapes: LRUCache[int, _Shape] = LRUCache(MOST_NODES, getsizeof=lambda shape: shape.size)
        self._known: LRUCache[Any, _Known] = LRUCache(MOST_NODES, getsizeof=lambda known: known.shape.size)

    def prepare(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        """Make the plans of a document's queries before anybody asks them, unless they depend on variables."""
        fragments = {part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)}
        for part in document.definitions:
            if isinstance(part, OperationDefinitionNode):
                operation = Operation(part, fragments)
                if not self._shape(operation).variables:
                    plan = self._plan(schema, operation, {}, written=True)
                    with suppress(NotPlannable):
                        if plan is not None:
                            plan.compile()

    def of(self, executor: "PlannedExecutor") -> Plan | None:
        """The plan of an operation; None for one that graphql-core executes."""
        operation = Operation(executor.operation, executor.fragment_definitions)
        written = executor.context_value.written
        plan = self._plan(executor.schema, operation, executor.variable_values.coerced, written=written)
        if plan is None:
            self.tally.stepped_aside += self._shape(operation).size
        return plan

    def count(self, plan: Plan, aside: Sequence[str]) -> None:
        """Take down what became of the fields of an operation."""
        stepped_aside = plan.size * len(aside) // len(plan.roots)
        self.tally.stepped_aside += stepped_aside
        self.tally.emitted += plan.size - stepped_aside

    def _plan(
        self, schema: GraphQLSchema, operation: Operation, variables: Mapping[str, Any], *, written: bool
    ) -> Plan | None:
        if operation.node.operation is not OperationType.QUERY:
            return None
        shape = self._shape(operation)
        key = (id(operation.node), written, *(variables.get(name) for name in shape.variables))
        if (known := self._known.get(key)) is None:
            try:
                plan = Plan(schema, operation, variables, shape.size, written=written)
            except NotPlannable:
                plan = None
            known = self._known[key] = _Known(shape, plan)
        return known.plan

    def _shape(self, operation: Operation) -> _Shape:
        if (shape := self._shapes.get(id(operation.node))) is None:
            nodes = list(nodes_below(operation.node, operation.fragments))
            shape = self._shapes[id(operation.node)] = _Shape(operation, len(nodes), shaping_variables(nodes))
        return shape
