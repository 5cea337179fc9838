"""Who is attached to what: joins of MongoDB between keys that VMs name and keys that resources answer to.

Each method gathers what one level of a query asks for and sends one aggregate, whatever the number of resources. It
begins with `$documents`, the resources' keys as the query already knows them, so that none is read again.
"""

from collections.abc import Collection, Sequence
from typing import cast

from schema.conflicts import CHANGING
from schema.edges import EDGES
from schema.element import Document
from schema.graph.context import AttachmentRequest, Page, Paths

from .batching import Load
from .joins import Joins
from .pages import BadCursor, packed, unpacked
from .projections import is_one_of, projection
from .texts import storable

_ATTACHMENTS = "attachments"
_NEIGHBOURS = "neighbours"
_WRITTEN = sorted(
    {row.to.name for edge in EDGES.values() for row in edge.rows if edge.access_in(row) not in ("READ", "CONNECT")}
)
"""The spaces in which some edge writes: where a neighbour can be found."""


class AttachmentReads(Joins):
    """Reads of attachments; see `schema.graph.context.Resources`."""

    async def attachments(self, many: Sequence[Collection[str]], request: AttachmentRequest) -> Sequence[Page]:
        """For each list of keys part of the attachments to what answers to them, by VM."""
        wanted = [tuple(sorted(keys)) for keys in many]
        return cast("list[Page]", await self._reading.loaders.of(self._load_attached, request).load_all(wanted))

    async def attachment_count(self, keys: Collection[str], roles: frozenset[str] | None) -> int:
        """How many attachments there are to what answers to these keys."""
        return await self._reading.loaders.of(self._load_counts, roles).load(tuple(sorted(keys)))

    async def neighbours(
        self, vm: Document, roles: frozenset[str] | None, limit: int, after: str | None, vm_paths: Paths
    ) -> Page:
        """Part of the VMs that share something with a VM, by id; `vm` needs `attachments`."""
        request = (roles, limit, after, vm_paths)
        loader = self._reading.loaders.of(self._load_neighbours, request, lambda one: one["_id"])
        return await loader.load(vm)

    async def vms_named(self, keys: Sequence[str | None], vm_paths: Paths) -> Sequence[Document | None]:
        """The VM that each key of the space `domain` names; None for None."""
        return await self._reading.loaders.of(self._load_named, vm_paths).load_all(keys)

    def _load_attached(self, request: AttachmentRequest) -> Load[tuple[str, ...], Page]:
        place = None if request.after is None else _place(request.after)
        inner: list[Document] = [] if place is None else [{"$match": {"_id": {"$gte": place[0]}}}]
        inner += [*_matching(request.roles), {"$sort": {"_id": 1}}, {"$limit": request.limit + 2}]
        inner += _projected(request.vm_paths)

        async def load(many: list[tuple[str, ...]]) -> list[Page]:
            found = await self._few_attached(many, request, place)
            if found is None:
                joined = await self._join(many, "vms", "attachments.key", inner, alike=1)
                found = [[one for vm in vms for one in _matched(vm)] for vms in joined]
            return [_attached(one, request.limit, place) for one in found]

        return load

    async def _few_attached(
        self, many: list[tuple[str, ...]], request: AttachmentRequest, place: list[str] | None
    ) -> list[list[Document]] | None:
        """The attachments that `_join` would find, by one plain read of parts of VMs.

        None where there is so much that only a join can stop in time, and where the whole VMs are wanted.

        Most of what VMs have is theirs alone, or that of a few; a join costs MongoDB a query for each resource.
        """
        alike = await self._alike(many)
        wanted = {key for keys in alike for key in keys}
        few = _FEW + _FEW_OF_EACH * len(many)
        query: Document = {"attachments.key": {"$in": sorted(wanted)}}
        if place is not None:
            query["_id"] = {"$gte": place[0]}
        if (shown := projection(request.vm_paths, few + 1)) is None:
            return None
        shown |= _among(wanted, request.roles)
        found = await self._found("vms", few + 1, filter=query, projection=shown) if wanted else []
        if len(found) > few:
            return None
        by_key: dict[str, list[Document]] = {}
        for vm in found:
            for one in _matched(vm):
                by_key.setdefault(one["key"], []).append(one)
        return [[one for key in keys for one in by_key.get(key, ())] for keys in alike]

    def _load_counts(self, roles: frozenset[str] | None) -> Load[tuple[str, ...], int]:
        inner = [*_matching(roles), {"$group": {"_id": None, "number": {"$sum": {"$size": f"${_MATCHED}"}}}}]

        async def load(many: list[tuple[str, ...]]) -> list[int]:
            joined = await self._join(many, "vms", "attachments.key", inner, alike=1)
            return [found[0]["number"] if found else 0 for found in joined]

        return load

    def _load_neighbours(self, request: tuple[frozenset[str] | None, int, str | None, Paths]) -> Load[Document, Page]:
        roles, limit, after, vm_paths = request
        place = None if after is None else _place_of(_NEIGHBOURS, after, 1)[0]
        beyond: list[Document] = [] if place is None else [{"$match": {"_id": {"$gt": place}}}]

        def inner(*access: str) -> list[Document]:
            matching = _matching(roles, access)
            return [*beyond, *matching, {"$sort": {"_id": 1}}, {"$limit": limit + 2}, *_projected(vm_paths)]

        async def load(many: list[Document]) -> list[Page]:
            mine = [_shareable(vm, roles) for vm in many]
            # What this VM writes is shared with whoever has it; what it reads, with those who write it.
            joins = [(0, inner())] if roles is not None else [(0, inner()), (1, inner(*CHANGING))]
            found: list[dict[str, Document]] = [{} for _ in many]
            for number, stages in joins:
                joined = await self._join([one[number] for one in mine], "vms", "attachments.key", stages, alike=2)
                for vm, others, into in zip(many, joined, found, strict=True):
                    for other in (one for one in others if one["_id"] != vm["_id"]):
                        known = into.setdefault(other["_id"], {"vm": other, "shared": {}})
                        known["shared"] |= {_triple(one): one for one in sorted(_matched(other), key=_triple)}
            return [_neighbours(one, limit, after) for one in found]

        return load

    def _load_named(self, vm_paths: Paths) -> Load[str, Document | None]:
        async def load(keys: list[str]) -> list[Document | None]:
            uuids: dict[str, list[str]] = {}
            names: dict[str, list[str]] = {}
            for key in filter(storable, keys):
                _, host_id, value = key.split("|", 2)
                by, value = (names, value[5:]) if value.startswith("name:") else (uuids, value)
                by.setdefault(host_id, []).append(value)
            ways = [{"hostId": host, "uuid": {"$in": some}} for host, some in uuids.items()]
            ways += [{"hostId": host, "name": {"$in": some}} for host, some in names.items()]
            paths = None if vm_paths is None else vm_paths | {"hostId", "name", "uuid"}
            found = await self._find("vms", {"$or": ways}, paths, sort=[("_id", -1)]) if ways else []
            by_key = {f"domain|{vm['hostId']}|{vm['uuid'].lower()}": vm for vm in found if "uuid" in vm}
            by_key |= {f"domain|{vm['hostId']}|name:{vm['name']}": vm for vm in found if "name" in vm}
            return [by_key.get(key) for key in keys]

        return load


