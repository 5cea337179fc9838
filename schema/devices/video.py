"""`<video>`: graphics cards.

Source: libvirt's domain XML, "Video devices".
"""

from enum import Enum

from ..device import Device, device
from ..element import Element, attribute, child, element
from ..parts import VirtioOptions
from ..scalars import Long, OnOff, YesNo, word, words


@words
class VgaConf(Enum):
    """How bhyve sets up its graphics card."""

    IO = word("io", "The guest decides by I/O ports")
    ON = word("on", "As a VGA card")
    OFF = word("off", "As a plain framebuffer")


@element
class VideoDriver(VirtioOptions):
    """How the hypervisor serves a graphics card."""

    name: str | None = attribute("Backend: `qemu`, or `vhostuser` for a process of its own.")
    vgaconf: VgaConf | None = attribute("How bhyve sets up the card.")


@element
class Acceleration(Element):
    """What the card accelerates with the host's help."""

    accel2d: YesNo | None = attribute("Whether two-dimensional drawing is accelerated.")
    accel3d: YesNo | None = attribute("Whether three-dimensional drawing is accelerated.")
    rendernode: str | None = attribute("Host path of the render node, under `/dev/dri`.", searchable=True)


@element
class Resolution(Element):
    """Size of the picture at start."""

    x: int | None = attribute("Width in pixels at start.")
    y: int | None = attribute("Height in pixels at start.")


@device("video")
class Video(Device):
    """A graphics card that the guest sees."""

    driver: VideoDriver | None = child("How the hypervisor serves it.")
    model: str | None = attribute(
        "The card: `vga`, `cirrus`, `vmvga`, `xen`, `vbox`, `virtio`, `gop`, `none`, `bochs`, `ramfb` or `qxl`.",
        xml="type",
        within="model",
        searchable=True,
    )
    ram: Long | None = attribute("KiB of a qxl card's primary memory.", within="model")
    vram: Long | None = attribute("KiB of the card's video memory.", within="model")
    vram64: Long | None = attribute("KiB of a qxl card's 64-bit video memory.", within="model")
    vgamem: Long | None = attribute("KiB of a qxl card's VGA framebuffer.", within="model")
    heads: int | None = attribute("Number of screens it drives.", within="model")
    primary: YesNo | None = attribute("Whether it is the card that boots.", within="model")
    blob: OnOff | None = attribute("Whether a virtio card shares memory with the host.", within="model")
    edid: OnOff | None = attribute("Whether the card describes its screen to the guest.", within="model")
    acceleration: Acceleration | None = child("What it accelerates.", within="model")
    resolution: Resolution | None = child("Size of the picture at start.", within="model")
