"""What devices other than disks take from the host: files, sockets, character devices, memory."""

from collections.abc import Iterator

from ..element import Document, value_at
from .keys import lower, numbers, path
from .sources import in_pool
from .spaces import (
    CERTIFICATE,
    CHARACTER,
    LOCK_LEASE,
    NUMA_NODE,
    PATH,
    SECRET,
    SHARED_MEMORY,
    SOCKET,
    TEMPLATE,
    VOLUME,
    VSOCK_CID,
)
from .words import Access, Also, Edge, Name, Named


def _lease(lease: Document) -> Named:
    """The key in its lockspace, which hosts share; else the place of the lease, on the host."""
    if lease.get("key"):
        return f"{lease.get('lockspace', '')}/{lease['key']}"
    place = value_at(lease, "target.path")
    return Name(f"{path(place)}@{value_at(lease, 'target.offset') or 0}", "HOST") if place else None


def _share_access(filesystem: Document) -> Access:
    """A directory is shared; an image or a block device holds a file system that one VM can mount."""
    if filesystem.get("readonly"):
        return "READ"
    return "WRITE" if filesystem.get("type") in ("file", "block", "volume") else "SHARE"


def _tpm_access(tpm: Document) -> Access:
    """A resource manager lets several in, the chip itself one."""
    device = value_at(tpm, "backend.devicePath") or ""
    return "CONNECT" if device.rpartition("/")[2].startswith("tpmrm") else "EXCLUSIVE"


def _tpm_source(source: Document) -> Named:
    at = path(source.get("path", ""))
    return Name(at, space=SOCKET if source.get("type") == "unix" else PATH)


_NSS = "/etc/pki/nssdb"


def _database(card: Document) -> Named:
    return path(card.get("database") or _NSS) if card.get("mode") == "host-certificates" else None


def _certificates(card: Document) -> Iterator[Named]:
    if database := _database(card):
        yield from (f"{database}:{name}" for name in card.get("certificates", ()) if name)


def _module_access(memory: Document) -> Access:
    """Of a private mapping nothing reaches the file."""
    if value_at(memory, "target.readonly") or memory.get("access") == "private":
        return "READ"
    return "SHARE" if memory.get("access") == "shared" else "WRITE"


def _shared_memory(shmem: Document) -> Named:
    """By its name, or by the server that hands it out; libvirt makes the server's path up where it is missing."""
    name = shmem.get("name")
    if "server" in shmem:
        server = shmem["server"].get("path") or (name and f"/var/lib/libvirt/shmem-{name}-sock")
        return Name(path(server), space=SOCKET) if server else None
    return name


EDGES = (
    Edge(
        "lease", "The lease of a lock manager that a VM must get.", of="lease", at="", to=LOCK_LEASE, by=_lease,
        access="EXCLUSIVE", source=True,
    ),
    Edge(
        "fs-source", "What a shared file system shows of the host.", of="filesystem",
        at="source[mount].dir source[file].file source[block].dev", to=PATH, by=path, access=_share_access,
        source=True,
        also=(
            Also("filesystem", "source[mount].socket", SOCKET, path, "EXCLUSIVE"),
            Also("filesystem", "source[volume]", VOLUME, in_pool),
            Also("filesystem", "source[template].name", TEMPLATE, access="READ"),
        ),
    ),
    Edge(
        "rom", "The file with the option ROM of a device.", of="interface hostdev", at="rom.file", to=PATH, by=path,
    ),
    Edge(
        "input-host", "The input device of the host that a guest gets.", of="input", at="source.evdev source.dev",
        to=CHARACTER, by=path, access="EXCLUSIVE", source=True,
    ),
    Edge(
        "drm", "The graphics card of the host that draws for a guest.", of="graphics", at="gl.rendernode",
        to=CHARACTER, by=path, access="CONNECT",
        also=(Also("video", "acceleration.rendernode", CHARACTER, path),),
    ),
    Edge(
        "tpm", "The TPM of the host that a guest gets.", of="tpm", at="backend[passthrough].devicePath", to=CHARACTER,
        by=path, access=_tpm_access, source=True,
    ),
    Edge(
        "tpm-secret", "The secret that encrypts the state of an emulated TPM.", of="tpm",
        at="backend.encryptionSecret", to=SECRET, by=lower,
    ),
    Edge(
        "tpm-ext", "The socket of a TPM that others emulate, or the state of one of the VM's own.", of="tpm",
        at="backend.source", to=PATH, by=_tpm_source, access="EXCLUSIVE", source=True,
    ),
    Edge(
        "rng-src", "The device of the host that random numbers come from.", of="rng", at="backend[random].path",
        to=CHARACTER, by=path, source=True,
    ),
    Edge(
        "smartcard", "The database of the host, and the certificates in it, that a smart card shows.", of="smartcard",
        at="", to=PATH, by=_database, source=True, also=(Also("smartcard", "", CERTIFICATE, _certificates),),
    ),
    Edge(
        "pstore", "The file that keeps what a guest logs before it crashes.", of="pstore", at="path", to=PATH,
        by=path, access="EXCLUSIVE", source=True,
    ),
    Edge(
        "nvdimm", "The file or device that holds the contents of a memory module.", of="memory", at="source.path",
        to=PATH, by=path, access=_module_access, source=True,
    ),
    Edge(
        "mem-hostnode", "A NUMA node of the host that memory comes from, or that the host has.", of="memory",
        at="source.nodemask", to=NUMA_NODE, by=numbers, access="CONNECT",
        also=(
            Also("domain", "domain.numatune.memory.nodeset domain.numatune.memoryNodes.nodeset", NUMA_NODE, numbers),
            Also("CAPABILITIES", "topology.cells.id", NUMA_NODE),
        ),
    ),
    Edge(
        "shmem", "Memory that VMs of the host share, or the socket of the server that hands it out.", of="shmem",
        at="", to=SHARED_MEMORY, by=_shared_memory, access="SHARE", source=True,
    ),
    Edge(
        "vsock", "The context identifier by which the host reaches a VM.", of="vsock", at="cid", to=VSOCK_CID,
        access="EXCLUSIVE", source=True,
    ),
)  # fmt: skip
