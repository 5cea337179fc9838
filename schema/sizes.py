"""Sizes with a unit, as libvirt writes them: `<memory unit='KiB'>4194304</memory>`."""

import strawberry

from .element import Document, Element, attribute, derived, element, text
from .scalars import Long

_DECIMAL = {prefix: 1000**power for power, prefix in enumerate(("", "k", "m", "g", "t", "p", "e"))}
_BINARY = {prefix: 1024**power for power, prefix in enumerate(("", "k", "m", "g", "t", "p", "e"))}
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def size_in_bytes(value: int | str | None, unit: str | None, assumed: str = "KiB") -> Long | None:
    """A scaled size in bytes, as a number is stored; None where there is none, or in a unit that libvirt does not know.

    Source: libvirt's `virScaleInteger`: `b`, `bytes`; `k` and `KiB` are 1024, `KB` is 1000.
    """
    if value is None:
        return None
    word = (unit or assumed).lower()
    if word in ("b", "byte", "bytes"):
        return Long(int(value))
    prefix, suffix = word[:1], word[1:]
    scale = {"": _BINARY, "ib": _BINARY, "b": _DECIMAL}.get(suffix, {}).get(prefix)
    return None if scale is None or not prefix else Long(int(value) * scale)


def bytes_of(size: Document | None, assumed: str = "KiB") -> Long | None:
    """The bytes of a stored size; None where there is none, or in a unit that libvirt does not know."""
    return None if size is None else size_in_bytes(size.get("value"), size.get("unit"), assumed)


def size_text(size: Document | None, assumed: str = "KiB") -> str | None:
    """A stored size as people read it, in the largest unit that it fills exactly: `512 MiB`; None as `bytes_of`."""
    found = bytes_of(size, assumed)
    if found is None:
        return None
    number, power = int(found), 0
    while number and number % 1024 == 0 and power < len(_UNITS) - 1:
        number, power = number // 1024, power + 1
    return f"{number} {_UNITS[power]}"


@element
class ScaledSize(Element):
    """A size with its unit as it was written, counted in KiB where it has none."""

    value: Long | None = text("The number as it was written, counted in `unit`.")
    unit: str | None = attribute("Unit of the number, such as `KiB`, `MB` or `G`; KiB where it is missing.")

    @derived("The size in bytes; null for a unit that libvirt does not know.")
    def bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        return bytes_of(document)


@element
class ByteSize(Element):
    """A size with its unit as it was written, counted in bytes where it has none."""

    value: Long | None = text("The number as it was written, counted in `unit`.")
    unit: str | None = attribute("Unit of the number, such as `KiB`, `MB` or `G`; bytes where it is missing.")

    @derived("The size in bytes; null for a unit that libvirt does not know.")
    def bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        return bytes_of(document, "bytes")
