"""How names are made of what documents say, so that different spellings of one thing give one name."""

import re
from collections.abc import Iterator

from ..element import Document
from ..parts import pci_text
from .words import Access, Name, Named


def path(text: str) -> str:
    """A path of a host without doubled slashes and `/./`; what is not absolute stays as it is."""
    if not text.startswith("/"):
        return text
    return "/" + "/".join(part for part in text.split("/") if part not in ("", "."))


def pci(address: Document) -> str:
    """A PCI function, whatever base its numbers were written in: `0000:06:00.0`."""
    return pci_text(address)


def usb(address: Document, device: Document) -> Named:
    """A USB device by its place, `bus.device` or `bus-port`; by `vendor:product` where no place is given."""
    bus = address.get("bus", 0)
    if "device" in address:
        return f"{bus}.{address['device']}"
    if "port" in address:
        return f"{bus}-{address['port']}"
    vendor, product = device.get("vendor"), device.get("product")
    return f"{int(vendor):04x}:{int(product):04x}" if vendor is not None and product is not None else None


def mac(text: str) -> str:
    """A MAC address with two small digits for each of its bytes."""
    return ":".join(byte.zfill(2) for byte in text.lower().split(":"))


def lower(text: str) -> str:
    """UUIDs are the same in capitals, and so are world wide names."""
    return text.lower()


def by_uuid(uuid: str) -> str:
    """A UUID where things are mostly called by their names: `uuid:…`."""
    return f"uuid:{uuid.lower()}" if uuid else ""


_OWN = ("", "*", "0.0.0.0", "::", "127.0.0.1", "::1", "localhost")  # noqa: S104 (recognised, not bound)


def is_own(address: str | None) -> bool:
    """Whether an address is the host's own, whichever host that is."""
    return (address or "").strip("[]").lower() in _OWN


def endpoint(address: str | None, port: object, protocol: str = "tcp") -> Named:
    """An address and a port, `/udp` behind those of UDP; None without a port. The host's own addresses are one."""
    if port in (None, "", 0, "0", -1, "-1"):
        return None
    number = str(port) if protocol == "tcp" else f"{port}/{protocol}"
    if address is None or is_own(address):
        return Name(f":{number}")
    host = address.strip("[]").lower()
    return Name(f"[{host}]:{number}" if ":" in host else f"{host}:{number}", "FLEET")


def disk_access(disk: Document) -> Access:
    """What a disk does with its source.

    CD-ROMs and read-only disks read, and so do transient ones, whose writes go elsewhere. Others write.
    """
    if disk.get("readonly") or disk.get("device") == "cdrom" or "transient" in disk:
        return "READ"
    return "SHARE" if disk.get("shareable") else "WRITE"


def secret(named: Document, kind: str | None = None) -> Named:
    """A secret by its UUID, or else by the kind of its usage and the usage: `ceph:…`."""
    if uuid := named.get("uuid"):
        return lower(uuid)
    usage = named.get("usage")
    return f"{kind}:{usage}" if kind and usage else None


_CREDENTIALS = {"chap": "iscsi", "ceph": "ceph"}


def credentials(auth: Document) -> Named:
    """The secret of `<auth>`, which pools give a type and disks do not."""
    named = auth.get("secret", {})
    return secret(named, named.get("type") or _CREDENTIALS.get(auth.get("type", "")))


def passphrase(named: Document) -> Named:
    """The secret of an encrypted volume."""
    return secret(named, "volume")


_SET = re.compile(r"(?P<without>\^?)(?P<first>\d{1,5})(?:-(?P<last>\d{1,5}))?")
_MOST = 1024
"""NUMA nodes that Linux can have."""


def numbers(text: str) -> Iterator[str]:
    """The members of libvirt's sets of numbers: `0-3,^2` is 0, 1 and 3."""
    members: set[int] = set()
    for part in text.split(",")[:_MOST]:
        if (match := _SET.fullmatch(part.strip())) is not None:
            first = int(match["first"])
            some = range(first, min(int(match["last"] or first) + 1, _MOST))
            members = members.difference(some) if match["without"] else members.union(some)
    yield from (str(member) for member in sorted(members))
