"""The answer to the tree query, written by hand for this one query: dicts out of documents, key by key."""

from collections.abc import Callable
from typing import Any

from bench.rivals.words import ARRAYS, ENUMS, KINDS, Document, node_id

TYPES = KINDS["Device"]
NAMES: dict[str, dict[str | None, str]] = {
    enum: {word: name for name, word in names.items()} for enum, names in ENUMS.items()
}
_CACHE, _IO, _DISCARD, _BUS = (NAMES[name].get for name in ("DiskCache", "DiskIo", "DiskDiscard", "DiskBus"))
_DISK, _PCI, _LINK, _CHANNEL = (
    NAMES[name].get for name in ("DiskDevice", "PciControllerModel", "LinkState", "ChannelState")
)
_INPUT, _TPM, _CODEC, _ACTION = (
    NAMES[name].get for name in ("InputBus", "TpmVersion", "SoundCodecType", "WatchdogAction")
)
_MODE, _CHECK, _PLACEMENT = (NAMES[name].get for name in ("CpuMode", "CpuCheck", "VcpuPlacement"))

Keys = tuple[str, ...]


def pick(value: Document | None, keys: Keys) -> Document | None:
    """Some keys of a part, where it is there."""
    return None if value is None else {key: value.get(key) for key in keys}


def _picks(values: list[Document] | None, keys: Keys) -> list[Document] | None:
    return None if values is None else [{key: one.get(key) for key in keys} for one in values]


def variant(family: str, shapes: dict[str, Keys], common: Keys = ()) -> Callable[[Document | None], Document | None]:
    """How a part that comes in several shapes is written: its type, its kind, and what its shape has."""
    types = KINDS[family]
    wanted = {kind: (*common, *shapes.get(kind, ())) for kind in types}

    def write(value: Document | None) -> Document | None:
        if value is None:
            return None
        kind = value["kind"]
        written = {"__typename": types[kind], "kind": kind}
        for key in wanted[kind]:
            written[key] = value.get(key)
        return written

    return write


_address = variant(
    "Address",
    {
        "pci": ("domain", "bus", "slot", "function", "multifunction"),
        "drive": ("controller", "bus", "target", "unit"),
        "usb": ("bus", "port"),
        "virtio-serial": ("controller", "bus", "port"),
    },
)
_disk_source = variant(
    "DiskSource",
    {"file": ("file",), "block": ("dev",), "volume": ("pool", "volume"), "network": ("protocol", "name")},
    ("index",),
)
_layer_source = variant("DiskSource", {"file": ("file",)})
_nic_source = variant("InterfaceSource", {"network": ("network", "portgroup", "bridge"), "bridge": ("bridge",)})
_listen = variant("Listen", {"address": ("address",)})
_host_source = variant("HostdevSource", {})
_rng_backend = variant("RngBackend", {"random": ("path",)})
_tpm_backend = variant("TpmBackend", {}, ("version",))


def _disk(disk: Document, to: Document) -> None:
    to["type"] = disk.get("type")
    to["device"] = _DISK(disk.get("device"))
    if (driver := disk.get("driver")) is not None:
        driver = {
            "name": driver.get("name"),
            "type": driver.get("type"),
            "cache": _CACHE(driver.get("cache")),
            "io": _IO(driver.get("io")),
            "discard": _DISCARD(driver.get("discard")),
        }
    to["driver"] = driver
    to["source"] = source = _disk_source(disk.get("source"))
    if source is not None and source["kind"] == "network":
        source["hosts"] = _picks(disk["source"].get("hosts"), ("name", "port"))
    if (layers := disk.get("backingStores")) is not None:
        layers = [
            {
                "type": one.get("type"),
                "index": one.get("index"),
                "format": pick(one.get("format"), ("type",)),
                "source": _layer_source(one.get("source")),
            }
            for one in layers
        ]
    to["backingStores"] = layers
    target = disk.get("target")
    to["target"] = None if target is None else {"dev": target.get("dev"), "bus": _BUS(target.get("bus"))}
    for key in ("serial", "readonly", "shareable"):
        to[key] = disk.get(key)


def _controller(controller: Document, to: Document) -> None:
    for key in ("type", "index", "model"):
        to[key] = controller.get(key)
    to["pciModel"] = _PCI(controller.get("pciModel"))
    to["ports"] = controller.get("ports")
    to["target"] = pick(controller.get("target"), ("chassis", "portNumber"))
    to["driver"] = pick(controller.get("driver"), ("queues", "iothread"))


def _interface(interface: Document, to: Document) -> None:
    to["type"] = interface.get("type")
    to["mac"] = pick(interface.get("mac"), ("address",))
    to["source"] = _nic_source(interface.get("source"))
    to["target"] = pick(interface.get("target"), ("dev",))
    to["model"] = interface.get("model")
    to["driver"] = pick(interface.get("driver"), ("name", "queues"))
    to["mtu"] = interface.get("mtu")
    to["link"] = _LINK(interface.get("link"))


