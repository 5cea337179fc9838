"""What disks name."""

from ..element import Document
from .keys import credentials, disk_access, passphrase, path, pci
from .saved import disks_kept
from .sources import in_pool, on_network, source
from .spaces import (
    CHARACTER,
    DISK_IDENTITY,
    DOMAIN,
    IO_THREAD,
    IOTUNE_GROUP,
    NETWORK_VOLUME,
    PATH,
    PCI,
    SECRET,
    SOCKET,
    THROTTLE_GROUP,
    VM_DISK,
    VOLUME,
)
from .words import Also, Edge

_SOURCES = ("source", "backingStores.source", "mirror.source", "mirror.backingStores.source")
"""Where sources stand in a disk."""


def _below(*fields: str) -> str:
    return " ".join(f"{place}.{field}" for place in _SOURCES for field in fields)


def _identity(disk: Document) -> list[str]:
    return [f"{key}:{disk[key]}" for key in ("serial", "wwn", "vendor", "product") if disk.get(key)]


EDGES = (
    Edge(
        "disk-file", "The file of the host that holds the image of a disk.", of="disk", at="source[file].file", to=PATH,
        by=path, access=disk_access, source=True,
    ),
    Edge(
        "disk-block", "The block device of the host that a disk is.", of="disk", at="source[block].dev", to=PATH,
        by=path, access=disk_access, source=True,
    ),
    Edge(
        "disk-dir", "The directory of the host that a disk shows as a FAT volume.", of="disk", at="source[dir].dir",
        to=PATH, by=path, access=disk_access, source=True,
    ),
    Edge(
        "disk-volume", "The volume of a storage pool that a disk names.", of="disk", at="source[volume]", to=VOLUME,
        by=in_pool, access=disk_access, source=True,
    ),
    Edge(
        "disk-network", "The image, export or LUN on a server that a disk is.", of="disk", at="source[network]",
        to=NETWORK_VOLUME, by=on_network, access=disk_access, source=True,
    ),
    Edge(
        "disk-nvme", "The NVMe controller of the host whose namespace a disk is.", of="disk",
        at="source[nvme].address", to=PCI, by=pci, access="EXCLUSIVE", source=True,
    ),
    Edge(
        "disk-vhostuser", "The socket of the process that serves a disk.", of="disk", at="source[vhostuser].path",
        to=SOCKET, by=path, access="EXCLUSIVE", source=True,
    ),
    Edge(
        "disk-vhostvdpa", "The vDPA device of the host that a disk is.", of="disk", at="source[vhostvdpa].dev",
        to=CHARACTER, by=path, access="EXCLUSIVE", source=True,
    ),
    Edge(
        "disk-ctl", "The device of FreeBSD's CAM target layer that a disk is.", of="disk", at="source[ctl].dev",
        to=CHARACTER, by=path, access=disk_access, source=True,
    ),
    Edge(
        "backing-chain", "A layer below the image of a disk, the nearest first.", of="disk",
        at="backingStores.source mirror.backingStores.source", to=PATH, by=source,
    ),
    Edge(
        "disk-mirror", "The copy that a running block job of a disk writes.", of="disk", at="mirror.source", to=PATH,
        by=source, access="WRITE", also=(Also("disk", "mirror.file", PATH, path),),
    ),
    Edge(
        "disk-datastore", "The file that holds the data of a qcow2 image.", of="disk", at="source.dataStore.source",
        to=PATH, by=source, access=disk_access,
        also=(
            Also("disk", "mirror.source.dataStore.source", PATH, source, "WRITE"),
            Also("disk", "backingStores.source.dataStore.source mirror.backingStores.source.dataStore.source", PATH,
                 source, "READ"),
        ),
    ),
    Edge(
        "disk-secret", "A secret that opens a disk: its server's password, or the passphrase of its data.", of="disk",
        at=f"auth {_below('auth')}", to=SECRET, by=credentials,
        also=(
            Also("disk", f"encryption.secrets {_below('encryption.secrets')}", SECRET, passphrase),
            Also("hostdev", "source[scsi].auth", SECRET, credentials),
        ),
    ),
    Edge(
        "disk-reservations", "The socket of the helper for a LUN's persistent reservations.", of="disk",
        at=_below("reservations.source.path"), to=SOCKET, by=path, access="CONNECT",
    ),
    Edge(
        "disk-iothread", "An I/O thread of the VM that serves a disk.", of="disk",
        at="driver.iothread driver.iothreads.id", to=IO_THREAD, access="CONNECT",
    ),
    Edge(
        "disk-throttle", "A throttle group that a disk's I/O counts against.", of="disk", at="throttleFilters.group",
        to=THROTTLE_GROUP, access="CONNECT",
    ),
    Edge(
        "disk-iotune-group", "The quota that a disk uses up together with other disks.", of="disk",
        at="iotune.groupName", to=IOTUNE_GROUP, access="CONNECT",
    ),
    Edge(
        "disk-backenddomain", "The Xen domain that serves a disk or a network interface.", of="disk interface",
        at="backendDomain", to=DOMAIN, by=lambda name: f"name:{name}" if name else None, access="CONNECT",
    ),
    Edge(
        "disk-target", "A disk of the VM that a snapshot or checkpoint of it speaks of.",
        of="DOMAIN_SNAPSHOT DOMAIN_CHECKPOINT", at="", to=VM_DISK, by=disks_kept,
    ),
    Edge(
        "disk-identity", "What the guest tells a disk by: serial number, world wide name, vendor and product.",
        of="disk", at="", to=DISK_IDENTITY, by=_identity,
    ),
)  # fmt: skip
