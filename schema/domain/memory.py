"""`<memory>` and its kin: how much memory the guest has.

Source: libvirt's domain XML, "Memory Allocation".
"""

from ..element import attribute, element
from ..scalars import OnOff
from ..sizes import ScaledSize


@element
class Memory(ScaledSize):
    """An amount of memory."""

    dump_core: OnOff | None = attribute("Whether the guest's memory is part of the hypervisor's core dumps.")
    slots: int | None = attribute("Slots for memory modules, of the maximum.")
