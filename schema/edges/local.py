"""What devices of a VM name within it: controllers, hubs, each other, and parts of the domain."""

from collections.abc import Callable, Iterator

from ..address import address_text
from ..element import Document
from ..tree import Bus, hub_bus, is_echo, place_of
from .keys import numbers
from .spaces import (
    ACPI_INDEX,
    AUDIO_BACKEND,
    BOOT_ORDER,
    BUS_ADDRESS,
    CONTROLLER,
    DEVICE_ALIAS,
    DISPLAY,
    GUEST_PROGRAM,
    IO_THREAD,
    NUMA_CELL,
    REDIRECTION,
    SERIAL_PORT,
)
from .words import Also, Answer, Edge, Name, Named

_DRIVES = ("scsi", "ide", "sata", "fdc", "nvme")


def _name(bus: Bus) -> str:
    ports = ".".join(map(str, bus.path))
    return f"{bus.family}:{bus.number}/{ports}" if ports else f"{bus.family}:{bus.number}"


def _plugged(*families: str) -> Callable[[Document], Iterator[Named]]:
    """The controller that an address leads to; behind it the hub, where a USB device hangs off one."""

    def names(device: Document) -> Iterator[Named]:
        place = place_of(device)
        if place is not None and place.bus.family in families:
            if place.bus.family == "usb":
                yield _name(Bus("usb", place.bus.number))
            yield _name(place.bus)

    return names


def _is_companion(controller: Document) -> bool:
    return controller.get("type") == "usb" and "companionStartPort" in controller


def _numbered(controller: Document) -> Named:
    """What addresses call a controller, whether it has a bus of its own or is a companion."""
    kind, index = controller.get("type"), controller.get("index")
    return f"{kind}:{index}" if kind and index is not None else None


def _controller(controller: Document) -> Named:
    return None if _is_companion(controller) else _numbered(controller)


def _master(controller: Document) -> Named:
    return _numbered(controller) if _is_companion(controller) else None


def _hub(hub: Document) -> Named:
    bus = hub_bus(hub)
    return None if bus is None else _name(bus)


def _pci_bus(index: object) -> Named:
    return f"pci:{index}"


def _flat(address: Document) -> Named:
    """A place on a bus that no controller stands for; some of them have no numbers."""
    text = address_text(address)
    return f"{address['kind']}:{text}" if text else str(address["kind"])


def _cells(numa: Document) -> Iterator[Named]:
    """The NUMA cells of the guest, which count from 0 where they have no numbers."""
    yield from (str(cell.get("id", position)) for position, cell in enumerate(numa.get("cells", ())))


def _viewer(kind: str) -> Named:
    """The display whose viewer is at the other end, of character devices and of sound."""
    return {"spicevmc": "spice", "spiceport": "spice", "spice": "spice", "dbus": "dbus"}.get(kind)


def _rules(redirdev: Document) -> Named:
    """The rules for a redirected device; there need not be any."""
    return Name(redirdev.get("redirectedBus") or "usb", implied=True)


def _sound(sound: Document) -> Named:
    """The backend that a sound card names, or else the first."""
    return str(sound["audioId"]) if "audioId" in sound else Name("default", implied=True)


def _backend(audio: Document) -> Iterator[Named]:
    yield "default"
    if "audioId" in audio:
        yield str(audio["audioId"])


