"""The arguments by which lists are read a page at a time.

Source: the GraphQL Cursor Connections specification.
"""

from typing import Annotated

import strawberry

LARGEST_PAGE = 500
"""Items that one page may hold; asking for more is an error, never a silent cut."""

USUAL_PAGE = 50
"""Items of a page when the query does not say."""


First = Annotated[
    int | None,
    strawberry.argument(
        description=f"How many entries, from the start or after `after`: {LARGEST_PAGE} at most, usually {USUAL_PAGE}."
    ),
]
After = Annotated[
    str | None, strawberry.argument(description="Only entries after the one with this cursor; goes with `first`.")
]
Last = Annotated[
    int | None,
    strawberry.argument(description=f"How many entries, from the end or before `before`: {LARGEST_PAGE} at most."),
]
Before = Annotated[
    str | None, strawberry.argument(description="Only entries before the one with this cursor; goes with `last`.")
]


def page_size(wanted: int | None, *, further: str = "after") -> int:
    """The items of a page; raises ValueError with a sentence for the client where too many are wanted."""
    limit = USUAL_PAGE if wanted is None else wanted
    if not 0 <= limit <= LARGEST_PAGE:
        raise ValueError(f"A page holds 0 to {LARGEST_PAGE} items, not {limit}; read on with `{further}`.")
    return limit
