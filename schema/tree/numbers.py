"""The numbers of controllers that the document gives none.

Source: libvirt's `virDomainAssignControllerIndexes`.
"""

from collections.abc import Iterator, Sequence
from itertools import count, filterfalse

from ..element import Document

_USB2 = frozenset({"ich9-ehci1", "ich9-uhci1", "ich9-uhci2", "ich9-uhci3"})


def controller_numbers(controllers: Sequence[Document]) -> Iterator[int]:
    """Each controller's `index`, or else the first that no other of its type has.

    A part of a USB 2 group joins the USB 2 controller before it, unless that group has such a part already.
    """
    used: dict[str, set[int]] = {}
    for one in controllers:
        used.setdefault(one.get("type", ""), set()).update([one["index"]] if "index" in one else [])
    unused = {kind: filterfalse(numbers.__contains__, count()) for kind, numbers in used.items()}
    parts = {(one["index"], one.get("model")) for one in controllers if one.get("type") == "usb" and "index" in one}
    group: int | None = None
    for one in controllers:
        kind, model = one.get("type", ""), one.get("model")
        is_usb2 = kind == "usb" and model in _USB2
        number = one.get("index")
        if number is None and is_usb2 and group is not None and (group, model) not in parts:
            number = group
        if number is None:
            number = next(unused[kind])
        if kind == "usb":
            parts.add((number, model))
            group = number if is_usb2 else None
        yield int(number)
