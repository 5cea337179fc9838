"""`<input>`: keyboards, mice and tablets.

Source: libvirt's domain XML, "Input devices".
"""

from collections.abc import Iterable
from enum import Enum

from ..device import Device, device
from ..element import Document, Element, attribute, child, element, value_at
from ..parts import VirtioOptions
from ..scalars import OnOff, word, words


@words
class InputBus(Enum):
    """How an input device is connected to the guest."""

    PS2 = word("ps2", "The keyboard controller of a PC, for keyboards and mice")
    USB = word("usb", "A USB controller of the guest")
    XEN = word("xen", "Xen's paravirtual keyboard and pointer")
    VIRTIO = word("virtio", "virtio-input, a device of its own", since="1.3.0")


@words
class InputGrab(Enum):
    """Which devices of the host are grabbed together."""

    ALL = word("all", "All input devices instead of the one")


@words
class GrabToggle(Enum):
    """The keys that hand input over between guest and host."""

    CTRL_CTRL = word("ctrl-ctrl", "Both control keys at the same time")
    ALT_ALT = word("alt-alt", "Both alt keys at the same time")
    SHIFT_SHIFT = word("shift-shift", "Both shift keys at the same time")
    META_META = word("meta-meta", "Both meta (Windows) keys at the same time")
    SCROLLLOCK = word("scrolllock", "The scroll lock key by itself")
    CTRL_SCROLLLOCK = word("ctrl-scrolllock", "Control and scroll lock at the same time")


@element
class InputSource(Element):
    """The input device of the host that the guest gets."""

    evdev: str | None = attribute(
        "Host path of the event device for the type `passthrough`, such as `/dev/input/event1`.",
        searchable=True,
        term=True,
    )
    dev: str | None = attribute(
        "Host path of the event device for the type `evdev`, such as `/dev/input/by-id/…-event-kbd`.",
        searchable=True,
        term=True,
    )
    grab: InputGrab | None = attribute("Which devices of the host are grabbed together, for `evdev`.")
    grab_toggle: GrabToggle | None = attribute(
        "Keys that hand input over between guest and host, for `evdev`.", since="7.6.0"
    )
    repeat: OnOff | None = attribute("Whether a key that is held down repeats, for `evdev`.")


@device("input", identity=("type", "bus"))
class Input(Device):
    """A keyboard, a mouse, a tablet, or an input device of the host that the guest gets."""

    type: str | None = attribute(
        "What it is: `mouse` (moves relatively), `tablet` (points absolutely), `keyboard`, `passthrough` (a host "
        "device behind virtio) or `evdev` (a host device that feeds the guest's keyboard and mouse).",
        searchable=True,
    )
    bus: InputBus | None = attribute("Which of the guest's buses it is plugged into.", searchable=True)
    model: str | None = attribute(
        "Form of a virtio device: `virtio`, `virtio-transitional` or `virtio-non-transitional`.", since="5.2.0"
    )
    driver: VirtioOptions | None = child("How virtio reaches the guest's memory.", since="3.5.0")
    source: InputSource | None = child("Device of the host, for `passthrough` and `evdev`.")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """`usb tablet`, or `virtio passthrough, /dev/input/event1`."""
        yield " ".join(device[key] for key in ("bus", "type") if key in device)
        yield value_at(device, "source.evdev") or value_at(device, "source.dev")
