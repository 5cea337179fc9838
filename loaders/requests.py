"""The loaders of one request."""

from collections.abc import Sequence
from typing import Any

from motor.motor_asyncio import AsyncIOMotorDatabase
from strawberry.dataloader import DataLoader

from schema.element import Document
from schema.graph.context import Page, PageRequest, Paths

from .conflicts import ConflictReads
from .coverage import CoverageReads
from .filters import vm_query
from .fleet import FleetReads
from .history import HistoryReads
from .pages import beyond, cursor_of, sorted_by, sorting
from .reads import Reads, batched
from .resources import ResourceReads
from .search import SearchReads


class RequestLoaders(Reads):
    """Every read of one request; a document asked for twice is read once.

    `seconds` bounds the time that MongoDB may spend on each read. Reads raise ReadFailed.
    """

    def __init__(self, database: AsyncIOMotorDatabase[Document], seconds: float) -> None:
        super().__init__(database, int(seconds * 1000))
        self.resources = ResourceReads(database, self._milliseconds)
        self.conflicts = ConflictReads(database, self._milliseconds)
        self.coverage = CoverageReads(database, self._milliseconds)
        self.search = SearchReads(database, self._milliseconds)
        self.fleet = FleetReads(database, self._milliseconds)
        self.history = HistoryReads(database, self._milliseconds)
        self._by_key: dict[tuple[str, Paths], DataLoader[str, Document | None]] = {}

    async def vm(self, vm_id: str, paths: Paths = None) -> Document | None:
        """A VM by its key."""
        return await self._loader("vms", paths).load(vm_id)

    async def other_definition(self, vm_id: str) -> Document | None:
        """The persistent definition of a running VM, where it is kept beside the live one."""
        return await self._loader("definitions", None).load(vm_id)

    async def host(self, host_id: str) -> Document | None:
        """A host by its name."""
        return await self._loader("hosts", None).load(host_id)

    async def hosts(self) -> Sequence[Document]:
        """All hosts by name."""
        found = await self._find("hosts", {}, sort=[("_id", 1)])
        self._loader("hosts", None).prime_many({host["_id"]: host for host in found})
        return found

    async def vms(self, condition: Any, host_id: str | None, page: PageRequest, paths: Paths) -> Page:
        """Part of the VMs that meet a `VmFilter`; raises ValueError for a cursor of another list."""
        query = vm_query(condition, host_id)
        cursor = page.before if page.backward else page.after
        if cursor is not None:
            query = beyond(query, cursor, page.order, backward=page.backward)
        wanted = None if paths is None else paths.union(sorted_by(page.order))
        sort = sorting(page.order, backward=page.backward)
        found = await self._find("vms", query, wanted, sort=sort, limit=page.limit + 1)
        more = len(found) > page.limit
        found = found[: page.limit]
        if page.backward:
            found.reverse()
        before, after = (more, cursor is not None) if page.backward else (cursor is not None, more)
        return Page(found, [cursor_of(document, page.order) for document in found], before, after)

    async def vm_count(self, condition: Any, host_id: str | None) -> int:
        """How many VMs meet a `VmFilter`."""
        return await self._count("vms", vm_query(condition, host_id))

    def _loader(self, collection: str, paths: Paths) -> DataLoader[str, Document | None]:
        return batched(self._by_key, (collection, paths), self._load_by_id)
