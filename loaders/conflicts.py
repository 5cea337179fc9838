"""What VMs are in each other's way over, sort by sort: each is one aggregate over what VMs name.

The fleet's conflicts are worked out by MongoDB, a page at a time and in bounded time. Those of certain VMs begin with
the keys that these VMs name.
"""

import re
from collections.abc import Collection, Sequence

from schema.conflicts import contested_kind
from schema.element import Document
from schema.graph.context import Page

from . import conflict_stages as stages
from .batching import Load
from .joins import Joins
from .pages import BadCursor, packed, unpacked
from .texts import storable

_CONFLICTS = "conflicts"
_MOST_POOLS = 1000
_MOST_OF_VMS = 500
"""Conflicts of each sort that are told of the VMs of one page."""

_CONTESTED = frozenset({
    "STORAGE_WRITTEN_TWICE", "BASE_WRITTEN", "HOST_DEVICE_SHARED", "DUPLICATE_MAC", "DUPLICATE_VSOCK_CID",
    "PORT_TAKEN_TWICE", "SOCKET_BOUND_TWICE",
})  # fmt: skip
_SORTS = (
    ("contested", _CONTESTED),
    ("split", frozenset({"IOMMU_GROUP_SPLIT"})),
    ("twins", frozenset({"DUPLICATE_UUID"})),
    ("missing", frozenset({"MISSING_RESOURCE"})),
    ("broken", frozenset({"BROKEN_BACKING_CHAIN", "MISSING_RESOURCE"})),
    ("circles", frozenset({"CYCLE"})),
)
"""The aggregates in the order of the list, and the kinds of conflicts that each finds."""

Of = tuple[str, str | None, tuple[str, ...]]
"""A VM: its id, its UUID, and the keys that it names."""


class ConflictReads(Joins):
    """Reads of conflicts: `{kind, key, parties, running}`; see `schema.graph.context.Conflicts`."""

    async def page(self, kinds: Collection[str] | None, host_id: str | None, limit: int, after: str | None) -> Page:
        """Part of the conflicts of the fleet, sort by sort and by key within each."""
        if host_id is not None and not storable(host_id):
            raise ValueError("`host` is not valid Unicode.")
        first, place = (0, None) if after is None else _place(after)
        found: list[tuple[int, Document]] = []
        for number, (sort, told) in enumerate(_SORTS):
            if number < first or not (kinds is None or told.intersection(kinds)) or len(found) > limit:
                continue
            on_host: list[Document] = [] if host_id is None else [{"$match": {"hosts": host_id}}]
            last = place if number == first else None
            while (wanted := limit + 1 - len(found)) > 0:
                further = on_host if last is None else [*on_host, {"$match": {"_id": {"$gt": last}}}]
                batch = await self._contested(sort, None, further, wanted)
                found += [(number, one) for one in batch if kinds is None or one["kind"] in kinds]
                if len(batch) < wanted:
                    break
                last = batch[-1]["_id"]
        kept = found[:limit]
        cursors = [packed([_CONFLICTS, number, conflict["_id"]]) for number, conflict in kept]
        return Page([conflict for _, conflict in kept], cursors.__getitem__, after is not None, len(found) > limit)

    async def of_vm(self, vm: Document) -> Sequence[Document]:
        """The conflicts that a VM is party to; `vm` needs `uuid` and `attachments`."""
        keys = tuple(one["key"] for one in vm.get("attachments", ()))
        return await self._reading.loaders.of(self._load_of_vms, None).load((vm["_id"], vm.get("uuid"), keys))

    def _load_of_vms(self, _: None) -> Load[Of, list[Document]]:
        return self._of_vms

    async def _of_vms(self, vms: list[Of]) -> list[list[Document]]:
        found: dict[str, list[Document]] = {vm_id: [] for vm_id, _, _ in vms}
        mine: list[Document] = [{"$match": {"parties.vm": {"$in": sorted(found)}}}]
        own = sorted({key for _, _, keys in vms for key in keys})
        named = [{"$project": {"keys": 1, "links.key": 1}}]
        (alike,) = await self._join([own], "resources", "keys", named, alike=2)
        keys = {*own, *(key for one in alike for key in one["keys"])}
        links = {link["key"] for one in alike for link in one.get("links", ())}
        groups = {key for key in links if key.startswith(stages.IOMMU_GROUPS)}
        among = {"twins": {uuid for _, uuid, _ in vms if uuid is not None}, "split": groups}
        for sort, _ in _SORTS:
            for conflict in await self._contested(sort, sorted(among.get(sort, keys)), mine, _MOST_OF_VMS):
                for vm_id in dict.fromkeys(party["vm"] for party in conflict["parties"]):
                    if vm_id in found:
                        found[vm_id].append(conflict)
        return [found[vm_id] for vm_id, _, _ in vms]

    async def _contested(
        self, sort: str, among: Sequence[str] | None, further: list[Document], limit: int
    ) -> list[Document]:
        """The conflicts of a sort; `among` keys of what VMs name, UUIDs for twins, keys of groups for what is split."""
        match sort:
            case "broken":
                made = stages.broken(among, await self._directories())
            case _:
                made = getattr(stages, sort)(among)
        page: list[Document] = [{"$sort": {"_id": 1}}, {"$limit": limit}]
        ordered = {"$sortArray": {"input": "$parties", "sortBy": {"vm": 1, "device": 1, "role": 1, "key": 1}}}
        cut = {"key": 1, "running": 1, "parties": {"$slice": [ordered, stages.MOST_PARTIES]}}
        collection = "resources" if sort in ("split", "circles") else "vms"
        found = await self._aggregate(collection, [*made, *further, *page, {"$project": cut}])
        return [{**one, "kind": _kind(sort, one)} for one in found]

    async def _directories(self) -> list[re.Pattern[str]]:
        """What the keys of files look like that lie directly in a directory which an active storage pool lists."""
        listed: Document = {"kind": "STORAGE_POOL", "facts.active": True, "type": {"$in": ["dir", "fs", "netfs"]}}
        match: list[Document] = [{"$match": {**listed, "target.path": {"$exists": True}}}, {"$limit": _MOST_POOLS}]
        project = {"$project": {"hostId": 1, "path": "$target.path"}}
        pools = await self._aggregate("resources", [*match, project])
        begins = (f"path|{pool['hostId']}|{pool['path'].rstrip('/')}/" for pool in pools)
        return [re.compile(f"^{re.escape(begin)}[^/]+$") for begin in begins]


def _kind(sort: str, found: Document) -> str:
    match sort:
        case "contested":
            return contested_kind(found["key"].partition("|")[0], found["parties"])
        case "broken":
            files = {party.get("role") for party in found["parties"]}
            return "MISSING_RESOURCE" if files and stages.BELOW not in files else "BROKEN_BACKING_CHAIN"
    (kind,) = dict(_SORTS)[sort]
    return kind


def _place(cursor: str) -> tuple[int, str]:
    match unpacked(cursor):
        case [name, int(number), str(key)] if name == _CONFLICTS and number in range(len(_SORTS)) and storable(key):
            return int(number), key
    raise BadCursor
