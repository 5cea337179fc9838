"""Change records: what became of a VM or resource, made of the documents before and after."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import schema
from server.collector.inventory import Cause
from server.store.connection import Document, Store
from server.store.record_size import bounded

_LOGGER = logging.getLogger(__name__)

_IDENTITY = ("hostId", "sourceKey", "declarations")
_PARTS = ("state", "name", "domain", "devices", "facts")
"""What is said to have changed where nobody can tell."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When and why the collector looked."""

    at: datetime
    cause: Cause


class Known(NamedTuple):
    """A document as it is stored, and as today's declarations put it: the same one where they wrote it."""

    stored: Document
    current: Document


class Told(NamedTuple):
    """What is written beside a document for its change."""

    record: Document | None
    """The change record, but for its `sequence`; None where nothing changed but spelling and what can be derived."""
    earlier: list[Document]
    """Documents of `earlier`: as they stood, where the record does not lead back to them."""


def told(
    before: Known | None,
    after: Document | None,
    moment: Moment,
    *,
    other: tuple[Known | None, Document | None] = (None, None),
    revision: int,
) -> Told:
    """What became of a VM or resource.

    `before` and `after` are its documents, None where there was or is none; `other` is the same for a VM's other
    definition. `revision` is the one that `after` has if anything changed, of a removal the last one plus 1.
    """
    live = _difference(before.current if before else None, after)
    persistent = _difference(other[0].current if other[0] else None, other[1])
    whole = after if after is not None else before.current if before is not None else {}
    key: str = whole["_id"]
    record = None
    if _is_told(live) or _is_told(persistent):
        record = _record(key, whole, live or _nothing(), persistent, moment, revision)
        # What was too large for the record does not lead back either.
        live, persistent = record, record.get("persistent")
    earlier = []
    if before is not None and (_leads_astray(live) or _is_rewritten(before)):
        of = "RESOURCE" if "kind" in whole else "VM"
        earlier.append(earlier_document(before.stored, of, key, revision - 1, moment.at))
    if other[0] is not None and (_leads_astray(persistent) or _is_rewritten(other[0])):
        earlier.append(earlier_document(other[0].stored, "PERSISTENT", key, revision - 1, moment.at))
    return Told(record, earlier)


def _is_told(difference: Document | None) -> bool:
    if difference is None:
        return False
    return "parts" in difference or not schema.only_spelling(difference)


def _nothing() -> Document:
    return {"devices": [], "changes": [], "orders": {}, "exact": True}


def _difference(before: Document | None, after: Document | None) -> Document | None:
    if before is None and after is None:
        return None
    try:
        return schema.difference(before, after)
    except Exception:  # One VM that brings a fault of ours to light must not stop its host.
        whole = after or before or {}
        _LOGGER.exception("What changed in %s cannot be told", whole.get("_id"))
        found = _nothing() | {"exact": before is None, "parts": [key for key in _PARTS if key in whole]}
        if before is None or after is None:
            found["operation"] = "ADDED" if before is None else "REMOVED"
        return found


def _record(
    key: str, whole: Document, live: Document, persistent: Document | None, moment: Moment, revision: int
) -> Document:
    is_resource = "kind" in whole
    name = whole.get("label" if is_resource else "name")
    touched = schema.touched(live)
    record: Document = {
        "_id": f"{key}@{revision}",
        "subject": "RESOURCE" if is_resource else "VM",
        "key": key,
        **{one: whole[one] for one in _IDENTITY},
        **({"name": name} if name is not None else {}),
        **({"kind": whole["kind"]} if is_resource else {}),
        "operation": live.get("operation", "CHANGED"),
        "revision": revision,
        "at": moment.at,
        "cause": str(moment.cause),
        **_told_part(live),
    }
    if persistent is not None:
        record["persistent"] = _told_part(persistent)
        if "operation" in persistent:
            # The other definition came or went as a whole: no path of it changed.
            record["persistent"] |= {"operation": persistent["operation"], "devices": []}
            touched.append("persistent")
        else:
            touched += schema.touched(persistent)
    record["touched"] = list(dict.fromkeys(touched))
    return bounded(record)


def _told_part(difference: Document) -> Document:
    part = {name: difference[name] for name in ("devices", "changes", "orders")}
    return part if difference["exact"] else {**part, "exact": False}


def _leads_astray(part: Document | None) -> bool:
    """Whether a part of a record does not lead back to the document before."""
    return part is not None and part.get("exact") is False


def _is_rewritten(known: Known) -> bool:
    """Whether today's declarations put the stored document in other words: then records cannot lead back to it."""
    return known.current is not known.stored and _difference(known.stored, known.current) is not None


def earlier_document(document: Document, of: str, key: str, revision: int, at: datetime) -> Document:
    """The document of `earlier` for a stored one as it stood at a revision until a moment."""
    suffix = "/persistent" if of == "PERSISTENT" else ""
    identity = {"_id": f"{key}@{revision}{suffix}", "key": key, "revision": revision}
    return {**identity, "of": of, "at": at, "document": document}


async def last_revisions(store: Store, keys: Collection[str]) -> dict[str, int]:
    """The newest recorded revision of each VM or resource that has any record: one that comes again goes on there."""
    if not keys:
        return {}
    newest: list[Document] = [
        {"$match": {"key": {"$in": sorted(keys)}}},
        {"$sort": {"key": -1, "revision": -1}},
        {"$group": {"_id": "$key", "revision": {"$first": "$revision"}}},
    ]
    found = store.changes.aggregate(newest, hint={"key": 1, "revision": 1})
    return {one["_id"]: int(one["revision"]) async for one in found}
