"""What the collector sees, remembered: hosts, VMs and resources in MongoDB."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pymongo import DeleteOne, InsertOne, ReplaceOne

import schema
from server.collector.inventory import HostFacts, HostState, Observation, ResourceObservation
from server.collector.scopes import OF_A_DOMAIN
from server.store.connection import Document, Store
from server.store.content import content_from_xml, content_of, refused, same
from server.store.errors import StoreError
from server.store.promotion import current, promoted
from server.store.redaction import without_password
from server.store.resources import Resources
from server.store.writes import LARGEST_BATCH, Change, Outdated, write

_ATTEMPTS = 5
"""How often a batch is computed anew because another process wrote the same VMs."""

_Instead = Callable[[str], Change | None]
_REFUSED = "MongoDB refuses the definition: "


def vm_id(host_id: str, source_key: str) -> str:
    """The key of a VM in the collections `vms` and `definitions`."""
    return f"{host_id}/{source_key}"


class MongoInventory:
    """The collector's `Inventory` in MongoDB.

    Every method raises `StoreError` or a driver's error when MongoDB does not answer; the call can be repeated as it
    is. XML is decoded and compared in a worker thread.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._resources = Resources(store)

    async def host_connecting(self, host_id: str, uri: str) -> None:
        """The first attempt to reach a host begins."""
        await self._host(host_id, uri, HostState.CONNECTING, {"error": "$$REMOVE"})

    async def host_connected(self, host_id: str, uri: str, facts: HostFacts) -> None:
        """The host answers; what it says about itself replaces what it said before."""
        said = {
            "hypervisor": facts.hypervisor,
            "libvirtVersion": facts.libvirt_version,
            "hypervisorVersion": facts.hypervisor_version,
            "hostname": facts.hostname,
        }
        fields = {key: "$$REMOVE" if value is None else {"$literal": value} for key, value in said.items()}
        await self._host(host_id, uri, HostState.CONNECTED, fields | {"error": "$$REMOVE"})

    async def host_disconnected(self, host_id: str, uri: str, reason: str) -> None:
        """The host was lost at `since`; its VMs stay as they were last seen."""
        await self._host(host_id, uri, HostState.DISCONNECTED, {"error": {"$literal": reason}})

    async def host_synchronized(self, host_id: str) -> None:
        """Every VM of the host was seen just now."""
        await self._store.hosts.update_one({"_id": host_id}, {"$set": {"synchronizedAt": _now()}})

    async def vms_observed(self, host_id: str, observations: Sequence[Observation]) -> None:
        """Write the VMs that differ from what is stored, up to 200 in one transaction; the others write nothing."""
        latest = list({observation.source_key: observation for observation in observations}.values())
        for start in range(0, len(latest), LARGEST_BATCH):
            await self._observed(host_id, latest[start : start + LARGEST_BATCH])

    async def vms_vanished(self, host_id: str, source_keys: Collection[str]) -> None:
        """Remove VMs and their other definitions; keys that are not stored are no error."""
        ids = sorted(vm_id(host_id, source_key) for source_key in source_keys)
        await write(self._store, [Change(one, DeleteOne({"_id": one}), DeleteOne({"_id": one})) for one in ids])
        await self._resources.remove(host_id, [f"{listing}/{one}" for listing in OF_A_DOMAIN for one in source_keys])

    async def resources_observed(self, host_id: str, scope: str, observations: Sequence[ResourceObservation]) -> None:
        """Write the resources that differ from what is stored, remove what else the scope had."""
        await self._resources.observed(host_id, scope, observations)

    async def scope_failed(self, host_id: str, scope: str, reason: str, *, unsupported: bool = False) -> None:
        """Keep with the host why a scope could not be read; its resources stay."""
        await self._resources.failed(host_id, scope, reason, unsupported=unsupported)

    async def source_keys(self, host_id: str) -> set[str]:
        """The source keys of every VM that is remembered for the host, out of the index alone."""
        index = [("hostId", 1), ("name", 1), ("_id", 1)]
        cursor = self._store.vms.find({"hostId": host_id}, {"_id": 1}, hint=index)
        prefix = len(vm_id(host_id, ""))
        return {document["_id"][prefix:] async for document in cursor}

    async def _host(self, host_id: str, uri: str, state: HostState, fields: Document) -> None:
        since = {"$cond": [{"$eq": ["$state", state.value]}, "$since", _now()]}
        values = {"uri": {"$literal": without_password(uri)}, "state": state.value, "since": since, **fields}
        await self._store.hosts.update_one({"_id": host_id}, [{"$set": values}], upsert=True)

    async def _observed(self, host_id: str, observations: Sequence[Observation]) -> None:
        for _ in range(_ATTEMPTS):
            ids = [vm_id(host_id, observation.source_key) for observation in observations]
            query = {"_id": {"$in": ids}}
            vms = {vm["_id"]: vm for vm in await self._store.vms.find(query).to_list(None)}
            others = {other["_id"]: other for other in await self._store.definitions.find(query).to_list(None)}
            now = _now()
            known = [_Known(host_id, one, vms.get(one), others.get(one), now) for one in ids]
            changes = await asyncio.to_thread(_changes, known, observations)
            try:
                await write(self._store, changes)
            except Outdated:
                continue
            return
        raise StoreError(f"Another process keeps writing the VMs of {host_id}: one collector per host.")


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored about a VM when an observation of it arrives."""

    host_id: str
    vm_id: str
    vm: Document | None
    other: Document | None
    now: datetime


def _changes(known: Sequence[_Known], observations: Sequence[Observation]) -> list[Change]:
    """Decode and compare: pure computation, for a worker thread."""
    pairs = zip(known, observations, strict=True)
    return [change for one, observation in pairs if (change := _change(one, observation)) is not None]


def _change(known: _Known, observation: Observation) -> Change | None:
    vm, other = current(known.vm, promoted), current(known.other, promoted)
    name = (vm or {}).get("name", observation.source_key)
    persistent = observation.persistent_xml

    def unless_stored(
        content: Document, other_content: Document, instead: Callable[[str], Change | None]
    ) -> Change | None:
        same_vm = vm is not None and vm["state"] == observation.state and same(content_of(vm), content)
        if same_vm and same(content_of(other or {}), other_content):
            return None
        # A change of the other definition alone is a change of the VM too: its revision says so.
        return _written(known, observation, content, other_content, instead)

    def without_other(reason: str) -> Change | None:
        """MongoDB may have refused either definition: give up the other one first."""
        if persistent is None:
            return without_definitions(reason)
        return unless_stored(content, refused(persistent, _REFUSED + reason, name), without_definitions)

    def without_definitions(reason: str) -> Change | None:
        return unless_stored(refused(observation.xml, _REFUSED + reason, name), {}, _give_up)

    if observation.error is None:
        content = content_from_xml(observation.xml, vm, name, known.host_id)
    else:
        content = refused(observation.xml, observation.error, name)
    other_content = content_from_xml(persistent, other or vm, name) if persistent is not None else {}
    return unless_stored(content, other_content, without_other)


def _give_up(reason: str) -> Change:
    raise StoreError(f"MongoDB refuses even the record of a refused definition: {reason}.")


def _written(
    known: _Known,
    observation: Observation,
    content: Document,
    other: Document,
    instead: _Instead,
) -> Change:
    identity: Document = {"_id": known.vm_id, "hostId": known.host_id, "sourceKey": observation.source_key}
    written = {"changedAt": known.now, "declarations": schema.DECLARATIONS_HASH}
    revision = known.vm["revision"] if known.vm else 0
    vm = {**identity, "state": observation.state, "revision": revision + 1, **written, **content}
    key = {"_id": known.vm_id}
    definition: ReplaceOne[Document] | DeleteOne | None = None
    if other:
        definition = ReplaceOne(key, {**identity, **written, **other}, upsert=True)
    elif known.other is not None:
        definition = DeleteOne(key)
    operation = ReplaceOne({**key, "revision": revision}, vm) if known.vm else InsertOne(vm)
    return Change(known.vm_id, operation, definition, instead=instead)


def _now() -> datetime:
    return datetime.now(UTC)
