"""`<memory>`, `<currentMemory>` and `<maxMemory>`: how much memory the guest has.

Source: libvirt's domain XML, "Memory Allocation".
"""

from ..element import attribute, element
from ..scalars import OnOff
from ..sizes import ScaledSize


@element
class Memory(ScaledSize):
    """An amount of the guest's memory; libvirt itself always writes it in KiB."""

    dump_core: OnOff | None = attribute(
        "Whether a core dump of the hypervisor's process contains the guest's memory; only said at `memory`.",
        since="0.10.2",
    )
    slots: int | None = attribute(
        "How many memory devices can be plugged in at most; only said at `maxMemory`.", since="1.2.14"
    )
