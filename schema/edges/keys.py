"""How names are made of what documents say, so that different spellings of one thing give one name."""

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


def lower(text: str) -> str:
    """MAC addresses and UUIDs are the same in capitals."""
    return text.lower()


_OWN = ("", "*", "0.0.0.0", "::", "127.0.0.1", "::1", "localhost")  # noqa: S104 (recognised, not bound)


def endpoint(address: str | None, port: object) -> Named:
    """An address and a port; None without a port. The host's own addresses are one."""
    if port in (None, "", 0, "0", -1):
        return None
    own = (address or "").strip("[]") in _OWN
    return Name(f":{port}") if own else Name(f"{address}:{port}", "FLEET")


def disk_access(disk: Document) -> Access:
    """What a disk does with its source: CD-ROMs and read-only disks read, others write."""
    if disk.get("readonly") or disk.get("device") == "cdrom":
        return "READ"
    return "WRITE"
