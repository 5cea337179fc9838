"""The life of a VM, written down as the store writes it, at times that the test chooses."""

from copy import deepcopy
from datetime import datetime
from typing import Any, NamedTuple

import schema
from schema.element import Document
from server.store.connection import Store

TREE = ("name", "uuid", "state", "domain", "devices", "error", "rawXml")


class Told(NamedTuple):
    """What a VM was after a change of it."""

    at: datetime
    revision: int
    vm: Document | None
    persistent: Document | None


class Chronicle:
    """Writes what a VM is: its document, the record of the change, and what stood before where the record is not exact.

    `rewritten` puts the present documents in other words, as a promotion does.
    """

    def __init__(self, store: Store, host_id: str = "kvm", source_key: str = "web") -> None:
        self.store = store
        self.key = f"{host_id}/{source_key}"
        self.told: list[Told] = []
        self._identity = {"hostId": host_id, "sourceKey": source_key, "declarations": schema.DECLARATIONS_HASH}
        self._vm: Document | None = None
        self._other: Document | None = None
        self._revision = 0

    async def becomes(self, at: datetime, vm: Document | None, persistent: Document | None = None) -> None:
        """Contents of the VM and of its other definition from a moment on; None where there is none."""
        live, other = schema.difference(self._vm, vm), schema.difference(self._other, persistent)
        if live is None and other is None:
            return
        part = live or {"devices": [], "changes": [], "orders": {}, "exact": True}
        self._revision += 1
        record: Document = {
            "_id": f"{self.key}@{self._revision}",
            "subject": "VM",
            "key": self.key,
            **self._identity,
            "operation": part.get("operation", "CHANGED"),
            "revision": self._revision,
            "sequence": self._revision,
            "at": at,
            "cause": "EVENT",
            **{name: part[name] for name in ("devices", "changes", "orders")},
            "touched": schema.touched(part),
        }
        if not part["exact"]:
            record["exact"] = False
            await self._keep("VM", self._vm, at)
        if other is not None:
            record["persistent"] = {
                name: other[name] for name in ("devices", "changes", "orders", "operation") if name in other
            }
            if not other["exact"]:
                await self._keep("PERSISTENT", self._other, at)
        await self.store.changes.insert_one(record)
        self._vm, self._other = deepcopy(vm), deepcopy(persistent)
        await self._write(at)
        self.told.append(Told(at, self._revision, self._vm, self._other))

    async def rewritten(self, at: datetime, vm: Document, persistent: Document | None, declarations: str) -> None:
        """The same in other words, by other declarations."""
        await self._keep("VM", self._vm, at)
        await self._keep("PERSISTENT", self._other, at)
        self._identity["declarations"] = declarations
        self._vm, self._other = vm, persistent
        await self._write(at)

    async def _write(self, at: datetime) -> None:
        identity = {"_id": self.key, **self._identity, "changedAt": at}
        for collection, content, more in (
            (self.store.vms, self._vm, {"revision": self._revision}),
            (self.store.definitions, self._other, {}),
        ):
            if content is None:
                await collection.delete_one({"_id": self.key})
            else:
                await collection.replace_one({"_id": self.key}, {**identity, **more, **content}, upsert=True)

    async def _keep(self, of: str, content: Document | None, at: datetime) -> None:
        if content is None:
            return
        revision = self._revision - 1 if self.told and self._revision > self.told[-1].revision else self._revision
        more: dict[str, Any] = {"revision": revision} if of == "VM" else {}
        document = {"_id": self.key, **self._identity, "changedAt": at, **more, **content}
        name = f"{self.key}@{revision}{'/persistent' if of == 'PERSISTENT' else ''}"
        kept = {"_id": name, "key": self.key, "revision": revision, "of": of, "at": at, "document": document}
        await self.store.earlier.replace_one({"_id": name}, kept, upsert=True)


def tree(document: Document | None) -> Document | None:
    """What was said of a VM, without its envelope and what follows from it."""
    return None if document is None else {key: document[key] for key in TREE if key in document}
