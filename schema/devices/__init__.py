"""One module per device element of libvirt; importing this package fills the register."""

from enum import Enum
from typing import Any

import strawberry

from ..device import DEVICES, ORDER, Device
from ..element import Element, children, element, sentence, text_child
from ..scalars import word
from . import character, controller, disk, graphics, hostdev, input, interface, memballoon, rng, video

for _tag in sorted(DEVICES, key=ORDER.index):  # whatever the order of the imports
    DEVICES[_tag] = DEVICES.pop(_tag)

_kinds: Any = Enum(  # type: ignore[misc]
    "DeviceKind", {declared.kind_name: word(declared.kind_name, sentence(declared)) for declared in DEVICES.values()}
)
DeviceKind: type[Enum] = strawberry.enum(_kinds, description="Which of libvirt's device elements a device is.")


@element
class _Emulator(Element):
    """What stands among the devices and is none."""

    emulator: str | None = text_child("Host path of the program that runs the VM.", searchable=True)


def _container() -> type[Any]:
    namespace: dict[str, Any] = {"__doc__": "`<devices>`: one list per kind of device.", "__annotations__": {}}
    for tag, declared in DEVICES.items():
        namespace["__annotations__"][declared.array] = list[declared] | None  # type: ignore[valid-type]
        namespace[declared.array] = children(f"Devices of the kind `{tag}`.", xml=tag)
    return element(type("Devices", (_Emulator,), namespace))


Devices = _container()

__all__ = [
    "DEVICES",
    "Device",
    "DeviceKind",
    "Devices",
    "character",
    "controller",
    "disk",
    "graphics",
    "hostdev",
    "input",
    "interface",
    "memballoon",
    "rng",
    "video",
]
