"""The resources of hosts in MongoDB: written scope by scope, so that what a scope no longer has goes."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne

import schema
from server.collector.inventory import Cause, ResourceObservation
from server.collector.scopes import BELOW, DUMPS, KIND_OF
from server.store.connection import Document
from server.store.content import same
from server.store.errors import StoreError
from server.store.owned import OwnWrites, portions
from server.store.promotion import current
from server.store.records import Known, Moment, last_revisions, told
from server.store.resource_content import content_from_xml, content_of, promoted, refusal
from server.store.writes import LARGEST_BATCH, Change

_AFTER = "0"
"""The character after `/`: keys below `a/` are those from `a/` to before `a0`."""


def resource_id(host_id: str, kind: str, source_key: str) -> str:
    """The key of a resource in the collection `resources`."""
    return f"{host_id}/{kind}/{source_key}"


class Resources:
    """Writes what scopes hold; see `Inventory` for what each call means."""

    def __init__(self, own: OwnWrites) -> None:
        self._own = own
        self._store = own.store

    async def observed(
        self, host_id: str, scope: str, observations: Sequence[ResourceObservation], cause: Cause
    ) -> None:
        """Everything that the scope holds now."""
        latest = {resource_id(host_id, seen.kind, seen.source_key): seen for seen in observations}
        ids = list(latest)
        for start in range(0, len(ids), LARGEST_BATCH):
            batch = {one: latest[one] for one in ids[start : start + LARGEST_BATCH]}
            await self._own.changes(host_id, partial(self._seen, host_id, batch, cause))
        gone = set(await self._ids(_held(host_id, scope))).difference(latest)
        if below := BELOW.get(scope):
            gone.update(await self._ids(_beside(host_id, below, [seen.source_key for seen in observations])))
        await self.delete(host_id, gone, cause)
        await self._read(host_id, scope, [seen.source_key for seen in observations])

    async def failed(self, host_id: str, scope: str, reason: str, *, unsupported: bool) -> None:
        """The host says why the scope could not be read; nothing is written where it says so already."""
        entry = {"scope": scope, "error": reason, "unsupported": unsupported}
        if await self._store.hosts.find_one({"_id": host_id, "unreadScopes": {"$elemMatch": entry}}, {"_id": 1}):
            return
        others = {"$filter": {"input": {"$ifNull": ["$unreadScopes", []]}, "cond": {"$ne": ["$$this.scope", scope]}}}
        entries = {"$concatArrays": [others, [{"$literal": entry}]]}
        updates = [UpdateOne({"_id": host_id}, [{"$set": {"unreadScopes": entries}}])]
        if unsupported:
            gone = {"listedKinds": KIND_OF[scope.partition("/")[0]]}
            updates.append(UpdateOne({"_id": host_id}, {"$pull": gone}))
        await self._own.host(host_id, *updates)

    async def remove(self, host_id: str, scopes: Collection[str], cause: Cause) -> None:
        """These scopes are no more, for what they were listed of is gone."""
        if not scopes:
            return
        gone = await self._ids({"$or": [_held(host_id, scope) for scope in sorted(scopes)]})
        await self.delete(host_id, gone, cause)
        listed = {"_id": host_id, "unreadScopes.scope": {"$in": sorted(scopes)}}
        if await self._store.hosts.find_one(listed, {"_id": 1}):
            await self._forget(host_id, scopes)

    async def _read(self, host_id: str, scope: str, present: Iterable[str]) -> None:
        """The scope could be read, which may have been otherwise before, and some scopes below it may be no more."""
        host = await self._store.hosts.find_one({"_id": host_id}, {"unreadScopes": 1, "listedKinds": 1})
        if host is None:
            return
        kind = KIND_OF.get(scope.partition("/")[0])
        if kind is not None and kind not in host.get("listedKinds", ()):
            # Only now what VMs name and the listing lacks is known to be missing.
            await self._own.host(host_id, UpdateOne({"_id": host_id}, {"$addToSet": {"listedKinds": kind}}))
        if "unreadScopes" not in host:
            return
        below = BELOW.get(scope)
        there = {f"{below}/{one}" for one in present}
        read = {
            one["scope"]
            for one in host["unreadScopes"]
            if f"{one['scope']}/".startswith(f"{scope}/")
            or scope.startswith(f"{one['scope']}/")
            or (below and one["scope"].startswith(f"{below}/") and one["scope"] not in there)
        }
        if read:
            await self._forget(host_id, read)

    async def _forget(self, host_id: str, scopes: Collection[str]) -> None:
        listed = {"$in": sorted(scopes)}
        await self._own.host(
            host_id,
            UpdateOne({"_id": host_id}, {"$pull": {"unreadScopes": {"scope": listed}}}),
            UpdateOne({"_id": host_id, "unreadScopes": []}, {"$unset": {"unreadScopes": ""}}),
        )

    async def _ids(self, query: Document) -> list[str]:
        return [document["_id"] async for document in self._store.resources.find(query, {"_id": 1})]

    async def delete(self, host_id: str, ids: Collection[str], cause: Cause) -> None:
        """The resources with these keys are no more; keys that are not stored are no error."""
        async for portion in portions([self._store.resources], sorted(ids)):
            await self._own.changes(host_id, partial(self._gone, portion, cause))

    async def _gone(self, ids: Sequence[str], cause: Cause) -> Sequence[Change]:
        found = await self._store.resources.find({"_id": {"$in": list(ids)}}).to_list(None)
        moment = Moment(datetime.now(UTC), cause)
        return await asyncio.to_thread(lambda: [_removal(resource, moment) for resource in found])

    async def _seen(self, host_id: str, seen: Mapping[str, ResourceObservation], cause: Cause) -> Sequence[Change]:
        found = await self._store.resources.find({"_id": {"$in": list(seen)}}).to_list(None)
        known = {one["_id"]: one for one in found}
        last = await last_revisions(self._store, seen.keys() - known.keys())
        return await asyncio.to_thread(_changes, host_id, seen, known, last, Moment(datetime.now(UTC), cause))


def _held(host_id: str, scope: str) -> Document:
    """The query for all that a scope holds: a range of keys, for keys begin with the kind and what they belong to."""
    if scope == DUMPS:
        return {"hostId": host_id}
    listing, _, of = scope.partition("/")
    return {"_id": _below(resource_id(host_id, KIND_OF[listing], f"{of}/" if of else ""))}


def _below(key: str) -> Document:
    """The range of keys that begin with this one, which ends in a slash."""
    return {"$gte": key, "$lt": key[:-1] + _AFTER}


def _beside(host_id: str, listing: str, present: Iterable[str]) -> Document:
    """The query for what a listing has of things other than those that are present: the gaps between their ranges."""
    whole = _below(resource_id(host_id, KIND_OF[listing], ""))
    kept = [_below(key) for key in sorted(f"{whole['$gte']}{one}/" for one in present)]
    starts = [whole["$gte"], *(one["$lt"] for one in kept)]
    ends = [*(one["$gte"] for one in kept), whole["$lt"]]
    return {"$or": [{"_id": {"$gte": start, "$lt": end}} for start, end in zip(starts, ends, strict=True)]}


def _changes(
    host_id: str,
    seen: Mapping[str, ResourceObservation],
    known: Mapping[str, Document],
    last: Mapping[str, int],
    moment: Moment,
) -> list[Change]:
    """Decode and compare: pure computation, for a worker thread."""
    found = (
        _change(host_id, one, observation, known.get(one), last.get(one, 0), moment)
        for one, observation in seen.items()
    )
    return [change for change in found if change is not None]


def _change(
    host_id: str, key: str, seen: ResourceObservation, stored: Document | None, last: int, moment: Moment
) -> Change | None:
    known = current(stored, promoted)

    def unless_stored(content: Document, instead: Callable[[str], Change | None]) -> Change | None:
        if known is not None and same(content_of(known), content):
            return None
        revision = stored["revision"] if stored else last
        written: Document = {
            "_id": key,
            "hostId": host_id,
            "sourceKey": seen.source_key,
            "revision": revision + 1,
            "changedAt": moment.at,
            "declarations": schema.DECLARATIONS_HASH,
            **content,
        }
        before = Known(stored, known) if stored is not None and known is not None else None
        record, earlier = told(before, written, moment, revision=revision + 1)
        if record is None and stored is not None:
            # Nobody is told: spelled in another way, or what is derived became something else.
            written |= {"revision": revision, "changedAt": stored["changedAt"]}
        operation = ReplaceOne({"_id": key, "revision": revision}, written) if stored else InsertOne(written)
        return Change(key, resource=operation, record=record, earlier=earlier, instead=instead)

    def without_definition(reason: str) -> Change | None:
        why = f"MongoDB refuses the resource: {reason}"
        return unless_stored(refusal(seen.xml, why, seen.kind, {}, seen.source_key), _give_up)

    if seen.error is not None:
        content = refusal(seen.xml, seen.error, seen.kind, seen.facts, seen.source_key)
    else:
        content = content_from_xml(seen.xml, seen.kind, seen.facts, host_id=host_id, source_key=seen.source_key)
    return unless_stored(content, without_definition)


def _removal(resource: Document, moment: Moment) -> Change:
    key, revision = resource["_id"], resource["revision"]
    record, earlier = told(Known(resource, resource), None, moment, revision=revision + 1)
    operation = DeleteOne({"_id": key, "revision": revision})
    removal = Change(key, resource=operation, record=record, earlier=earlier)
    return replace(removal, instead=lambda _: replace(removal, earlier=()))


def _give_up(reason: str) -> Change:
    raise StoreError(f"MongoDB refuses even the record of a refused resource: {reason}.")
