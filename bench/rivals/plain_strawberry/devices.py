# ruff: noqa: D101 (the SDL says what they are)
"""Devices, but for disks."""

import strawberry

from bench.rivals.plain_strawberry.enums import (
    ChannelState,
    DiskBus,
    DiskCache,
    DiskDiscard,
    DiskIo,
    InputBus,
    LinkState,
    PciControllerModel,
    SoundCodecType,
    WatchdogAction,
)
from bench.rivals.plain_strawberry.machines import Device
from bench.rivals.plain_strawberry.scalars import Long
from bench.rivals.plain_strawberry.variants import (
    DiskSource,
    HostdevSource,
    InterfaceSource,
    Listen,
    RngBackend,
    TpmBackend,
)


@strawberry.type
class MacAddress:
    address: str | None


@strawberry.type
class InterfaceTarget:
    dev: str | None


@strawberry.type
class InterfaceDriver:
    name: str | None
    queues: int | None


@strawberry.type
class Interface(Device):
    type: str | None
    mac: MacAddress | None
    source: InterfaceSource | None
    model: str | None
    link: LinkState | None
    mtu: int | None
    target: InterfaceTarget | None
    driver: InterfaceDriver | None


@strawberry.type
class DiskDriver:
    name: str | None
    type: str | None
    cache: DiskCache | None
    io: DiskIo | None
    discard: DiskDiscard | None


@strawberry.type
class DiskTarget:
    dev: str | None
    bus: DiskBus | None


@strawberry.type
class ImageFormat:
    type: str | None


@strawberry.type
class BackingStore:
    type: str | None
    index: int | None
    format: ImageFormat | None
    source: DiskSource | None


@strawberry.type
class ControllerTarget:
    chassis: int | None
    portNumber: int | None


@strawberry.type
class ControllerDriver:
    queues: int | None
    iothread: int | None


@strawberry.type
class Controller(Device):
    type: str | None
    index: int | None
    model: str | None
    pciModel: PciControllerModel | None
    ports: int | None
    target: ControllerTarget | None
    driver: ControllerDriver | None


@strawberry.type
class CharacterDeviceSource:
    mode: str | None
    path: str | None


@strawberry.type
class SerialTarget:
    type: str | None
    port: str | None
    model: str | None


@strawberry.type
class Serial(Device):
    type: str | None
    sources: list[CharacterDeviceSource] | None
    target: SerialTarget | None


@strawberry.type
class Console(Device):
    type: str | None
    sources: list[CharacterDeviceSource] | None
    tty: str | None
    target: SerialTarget | None


@strawberry.type
class ChannelTarget:
    type: str | None
    name: str | None
    state: ChannelState | None


@strawberry.type
class Channel(Device):
    type: str | None
    sources: list[CharacterDeviceSource] | None
    target: ChannelTarget | None


@strawberry.type
class Input(Device):
    type: str | None
    bus: InputBus | None


@strawberry.type
class Tpm(Device):
    model: str | None
    backend: TpmBackend | None


@strawberry.type
class Graphics(Device):
    type: str | None
    port: int | None
    autoport: bool | None
    listen: str | None
    listens: list[Listen] | None


@strawberry.type
class SoundCodec:
    type: SoundCodecType | None


@strawberry.type
class Sound(Device):
    model: str | None
    codecs: list[SoundCodec] | None


@strawberry.type
class Audio(Device):
    audioId: int | None
    type: str | None


@strawberry.type
class Video(Device):
    model: str | None
    vram: Long | None
    heads: int | None
    primary: bool | None


@strawberry.type
class Hostdev(Device):
    mode: str | None
    type: str | None
    managed: bool | None
    source: HostdevSource | None


@strawberry.type
class Watchdog(Device):
    model: str | None
    action: WatchdogAction | None


@strawberry.type
class Memballoon(Device):
    model: str | None
    autodeflate: bool | None
    freePageReporting: bool | None
    statsPeriod: int | None


@strawberry.type
class Rng(Device):
    model: str | None
    backend: RngBackend | None


@strawberry.type
class Panic(Device):
    model: str | None


@strawberry.type
class Iommu(Device):
    model: str | None


@strawberry.type
class Vsock(Device):
    model: str | None
    cid: Long | None
