"""Relay's connections: lists that are read a page at a time.

Source: the GraphQL Cursor Connections specification.
"""

from typing import Any, Generic, TypeVar

import strawberry

from .context import Page

Entry = TypeVar("Entry")


@strawberry.type(description="Where a page lies in its list, and whether there is more to read.")
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool = strawberry.field(description="Whether the list goes on after this page.")
    has_previous_page: bool = strawberry.field(description="Whether the list has something before this page.")
    start_cursor: str | None = strawberry.field(
        description="Cursor of the page's first entry, for `before`; null for an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the page's last entry, for `after`; null for an empty page."
    )


@strawberry.type(description="An entry of a page, with its place in the list.")
class Edge(Generic[Entry]):
    """An entry of a list."""

    cursor: str = strawberry.field(
        description="Names this place in the list, also while entries come and go; give it as `after`, or as `before` "
        "where the list takes that."
    )
    node: Entry = strawberry.field(description="The entry that stands at this place.")


@strawberry.type(description="Part of a list, as many entries as were asked for.")
class Connection(Generic[Entry]):
    """A page of a list; the document carries the page, and what is needed to count where the list can be counted."""

    edges: list[Edge[Entry]] = strawberry.field(description="The entries of this page, each with its cursor.")
    nodes: list[Entry] = strawberry.field(description="The entries of this page, without their cursors.")
    page_info: PageInfo = strawberry.field(description="Where this page lies in the list.")


def page_fields(page: Page) -> dict[str, Any]:
    """What of a connection's document a page makes: `edges`, `nodes` and `pageInfo`."""
    edges = [{"cursor": cursor, "node": vm} for cursor, vm in zip(page.cursors, page.documents, strict=True)]
    info = {"hasNextPage": page.has_next, "hasPreviousPage": page.has_previous}
    ends = {"startCursor": page.cursors[0], "endCursor": page.cursors[-1]} if edges else {}
    return {"edges": edges, "nodes": list(page.documents), "pageInfo": info | ends}
