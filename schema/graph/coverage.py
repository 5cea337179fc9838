"""`Query.coverage`: what the stored XML says that no declaration knows yet."""

from typing import Annotated, Any

import strawberry

from ..coverage import LONGEST_PATH, MOST_PATHS
from ..devices import DEVICES, DeviceKind
from ..element import Document, derived
from ..scalars import Long
from .arguments import page_size
from .context import Info
from .pages import Connection, page_fields
from .selection import Selected, vm_paths
from .virtual_machine import VirtualMachine

OnHost = Annotated[str | None, strawberry.argument(description="Only VMs of the host with this name.")]
PathPrefix = Annotated[
    str | None,
    strawberry.argument(description="Only paths that begin with this text, case kept: `domain/devices/disk/`."),
]


@strawberry.type(description="A place in libvirt's XML that no declaration knows, and how often VMs hold it.")
class UntypedPath:
    """An untyped path, counted over VMs."""

    path: str = strawberry.field(
        description="Names from the root to the attribute, element or text, without any value: "
        "`domain/devices/disk/driver/@news`, `domain/devices/oracle`, `domain/cpu/#text`. A name in a foreign "
        "namespace is `{namespace}name`. "
        f"A path of more than {LONGEST_PATH} characters is cut and ends in `…`; `…` alone gathers what VMs with "
        f"more than {MOST_PATHS:,} different paths hold beyond these."
    )
    vm_count: int = strawberry.field(description="How many VMs hold it at least once.")
    piece_count: Long = strawberry.field(description="How often it occurs in these VMs, all occurrences together.")

    @derived(
        "A VM that holds it: the `extra` of its parts shows the XML. Null if it went away meanwhile.",
        graphql_type=VirtualMachine | None,
    )
    async def example(document: strawberry.Parent[Document], info: Info) -> Any:  # noqa: D102
        return await info.context.loaders.vm(document["example"], vm_paths(Selected.below(info)))

    @derived(
        "The kind of device that the path lies in; null outside of devices and for a device of an unknown kind.",
        graphql_type=DeviceKind | None,
    )
    def kind(document: strawberry.Parent[Document]) -> Any:  # noqa: D102
        match document["path"].split("/"):
            case ["domain", "devices", tag, _, *_] if tag in DEVICES:
                return DEVICES[tag].kind_name
        return None


@strawberry.type(description="A page of untyped paths, and what they were counted over.")
class UntypedPathConnection(Connection[UntypedPath]):
    """A page of untyped paths; the document carries the page and what is needed to count."""

    @derived("How many different paths the whole list has; counted only when it is selected.")
    async def total_count(document: strawberry.Parent[Document], info: Info) -> int:  # noqa: D102
        return await info.context.loaders.coverage.path_count(document["host"], document["prefix"])

    @derived("How many VMs were looked at: all, or those of `host`.")
    async def document_count(document: strawberry.Parent[Document], info: Info) -> int:  # noqa: D102
        return await info.context.loaders.coverage.vm_count(document["host"])

    @derived("How many of these have XML that cannot be read, so that nobody knows what it holds.")
    async def unreadable_count(document: strawberry.Parent[Document], info: Info) -> int:  # noqa: D102
        return await info.context.loaders.coverage.unreadable_count(document["host"])

    @derived("How many of these hold at least one path of the whole list.")
    async def documents_with_untyped(document: strawberry.Parent[Document], info: Info) -> int:  # noqa: D102
        return await info.context.loaders.coverage.untyped_vm_count(document["host"], document["prefix"])


async def untyped_paths(
    info: Info, first: int | None, after: str | None, host: str | None, prefix: str | None
) -> Document:
    """The document of an `UntypedPathConnection`: the page is read only where it is selected."""
    limit = page_size(first)
    document: Document = {"host": host, "prefix": prefix or ""}
    if not Selected.below(info).has_page():
        return document
    return document | page_fields(await info.context.loaders.coverage.paths(host, prefix or "", limit, after))
