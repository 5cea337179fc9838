# ruff: noqa: D101, D102 (the SDL says what they are)
"""VMs, what all devices have in common, disks, and what disks lead to."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from bench.rivals import words
from bench.rivals.plain_strawberry import enums, variants
from bench.rivals.plain_strawberry.context import Info
from bench.rivals.plain_strawberry.scalars import Long
from bench.rivals.plain_strawberry.variants import Kinded
from bench.rivals.words import Document

if TYPE_CHECKING:
    from bench.rivals.plain_strawberry.devices import Interface

Parent = strawberry.Parent[Document]


@strawberry.interface
class Device(Kinded):
    alias: str | None
    address: variants.Address | None
    bootOrder: int | None
    kind: enums.DeviceKind

    @strawberry.field
    def id(device: Parent) -> strawberry.ID:
        return strawberry.ID(words.device_id(device))


@strawberry.interface
class Resource(Kinded):
    kind: enums.ResourceKind

    @strawberry.field
    def id(resource: Parent) -> strawberry.ID:
        return strawberry.ID(words.resource_id(resource))

    @strawberry.field
    def name(resource: Parent) -> str | None:
        return str(resource["label"])

    @strawberry.field(graphql_type=Annotated["AttachmentConnection", strawberry.lazy(__name__)])  # type: ignore[untyped-decorator]
    async def attachments(resource: Parent, info: Info, first: int | None = None) -> Any:
        return await info.context.attachments(resource["keys"], first or 50)

    @classmethod
    def resolve_type(cls, value: Document, *_: Any) -> str:
        return words.resource_type(value)


@strawberry.type
class DiskDriver:
    name: str | None
    type: str | None
    cache: enums.DiskCache | None
    io: enums.DiskIo | None
    discard: enums.DiskDiscard | None


@strawberry.type
class DiskTarget:
    dev: str | None
    bus: enums.DiskBus | None


@strawberry.type
class ImageFormat:
    type: str | None


@strawberry.type
class BackingStore:
    type: str | None
    index: int | None
    format: ImageFormat | None
    source: variants.DiskSource | None


@strawberry.type
class Disk(Device):
    type: str | None
    device: enums.DiskDevice | None
    driver: DiskDriver | None
    source: variants.DiskSource | None
    target: DiskTarget | None
    backingStores: list[BackingStore] | None
    readonly: bool | None
    shareable: bool | None
    serial: str | None

    @strawberry.field(graphql_type=Resource | None)  # type: ignore[untyped-decorator]
    async def resource(disk: Parent, info: Info) -> Any:
        key = words.source_key(disk)
        return None if key is None else await info.context.resources.load(key)


@strawberry.type
class Memory:
    value: Long | None
    unit: str | None


@strawberry.type
class Vcpu:
    value: int | None
    placement: enums.VcpuPlacement | None


@strawberry.type
class OsType:
    value: str | None
    arch: str | None
    machine: str | None


@strawberry.type
class OperatingSystem:
    type: OsType | None


@strawberry.type
class Cpu:
    mode: enums.CpuMode | None
    check: enums.CpuCheck | None


@strawberry.type
class Domain:
    type: str | None
    title: str | None
    memory: Memory | None
    vcpu: Vcpu | None
    os: OperatingSystem | None
    cpu: Cpu | None


@strawberry.type
class VirtualMachine:
    name: str | None
    uuid: str | None
    state: enums.VmState
    domain: Domain | None

    @strawberry.field
    def id(vm: Parent) -> strawberry.ID:
        return strawberry.ID(words.vm_id(vm))

    @strawberry.field(graphql_type=list[Device])  # type: ignore[untyped-decorator]
    def devices(vm: Parent) -> Any:
        return words.devices_of(vm)

    @strawberry.field(graphql_type=list[Disk])  # type: ignore[untyped-decorator]
    def disks(vm: Parent) -> Any:
        return words.devices_in("disks", vm)

    @strawberry.field(graphql_type=list[Annotated["Interface", strawberry.lazy(f"{__package__}.devices")]])  # type: ignore[untyped-decorator]
    def interfaces(vm: Parent) -> Any:
        return words.devices_in("interfaces", vm)


@strawberry.type
class Attachment:
    role: enums.EdgeRole
    access: enums.Access
    vm: VirtualMachine | None

    @strawberry.field
    def active(attachment: Parent) -> bool:
        return words.is_active(attachment)


@strawberry.type
class AttachmentConnection:
    nodes: list[Attachment]


@strawberry.type
class PageInfo:
    hasNextPage: bool


@strawberry.type
class VmConnection:
    nodes: list[VirtualMachine]
    pageInfo: PageInfo


@strawberry.type
class FleetGroup:
    value: str | None
    vmCount: int
    count: Long


@strawberry.type
class FleetConnection:
    nodes: list[FleetGroup]
