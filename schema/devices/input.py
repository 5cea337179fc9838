"""`<input>`: keyboards, mice and tablets.

Source: libvirt's domain XML, "Input devices".
"""

from enum import Enum

from ..device import Device, device
from ..element import Element, attribute, child, element
from ..parts import VirtioOptions
from ..scalars import OnOff, word, words


@words
class InputBus(Enum):
    """The bus that an input device is on."""

    PS2 = word("ps2", "The keyboard controller of a PC")
    USB = word("usb", "A USB controller of the guest")
    XEN = word("xen", "Xen's paravirtual input")
    VIRTIO = word("virtio", "virtio-input, a device of its own")


@words
class InputGrab(Enum):
    """Which host devices are grabbed together."""

    ALL = word("all", "All input devices of the VM")


@words
class GrabToggle(Enum):
    """The keys that hand input over between guest and host."""

    CTRL_CTRL = word("ctrl-ctrl", "Both control keys")
    ALT_ALT = word("alt-alt", "Both alt keys")
    SHIFT_SHIFT = word("shift-shift", "Both shift keys")
    META_META = word("meta-meta", "Both meta keys")
    SCROLLLOCK = word("scrolllock", "The scroll lock key")
    CTRL_SCROLLLOCK = word("ctrl-scrolllock", "Control and scroll lock")


@element
class InputSource(Element):
    """The input device of the host that is passed on."""

    evdev: str | None = attribute("Host path of the device, for `passthrough`.", searchable=True)
    dev: str | None = attribute("Host path of the device, for `evdev`.", searchable=True)
    grab: InputGrab | None = attribute("Which devices are grabbed together.")
    grab_toggle: GrabToggle | None = attribute("Keys that hand input over.")
    repeat: OnOff | None = attribute("Whether held keys repeat.")


@device("input", identity=("type", "bus"))
class Input(Device):
    """A keyboard, mouse, tablet or passed-on input device."""

    type: str | None = attribute(
        "What it is: `tablet`, `mouse`, `keyboard`, `passthrough` or `evdev`.", searchable=True
    )
    bus: InputBus | None = attribute("Bus that it is on.", searchable=True)
    model: str | None = attribute("Whether virtio shows itself in its `-transitional` or `-non-transitional` form.")
    driver: VirtioOptions | None = child("How it reaches the guest's memory.")
    source: InputSource | None = child("Device of the host that is passed on.")
