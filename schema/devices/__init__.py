"""One module per device element of libvirt.

A new device is a new module here: importing the package imports every module, and each registers its devices.
"""

from enum import Enum
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import strawberry

from ..device import DEVICES, ORDER, Device
from ..element import Element, children, element, first_sentence, text_child
from ..identity import check_identity
from ..tables import node

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

for _tag in sorted(DEVICES, key=ORDER.index):  # whatever the order of the imports
    DEVICES[_tag] = DEVICES.pop(_tag)

_kinds: Any = Enum(  # type: ignore[misc]
    "DeviceKind",
    {
        declared.kind_name: strawberry.enum_value(
            declared.kind_name, description=f"{first_sentence(declared).removesuffix('.')} (`{declared.tag}`)."
        )
        for declared in DEVICES.values()
    },
)
DeviceKind: type[Enum] = strawberry.enum(_kinds, description="Which of libvirt's device elements a device is.")


@element
class _Emulator(Element):
    """What stands among the devices and is none."""

    emulator: str | None = text_child("Host path of the program that runs the VM.")


def _container() -> type[Any]:
    namespace: dict[str, Any] = {"__doc__": "`<devices>`: one list per kind of device.", "__annotations__": {}}
    for tag, declared in DEVICES.items():
        namespace["__annotations__"][declared.array] = list[declared] | None  # type: ignore[valid-type]
        namespace[declared.array] = children(first_sentence(declared), xml=tag)
    return element(type("Devices", (_Emulator,), namespace))


Devices = _container()

node(Devices)  # a declaration that contradicts itself is an error here, not when its first document comes
for _declared in DEVICES.values():
    check_identity(_declared, node(_declared))

__all__ = ["DEVICES", "Device", "DeviceKind", "Devices"]
