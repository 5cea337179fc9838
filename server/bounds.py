"""What one request may cost before it runs: size, tokens, aliases, entries of lists inside lists.

The time of reads is bounded by the loaders.
"""

from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLObjectType,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
    get_named_type,
    get_nullable_type,
    specified_rules,
)

from schema.graph.arguments import LARGEST_PAGE, USUAL_PAGE

LARGEST_REQUEST = 1024 * 1024
"""Bytes of a request's body, and of a WebSocket message."""

MOST_TOKENS = 30_000
"""Tokens of a document. Every field of every kind of device, each family in all its shapes, is about 21,000."""

MOST_ALIASES = 100
"""Aliases of a document, counted where fragments are spread: each repeats the work of its field."""

MOST_RETURNS = 2
"""Fields `vm`, and as many `vms`, inside one another: each leads to all devices again, some thirty times as many."""


class LimitReturns(ASTValidationRule):
    """Refuses `devices { vm { devices { vm { …`: a line of text that would keep the server busy for hours."""

    def enter_document(self, document: DocumentNode, *_: Any) -> None:
        """Find the deepest nesting, and report."""
        for name in ("vm", "vms"):
            if _nesting(document, name) > MOST_RETURNS:
                self.report_error(GraphQLError(f"`{name}` stands inside `{name}` at most {MOST_RETURNS} deep."))


def _nesting(document: DocumentNode, name: str) -> int:
    """How deep fields of this name stand inside one another; each fragment is looked at once."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    found: dict[str, int] = {}

    def nested(selections: SelectionSetNode | None) -> int:
        return max((level(node) for node in selections.selections), default=0) if selections else 0

    def level(node: SelectionNode) -> int:
        if not isinstance(node, FragmentSpreadNode):
            own = isinstance(node, FieldNode) and node.name.value == name
            return own + nested(getattr(node, "selection_set", None))
        spread = node.name.value
        if spread not in found:
            found[spread] = 0  # a fragment that spreads itself is refused by another rule
            found[spread] = nested(fragments[spread].selection_set) if spread in fragments else 0
        return found[spread]

    operations = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return max((nested(operation.selection_set) for operation in operations), default=0)


MOST_ENTRIES = 1_000_000
"""Entries of an answer's lists, as far as its pages allow: what a page holds times what each of its entries holds."""

_USUAL_LIST = 10
"""What a list without pages is taken to hold, such as the devices of a VM or its attachments."""

_READ_ALONE = {"history": 200, "diff": 1_500}
"""Fields that are read for each of their owners apart, and how many entries take as long."""

_DIGITS = 10
"""Digits of the largest `Int`; Python does not read thousands of them."""


