"""One module per resource of libvirt: what a host has that VMs use.

A new resource is a new module here: importing the package imports every module, and each registers its resources.
"""

from enum import Enum
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import strawberry

from ..element import first_sentence
from ..referenced import REFERENCED
from ..resource import ENVELOPE, RESOURCES, Resource
from ..tables import node

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

_kinds: Any = Enum(  # type: ignore[misc]
    "ResourceKind",
    {
        kind: strawberry.enum_value(
            kind, description=f"{first_sentence(declared).removesuffix('.')} (`{declared.tag}`)."
        )
        for kind, declared in RESOURCES.items()
    }
    | {kind: strawberry.enum_value(kind, description=described) for kind, described in REFERENCED.items()},
)
ResourceKind: type[Enum] = strawberry.enum(
    _kinds, description="What something of a host is that VMs use: an object of libvirt, or a thing that is only named."
)

for _declared in RESOURCES.values():
    # A declaration that contradicts itself is an error here, not when its first document comes.
    if taken := node(_declared).keys & ENVELOPE:
        raise TypeError(f"{_declared.__name__} has a field of the store's own name: {sorted(taken)[0]}")

__all__ = ["RESOURCES", "Resource", "ResourceKind"]
