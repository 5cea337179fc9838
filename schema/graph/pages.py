"""Relay's connections: lists that are read a page at a time.

Source: the GraphQL Cursor Connections specification.
"""

from typing import Generic, TypeVar, cast

import strawberry

from ..element import Document, derived
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

    @derived("The entries of this page, each with its cursor.")
    def edges(document: strawberry.Parent[Document]) -> list[Edge[Entry]]:  # noqa: D102
        page: Page = document["page"]
        edges = [{"cursor": page.cursor(number), "node": one} for number, one in enumerate(page.documents)]
        return cast(list[Edge[Entry]], edges)

    @derived("The entries of this page, without their cursors.")
    def nodes(document: strawberry.Parent[Document]) -> list[Entry]:  # noqa: D102
        return cast(list[Entry], list(document["page"].documents))

    @derived("Where this page lies in the list.")
    def page_info(document: strawberry.Parent[Document]) -> PageInfo:  # noqa: D102
        page: Page = document["page"]
        ends = {"startCursor": page.cursor(0), "endCursor": page.cursor(-1)} if page.documents else {}
        return cast(PageInfo, {"hasNextPage": page.has_next, "hasPreviousPage": page.has_previous, **ends})


def page_fields(page: Page) -> Document:
    """What of a connection's document a page makes."""
    return {"page": page}
