"""Bringing documents of older declarations up to date, so that what was `extra` becomes a field by itself."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo import UpdateOne

import schema
from server.store.connection import Document, Store
from server.store.content import content_from_xml, content_of, definition_of
from server.store.writes import LARGEST_BATCH, Change, write

_LOGGER = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Told how many documents are done and how many there are in all."""


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
        again = content_from_xml(xml, document, document["name" if "name" in document else "sourceKey"])
        if definition is not None and "error" in again:
            raise ValueError(f"the promoted definition is refused: {again['error']}")
        content = again
    envelope = {key: value for key, value in document.items() if key not in content_of(document)}
    return {**envelope, "declarations": schema.DECLARATIONS_HASH, **content}


async def promote(store: Store, progress: Progress | None = None) -> int:
    """Re-encode every document that other declarations wrote; the number of documents that could not be.

    Run at start, before the collectors. Documents that cannot be promoted stay as they are until their host is read.
    Raises `StoreError` when MongoDB does not answer.
    """
    outdated: Document = {"declarations": {"$ne": schema.DECLARATIONS_HASH}}
    collections = (store.vms, store.definitions)
    total = sum([await collection.count_documents(outdated) for collection in collections])
    done = failed = 0
    for collection in collections:
        last = ""
        while batch := await _batch(collection, {**outdated, "_id": {"$gt": last}}):
            last = batch[-1]["_id"]
            operations = await asyncio.to_thread(_operations, batch)
            failed += len(batch) - len(operations)
            of_vm = collection.name == store.vms.name
            changes = [
                Change(vm_id, vm=update) if of_vm else Change(vm_id, definition=update)
                for vm_id, update in operations.items()
            ]
            failed += await write(store, changes)
            done += len(batch)
            if progress is not None:
                progress(done, total)
    return failed


async def _batch(collection: AsyncIOMotorCollection[Document], query: Document) -> list[Document]:
    return await collection.find(query).sort("_id", 1).limit(LARGEST_BATCH).to_list(None)


def _operations(batch: list[Document]) -> dict[str, UpdateOne]:
    operations: dict[str, UpdateOne] = {}
    for document in batch:
        try:
            new = promoted(document)
        except Exception:
            _LOGGER.warning("The document of %s cannot be promoted", document["_id"], exc_info=True)
            continue
        operations[document["_id"]] = _update(document, new)
    return operations


def _update(old: Document, new: Document) -> UpdateOne:
    """An update that leaves `revision` alone: the feed tells promotion from change by that."""
    update: dict[str, Any] = {"$set": {key: new[key] for key in ("declarations", *content_of(new))}}
    if gone := content_of(old).keys() - content_of(new).keys():
        update["$unset"] = dict.fromkeys(sorted(gone), "")
    # Only if nobody wrote it meanwhile: then it is up to date already.
    return UpdateOne({"_id": old["_id"], "declarations": old["declarations"], "changedAt": old["changedAt"]}, update)
