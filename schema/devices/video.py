"""`<video>`: graphics cards.

Source: libvirt's domain XML, "Video devices".
"""

from collections.abc import Iterable
from enum import Enum
from typing import Any

import strawberry

from ..device import Device, device
from ..element import Document, Element, attribute, child, derived, element, value_at
from ..parts import VirtioOptions
from ..scalars import Long, OnOff, YesNo, word, words
from ..sizes import size_in_bytes


@words
class VgaConf(Enum):
    """Which of a VGA card's legacy resources a `gop` card of bhyve has."""

    IO = word("io", "VGA's I/O ports, for guests that do not boot without them")
    ON = word("on", "VGA's I/O ports and memory, for guests that boot through a BIOS")
    OFF = word("off", "None of them, for UEFI guests that the ports would mislead")


@words
class VirtioVideoDevice(Enum):
    """A device of QEMU that a `virtio` card can be made of."""

    VIRTIO_VGA = word("virtio-vga", "A virtio card that is a VGA card as well")
    VIRTIO_VGA_GL = word("virtio-vga-gl", "A virtio card that is a VGA card as well, with 3D by OpenGL")
    VIRTIO_GPU = word("virtio-gpu", "A virtio card without VGA")
    VIRTIO_GPU_GL = word("virtio-gpu-gl", "A virtio card without VGA, with 3D by OpenGL")
    VHOST_USER_VGA = word("vhost-user-vga", "A VGA card as well, served by a vhost-user process")
    VHOST_USER_GPU = word("vhost-user-gpu", "A card without VGA, served by a vhost-user process")


@element
class VideoDriver(VirtioOptions):
    """How the hypervisor serves a graphics card; the virtio options are known since libvirt 3.5.0."""

    name: str | None = attribute(
        "Backend: `qemu`, QEMU's own and assumed, or `vhostuser` for a process of its own behind a virtio card.",
        since="5.8.0",
    )
    vgaconf: VgaConf | None = attribute("Legacy VGA resources of a `gop` card, with bhyve only.", since="3.5.0")


@element
class Acceleration(Element):
    """What the card accelerates with the host's help."""

    accel2d: YesNo | None = attribute(
        "Whether two-dimensional drawing is accelerated, with VirtualBox only.", since="0.7.1"
    )
    accel3d: YesNo | None = attribute(
        "Whether three-dimensional drawing is accelerated; known to VirtualBox, and to QEMU since libvirt 1.3.0.",
        since="0.7.1",
    )
    rendernode: str | None = attribute(
        "Host path of the graphics device that draws for a `vhostuser` card, under `/dev/dri`; "
        "libvirt picks a free one where it is missing.",
        searchable=True,
        term=True,
        since="5.8.0",
    )


@element
class Resolution(Element):
    """The smallest picture that the card starts with."""

    x: int | None = attribute("Width of the picture in pixels, such as 1280.")
    y: int | None = attribute("Height of the picture in pixels, such as 720.")


def _in_bytes(key: str, what: str) -> Any:
    """A derived field: the KiB under `key`, as bytes."""

    def resolve(document: strawberry.Parent[Document]) -> Long | None:
        return size_in_bytes(document.get(key), "KiB")

    return derived(f"`{key}`, {what}, in bytes.")(resolve)


@device("video")
class Video(Device):
    """A graphics card that the guest sees.

    libvirt adds one by itself to a VM that has `graphics` and no card.
    """

    driver: VideoDriver | None = child("How the hypervisor serves the card.")
    model: str | None = attribute(
        "The card: `vga`, `cirrus`, `vmvga`, `xen`, `vbox`, `qxl`, `virtio` (since libvirt 1.3.0), `gop` (3.2.0), "
        "`bochs` (5.6.0), `ramfb` (5.9.0), or `none` (4.6.0), which keeps libvirt from adding a card. "
        "Documents since libvirt 11.6.0 may leave it out.",
        xml="type",
        within="model",
        searchable=True,
    )
    virtio_device: VirtioVideoDevice | None = attribute(
        "Which of QEMU's devices a `virtio` card is; libvirt picks and records it, to keep the guest's hardware "
        "the same across migrations.",
        xml="device",
        within="model",
        since="12.5.0",
    )
    ram: Long | None = attribute(
        "KiB of a qxl card's primary memory bar, such as 65536; a default applies where it is missing. "
        "It should be a power of two.",
        within="model",
        since="1.0.2",
    )
    ram_bytes = _in_bytes("ram", "a qxl card's primary memory bar")
    vram: Long | None = attribute(
        "KiB of the card's video memory, of qxl its secondary memory bar, such as 16384. libvirt rounds it to a power "
        "of two, and a default applies where it is missing.",
        within="model",
    )
    vram_bytes = _in_bytes("vram", "the card's video memory")
    vram64: Long | None = attribute(
        "KiB that a qxl card's secondary memory bar is extended to, addressed with 64 bits.",
        within="model",
        since="1.3.3",
    )
    vram64_bytes = _in_bytes("vram64", "a qxl card's secondary memory bar with 64-bit addresses")
    vgamem: Long | None = attribute(
        "KiB of the framebuffer that a qxl card falls back to when it acts as VGA, such as 16384.",
        within="model",
        since="1.2.11",
    )
    vgamem_bytes = _in_bytes("vgamem", "a qxl card's VGA framebuffer")
    heads: int | None = attribute("Number of screens that the card drives, nearly always 1.", within="model")
    primary: YesNo | None = attribute(
        "Whether it is the card that shows the guest's start; of several cards the first is, unless one says so. "
        "All others must be `qxl` or `virtio`.",
        within="model",
        since="1.0.2",
    )
    blob: OnOff | None = attribute(
        "Whether a virtio card shares memory with the host, so that fewer pixels need to be copied.",
        within="model",
        since="9.2.0",
    )
    edid: OnOff | None = attribute(
        "Whether a `vga`, `bochs` or `virtio` card describes its screen to the guest (EDID); "
        "the card's own default applies where it is missing.",
        within="model",
        since="11.7.0",
    )
    acceleration: Acceleration | None = child("What the card accelerates with the host's help.", within="model")
    resolution: Resolution | None = child(
        "The smallest picture that a `vga`, `qxl`, `bochs`, `gop` or `virtio` card starts with.",
        within="model",
        since="5.9.0",
    )

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:  # noqa: D102
        yield "model" in device and f"{device['model']} video"
        yield "vram" in device and _size_text(int(device["vram"]))
        yield device.get("heads", 1) > 1 and f"{device['heads']} screens"
        yield value_at(device, "acceleration.accel3d") and "3D acceleration"
        yield value_at(device, "driver.name") == "vhostuser" and "vhostuser"
        yield device.get("primary") and "primary"


def _size_text(kib: int) -> str:
    return f"{kib // 1024} MiB" if kib and kib % 1024 == 0 else f"{kib} KiB"
