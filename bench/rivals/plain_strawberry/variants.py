# ruff: noqa: D101 (the SDL says what they are)
"""Parts of devices that come in several shapes, told apart by their kind."""

from typing import Any

import strawberry

from bench.rivals.plain_strawberry.enums import TpmVersion
from bench.rivals.plain_strawberry.scalars import Long
from bench.rivals.words import KINDS, Document


class Kinded:
    """An interface whose values are documents."""

    @classmethod
    def resolve_type(cls, value: Document, *_: Any) -> str:
        """The type of a document."""
        return KINDS[cls.__name__][value["kind"]]

    @classmethod
    def is_type_of(cls, value: Document, *_: Any) -> bool:
        """Trust `resolve_type`."""
        return True


@strawberry.interface
class Address(Kinded):
    kind: str


@strawberry.interface
class DiskSource(Kinded):
    kind: str
    index: int | None


@strawberry.interface
class InterfaceSource(Kinded):
    kind: str


@strawberry.interface
class HostdevSource(Kinded):
    kind: str


@strawberry.interface
class TpmBackend(Kinded):
    kind: str
    version: TpmVersion | None


@strawberry.interface
class Listen(Kinded):
    kind: str


@strawberry.interface
class RngBackend(Kinded):
    kind: str


@strawberry.type
class NetworkHost:
    name: str | None
    port: int | None


@strawberry.type
class PciAddress(Address):
    domain: Long | None
    bus: int | None
    slot: int | None
    function: int | None
    multifunction: bool | None


@strawberry.type
class DriveAddress(Address):
    controller: int | None
    bus: int | None
    target: int | None
    unit: int | None


@strawberry.type
class VirtioSerialAddress(Address):
    controller: int | None
    bus: int | None
    port: str | None


@strawberry.type
class UsbAddress(Address):
    bus: int | None
    port: str | None


@strawberry.type
class FileDiskSource(DiskSource):
    file: str | None


@strawberry.type
class BlockDiskSource(DiskSource):
    dev: str | None


@strawberry.type
class NetworkDiskSource(DiskSource):
    protocol: str | None
    name: str | None
    hosts: list[NetworkHost] | None


@strawberry.type
class VolumeDiskSource(DiskSource):
    pool: str | None
    volume: str | None


@strawberry.type
class NetworkInterfaceSource(InterfaceSource):
    network: str | None
    portgroup: str | None
    bridge: str | None


@strawberry.type
class BridgeInterfaceSource(InterfaceSource):
    bridge: str | None


@strawberry.type
class AddressListen(Listen):
    address: str | None


@strawberry.type
class RandomRngBackend(RngBackend):
    path: str | None
