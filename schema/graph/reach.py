"""Whether a selection of a VM stays with the VM, so that only changes of the VM itself can change the answer."""

from collections.abc import Iterable
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    SelectionSetNode,
    get_named_type,
)

_OTHERS = frozenset({"Host", "Resource", "Conflict"})
"""Types of documents that are not the VM's own."""

_OWN_LISTS = frozenset({"ChangeConnection"})
"""Lists that only the VM itself can add to; all others hold what belongs to others."""


def stays_within(raw: GraphQLResolveInfo[Any]) -> bool:
    """Whether all that is selected below a field that gives a VM can be told from the VM's own documents."""
    return _Walk(raw).stays(get_named_type(raw.return_type), [node.selection_set for node in raw.field_nodes])


class _Walk:
    """A look at a selection in which each fragment is entered once, however often it is spread."""

    def __init__(self, raw: GraphQLResolveInfo[Any]) -> None:
        self._raw = raw
        self._entered: set[str] = set()

    def stays(self, of: GraphQLNamedType | None, selections: Iterable[SelectionSetNode | None]) -> bool:
        """Whether nothing that is selected of a type leads to others."""
        return all(self._stays(of, one) for each in selections if each is not None for one in each.selections)

    def _stays(self, of: GraphQLNamedType | None, selection: object) -> bool:
        if isinstance(selection, FieldNode):
            if not isinstance(of, GraphQLObjectType | GraphQLInterfaceType):
                return True  # `__typename` of a union
            field = of.fields.get(selection.name.value)
            inner = get_named_type(field.type) if field is not None else None
            return inner is None or (not _leads_out(inner) and self.stays(inner, [selection.selection_set]))
        if isinstance(selection, FragmentSpreadNode):
            if selection.name.value in self._entered:
                return True
            self._entered.add(selection.name.value)
            selection = self._raw.fragments[selection.name.value]
        condition = getattr(selection, "type_condition", None)
        inner = of if condition is None else self._raw.schema.get_type(condition.name.value)
        return self.stays(inner, [selection.selection_set])  # type: ignore[attr-defined]


def _leads_out(of: GraphQLNamedType) -> bool:
    """Whether what a field gives is told from documents of others."""
    names = {of.name}
    if isinstance(of, GraphQLObjectType | GraphQLInterfaceType):
        names.update(interface.name for interface in of.interfaces)
    return not _OTHERS.isdisjoint(names) or (of.name.endswith("Connection") and of.name not in _OWN_LISTS)
