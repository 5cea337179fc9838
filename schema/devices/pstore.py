"""`<pstore>`: storage that keeps a guest's last words.

Source: libvirt's domain XML, "Pstore".
"""

from collections.abc import Iterable
from enum import Enum

from ..device import Device, device
from ..element import Document, attribute, child, text_child
from ..scalars import word, words
from ..sizes import ScaledSize


@words
class PstoreBackend(Enum):
    """How the guest reaches its storage for crash logs."""

    ACPI_ERST = word("acpi-erst", "ACPI's error record serialization table (ERST)")


@device("pstore")
class Pstore(Device):
    """Storage where the guest's kernel leaves its log before it crashes. Since libvirt 10.6.0."""

    backend_name: PstoreBackend | None = attribute("How the guest reaches the storage.", xml="backend", searchable=True)
    path: str | None = text_child("Host path of the file that holds the data.", searchable=True, term=True)
    size: ScaledSize | None = child("How much the guest can store.")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """`acpi-erst pstore, /var/lib/crash.pstore, 8 KiB`."""
        size = device.get("size", {})
        yield "backendName" in device and f"{device['backendName']} pstore"
        yield device.get("path")
        yield "value" in size and f"{size['value']} {size.get('unit', 'KiB')}"
