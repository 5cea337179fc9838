"""What disks name."""

from .case import Case

CASES = (
    Case(
        "disk-file",
        "disk/vda",
        "path|{host}|/images/web.qcow2",
        "HOST_PATH",
        access="WRITE",
        source=True,
        devices="<disk type='file'><source file='/images/web.qcow2'/><target dev='vda'/></disk>",
    ),
    Case(
        "disk-volume",
        "disk/vdb",
        "volume|{host}|default/web.qcow2",
        "STORAGE_VOLUME",
        access="WRITE",
        source=True,
        devices="<disk type='volume'><source pool='default' volume='web.qcow2'/><target dev='vdb'/></disk>",
    ),
)
