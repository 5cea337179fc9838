"""`<memory>` and its kin: sizes with a unit.

Source: libvirt's domain XML, "Memory Allocation".
"""

from typing import cast

import strawberry

from ..element import Document, Element, attribute, derived, element, text
from ..scalars import Long, OnOff

_DECIMAL = {prefix: 1000**power for power, prefix in enumerate(("", "k", "m", "g", "t", "p", "e"))}
_BINARY = {prefix: 1024**power for power, prefix in enumerate(("", "k", "m", "g", "t", "p", "e"))}


def size_in_bytes(value: int, unit: str | None, assumed: str = "KiB") -> int | None:
    """A scaled size in bytes, None for a unit that libvirt does not know.

    Source: libvirt's `virScaleInteger`: `b`, `bytes`; `k` and `KiB` are 1024, `KB` is 1000.
    """
    word = (unit or assumed).lower()
    if word in ("b", "byte", "bytes"):
        return value
    prefix, suffix = word[:1], word[1:]
    scale = {"": _BINARY, "ib": _BINARY, "b": _DECIMAL}.get(suffix, {}).get(prefix)
    return None if scale is None or not prefix else value * scale


@element
class Memory(Element):
    """An amount of memory."""

    value: Long | None = text("The number, counted in `unit`.")
    unit: str | None = attribute("Unit of the number, such as `KiB` or `GB`; KiB where it is missing.")
    dump_core: OnOff | None = attribute("Whether the guest's memory is part of the hypervisor's core dumps.")
    slots: int | None = attribute("Slots for memory modules, of the maximum.")

    @derived("The amount in bytes; null for a unit that libvirt does not know.")
    def bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        value = document.get("value")
        return None if value is None else cast(Long | None, size_in_bytes(int(value), document.get("unit")))
