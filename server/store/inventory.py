"""What the collector sees, remembered: hosts, VMs and resources in MongoDB."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne

import schema
from server.collector.inventory import Cause, HostFacts, HostState, Observation, ResourceObservation
from server.collector.scopes import OF_A_DOMAIN
from server.store.connection import Document, Store
from server.store.content import content_from_xml, content_of, refused, same
from server.store.decoders import Decoders
from server.store.errors import StoreError
from server.store.owned import OwnWrites, portions
from server.store.promotion import current, promoted
from server.store.records import Known, Moment, last_revisions, told
from server.store.redaction import without_password
from server.store.resources import Resources
from server.store.writes import LARGEST_BATCH, Change, Operation, encoded

_Instead = Callable[[str], Change | None]
_PORTION = 50
"""VMs that are computed and written together, while others are computed."""

_REFUSED = "MongoDB refuses the definition: "


def vm_id(host_id: str, source_key: str) -> str:
    """The key of a VM in the collections `vms` and `definitions`."""
    return f"{host_id}/{source_key}"


class MongoInventory:
    """The collector's `Inventory` in MongoDB.

    Every method raises `StoreError` or a driver's error when MongoDB does not answer; the call can be repeated as it
    is. XML is decoded and compared in a worker thread, that of many VMs which are new in processes beside this one.
    """

    def __init__(self, store: Store, owner: str = "") -> None:
        """`owner` is the token of the leases under which this writes; without one it writes where there is no lease."""
        self._store = store
        self._own = OwnWrites(store, owner)
        self._resources = Resources(self._own)
        self._decoders = Decoders()

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
        await self._own.host_seen(host_id, {"$set": {"synchronizedAt": _now()}})

    async def vms_observed(
        self, host_id: str, observations: Sequence[Observation], cause: Cause = Cause.RECONCILIATION
    ) -> None:
        """Write the VMs that differ from what is stored, up to 50 in one transaction; the others write nothing."""
        latest = list({observation.source_key: observation for observation in observations}.values())
        portions = (latest[start : start + _PORTION] for start in range(0, len(latest), _PORTION))
        many = len(latest) >= LARGEST_BATCH
        calls = [partial(self._observed, host_id, portion, cause, many=many) for portion in portions]
        await self._own.changes_in_turn(host_id, calls, lambda: self._decoders.parallel + 1)

    async def vms_vanished(
        self, host_id: str, source_keys: Collection[str], cause: Cause = Cause.RECONCILIATION
    ) -> None:
        """Remove VMs and their other definitions; keys that are not stored are no error."""
        ids = sorted(vm_id(host_id, source_key) for source_key in source_keys)
        async for portion in portions([self._store.vms, self._store.definitions], ids):
            await self._own.changes(host_id, partial(self._gone, portion, cause))
        scopes = [f"{listing}/{one}" for listing in OF_A_DOMAIN for one in source_keys]
        await self._resources.remove(host_id, scopes, cause)

    async def resources_observed(
        self,
        host_id: str,
        scope: str,
        observations: Sequence[ResourceObservation],
        cause: Cause = Cause.RECONCILIATION,
    ) -> None:
        """Write the resources that differ from what is stored, remove what else the scope had."""
        await self._resources.observed(host_id, scope, observations, cause)

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
        await self._own.host(host_id, UpdateOne({"_id": host_id}, [{"$set": values}], upsert=True))

    async def _observed(
        self, host_id: str, observations: Sequence[Observation], cause: Cause, *, many: bool
    ) -> Sequence[Change]:
        ids = [vm_id(host_id, observation.source_key) for observation in observations]
        vms, others = await self._stored(ids)
        last = await last_revisions(self._store, [one for one in ids if one not in vms])
        moment = Moment(_now(), cause)
        known = [_Known(host_id, one, vms.get(one), others.get(one), last.get(one, 0), moment) for one in ids]
        if any(one in vms or one in others for one in ids):
            return await asyncio.to_thread(_changes, known, observations)
        if many:
            self._decoders.start()
        of = {one.vm_id: (one, observation) for one, observation in zip(known, observations, strict=True)}
        changes = await self._decoders.run(_arrivals, known, observations)
        return [replace(change, instead=partial(_instead, *of[change.key])) for change in changes]

    async def _gone(self, ids: Sequence[str], cause: Cause) -> Sequence[Change]:
        vms, others = await self._stored(ids)
        moment = Moment(_now(), cause)
        return await asyncio.to_thread(lambda: [_removal(vm, others.get(one), moment) for one, vm in vms.items()])

    async def _stored(self, ids: Sequence[str]) -> tuple[dict[str, Document], dict[str, Document]]:
        """The VMs and other definitions with these keys."""
        query = {"_id": {"$in": list(ids)}}
        vms = {vm["_id"]: vm for vm in await self._store.vms.find(query).to_list(None)}
        return vms, {other["_id"]: other for other in await self._store.definitions.find(query).to_list(None)}


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored about a VM when an observation of it arrives."""

    host_id: str
    vm_id: str
    vm: Document | None
    other: Document | None
    last: int
    """The last revision of the VM, if it was removed before."""
    moment: Moment


