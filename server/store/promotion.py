"""Bringing documents of older declarations up to date, so that what was `extra` becomes a field by itself."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo import UpdateOne

import schema
from server.store import resource_content
from server.store.connection import Document, Store
from server.store.content import content_from_xml, content_of, definition_of
from server.store.records import earlier_document
from server.store.writes import LARGEST_BATCH, Change, write

_LOGGER = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Told how many documents are done and how many there are in all."""


class _Promotion(NamedTuple):
    """How the documents of one collection are brought up to date."""

    collection: AsyncIOMotorCollection[Document]
    promoted: Callable[[Document], Document]
    content_of: Callable[[Document], Document]
    change: Callable[[str, UpdateOne, Sequence[Document]], Change]
    of: str
    """What the documents are in `earlier`."""


def promoted(document: Document) -> Document:
    """The document as today's declarations store it: definition → XML → definition, ids kept.

    XML that was refused is tried again. Revision and time stay: the VM did not change. Whatever the codec raises
    over a definition it cannot write is passed on.
    """
    definition = definition_of(document)
    if definition is not None:
        xml: str | None = schema.domain_to_xml(definition)
    else:
        xml = document.get("rawXml")
    content = content_of(document)
    if xml is not None:
        in_force = document["hostId"] if "state" in document else None
        again = content_from_xml(xml, document, document["name" if "name" in document else "sourceKey"], in_force)
        if definition is not None and "error" in again:
            raise ValueError(f"the promoted definition is refused: {again['error']}")
        content = again
    envelope = {key: value for key, value in document.items() if key not in content_of(document)}
    return {**envelope, "declarations": schema.DECLARATIONS_HASH, **content}


def current(document: Document | None, promoted: Callable[[Document], Document]) -> Document | None:
    """The stored document as today's declarations put it, so that a newer declaration is not taken for a change."""
    if document is None or document["declarations"] == schema.DECLARATIONS_HASH:
        return document
    try:
        return promoted(document)
    except Exception:  # An older release wrote what this one cannot read: what the host says now replaces it.
        _LOGGER.warning("The stored document of %s cannot be promoted", document["_id"], exc_info=True)
        return document


async def promote(store: Store, progress: Progress | None = None) -> int:
    """Re-encode every document that other declarations wrote; the number of documents that could not be.

    Run at start, before the collectors. No change is recorded, but history keeps the documents as they were. Documents
    that cannot be promoted stay as they are until their host is read.
    Raises `StoreError` when MongoDB does not answer.
    """
    outdated: Document = {"declarations": {"$ne": schema.DECLARATIONS_HASH}}
    promotions = (
        _Promotion(
            store.vms,
            promoted,
            content_of,
            lambda key, update, earlier: Change(key, vm=update, earlier=earlier),
            "VM",
        ),
        _Promotion(
            store.definitions,
            promoted,
            content_of,
            lambda key, update, earlier: Change(key, definition=update, earlier=earlier),
            "PERSISTENT",
        ),
        _Promotion(
            store.resources,
            resource_content.promoted,
            resource_content.content_of,
            lambda key, update, earlier: Change(key, resource=update, earlier=earlier),
            "RESOURCE",
        ),
    )
    total = sum([await each.collection.count_documents(outdated) for each in promotions])
    done = failed = 0
    for each in promotions:
        last = ""
        while batch := await _batch(each.collection, {**outdated, "_id": {"$gt": last}}):
            last = batch[-1]["_id"]
            revisions = await _revisions(store, each, batch)
            changes = await asyncio.to_thread(_changes, each, batch, revisions)
            failed += len(batch) - len(changes)
            failed += await write(store, changes)
            done += len(batch)
            if progress is not None:
                progress(done, total)
    return failed


async def _batch(collection: AsyncIOMotorCollection[Document], query: Document) -> list[Document]:
    return await collection.find(query).sort("_id", 1).limit(LARGEST_BATCH).to_list(None)


async def _revisions(store: Store, promotion: _Promotion, batch: list[Document]) -> dict[str, int]:
    """The revisions of the documents; the other definition of a VM has that of the VM."""
    if promotion.of != "PERSISTENT":
        return {document["_id"]: document["revision"] for document in batch}
    vms = store.vms.find({"_id": {"$in": [document["_id"] for document in batch]}}, {"revision": 1})
    return {vm["_id"]: vm["revision"] async for vm in vms}


def _changes(promotion: _Promotion, batch: list[Document], revisions: dict[str, int]) -> list[Change]:
    now = datetime.now(UTC)
    changes = []
    for document in batch:
        key = document["_id"]
        try:
            new = promotion.promoted(document)
            known = schema.difference(document, new) is None
        except Exception:
            _LOGGER.warning("The document of %s cannot be promoted", key, exc_info=True)
            continue
        update = _update(document, promotion.content_of(document), new, promotion.content_of(new))
        # No record says what became of it: the records before lead back from the document as it was.
        astray = not known and key in revisions
        earlier = [earlier_document(document, promotion.of, key, revisions[key], now)] if astray else []
        changes.append(promotion.change(key, update, earlier))
    return changes


def _update(old: Document, old_content: Document, new: Document, new_content: Document) -> UpdateOne:
    """An update that leaves `revision` alone, for the VM did not change."""
    update: dict[str, Any] = {"$set": {key: new[key] for key in ("declarations", *new_content)}}
    if gone := old_content.keys() - new_content.keys():
        update["$unset"] = dict.fromkeys(sorted(gone), "")
    # Only if nobody wrote it meanwhile: then it is up to date already.
    return UpdateOne({"_id": old["_id"], "declarations": old["declarations"], "changedAt": old["changedAt"]}, update)
