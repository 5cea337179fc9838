"""`EdgeRole`: the ways in which one thing names another, as the API calls them."""

from enum import Enum
from typing import Annotated, Any

import strawberry

from .edges import EDGES

_roles: Any = Enum(  # type: ignore[misc]
    "EdgeRole",
    {
        role.replace("-", "_").upper(): strawberry.enum_value(role, description=edge.description)
        for role, edge in sorted(EDGES.items())
    },
)
EdgeRole: type[Enum] = strawberry.enum(_roles, description="In which way one thing names another.")

Roles = Annotated[
    list[EdgeRole] | None,  # type: ignore[valid-type]
    strawberry.argument(description="Only those in one of these roles; all where it is missing."),
]


def wanted_roles(roles: Any) -> frozenset[str] | None:
    """The roles that an argument names, as they are stored."""
    return None if roles is None else frozenset(str(role.value) for role in roles)
