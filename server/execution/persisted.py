"""Documents that a request names instead of containing them.

Sources: the appendix "Persisted Documents" of the GraphQL over HTTP specification (`documentId`), and Apollo's protocol
of automatic persisted queries (`extensions.persistedQuery`).
"""

import re
import sys
from collections.abc import Mapping
from typing import Any

from cachetools import LRUCache
from graphql import GraphQLError

from .trusted import Policy, by_id, sha256

ROOM = 16 * 1024 * 1024
"""Bytes of the texts that clients may have remembered."""

_HASH = re.compile("[0-9a-f]{64}")


class PersistedDocuments:
    """Documents by their ids: the trusted ones, and where the policy allows it those that clients sent before."""

    def __init__(self, policy: Policy, *, room: int = ROOM) -> None:
        self._trusted = by_id(policy.trusted)
        self._automatic = policy.persisted_queries
        self._sent: LRUCache[str, str] = LRUCache(room, getsizeof=sys.getsizeof)

    def text(self, query: str | None, document_id: str | None, extensions: Mapping[str, Any] | None) -> str | None:
        """The text of the document that a request contains or names, if any; raises GraphQLError."""
        if document_id is not None:
            if query:
                raise GraphQLError("Send a `query`, or the `documentId` of one, but not both.")
            return self._named(document_id)
        asked = extensions.get("persistedQuery") if extensions else None
        if asked is None or (query and not self._automatic):
            return query
        hashed = _hash(asked)
        if query:
            self._remember(hashed, query)
            return query
        text = self._trusted.get(hashed) or self._sent.get(hashed)
        if text is None and (self._trusted or self._automatic):
            raise _error("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        if text is None:
            raise _error("PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED")
        return text

    def _named(self, document_id: str) -> str:
        name = document_id.removeprefix("sha256:")
        text = self._trusted.get(name) or self._sent.get(name)
        if text is None:
            raise _error("The server has no document with this `documentId`.", "PERSISTED_DOCUMENT_NOT_FOUND")
        return text

    def _remember(self, hashed: str, query: str) -> None:
        if sha256(query) != hashed:
            raise _error("provided sha does not match query", "PERSISTED_QUERY_HASH_MISMATCH")
        if sys.getsizeof(query) <= self._sent.maxsize:
            self._sent[hashed] = query


def _hash(asked: Any) -> str:
    """The hash in `extensions.persistedQuery`; raises GraphQLError."""
    if not isinstance(asked, dict) or asked.get("version") != 1:
        raise GraphQLError("`extensions.persistedQuery` must be an object whose `version` is 1.")
    hashed = asked.get("sha256Hash")
    if not isinstance(hashed, str) or not _HASH.fullmatch(hashed):
        raise GraphQLError("`extensions.persistedQuery.sha256Hash` must be a SHA-256 hash, 64 hexadecimal digits.")
    return hashed


def _error(message: str, code: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})