EDGES = (
    Edge(
        "addr-pci", "The PCI controller that a device is plugged into.", of="*", at="", to=CONTROLLER,
        by=_plugged("pci"),
    ),
    Edge(
        "addr-drive", "The SCSI, SATA, IDE, floppy or NVMe controller that a drive is plugged into.", of="*", at="",
        to=CONTROLLER, by=_plugged(*_DRIVES),
    ),
    Edge(
        "addr-usb", "The USB controller, and the hub if any, that a device is plugged into.", of="*", at="",
        to=CONTROLLER, by=_plugged("usb"),
    ),
    Edge(
        "addr-virtio-serial", "The virtio-serial controller that a port is on.", of="*", at="", to=CONTROLLER,
        by=_plugged("virtio-serial"),
    ),
    Edge(
        "addr-ccid", "The smart card reader that a card is in.", of="*", at="", to=CONTROLLER, by=_plugged("ccid"),
    ),
    Edge(
        "addr-flat", "The place of a device on a bus that has no controller: of s390, of pseries, ISA, memory slots.",
        of="*", at="address[ccw|spapr-vio|isa|virtio-mmio|dimm|unassigned]", to=BUS_ADDRESS, by=_flat,
    ),
    Edge(
        "usb-companion", "The USB 2 controller whose slow devices a companion serves.", of="controller", at="",
        to=CONTROLLER, by=_master,
    ),
    Edge(
        "ctrl-numa", "A NUMA cell of the guest that an expander bus, or a device by its ACPI tables, belongs to.",
        of="controller", at="target.node", to=NUMA_CELL, also=(Also("*", "acpi.nodeset", NUMA_CELL, numbers),),
    ),
    Edge(
        "ctrl-iothread", "An I/O thread of the VM that serves a controller.", of="controller",
        at="driver.iothread driver.iothreads.id", to=IO_THREAD, access="CONNECT",
    ),
    Edge(
        "iommu-pci", "The PCI controller whose devices an IOMMU serves.", of="iommu", at="driver.pciBus",
        to=CONTROLLER, by=_pci_bus,
    ),
    Edge(
        "mem-node", "The NUMA cell of the guest that a memory module belongs to.", of="memory", at="target.node",
        to=NUMA_CELL,
    ),
    Edge(
        "teaming", "The virtio interface that stands in while a passed-through one is unplugged.",
        of="interface hostdev", at="teaming.persistent", to=DEVICE_ALIAS, access="CONNECT",
    ),
    Edge(
        "console-serial", "The serial port that a console shows a second time.", of="console", at="", to=SERIAL_PORT,
        by=lambda console: Name("first", implied=True) if is_echo(console) else None,
    ),
    Edge(
        "channel-agent", "The program in the guest that a channel is for.", of="channel", at="target.name",
        to=GUEST_PROGRAM, access="CONNECT",
    ),
    Edge(
        "spice", "The display of SPICE or D-Bus whose viewer is at the other end.",
        of="serial parallel console channel smartcard redirdev audio", at="type", to=DISPLAY, by=_viewer,
        access="CONNECT",
    ),
    Edge(
        "redirfilter", "The rules that say what may be plugged into a port for redirected devices.", of="redirdev",
        at="", to=REDIRECTION, by=_rules,
    ),
    Edge(
        "audio", "The audio backend that carries the sound of a sound card or a display.", of="sound", at="",
        to=AUDIO_BACKEND, by=_sound, access="CONNECT", also=(Also("graphics", "audioId", AUDIO_BACKEND),),
    ),
    Edge(
        "boot", "The turn of a device when the firmware looks for a system.", of="*", at="bootOrder", to=BOOT_ORDER,
    ),
    Edge(
        "alias", "What libvirt calls a device: events and overrides name it so.", of="*", at="alias",
        to=DEVICE_ALIAS,
    ),
    Edge(
        "acpi", "The number from which the guest makes the name of a network card.", of="*", at="acpi.index",
        to=ACPI_INDEX,
    ),
)  # fmt: skip

ANSWERS = (
    Answer("controller", "", CONTROLLER, _controller),
    Answer("hub", "", CONTROLLER, _hub),
    Answer("domain", "domain.cpu.numa", NUMA_CELL, _cells),
    Answer("serial", "", SERIAL_PORT, lambda _: "first"),
    Answer("graphics", "type", DISPLAY, lambda kind: kind if kind in ("spice", "dbus") else None),
    Answer("redirfilter", "", REDIRECTION, lambda _: "usb"),
    Answer("audio", "", AUDIO_BACKEND, _backend),
)
