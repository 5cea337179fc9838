"""Resources by id and by key, and their pages."""

from collections.abc import Collection, Sequence
from operator import itemgetter
from typing import Any

from schema.edges import referenced
from schema.element import Document
from schema.graph.context import LinkRequest, Page, Paths

from .attachments import AttachmentReads
from .batching import Load
from .filters import resource_query
from .pages import BadCursor, packed, unpacked
from .projections import projection
from .referenced import ReferencedReads
from .texts import storable, storable_ones

_PAGE = "resources"
"""Stands first in the cursors of pages of resources."""

LONGEST_CHAIN = 200
"""Volumes below one another; libvirt reads no longer chain."""

_ASSIGNABLE: dict[str, Document] = {
    "pci": {
        "capabilities.iommuGroup": {"$exists": True},
        "capabilities.capabilities.kind": {"$nin": ["pci-bridge", "cardbus-bridge"]},
    },
}
"""What a device of a capability must have, and not be, so that a VM can be given it."""


class ResourceReads(AttachmentReads, ReferencedReads):
    """Reads of resources; see `schema.graph.context.Resources`."""

    async def by_id(self, resource_id: str, paths: Paths) -> Document | None:
        """A stored resource by its id."""
        return await self._loader("resources", paths).load(resource_id)

    async def by_key(self, key: str, paths: Paths) -> Document:
        """What answers to a key, or what the key alone tells."""
        return await self._reading.loaders.of(self._load_by_key, paths).load(key)

    async def by_keys(self, keys: Sequence[str | None], paths: Paths) -> Sequence[Document | None]:
        """What answers to each key, as of `by_key`; None for None."""
        return await self._reading.loaders.of(self._load_by_key, paths).load_all(keys)

    async def page(
        self, kind: str | None, condition: Any, host_id: str | None, limit: int, after: str | None, paths: Paths
    ) -> Page:
        """Part of the stored resources, by kind and name."""
        query = resource_query(kind, condition, host_id)
        if after is not None:
            query = {"$and": [query, _beyond(after)]}
        found = await self._find(
            "resources", query, paths, limit=limit + 1, sort=[("kind", 1), ("label", 1), ("_id", 1)]
        )
        return _page(found, limit, after)

    async def count(self, kind: str | None, condition: Any, host_id: str | None) -> int:
        """How many stored resources there are on all such pages."""
        return await self._count("resources", resource_query(kind, condition, host_id))

    async def naming(self, keys: Collection[str], request: LinkRequest) -> Page:
        """Part of the resources that name what answers to these keys, by kind and name."""
        return await self._reading.loaders.of(self._load_naming, request).load(tuple(sorted(keys)))

    async def backing_chain(self, volume_id: str, paths: Paths) -> Sequence[Document]:
        """The volumes below a volume, the nearest first; where the chain runs in a circle, each once."""
        return await self._reading.loaders.of(self._load_chains, paths).load(volume_id)

    async def unused(self, host_id: str, capability: str, limit: int, after: str | None, paths: Paths) -> Page:
        """Part of a host's node devices of a capability that a VM could be given and none has, by name."""
        request = (capability, limit, after, paths)
        return await self._reading.loaders.of(self._load_unused, request).load(host_id)

    def _load_by_key(self, paths: Paths) -> Load[str, Document]:
        async def load(keys: list[str]) -> list[Document]:
            query = {"keys": {"$in": storable_ones(keys)}}
            found = await self._find("resources", query, paths, about=len(keys))
            by_key: dict[str, Document] = {}
            for document in sorted(found, key=itemgetter("_id")):
                for key in document["keys"]:
                    by_key.setdefault(key, document)  # where two answer, the first by id
            self._remember_volumes(keys, found)
            return [by_key.get(key) or referenced(key) for key in keys]

        return load

    def _load_naming(self, request: LinkRequest) -> Load[tuple[str, ...], Page]:
        one: Document = {}
        if request.kinds is not None:
            one["kind"] = {"$in": sorted(request.kinds)}
        match: list[Document] = [one] if one else []
        if request.roles is not None:
            wanted = {"$and": [{"$in": ["$$this.key", "$$keys"]}, {"$in": ["$$this.role", sorted(request.roles)]}]}
            match.append({"$expr": {"$ne": [{"$filter": {"input": "$links", "cond": wanted}}, []]}})
        if request.after is not None:
            match.append(_beyond(request.after))
        inner: list[Document] = [{"$match": {"$and": match}}] if match else []
        inner += [{"$sort": {"kind": 1, "label": 1, "_id": 1}}, {"$limit": request.limit + 1}]
        if (shown := projection(request.paths)) is not None:
            inner.append({"$project": shown})

        async def load(many: list[tuple[str, ...]]) -> list[Page]:
            joined = await self._join(many, "resources", "links.key", inner)
            return [_page(found, request.limit, request.after) for found in joined]

        return load

    def _load_unused(self, request: tuple[str, int, str | None, Paths]) -> Load[str, Page]:
        capability, limit, after, paths = request
        if not storable(capability):
            raise ValueError("`capability` is not valid Unicode.")
        query: Document = {"kind": "NODE_DEVICE", "capabilities.kind": capability, **_ASSIGNABLE.get(capability, {})}
        used = {
            "from": "vms",
            "localField": "keys",
            "foreignField": "attachments.key",
            "pipeline": [{"$limit": 1}, {"$project": {"_id": 1}}],
            "as": "users",
        }
        inner: list[Document] = [
            {"$match": query if after is None else {"$and": [query, _beyond(after)]}},
            {"$sort": {"label": 1, "_id": 1}},
            {"$lookup": used},
            {"$match": {"users": []}},
            {"$limit": limit + 1},
            {"$project": projection(paths) or {"users": 0}},
        ]

        async def load(hosts: list[str]) -> list[Page]:
            joined = await self._join([[host] for host in hosts], "resources", "hostId", inner)
            return [_page(found, limit, after) for found in joined]

        return load

    def _load_chains(self, paths: Paths) -> Load[str, Sequence[Document]]:
        async def load(ids: list[str]) -> list[Sequence[Document]]:
            below = {
                "from": "resources",
                "startWith": "$links.key",
                "connectFromField": "links.key",
                "connectToField": "keys",
                "as": "below",
                "maxDepth": LONGEST_CHAIN,
                "depthField": "depth",
                "restrictSearchWithMatch": {"kind": "STORAGE_VOLUME"},
            }
            stages: list[Document] = [{"$match": {"_id": {"$in": ids}}}, {"$graphLookup": below}]
            project: Document = {"below.depth": 1}
            if (shown := projection(paths)) is not None:
                stages.append({"$project": project | {f"below.{path}": 1 for path in shown}})
            found = {one["_id"]: one["below"] for one in await self._aggregate("resources", stages)}
            return [
                sorted((one for one in found.get(each, ()) if one["_id"] != each), key=lambda one: one["depth"])
                for each in ids
            ]

        return load


def _page(found: Sequence[Document], limit: int, after: str | None) -> Page:
    kept = found[:limit]
    cursors = [packed([_PAGE, one["kind"], one.get("label"), one["_id"]]) for one in kept]
    return Page(kept, cursors.__getitem__, after is not None, len(found) > limit)


def _beyond(cursor: str) -> Document:
    """The condition on resources after a cursor; raises BadCursor."""
    match unpacked(cursor):
        case [name, str(kind), str(label), str(last)] if name == _PAGE and all(map(storable, (kind, label, last))):
            return {
                "$or": [
                    {"kind": {"$gt": kind}},
                    {"kind": kind, "label": {"$gt": label}},
                    {"kind": kind, "label": label, "_id": {"$gt": last}},
                ]
            }
    raise BadCursor
