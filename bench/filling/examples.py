"""The templates: one host with a VM of every shape, written by the collector's own inventory and read back."""

from collections.abc import Collection
from dataclasses import dataclass, field

from motor.motor_asyncio import AsyncIOMotorCursor

from bench.filling.families import CLUSTERED, FILES, Shape, domain_xml, name_of
from bench.filling.resources import CLUSTERS, pool_uuid, scopes, volume
from bench.filling.template import EXAMPLE, SEQUENCE, Template
from server.collector.inventory import HostFacts, Observation, ResourceObservation
from server.store.collections import prepare
from server.store.connection import Document, Store
from server.store.inventory import MongoInventory, vm_id
from server.store.resources import resource_id


@dataclass(frozen=True, slots=True)
class Written:
    """A document and the record of how it came."""

    document: Template
    record: Template


@dataclass(frozen=True, slots=True)
class Templates:
    """All that fleets are made of."""

    vms: dict[Shape, Written] = field(default_factory=dict)
    volumes: dict[str, list[Written]] = field(default_factory=dict)
    """What the VMs of a family have for themselves or share with one other."""
    resources: list[Written] = field(default_factory=list)
    """What a host has besides."""
    hosts: list[Template] = field(default_factory=list)
    """The document of a host."""
    lease: Document = field(default_factory=dict)
    """The lease of the example's host."""


async def templates(store: Store, shapes: Collection[Shape]) -> Templates:
    """Templates of these shapes, by way of another database of the same server, which is gone afterwards."""
    name = f"{store.database.name}-examples"
    scratch = Store(store.client, store.client[name], store.uri, store.version, store.client_name)
    await store.client.drop_database(name)
    try:
        await prepare(scratch)
        return await _made(scratch, shapes)
    finally:
        await store.client.drop_database(name)


async def _made(store: Store, shapes: Collection[Shape]) -> Templates:
    host = EXAMPLE.host
    uri = f"qemu+tls://{host}.fleet.example/system"
    inventory = MongoInventory(store)
    await inventory.host_connecting(host, uri)
    await inventory.host_connected(host, uri, HostFacts("QEMU", "9.0.0", "7.2.9", f"{host}.fleet.example"))
    for scope, observations in scopes(host, EXAMPLE.rack):
        await inventory.resources_observed(host, scope, observations)
    fixed = {resource["_id"]: resource async for resource in store.resources.find()}
    volumes = {family: volumes_of(family) for family in FILES}
    for pool in ("images", CLUSTERS):
        of_pool = [one for some in volumes.values() for one in some if one.facts["pool"] == pool]
        await inventory.resources_observed(host, f"volumes/{pool_uuid(pool, host)}", of_pool)
    made = Templates()
    examples = dict(enumerate(shapes))
    await inventory.vms_observed(host, [_observation(*one) for one in examples.items()])
    for number, shape in examples.items():
        vm = await _only(store.vms.find({"_id": vm_id(host, _uuid(number))}))
        made.vms[shape] = await _written(store, vm, _uuid(number))
    await inventory.host_synchronized(host)
    for family, some in volumes.items():
        keys = [resource_id(host, one.kind, one.source_key) for one in some]
        found = [await _only(store.resources.find({"_id": key})) for key in keys]
        made.volumes[family] = [await _written(store, one) for one in found]
    made.resources.extend([await _written(store, one) for one in fixed.values()])
    made.hosts.append(Template(await _only(store.hosts.find())))
    made.lease.update(await _only(store.leases.find()))
    return made


def volumes_of(family: str) -> list[ResourceObservation]:
    """The volumes of the example's VM, were it of this family."""
    name = name_of(family, EXAMPLE.number)
    found = [
        volume("images", f"{name}{suffix}.qcow2", "qcow2", EXAMPLE.host, EXAMPLE.rack, base)
        for suffix, base in FILES[family].items()
    ]
    if family == CLUSTERED:
        found.append(volume(CLUSTERS, f"cluster-{EXAMPLE.cluster}", "raw", EXAMPLE.host, EXAMPLE.rack))
    return found


def _uuid(number: int) -> str:
    """All examples are of one host, and so need UUIDs of their own."""
    return f"{EXAMPLE.uuid[:-12]}{number:012x}"


def _observation(number: int, shape: Shape) -> Observation:
    words = EXAMPLE._replace(uuid=_uuid(number))
    return Observation(words.uuid, shape.state, domain_xml(shape, words))


async def _written(store: Store, document: Document, uuid: str = EXAMPLE.uuid) -> Written:
    record = await _only(store.changes.find({"key": document["_id"]}))
    return Written(Template(document, uuid), Template({**record, "sequence": SEQUENCE}, uuid))


async def _only(found: AsyncIOMotorCursor[Document]) -> Document:
    (document,) = await found.to_list(2)
    return document
