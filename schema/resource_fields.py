"""What fields that lead from one resource to others have in common."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from .element import Document
from .resource import Resource

if TYPE_CHECKING:
    from .graph.resources import ResourceConnection

RESOURCE = Resource | None
"""The type of a field that leads to one resource."""

CONNECTION = Annotated["ResourceConnection", strawberry.lazy("schema.graph.resources")]
"""The type of a field that leads to many resources."""

Info = strawberry.Info[Any, Any]


def selected_paths(info: Info) -> frozenset[str] | None:
    """The paths of the resource that the field leads to, as far as they are selected."""
    from .graph.selection import Selected, resource_paths

    return resource_paths(Selected.below(info))


async def first_reference(resource: Document, info: Info, role: str) -> Document | None:
    """What a resource names first in a role; None where it names nothing."""
    key = next((link["key"] for link in resource.get("links", ()) if link["role"] == role), None)
    return None if key is None else await info.context.loaders.resources.by_key(key, selected_paths(info))


async def naming(
    resource: Document, info: Info, first: int | None, after: str | None, role: str, kinds: Sequence[str] = ()
) -> Document:
    """The document of a connection of the resources that name this one in a role, of certain kinds if any are given."""
    from .graph.resources import naming_connection

    only = frozenset(kinds) if kinds else None
    return await naming_connection(resource, info, first, after, roles=frozenset({role}), kinds=only)
