"""`Conflict`: what VMs are in each other's way over, with whom it concerns and what to do."""

import asyncio
from collections.abc import Sequence
from typing import Any

import strawberry

from ..conflicts import ADVICE, CLAIMING, ConflictKind, Severity
from ..edges import is_key
from ..element import Document, derived
from ..resource import Resource
from .arguments import page_size
from .attachment import Attachment
from .context import Info
from .pages import Connection, page_fields
from .selection import Selected, attachment_paths, resource_paths, vm_paths
from .virtual_machine import VirtualMachine


@strawberry.type(description="Something that VMs are in each other's way over, or that a VM needs and is not there.")
class Conflict:
    """A conflict: the document holds the kind, the key of what it is about, and the parties."""

    @derived("What is wrong, which also says what to do about it.", graphql_type=ConflictKind)
    def kind(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        return str(document["kind"])

    @derived("How urgent it is, by which of the VMs run.", graphql_type=Severity)
    def severity(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        return "CRITICAL" if _harmful(document) else "WARNING"

    @derived("Whether at least two of the VMs that are concerned run, or are paused.")
    def active(document: strawberry.Parent[Document]) -> bool:  # noqa: D102
        return len(document["running"]) > 1

    @derived("What to do about it, in a sentence.")
    def advice(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        return ADVICE[document["kind"]]

    @derived("What it is about; null for VMs that have one UUID.", graphql_type=Resource | None)
    async def resource(document: strawberry.Parent[Document], info: Info) -> Any:  # noqa: D102
        if (key := document.get("key")) is None or not is_key(key):
            return None
        return await info.context.loaders.resources.by_key(key, resource_paths(Selected.below(info)))

    @derived(
        "The VMs that are concerned, each once; at most a hundred attachments are looked at.",
        graphql_type=list[VirtualMachine],
    )
    async def vms(document: strawberry.Parent[Document], info: Info) -> Any:  # noqa: D102
        ids = list(dict.fromkeys(party["vm"] for party in document["parties"]))
        return await _vms(info, ids, vm_paths(Selected.below(info)))

    @derived("What the VMs have to do with it, each with its device; at most a hundred.", graphql_type=list[Attachment])
    async def attachments(document: strawberry.Parent[Document], info: Info) -> Any:  # noqa: D102
        parties = [party for party in document["parties"] if "role" in party]
        vms = await _vms(info, [party["vm"] for party in parties], attachment_paths(Selected.below(info)))
        by_id = {vm["_id"]: vm for vm in vms}
        return [{**party, "vm": by_id[party["vm"]]} for party in parties if party["vm"] in by_id]


async def _vms(info: Info, ids: Sequence[str], paths: frozenset[str]) -> Any:
    """The VMs with these ids that are still there."""
    found = await asyncio.gather(*(info.context.loaders.vm(one, paths) for one in ids))
    return [vm for vm in found if vm is not None]


def _harmful(conflict: Document) -> bool:
    """Whether VMs that run do harm: two of them, or the one that writes what lies below the disks of others."""
    if conflict["kind"] == "BASE_WRITTEN":
        return any(one["vm"] in conflict["running"] for one in conflict["parties"] if one["access"] in CLAIMING)
    return len(conflict["running"]) > 1 and conflict["kind"] != "MISSING_RESOURCE"


@strawberry.type(description="Part of the conflicts of the fleet, as many as were asked for.")
class ConflictConnection(Connection[Conflict]):
    """A page of conflicts."""


async def conflict_connection(
    info: Info, kinds: Sequence[ConflictKind] | None, host_id: str | None, first: int | None, after: str | None
) -> Document:
    """The document of a `ConflictConnection`."""
    wanted = None if kinds is None else frozenset(str(kind.value) for kind in kinds)
    return page_fields(await info.context.loaders.conflicts.page(wanted, host_id, page_size(first), after))
