"""Relay's `Node`: things with an opaque id of their own.

Source: the GraphQL Global Object Identification specification.
"""

import base64
import json
from binascii import b2a_base64
from functools import lru_cache
from typing import Any

import orjson
import strawberry
from graphql import GraphQLResolveInfo

from .element import Document, derived


@strawberry.interface(description="Something with an id under which `node` finds it again.")
class Node:
    """Something with an id."""

    @derived("Opaque id, unique in the whole API; `node` finds the thing by it.")
    def id(document: strawberry.Parent[Document]) -> strawberry.ID:  # noqa: D102
        raise NotImplementedError

    @classmethod
    def resolve_type(cls, document: Document, _info: GraphQLResolveInfo[Any], _type: Any) -> str:
        """The GraphQL type of a stored thing: devices and resources have a kind, a VM a host."""
        if "kind" in document:
            from .device import by_kind
            from .resource import RESOURCES, type_name

            if "referenced" in document or document["kind"] in RESOURCES:
                return type_name(document)
            return by_kind(document["kind"]).__name__
        return "VirtualMachine" if "hostId" in document else "Host"


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


@lru_cache(maxsize=8192)  # some 3 MB; lists and trees name the same VMs again and again
def node_id(type_name: str, *key: str) -> strawberry.ID:
    """The opaque id of the thing of this type with this key."""
    packed = b2a_base64(orjson.dumps((type_name, *key)), newline=False)
    return packed.translate(_URL_SAFE, b"=").decode()  # type: ignore[return-value]  # an ID is text


def parse_node_id(opaque: str) -> tuple[str, tuple[str, ...]] | None:
    """The type and key in an id, or None for text that `node_id` never made."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(opaque + "=" * (-len(opaque) % 4)))
    except (ValueError, RecursionError):
        return None
    if not isinstance(parts, list) or len(parts) < 2 or not all(isinstance(part, str) for part in parts):
        return None
    try:
        "".join(parts).encode()
    except UnicodeEncodeError:  # JSON lets half a surrogate pair through, and UTF-8 does not
        return None
    return parts[0], tuple(parts[1:])
