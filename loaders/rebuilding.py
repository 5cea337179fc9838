"""A VM as it stood at a moment, rebuilt backwards.

It begins with the nearest document that is kept, the present one or one of `earlier`, which is kept wherever the
records do not lead back, and takes back every change that came after the moment.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from pymongo.client_session import ClientSession
from pymongo.database import Database

import schema
from schema.element import Document

from .budget import Budget
from .decoding import BATCH

_LOGGER = logging.getLogger(__name__)

_ENVELOPE = frozenset({"_id", "hostId", "sourceKey", "revision", "changedAt", "declarations"})
_DERIVED = frozenset({"facets", "terms", "untyped", "attachments"})
_BESIDE_DEFINITION = frozenset({"state", "error", "rawXml"})


@dataclass(slots=True)
class Rebuilt:
    """A VM of the past: its documents, and whether other declarations wrote any part of them."""

    vm: Document
    persistent: Document | None
    outdated: bool


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """The way back of one VM; its reads, which wait, share a session that shows them one moment of the database."""

    database: Database[Document]
    session: ClientSession
    budget: Budget
    vm_id: str

    def at(self, moment: datetime) -> Rebuilt | None:
        """The VM as it was at a moment, None where there was none; ValueError where nobody can know."""
        retention = self._first("history", {"_id": "retention"})
        reach: datetime | None = None if retention is None else retention["since"]
        if reach is not None and moment < reach:
            raise _out_of_reach(reach)
        vm = self._first("vms", {"_id": self.vm_id})
        if moment >= datetime.now(UTC):
            revision, since = (0, None) if vm is None else (vm["revision"], vm["changedAt"])
        else:
            revision, since = self._revision(moment, vm)
        if vm is not None and revision == vm["revision"] and since is None:
            # No record tells when it came to be so.
            since = vm["changedAt"]
            if reach is None and moment < since:
                raise _out_of_reach(since)
        if revision == 0:
            return None
        found = self._definition("VM", vm, revision)
        if found is None:  # it was too large to be kept beside the record of its removal
            raise ValueError("Nothing is kept that tells what the VM was then.")
        other = self._first("definitions", {"_id": self.vm_id})
        # The present one of a VM is as old as the VM's own document.
        other = None if vm is None or other is None else {**other, "revision": vm["revision"]}
        persistent = self._definition("PERSISTENT", other, revision)
        changed = {"revision": revision, "changedAt": since or reach or moment}
        return Rebuilt(
            found[0] | changed,
            None if persistent is None else persistent[0] | changed,
            found[1] or (persistent is not None and persistent[1]),
        )

    def _revision(self, moment: datetime, vm: Document | None) -> tuple[int, datetime | None]:
        """The revision that was in force, 0 for none, and since when; None where no record tells that.

        Clocks jump: the walk goes by revisions, and ends at the first change that was seen no later than the moment.
        Where a record is missing, it is because it was older than the history is kept, and so than the moment.
        """
        revision = next_one = 0 if vm is None else vm["revision"]
        with self._records({}, ["revision", "at", "operation"]) as records:
            for record in records:
                if next_one and record["revision"] < next_one:
                    break
                if record["at"] <= moment:
                    return (0 if record["operation"] == "REMOVED" else record["revision"]), record["at"]
                next_one = record["revision"] - 1
                revision = 0 if record["operation"] == "ADDED" else next_one
        return revision, None

    def _definition(self, of: str, present: Document | None, revision: int) -> tuple[Document, bool] | None:
        """The VM's own or its persistent definition at a revision, and whether other declarations are part of it."""
        kept = {"key": self.vm_id, "of": of, "revision": {"$gte": revision}}
        earlier = self._first("earlier", kept, [("revision", 1)])
        base = present if earlier is None else {**earlier["document"], "revision": earlier["revision"]}
        if base is None or base["revision"] < revision:
            return None
        content = {key: value for key, value in base.items() if key not in _ENVELOPE | _DERIVED}
        outdated = base["declarations"] != schema.DECLARATIONS_HASH
        since = {"revision": {"$gt": revision, "$lte": base["revision"]}}
        parts = ["devices", "changes", "orders"] if of == "VM" else ["persistent"]
        with self._records(since, ["operation", "declarations", *parts]) as records:
            for record in records:
                if record["operation"] == "ADDED":
                    return None
                difference = record if of == "VM" else record.get("persistent")
                if difference is None:
                    continue
                if of == "PERSISTENT" and "operation" in difference:
                    return None  # it came; of one that had gone, the document is kept
                outdated = outdated or record["declarations"] != schema.DECLARATIONS_HASH
                content = schema.undone(content, difference)
        return {**{key: base[key] for key in _ENVELOPE if key in base}, **content}, outdated

    def _first(self, collection: str, query: Document, sort: list[tuple[str, int]] | None = None) -> Document | None:
        found: Document | None = self.database[collection].find_one(
            query, session=self.session, sort=sort, max_time_ms=self.budget.milliseconds()
        )
        return found

    @contextmanager
    def _records(self, query: Document, fields: Sequence[str]) -> Iterator[Iterator[Document]]:
        """The VM's change records that a query finds, the newest revision first, as they come."""
        cursor = self.database["changes"].find(
            {"key": self.vm_id, **query},
            dict.fromkeys(fields, 1),
            session=self.session,
            batch_size=BATCH,
            max_time_ms=self.budget.milliseconds(),
        )
        try:
            yield cursor.sort([("revision", -1)])
        finally:
            cursor.close()


def _out_of_reach(since: datetime) -> ValueError:
    return ValueError(f"The history reaches back to {since.isoformat()}.")


def completed(rebuilt: Rebuilt) -> Document:
    """The VM of the past as today's declarations put it, with what follows from its definition."""
    vm, persistent = rebuilt.vm, rebuilt.persistent
    if rebuilt.outdated:
        vm = _promoted(vm)
        persistent = None if persistent is None else _promoted(persistent)
    if "error" not in vm:
        definition = _definition_of(vm)
        if attachments := schema.attachments(definition, vm["hostId"]):
            vm = {**vm, "attachments": attachments}
        if untyped := schema.untyped_counts(definition):
            vm = {**vm, "untyped": untyped}
    if persistent is None:
        return vm
    return {**vm, "persistent": {key: value for key, value in persistent.items() if key != "revision"}}


def _definition_of(document: Document) -> Document:
    return {key: value for key, value in document.items() if key not in _ENVELOPE | _BESIDE_DEFINITION}


def _promoted(document: Document) -> Document:
    """A document that other declarations wrote, as today's put it; as it is where they cannot."""
    if "error" in document:
        return document
    definition = _definition_of(document)
    try:
        again = schema.domain_from_xml(schema.domain_to_xml(definition))
    except Exception:  # an older release wrote what this one cannot write
        _LOGGER.warning("A past document of %s cannot be promoted", document["_id"], exc_info=True)
        return document
    schema.keep_identity(definition, again)
    rest = {key: value for key, value in document.items() if key not in definition}
    return {**rest, **again, "declarations": schema.DECLARATIONS_HASH}
