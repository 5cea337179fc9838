"""What an operation selects of an object, with fragments and directives worked in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

Fields = dict[str, list[FieldNode]]
"""By response key, in the order of the response: the nodes of one field, whose selections are merged."""

_CONDITIONS = {"include": True, "skip": False}
"""The directives that a plan follows, and what their `if` must be for the selection to count."""


class NotPlannable(Exception):
    """What only graphql-core executes."""


class Selections:
    """The selections of one operation for given values of the variables that its directives read."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables

    def of(self, parent: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> Fields:
        """The fields selected of an object of this type.

        Source: "CollectFields" of the GraphQL specification. Raises NotPlannable for directives such as `@defer`.
        """
        fields: Fields = {}
        spread: set[str] = set()
        for selections in sets:
            self._visit(parent, selections, fields, spread)
        return fields

    def below(self, parent: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Fields:
        """The fields selected of an object that a field leads to."""
        return self.of(parent, (node.selection_set for node in nodes if node.selection_set is not None))

    def _visit(self, parent: GraphQLObjectType, selections: SelectionSetNode, fields: Fields, spread: set[str]) -> None:
        for node in selections.selections:
            if not self._counts(node):
                continue
            if isinstance(node, FieldNode):
                fields.setdefault((node.alias or node.name).value, []).append(node)
                continue
            fragment: InlineFragmentNode | FragmentDefinitionNode
            if isinstance(node, InlineFragmentNode):
                fragment = node
            else:
                name = node.name.value  # type: ignore[attr-defined]
                if name in spread or name not in self._fragments:
                    continue
                fragment = self._fragments[name]
                if self._matches(fragment, parent):
                    spread.add(name)
            if self._matches(fragment, parent):
                self._visit(parent, fragment.selection_set, fields, spread)

    def _matches(self, fragment: InlineFragmentNode | FragmentDefinitionNode, parent: GraphQLObjectType) -> bool:
        if fragment.type_condition is None:
            return True
        condition = self._schema.get_type(fragment.type_condition.name.value)
        return condition is parent or (
            isinstance(condition, GraphQLAbstractType) and self._schema.is_sub_type(condition, parent)
        )

    def _counts(self, node: SelectionNode) -> bool:
        counts = True
        for directive in node.directives or ():
            if directive.name.value not in _CONDITIONS:
                raise NotPlannable(f"@{directive.name.value}")
            (argument,) = directive.arguments or ()
            counts &= self._value(argument.value) is _CONDITIONS[directive.name.value]
        return counts

    def _value(self, node: ValueNode) -> bool:
        value = self._variables.get(node.name.value) if isinstance(node, VariableNode) else getattr(node, "value", None)
        if type(value) is not bool:
            raise NotPlannable("a directive without a value")
        return value


def nodes_below(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[SelectionNode]:
    """Every selection of an operation, those of each fragment once however often it is spread."""
    spread: set[str] = set()
    waiting = [operation.selection_set]
    while waiting:
        for node in waiting.pop().selections:
            yield node
            selections: SelectionSetNode | None
            if isinstance(node, FieldNode | InlineFragmentNode):
                selections = node.selection_set
            else:
                name = node.name.value  # type: ignore[attr-defined]
                selections = fragments[name].selection_set if name in fragments and name not in spread else None
                spread.add(name)
            if selections is not None:
                waiting.append(selections)


def shaping_variables(nodes: Iterable[Node]) -> tuple[str, ...]:
    """The variables that directives of these selections read: their values decide what the response looks like."""
    names = {
        argument.value.name.value
        for node in nodes
        for directive in getattr(node, "directives", None) or ()
        for argument in directive.arguments or ()
        if isinstance(argument.value, VariableNode)
    }
    return tuple(sorted(names))