class LimitEntries(ValidationRule):
    """Refuses pages inside pages inside pages: `resources { attachments { resource { attachments { …`.

    Every level may have 500 entries, so that a line of text would ask for more than there is memory. A page counts as
    many entries as are asked for, or as many as it may hold where a variable says; each fragment is counted once.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._fragments: dict[str, int] = {}

    def enter_operation_definition(self, operation: OperationDefinitionNode, *_: Any) -> None:
        """Count, and report."""
        root = self.context.schema.get_root_type(operation.operation)
        if (entries := self._below(root, operation.selection_set)) > MOST_ENTRIES:
            told = f"{entries:,}" if entries < 10**12 else "far more"
            message = f"The answer may have {MOST_ENTRIES:,} entries of lists, not {told}: ask for smaller pages."
            self.report_error(GraphQLError(message, operation))

    def _below(self, of: GraphQLNamedType | None, selections: SelectionSetNode | None) -> int:
        return sum(self._entries(of, node) for node in selections.selections) if selections else 0

    def _entries(self, of: GraphQLNamedType | None, node: SelectionNode) -> int:
        if isinstance(node, FragmentSpreadNode):
            return self._spread(node.name.value)
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            return self._below(
                self.context.schema.get_type(condition.name.value) if condition else of, node.selection_set
            )
        if not isinstance(node, FieldNode) or not isinstance(of, GraphQLObjectType | GraphQLInterfaceType):
            return 0
        if (field := of.fields.get(node.name.value)) is None:
            return 0  # another rule refuses it, or it is of GraphQL itself
        inner = get_named_type(field.type)
        below = self._below(inner, node.selection_set)
        size = None if _is_page(of) else _size(field, inner, node)
        return _READ_ALONE.get(node.name.value, 0) + (below if size is None else size * (1 + below))

    def _spread(self, name: str) -> int:
        if name not in self._fragments:
            self._fragments[name] = 0  # a fragment that spreads itself is refused by another rule
            if (fragment := self.context.get_fragment(name)) is not None:
                of = self.context.schema.get_type(fragment.type_condition.name.value)
                self._fragments[name] = self._below(of, fragment.selection_set)
        return self._fragments[name]


def _size(field: GraphQLField, inner: GraphQLNamedType, node: FieldNode) -> int | None:
    """How many entries a field may have; None for what is no list, or one of values that lead nowhere."""
    arguments = {argument.name.value: argument.value for argument in node.arguments or ()}
    if _is_page(inner):
        wanted = arguments.get("first", arguments.get("last"))
        if isinstance(wanted, IntValueNode) and wanted.value.isdigit() and len(wanted.value) <= _DIGITS:
            return min(int(wanted.value), LARGEST_PAGE)
        return USUAL_PAGE if wanted is None else LARGEST_PAGE  # what no page may hold is refused when it runs
    if not isinstance(get_nullable_type(field.type), GraphQLList) or not _leads_on(inner):
        return None
    if "ids" in field.args:
        ids = arguments.get("ids")
        return len(ids.values) if isinstance(ids, ListValueNode) else LARGEST_PAGE
    return _USUAL_LIST


def _is_page(of: GraphQLNamedType) -> bool:
    return of.name.endswith("Connection")


def _leads_on(of: GraphQLNamedType) -> bool:
    """Whether objects of a type are documents, or lead to some: only such lists can stand inside one another."""
    if not isinstance(of, GraphQLObjectType | GraphQLInterfaceType):
        return False
    return _is_node(of) or any(_is_node(get_named_type(field.type)) for field in of.fields.values())


def _is_node(of: GraphQLNamedType) -> bool:
    return isinstance(of, GraphQLObjectType | GraphQLInterfaceType) and (
        of.name == "Node" or any(one.name == "Node" for one in of.interfaces)
    )


class LimitAliases(ASTValidationRule):
    """Refuses documents with too many aliases.

    Strawberry's own limiter walks a fragment once for every spread: 30 small fragments, each spread twice by the one
    before it, keep it busy for hours. This one counts each fragment once.
    """

    def enter_document(self, document: DocumentNode, *_: Any) -> None:
        """Count, and report."""
        fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
        counted: dict[str, int] = {}

        def aliases(selections: SelectionSetNode | None) -> int:
            total = 0
            for node in selections.selections if selections else ():
                if isinstance(node, FragmentSpreadNode):
                    total += spread(node.name.value)
                else:
                    total += isinstance(node, FieldNode) and node.alias is not None
                    total += aliases(getattr(node, "selection_set", None))
            return total

        def spread(name: str) -> int:
            if name not in counted:
                counted[name] = 0  # a fragment that spreads itself is refused by another rule
                counted[name] = aliases(fragments[name].selection_set) if name in fragments else 0
            return counted[name]

        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode) and (total := aliases(node.selection_set)) > MOST_ALIASES:
                self.report_error(GraphQLError(f"An operation has at most {MOST_ALIASES} aliases, not {total}."))


RULES: tuple[type[ASTValidationRule], ...] = (*specified_rules, LimitAliases, LimitEntries, LimitReturns)
"""What a document must keep to before it is run."""
