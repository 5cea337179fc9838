"""Documents that are parsed and validated once, and kept as long as there is room."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass

from cachetools import LRUCache
from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, parse
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.schema.schema import validate_document

from server.bounds import MOST_TOKENS, RULES

from .trusted import TrustedDocument, TrustError

ROOM = 128 * 1024 * 1024
"""Bytes that the kept documents may take, as they are reckoned: four of the largest, hundreds of usual ones."""

_TOKEN = 1024
"""Bytes for each token: 300 to 600 for itself and its nodes, and as much for what is made of them."""

_OVERHEAD = 8 * 1024
"""Bytes for each document, however small."""

NOT_TRUSTED = "This server runs trusted documents only, and this is none of them: have its operator add it."


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A document that could be parsed. The same text is the same object, and so are its nodes, as long as it is kept.

    It may be run if it has no `errors`.
    """

    node: DocumentNode
    operations: tuple[OperationDefinitionNode, ...]
    errors: tuple[GraphQLError, ...]
    bytes: int

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation of a name, or the first one; raises CannotGetOperationTypeError where there is none."""
        for operation in self.operations:
            if name is None or (operation.name and operation.name.value == name):
                return operation
        raise CannotGetOperationTypeError(name)


class Documents:
    """The documents of a schema by their text: those that were asked for last, and the trusted ones for ever."""

    def __init__(self, schema: GraphQLSchema, *, room: int = ROOM) -> None:
        self.trusted_only = False
        """Whether all others are refused."""
        self._schema = schema
        self._trusted: dict[str, Document] = {}
        self._recent: LRUCache[str, Document] = LRUCache(room, getsizeof=lambda document: document.bytes)

    def get(self, text: str) -> Document:
        """The document with this text; raises GraphQLError where it cannot be parsed, or is refused."""
        document = self._trusted.get(text) or self._recent.get(text)
        if document is None:
            if self.trusted_only:
                raise GraphQLError(NOT_TRUSTED, extensions={"code": "PERSISTED_QUERY_REQUIRED"})
            document = self._read(text)
            if document.bytes <= self._recent.maxsize:
                self._recent[text] = document
        return document

    def trust(self, documents: Iterable[TrustedDocument]) -> tuple[Document, ...]:
        """Keep documents for ever; raises TrustError for one that cannot be run."""
        for trusted in documents:
            self._trusted[trusted.text] = self._runnable(trusted)
        return tuple(self._trusted.values())

    def _runnable(self, trusted: TrustedDocument) -> Document:
        try:
            document = self._read(trusted.text)
        except GraphQLError as error:
            raise _untrusted(trusted, error) from None
        if document.errors:
            raise _untrusted(trusted, document.errors[0])
        return document

    def _read(self, text: str) -> Document:
        node = parse(text, max_tokens=MOST_TOKENS)
        operations = tuple(part for part in node.definitions if isinstance(part, OperationDefinitionNode))
        errors = validate_document(self._schema, node, RULES)
        # Comments are tokens, too, which the parser keeps but does not count.
        tokens = node.token_count + text.count("#")
        return Document(node, operations, tuple(errors), _OVERHEAD + _TOKEN * tokens + sys.getsizeof(text))


def _untrusted(trusted: TrustedDocument, error: GraphQLError) -> TrustError:
    place = f", line {error.locations[0].line}" if error.locations else ""
    return TrustError(f"{trusted.where}{place}: {error.message}")
