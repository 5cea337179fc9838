"""`<blkiotune>`: the VM's share of the host's disks.

Source: libvirt's domain XML, "Block I/O Tuning".
"""

from ..element import Element, children, element, text_child
from ..scalars import Long


@element
class BlkioDevice(Element):
    """The VM's share of one block device of the host, whichever of its disks use it."""

    path: str | None = text_child(
        "Host path of the block device, such as `/dev/sda`; `*` (bhyve, since libvirt 12.3.0) means every one.",
        searchable=True,
    )
    weight: int | None = text_child(
        "The VM's weight against others on this device, from 100 to 1000; from 10 on kernels after 2.6.39.",
        since="0.9.8",
    )
    read_iops_sec: Long | None = text_child(
        "Read operations a second that the VM may make on the device.", xml="read_iops_sec", since="1.2.2"
    )
    write_iops_sec: Long | None = text_child(
        "Write operations a second that the VM may make on the device.", xml="write_iops_sec", since="1.2.2"
    )
    read_bytes_sec: Long | None = text_child(
        "Bytes a second that the VM may read from the device.", xml="read_bytes_sec", since="1.2.2"
    )
    write_bytes_sec: Long | None = text_child(
        "Bytes a second that the VM may write to the device.", xml="write_bytes_sec", since="1.2.2"
    )


@element
class BlkioTune(Element):
    """The VM's share of the host's block devices, kept by the kernel's control groups; the kernel's own where missing.

    It binds the VM as a whole; `iotune` of a disk binds that disk alone. Since libvirt 0.8.8.
    """

    weight: int | None = text_child(
        "The VM's weight against others on all block devices, from 100 to 1000; from 10 on kernels after 2.6.39."
    )
    devices: list[BlkioDevice] | None = children("Weights and limits for single devices of the host.", xml="device")
