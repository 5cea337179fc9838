"""What VMs name beside their devices, and what they answer to.

The host that a VM runs on is no edge: it is the VM's `host`.
"""

from collections.abc import Iterator
from itertools import count, islice

from lxml import etree

from ..element import Document, value_at
from .keys import lower, path
from .saved import domain_of, name_kept, parent_kept
from .sources import source
from .spaces import (
    CHECKPOINT,
    DEVICE_ALIAS,
    DOMAIN,
    EMULATOR,
    GUEST_OS,
    IO_THREAD,
    MACHINE_TYPE,
    PATH,
    SNAPSHOT,
    SYSINFO,
    THROTTLE_GROUP,
)
from .words import Access, Also, Answer, Edge, Named


def _machine(arch: str | None, machine: str | None) -> Named:
    return (f"{arch}:{machine}" if arch else machine) if machine else None


def _machine_of(document: Document) -> Named:
    return _machine(document.get("arch"), document.get("machine"))


def _machines(guest: Document) -> Iterator[Named]:
    """The machine types of one of the host's kinds of guests, by all of their names."""
    for holder in (guest, *guest.get("domains", ())):
        for machine in holder.get("machines", ()):
            yield _machine(guest.get("arch"), machine.get("name"))
            yield _machine(guest.get("arch"), machine.get("canonical"))


def _loader_access(definition: Document) -> Access:
    """Flash memory that is not read-only keeps the variables of the VM in the image itself."""
    loader = value_at(definition, "domain.os.loader") or {}
    return "EXCLUSIVE" if loader.get("type") == "pflash" and not loader.get("readonly") else "READ"


_LIBOSINFO = "{http://libosinfo.org/xmlns/libvirt/domain/1.0}"


def _guest_os(metadata: str) -> Iterator[str]:
    if _LIBOSINFO.strip("{}") not in metadata:
        return
    try:
        root = etree.fromstring(metadata, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return
    yield from (found.get("id", "") for found in root.iter(f"{_LIBOSINFO}os"))


_MOST_THREADS = 4096


def _io_threads(domain: Document) -> Iterator[str]:
    """The numbers of the I/O threads: those that are listed, and the first free ones for the rest of the count."""
    listed = dict.fromkeys(thread["id"] for thread in domain.get("iothreadIds", ()) if "id" in thread)
    try:
        rest = min(int(domain.get("iothreads", 0)), _MOST_THREADS) - len(listed)
    except ValueError:
        rest = 0
    free = (number for number in count(1) if number not in listed)
    yield from map(str, [*listed, *islice(free, max(rest, 0))])


EDGES = (
    Edge(
        "dom-emulator", "The program that runs a VM, or that a host can run VMs with.", of="domain",
        at="devices.emulator", to=EMULATOR, by=path,
        also=(
            Also("CAPABILITIES", "guests.emulator guests.domains.emulator", EMULATOR, path),
            Also("DOMAIN_CAPABILITIES", "emulator", EMULATOR, path),
        ),
    ),
    Edge(
        "dom-machine", "The kind of machine that a VM is, or that a host can emulate.", of="domain",
        at="domain.os.type", to=MACHINE_TYPE, by=_machine_of,
        also=(
            Also("CAPABILITIES", "guests", MACHINE_TYPE, _machines),
            Also("DOMAIN_CAPABILITIES", "", MACHINE_TYPE, _machine_of),
        ),
    ),
    Edge(
        "dom-firmware", "A file that a guest starts from: firmware, its variables and their template, a kernel.",
        of="domain", at="domain.os.loader.path", to=PATH, by=path, access=_loader_access,
        also=(
            Also("domain", "domain.os.nvram.path domain.os.varstore.path", PATH, path, "EXCLUSIVE"),
            Also("domain", "domain.os.nvram.source", PATH, source, "EXCLUSIVE"),
            Also("domain", "domain.os.nvram.template domain.os.varstore.template domain.os.kernel domain.os.initrd "
                 "domain.os.shim domain.os.dtb domain.os.acpiTables.path", PATH, path, "READ"),
        ),
    ),
    Edge(
        "dom-smbios", "The values that a guest's SMBIOS tables are made of.", of="domain", at="domain.os.smbios",
        to=SYSINFO, by=lambda mode: "smbios" if mode == "sysinfo" else None,
    ),
    Edge(
        "dom-fwcfg", "A file that a guest reads through its firmware's configuration.", of="domain",
        at="domain.sysinfos[fwcfg].entries.file", to=PATH, by=path,
    ),
    Edge(
        "dom-libosinfo", "The operating system that a VM was made for.", of="domain", at="domain.metadata",
        to=GUEST_OS, by=_guest_os,
    ),
    Edge(
        "dom-snapshot", "The VM that a snapshot or checkpoint is of, the one before it, and the files of a snapshot.",
        of="DOMAIN_SNAPSHOT DOMAIN_CHECKPOINT", at="", to=DOMAIN, by=domain_of,
        also=(
            Also("DOMAIN_SNAPSHOT", "", SNAPSHOT, parent_kept),
            Also("DOMAIN_CHECKPOINT", "", CHECKPOINT, parent_kept),
            Also("DOMAIN_SNAPSHOT", "memoryFile", PATH, path),
            Also("DOMAIN_SNAPSHOT", "snapshotDisks.source revertDisks.source", PATH, source),
        ),
    ),
    Edge(
        "qemu-override", "A device whose properties QEMU is given in place of libvirt's choice.", of="domain",
        at="domain.qemuOverrides.alias", to=DEVICE_ALIAS, access="WRITE",
    ),
    Edge(
        "blkiotune", "A block device of the host that a VM has a share of.", of="domain",
        at="domain.blkiotune.devices.path", to=PATH, by=lambda at: None if at == "*" else path(at),
    ),
)  # fmt: skip

ANSWERS = (
    Answer("domain", "uuid", DOMAIN, lower),
    Answer("domain", "name", DOMAIN, lambda name: f"name:{name}" if name else None),
    Answer("domain", "domain", IO_THREAD, _io_threads),
    Answer("domain", "domain.throttleGroups.groupName", THROTTLE_GROUP),
    Answer("domain", "domain.sysinfos[smbios].kind", SYSINFO),
    Answer("*", "alias", DEVICE_ALIAS),
    Answer("DOMAIN_SNAPSHOT", "", SNAPSHOT, name_kept),
    Answer("DOMAIN_CHECKPOINT", "", CHECKPOINT, name_kept),
)
