"""`<capability type='drm'>`: graphics cards as the kernel's Direct Rendering Manager offers them."""

from enum import Enum

from ...element import shape, text_child
from ...scalars import word, words
from .capability import NodeDeviceCapability


@words
class DrmType(Enum):
    """Which of its sides a graphics card shows."""

    PRIMARY = word("primary", "Everything, with the right to set the screens' modes: `/dev/dri/card0`")
    CONTROL = word("control", "Setting the screens' modes alone; kernels have it no longer")
    RENDER = word("render", "Drawing and computing without a screen, as guests with OpenGL need: `/dev/dri/renderD128`")


@shape("drm")
class DrmCapability(NodeDeviceCapability):
    """One side of a graphics card, as the kernel's Direct Rendering Manager offers it."""

    drm_type: DrmType | None = text_child("Which side of the card it is.", xml="type", searchable=True)
