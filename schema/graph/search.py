"""`Query.search`: what is found by a text that somebody holds in hand, such as an address or a path."""

from typing import Annotated, Any

import strawberry

from ..element import Document, derived
from ..node import Node
from .arguments import page_size
from .context import Info
from .pages import Connection, page_fields
from .selection import Selected, node_paths
from .virtual_machine import device_of

Text = Annotated[
    str,
    strawberry.argument(
        description="What the wanted begins with, or is: at most 255 characters. Capitals and small letters are the "
        "same, and spaces around do not count."
    ),
]


@strawberry.type(description="Something that a text was found in: a VM, a device of one, or a resource.")
class SearchHit:
    """Something that a text was found in: the document is the loaders', with what is read of the node."""

    field: str = strawberry.field(
        description="The fields of the API that lead to the text, joined by dots: `name`, `disks.source.file`. Those "
        "of a device begin with its list in `VirtualMachine`."
    )
    value: str = strawberry.field(
        description="The text as the XML has it, an address as `0000:41:00.0`. Of more than 1,024 characters the "
        "beginning, with `…` at the end."
    )
    exact: bool = strawberry.field(
        description="Whether it is the text that was searched for, in some spelling: a path is also known by its last "
        "part, a PCI function without its domain, a MAC address with `-` for `:`. Otherwise it only begins with it."
    )

    @derived("Where the text was found; null if that went away meanwhile.", graphql_type=Node | None)
    async def node(document: strawberry.Parent[Document], info: Info) -> Any:  # noqa: D102
        loaders, paths, key = info.context.loaders, document["paths"], document["key"]
        if document["collection"] == "resources":
            return await loaders.resources.by_id(key, paths.resource)
        if "device" not in document:
            return await loaders.vm(key, paths.vm)
        vm = await loaders.vm(key, paths.device)
        return None if vm is None else device_of(vm, document["device"])


@strawberry.type(description="Part of what a search found: exact hits first, the others by the alphabet.")
class SearchConnection(Connection[SearchHit]):
    """A page of hits."""


async def search_connection(info: Info, text: str, first: int | None, after: str | None) -> Document:
    """The document of a `SearchConnection`."""
    selected = Selected.below(info)
    paths = node_paths(selected.entries().of("node"))
    page = await info.context.loaders.search.hits(text, page_size(first), after)
    for hit in page.documents:
        hit["paths"] = paths
    return page_fields(page)