_FEW, _FEW_OF_EACH = 100, 4
"""VMs that are read to see whether there are few: altogether, and for each resource."""

_MATCHED = "matched"
"""The attachments of a VM that a join found it by."""


def _matching(roles: Collection[str] | None, access: Collection[str] = ()) -> list[Document]:
    """Stages that keep the VMs with such an attachment to one of `$$keys`, and note which they are."""
    wanted: list[Document] = [{"$in": ["$$this.key", "$$keys"]}]
    if roles is not None:
        wanted.append({"$in": ["$$this.role", sorted(roles)]})
    if access:
        wanted.append({"$in": ["$$this.access", sorted(access)]})
    matched = {"$filter": {"input": "$attachments", "cond": {"$and": wanted}}}
    return [{"$set": {_MATCHED: matched}}, {"$match": {_MATCHED: {"$ne": []}}}]


def _among(keys: Collection[str], roles: Collection[str] | None) -> Document:
    """A projection that shows which of a VM's attachments are to one of these keys, in these roles."""
    wanted = [is_one_of("$$this.key", keys)]
    if roles is not None:
        wanted.append(is_one_of("$$this.role", roles))
    return {_MATCHED: {"$filter": {"input": "$attachments", "cond": {"$and": wanted}}}}


def _projected(paths: Paths) -> list[Document]:
    shown = projection(paths)
    return [] if shown is None else [{"$project": {**shown, _MATCHED: 1}}]


def _matched(vm: Document) -> list[Document]:
    """The attachments of a VM that it was found by, each with the VM."""
    found: list[Document] = vm.pop(_MATCHED)
    for one in found:
        one["vm"] = vm
    return found


def _triple(entry: Document) -> tuple[str, str, str]:
    return entry.get("device", ""), entry["role"], entry["key"]


def _attached(found: list[Document], limit: int, place: list[str] | None) -> Page:
    """The page of attachments, in an order of their own that does not change when those of a VM do."""
    if len(found) > 1:
        found.sort(key=_order)
    if place is not None:
        found = [one for one in found if _order(one) > tuple(place)]
    kept = found[:limit]

    def cursor(number: int) -> str:
        return packed([_ATTACHMENTS, *_order(kept[number])])

    return Page(kept, cursor, place is not None, len(found) > limit)


def _order(entry: Document) -> tuple[str, str, str, str]:
    return entry["vm"]["_id"], *_triple(entry)


def _place(cursor: str) -> list[str]:
    return _place_of(_ATTACHMENTS, cursor, 4)


def _place_of(of: str, cursor: str, length: int) -> list[str]:
    """The texts in a cursor of this list; raises BadCursor."""
    match unpacked(cursor):
        case [name, *place] if name == of and len(place) == length:
            if all(isinstance(part, str) and storable(part) for part in place):
                return place
    raise BadCursor


def _shareable(vm: Document, roles: frozenset[str] | None) -> tuple[list[str], list[str]]:
    """The keys that a VM writes and those that it reads and others may write; with `roles`, all in these roles."""
    entries = vm.get("attachments", ())
    if roles is not None:
        return [one["key"] for one in entries if one["role"] in roles], []
    written = [one["key"] for one in entries if one["access"] in CHANGING]
    read = [one["key"] for one in entries if one["access"] == "READ" and one["key"].partition("|")[0] in _WRITTEN]
    return written, read


def _neighbours(found: dict[str, Document], limit: int, after: str | None) -> Page:
    kept = [{**found[one], "shared": list(found[one]["shared"].values())} for one in sorted(found)[:limit]]
    return Page(
        kept, lambda number: packed([_NEIGHBOURS, kept[number]["vm"]["_id"]]), after is not None, len(found) > limit
    )
