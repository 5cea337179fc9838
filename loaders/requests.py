"""The loaders of one request."""

from collections.abc import Sequence
from typing import Any

from motor.motor_asyncio import AsyncIOMotorDatabase

from schema.element import Document
from schema.graph.context import Page, PageRequest, Paths

from .conflicts import ConflictReads
from .coverage import CoverageReads
from .filters import vm_query
from .fleet import FleetReads
from .history import HistoryReads
from .pages import beyond, cursor_of, sorted_by, sorting
from .reading import Readers, Reading
from .reads import Reads
from .resources import ResourceReads
from .search import SearchReads


class RequestLoaders(Reads):
    """Every read of one request; a document asked for twice is read once.

    `seconds` bounds the time that MongoDB may spend on all of them. Reads raise ReadFailed.
    """

    def __init__(
        self, database: AsyncIOMotorDatabase[Document], seconds: float, readers: Readers | None = None
    ) -> None:
        super().__init__(Reading(database, seconds, readers))
        self.resources = ResourceReads(self._reading)
        self.conflicts = ConflictReads(self._reading)
        self.coverage = CoverageReads(self._reading)
        self.search = SearchReads(self._reading)
        self.fleet = FleetReads(self._reading)
        self.history = HistoryReads(self._reading)

    def close(self) -> None:
        """End what is still read: nobody waits for it."""
        self._reading.close()

    async def vm(self, vm_id: str, paths: Paths = None, *, raw: bool = False) -> Document | None:
        """A VM by its key; with `raw`, as MongoDB's bytes."""
        return await self._loader("vms", paths, raw=raw).load(vm_id)

    async def other_definition(self, vm_id: str) -> Document | None:
        """The persistent definition of a running VM, where it is kept beside the live one."""
        return await self._loader("definitions", None).load(vm_id)

    async def host(self, host_id: str) -> Document | None:
        """A host by its name."""
        return await self._loader("hosts", None).load(host_id)

    async def hosts_of(self, documents: Sequence[Document]) -> Sequence[Document | None]:
        """The host of each VM or resource: of one that nobody connects to its name, of what has none None."""
        ids = [document.get("hostId") for document in documents]
        found = await self._loader("hosts", None).load_all(ids)
        return [None if one is None else host or {"_id": one} for one, host in zip(ids, found, strict=True)]

    async def hosts(self) -> Sequence[Document]:
        """All hosts by name."""
        found = await self._find("hosts", {}, sort=[("_id", 1)])
        self._loader("hosts", None).prime({host["_id"]: host for host in found})
        return found

    async def vms(
        self, condition: Any, host_id: str | None, page: PageRequest, paths: Paths, *, raw: bool = False
    ) -> Page:
        """Part of the VMs that meet a `VmFilter`; raises ValueError for a cursor of another list."""
        query = vm_query(condition, host_id)
        cursor = page.before if page.backward else page.after
        if cursor is not None:
            query = beyond(query, cursor, page.order, backward=page.backward)
        wanted = None if paths is None else paths.union(sorted_by(page.order))
        sort = sorting(page.order, backward=page.backward)
        found = await self._find("vms", query, wanted, sort=sort, limit=page.limit + 1, raw=raw)
        more = len(found) > page.limit
        found = found[: page.limit]
        if page.backward:
            found.reverse()
        before, after = (more, cursor is not None) if page.backward else (cursor is not None, more)
        return Page(found, lambda number: cursor_of(found[number], page.order), before, after)

    async def vm_count(self, condition: Any, host_id: str | None) -> int:
        """How many VMs meet a `VmFilter`."""
        return await self._count("vms", vm_query(condition, host_id))
