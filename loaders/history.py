"""What was: change records by time or by VM, and a VM as it stood at a moment."""

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate

from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_fixed

import schema
from schema.changes.condition import ChangeCondition
from schema.element import Document
from schema.graph.context import Page

from .change_cursor import ChangeCursor
from .pages import BadCursor, packed, unpacked
from .reads import Reads
from .rebuilding import Rebuilding, completed
from .texts import begins, storable

_REVISIONS = "revisions"
"""Stands first in the cursors of a VM's or resource's own history."""

_ORDER = ("at", "hostId", "sequence")
_MILLISECOND = timedelta(milliseconds=1)
_CATALOG_CHANGED = 246
"""MongoDB's `SnapshotUnavailable`: a collection was just made or altered."""

_LONGEST_PATH = 1024
"""Characters; no path that a change can have is longer."""


class HistoryReads(Reads):
    """Reads of what was; see `schema.graph.context.History`."""

    async def page(
        self,
        condition: ChangeCondition,
        since: datetime | None,
        until: datetime | None,
        *,
        newest_first: bool,
        limit: int,
        after: str | None,
    ) -> Page:
        """Part of the change records from `since` on and before `until`, by time; ValueError for a bad cursor."""
        asked = [*change_query(condition), *_between(since, until)]
        if after is not None:
            asked.append(_beyond(ChangeCursor.unpack(after), newest_first=newest_first))
        direction = -1 if newest_first else 1
        sort = [(field, direction) for field in _ORDER]
        found = await self._find("changes", {"$and": asked} if asked else {}, sort=sort, limit=limit + 1)
        kept = found[:limit]
        cursors = [ChangeCursor(one["at"], one["hostId"], one["sequence"], None).pack() for one in kept]
        return Page(kept, cursors.__getitem__, after is not None, len(found) > limit)

    async def of(self, key: str, device_id: str | None, limit: int, after: str | None) -> Page:
        """Part of the records of a VM or resource, or of a device, the newest revision first; ValueError as `page`."""
        query: Document = {"key": _text(key)}
        if device_id is not None:
            device = _text(device_id)
            query["$or"] = [{"devices.device": device}, {"persistent.devices.device": device}]
        if after is not None:
            query["revision"] = {"$lt": _revision(after)}
        found = await self._find("changes", query, sort=[("revision", -1)], limit=limit + 1)
        kept = found[:limit]
        cursors = [packed([_REVISIONS, one["revision"]]) for one in kept]
        return Page(kept, cursors.__getitem__, after is not None, len(found) > limit)

    async def vm_at(self, vm_id: str, at: datetime) -> Document | None:
        """A VM as it was at a moment, its other definition at `persistent`; None where there was none.

        As in `vms`, less what is there to be searched for. ValueError where the history does not reach back so far.
        """
        moment = _utc(at)
        if not storable(vm_id):
            return None
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(_is_catalog_changed),
            stop=stop_after_attempt(20),
            wait=wait_fixed(0.05),
            reraise=True,
        ):
            with attempt:
                # All reads see the database at one moment, whatever is written meanwhile.
                rebuilt = await self._reading.run(partial(self._rebuilt, vm_id, moment), snapshot=True)
        return rebuilt

    def _rebuilt(self, vm_id: str, moment: datetime, session: ClientSession) -> Document | None:
        rebuilt = Rebuilding(self._reading.database, session, self._reading.budget, vm_id).at(moment)
        return None if rebuilt is None else completed(rebuilt)


def _is_catalog_changed(error: BaseException) -> bool:
    return isinstance(error.__cause__, OperationFailure) and error.__cause__.code == _CATALOG_CHANGED


def change_query(condition: ChangeCondition) -> list[Document]:
    """What the records that meet a condition have, all of it: just those that `condition.matches` accepts."""
    parts: list[Document] = []
    for field, wanted in (
        ("subject", condition.subjects),
        ("hostId", condition.host_ids),
        ("operation", condition.operations),
    ):
        if wanted is not None:
            parts.append({field: _any_of(wanted)})
    if condition.vm_ids is not None or condition.resource_ids is not None:
        either = (("VM", condition.vm_ids), ("RESOURCE", condition.resource_ids))
        branches = [{"subject": subject, "key": _any_of(ids)} for subject, ids in either if ids is not None]
        parts.append({"$or": branches})
    if condition.device_kinds is not None:
        kinds = _any_of(condition.device_kinds)
        parts.append({"$or": [{"devices.kind": kinds}, {"persistent.devices.kind": kinds}]})
    if condition.path is not None:
        parts.append(_touching(schema.public_path(condition.path)))
    return parts


def _any_of(texts: frozenset[str]) -> Document:
    return {"$in": sorted(text for text in texts if storable(text))}


def _touching(path: str) -> Document:
    """The query for records that touched a path, something in it or something that it is part of."""
    if not storable(path) or len(path) > _LONGEST_PATH:
        return {"touched": {"$in": []}}
    above = list(accumulate(path.split("."), lambda owner, step: f"{owner}.{step}"))
    return {"$or": [{"touched": {"$in": above}}, {"touched": {"$elemMatch": begins(f"{path}.")}}]}


def _between(since: datetime | None, until: datetime | None) -> list[Document]:
    """The condition on the time; stored times are whole milliseconds, so that bounds are rounded up."""
    bounds = {"$gte": since, "$lt": until}
    found = {operator: _rounded_up(_utc(bound)) for operator, bound in bounds.items() if bound is not None}
    return [{"at": found}] if found else []


def _utc(moment: datetime) -> datetime:
    """A moment in UTC, which it is where nothing is said; within the years that there are."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return (datetime.max if moment.year > 1 else datetime.min).replace(tzinfo=UTC)


def _rounded_up(moment: datetime) -> datetime:
    beyond = moment.microsecond % 1000
    try:
        return moment + (_MILLISECOND - timedelta(microseconds=beyond)) if beyond else moment
    except OverflowError:
        return moment


def _beyond(cursor: ChangeCursor, *, newest_first: bool) -> Document:
    """The condition on records after a cursor."""
    further = "$lt" if newest_first else "$gt"
    place = dict(zip(_ORDER, cursor, strict=False))
    branches: list[Document] = []
    same: Document = {}
    for field, value in place.items():
        branches.append({**same, field: {further: value}})
        same[field] = value
    # The range follows from the branches; said apart, the index can begin there.
    return {"at": {f"{further}e": cursor.at}, "$or": branches}


def _revision(cursor: str) -> int:
    match unpacked(cursor):
        case [name, int(revision)] if name == _REVISIONS and type(revision) is int and 0 < revision < 2**63:
            return revision
    raise BadCursor


def _text(text: str) -> Document:
    """The condition on a text that it is this one; none is, where MongoDB could not store it."""
    return {"$eq": text} if storable(text) else {"$in": []}