class _Before(NamedTuple):
    """The two definitions that are stored, as today's declarations put them."""

    vm: Document | None
    other: Document | None


def _changes(known: Sequence[_Known], observations: Sequence[Observation]) -> list[Change]:
    """Decode and compare: pure computation, for a worker thread."""
    pairs = zip(known, observations, strict=True)
    return [change for one, observation in pairs if (change := _change(one, observation)) is not None]


def _arrivals(known: Sequence[_Known], observations: Sequence[Observation]) -> list[Change]:
    """The same for another process, which cannot say what is written instead."""
    return [replace(change, instead=None) for change in _changes(known, observations)]


def _instead(known: _Known, observation: Observation, reason: str) -> Change | None:
    change = _change(known, observation)
    return change.instead(reason) if change is not None and change.instead is not None else None


def _change(known: _Known, observation: Observation) -> Change | None:
    before = _Before(current(known.vm, promoted), current(known.other, promoted))
    vm, other = before
    name = (vm or {}).get("name", observation.source_key)
    persistent = observation.persistent_xml

    def unless_stored(
        content: Document, other_content: Document, instead: Callable[[str], Change | None]
    ) -> Change | None:
        same_vm = vm is not None and vm["state"] == observation.state and same(content_of(vm), content)
        if same_vm and same(content_of(other or {}), other_content):
            return None
        # A change of the other definition alone is a change of the VM too: its revision says so.
        return _written(known, before, observation, content, other_content, instead)

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
    before: _Before,
    observation: Observation,
    content: Document,
    other: Document,
    instead: _Instead,
) -> Change:
    identity: Document = {"_id": known.vm_id, "hostId": known.host_id, "sourceKey": observation.source_key}
    written = {"changedAt": known.moment.at, "declarations": schema.DECLARATIONS_HASH}
    last = known.vm["revision"] if known.vm else known.last
    vm = {**identity, "state": observation.state, "revision": last + 1, **written, **content}
    definition = {**identity, **written, **other} if other else None
    record, earlier = told(
        _as_known(known.vm, before.vm),
        vm,
        known.moment,
        other=(_as_known(known.other, before.other), definition),
        revision=last + 1,
    )
    if record is None and known.vm is not None:
        # Nobody is told: spelled in another way, or what is derived became something else.
        vm |= {"revision": last, "changedAt": known.vm["changedAt"]}
    key = {"_id": known.vm_id}
    operation = ReplaceOne({**key, "revision": last}, encoded(vm)) if known.vm else InsertOne(encoded(vm))
    return Change(
        known.vm_id, operation, _definition(known, definition), record=record, earlier=earlier, instead=instead
    )


def _definition(known: _Known, definition: Document | None) -> Operation | None:
    """Writes the other definition where it differs from the one that is stored."""
    key = {"_id": known.vm_id}
    if definition is None:
        return DeleteOne(key) if known.other is not None else None
    stored = known.other or {}
    is_current = stored.get("declarations") == definition["declarations"]
    if is_current and same(content_of(stored), content_of(definition)):
        return None
    return ReplaceOne(key, encoded(definition), upsert=True)


def _removal(vm: Document, other: Document | None, moment: Moment) -> Change:
    key = {"_id": vm["_id"]}
    revision = vm["revision"]
    record, earlier = told(Known(vm, vm), None, moment, other=(_as_known(other, other), None), revision=revision + 1)
    removal = Change(
        vm["_id"],
        DeleteOne({**key, "revision": revision}),
        DeleteOne(key) if other is not None else None,
        record=record,
        earlier=earlier,
    )
    return replace(removal, instead=lambda _: replace(removal, earlier=()))


def _as_known(stored: Document | None, current: Document | None) -> Known | None:
    return Known(stored, current) if stored is not None and current is not None else None


def _now() -> datetime:
    return datetime.now(UTC)
