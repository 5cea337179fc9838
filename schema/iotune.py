"""Limits on throughput, of one disk (`<iotune>`) or of a group of disks (`<throttlegroup>`).

Source: libvirt's domain XML, "Hard drives, floppy disks, CDROMs".
"""

from .element import Element, element, text_child
from .scalars import Long


@element
class IoTune(Element):
    """Limits on throughput: sustained ones, higher ones for bursts, and how long a burst may last.

    A limit that is missing or 0 does not apply. A total excludes the limits for reads and writes of the same kind.
    """

    total_bytes_sec: Long | None = text_child(
        "Bytes a second that may be read and written together.", xml="total_bytes_sec"
    )
    read_bytes_sec: Long | None = text_child("Bytes a second that the guest may read.", xml="read_bytes_sec")
    write_bytes_sec: Long | None = text_child("Bytes a second that the guest may write.", xml="write_bytes_sec")
    total_iops_sec: Long | None = text_child(
        "I/O operations a second, reads and writes together.", xml="total_iops_sec"
    )
    read_iops_sec: Long | None = text_child("Read operations a second that the guest may make.", xml="read_iops_sec")
    write_iops_sec: Long | None = text_child("Write operations a second that the guest may make.", xml="write_iops_sec")
    total_bytes_sec_max: Long | None = text_child(
        "Bytes a second that a burst may read and write together.", xml="total_bytes_sec_max", since="1.2.11"
    )
    read_bytes_sec_max: Long | None = text_child(
        "Bytes a second that a burst may read.", xml="read_bytes_sec_max", since="1.2.11"
    )
    write_bytes_sec_max: Long | None = text_child(
        "Bytes a second that a burst may write.", xml="write_bytes_sec_max", since="1.2.11"
    )
    total_iops_sec_max: Long | None = text_child(
        "I/O operations a second of a burst, reads and writes together.", xml="total_iops_sec_max", since="1.2.11"
    )
    read_iops_sec_max: Long | None = text_child(
        "Read operations a second that a burst may reach.", xml="read_iops_sec_max", since="1.2.11"
    )
    write_iops_sec_max: Long | None = text_child(
        "Write operations a second that a burst may reach.", xml="write_iops_sec_max", since="1.2.11"
    )
    size_iops_sec: Long | None = text_child(
        "Bytes that count as one operation, so that a large request counts as several.",
        xml="size_iops_sec",
        since="1.2.11",
    )
    group_name: str | None = text_child(
        "Name shared by the disks that use up one quota together; without it the disk has its own.",
        xml="group_name",
        searchable=True,
        since="3.0.0",
    )
    total_bytes_sec_max_length: Long | None = text_child(
        "Seconds that a burst at `totalBytesSecMax` may last.", xml="total_bytes_sec_max_length", since="2.4.0"
    )
    read_bytes_sec_max_length: Long | None = text_child(
        "Seconds that a burst at `readBytesSecMax` may last.", xml="read_bytes_sec_max_length", since="2.4.0"
    )
    write_bytes_sec_max_length: Long | None = text_child(
        "Seconds that a burst at `writeBytesSecMax` may last.", xml="write_bytes_sec_max_length", since="2.4.0"
    )
    total_iops_sec_max_length: Long | None = text_child(
        "Seconds that a burst at `totalIopsSecMax` may last.", xml="total_iops_sec_max_length", since="2.4.0"
    )
    read_iops_sec_max_length: Long | None = text_child(
        "Seconds that a burst at `readIopsSecMax` may last.", xml="read_iops_sec_max_length", since="2.4.0"
    )
    write_iops_sec_max_length: Long | None = text_child(
        "Seconds that a burst at `writeIopsSecMax` may last.", xml="write_iops_sec_max_length", since="2.4.0"
    )