def _serial(serial: Document, to: Document) -> None:
    to["type"] = serial.get("type")
    to["sources"] = _picks(serial.get("sources"), ("path",))
    to["target"] = pick(serial.get("target"), ("type", "port", "model"))


def _console(console: Document, to: Document) -> None:
    to["type"] = console.get("type")
    to["tty"] = console.get("tty")
    to["sources"] = _picks(console.get("sources"), ("path",))
    to["target"] = pick(console.get("target"), ("type", "port"))


def _channel(channel: Document, to: Document) -> None:
    to["type"] = channel.get("type")
    to["sources"] = _picks(channel.get("sources"), ("mode", "path"))
    to["target"] = target = pick(channel.get("target"), ("type", "name", "state"))
    if target is not None:
        target["state"] = _CHANNEL(target["state"])


def _input(device: Document, to: Document) -> None:
    to["type"] = device.get("type")
    to["bus"] = _INPUT(device.get("bus"))


def _tpm(tpm: Document, to: Document) -> None:
    to["model"] = tpm.get("model")
    to["backend"] = backend = _tpm_backend(tpm.get("backend"))
    if backend is not None:
        backend["version"] = _TPM(backend["version"])


def _graphics(graphics: Document, to: Document) -> None:
    for key in ("type", "port", "autoport", "listen"):
        to[key] = graphics.get(key)
    listens = graphics.get("listens")
    to["listens"] = None if listens is None else [_listen(one) for one in listens]


def _sound(sound: Document, to: Document) -> None:
    to["model"] = sound.get("model")
    codecs = sound.get("codecs")
    to["codecs"] = None if codecs is None else [{"type": _CODEC(one.get("type"))} for one in codecs]


def _hostdev(hostdev: Document, to: Document) -> None:
    for key in ("mode", "type", "managed"):
        to[key] = hostdev.get(key)
    to["source"] = _host_source(hostdev.get("source"))


def _watchdog(watchdog: Document, to: Document) -> None:
    to["model"] = watchdog.get("model")
    to["action"] = _ACTION(watchdog.get("action"))


def _rng(rng: Document, to: Document) -> None:
    to["model"] = rng.get("model")
    to["backend"] = _rng_backend(rng.get("backend"))


def plain(*keys: str) -> Callable[[Document, Document], None]:
    """How values are written that stand in the response as they are stored."""

    def write(device: Document, to: Document) -> None:
        for key in keys:
            to[key] = device.get(key)

    return write


_WRITERS: dict[str, Callable[[Document, Document], None]] = {
    "DISK": _disk,
    "CONTROLLER": _controller,
    "INTERFACE": _interface,
    "SERIAL": _serial,
    "CONSOLE": _console,
    "CHANNEL": _channel,
    "INPUT": _input,
    "TPM": _tpm,
    "GRAPHICS": _graphics,
    "SOUND": _sound,
    "AUDIO": plain("audioId", "type"),
    "VIDEO": plain("model", "heads", "primary", "vram"),
    "HOSTDEV": _hostdev,
    "WATCHDOG": _watchdog,
    "MEMBALLOON": plain("model", "statsPeriod", "autodeflate", "freePageReporting"),
    "RNG": _rng,
    "PANIC": plain("model"),
    "VSOCK": plain("model", "cid"),
    "IOMMU": plain("model"),
}


def _domain(domain: Document) -> Document:
    vcpu, os, cpu = domain.get("vcpu"), domain.get("os"), domain.get("cpu")
    return {
        "type": domain.get("type"),
        "title": domain.get("title"),
        "memory": pick(domain.get("memory"), ("value", "unit")),
        "vcpu": None if vcpu is None else {"value": vcpu.get("value"), "placement": _PLACEMENT(vcpu.get("placement"))},
        "os": None if os is None else {"type": pick(os.get("type"), ("value", "arch", "machine"))},
        "cpu": None if cpu is None else {"mode": _MODE(cpu.get("mode")), "check": _CHECK(cpu.get("check"))},
    }


def written(vm: Document) -> Document:
    """The tree of a VM."""
    key = vm["_id"]
    stored = vm.get("devices", {})
    devices: list[Document] = []
    for array in ARRAYS:
        for device in stored.get(array, ()):
            kind = device["kind"]
            to: dict[str, Any] = {
                "__typename": TYPES[kind],
                "id": node_id("Device", key, device["id"]),
                "kind": kind,
                "alias": device.get("alias"),
                "bootOrder": device.get("bootOrder"),
                "address": _address(device.get("address")),
            }
            if (write := _WRITERS.get(kind)) is not None:
                write(device, to)
            devices.append(to)
    return {
        "id": node_id("VirtualMachine", key),
        "name": vm.get("name"),
        "uuid": vm.get("uuid"),
        "state": vm["state"],
        "domain": None if "domain" not in vm else _domain(vm["domain"]),
        "devices": devices,
    }
