"""`<capability type='storage'>`: disks and drives of the host.

Source: libvirt's node device XML format, "storage".
"""

from ...element import shape, text_child, variants
from ...scalars import Long, OneZero
from .capability import NodeDeviceCapability, NodeDeviceSubcapability


@shape("storage")
class StorageCapability(NodeDeviceCapability):
    """A disk or drive of the host; of one with removable media, `capabilities` tells what is in it."""

    block: str | None = text_child("Path of the block device, such as `/dev/sda`.", searchable=True, term=True)
    bus_name: str | None = text_child(
        "Bus that the drive is on, such as `scsi`, `ata` or `usb`.", xml="bus", searchable=True
    )
    drive_type: str | None = text_child(
        "What sort of drive it is, such as `disk`, `cdrom` or `floppy`.", xml="drive_type", searchable=True
    )
    model: str | None = text_child("Model of the drive as it names itself.", searchable=True)
    vendor_name: str | None = text_child("Company that made the drive.", xml="vendor", searchable=True)
    serial: str | None = text_child("Serial number that the vendor gave the drive.", searchable=True, term=True)
    size: Long | None = text_child("Capacity in bytes, of a drive whose medium is fixed.")
    logical_block_size: Long | None = text_child(
        "Bytes in the smallest piece that can be addressed, mostly 512.", xml="logical_block_size"
    )
    num_blocks: Long | None = text_child("How many such pieces the drive has.", xml="num_blocks")
    capabilities: list[NodeDeviceSubcapability] | None = variants(
        "Whether the drive can be plugged in while the host runs, and whether its medium can be changed.",
        xml="capability",
    )


@shape("removable")
class RemovableCapability(NodeDeviceSubcapability):
    """Its medium can be taken out, as of a DVD drive."""

    media_available: OneZero | None = text_child("Whether a medium is inside.", xml="media_available")
    media_size: Long | None = text_child("Capacity of the medium in bytes, 0 without one.", xml="media_size")
    media_label: str | None = text_child("Label that the medium carries.", xml="media_label", searchable=True)
    logical_block_size: Long | None = text_child(
        "Bytes in the smallest piece that can be addressed, 2048 on a DVD.", xml="logical_block_size"
    )
    num_blocks: Long | None = text_child("How many such pieces the medium has.", xml="num_blocks")


@shape("hotpluggable")
class HotpluggableCapability(NodeDeviceSubcapability):
    """It can be plugged in and pulled out while the host runs, as a USB disk."""
