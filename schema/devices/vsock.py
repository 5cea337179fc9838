"""`<vsock>`: sockets between guest and host that need no network.

Source: libvirt's domain XML, "Vsock".
"""

from collections.abc import Iterable

from ..device import Device, device
from ..element import Document, attribute, child
from ..parts import VirtioOptions
from ..scalars import Long, YesNo


@device("vsock")
class Vsock(Device):
    """Sockets of the family `AF_VSOCK` between guest and host, without any network. Since libvirt 4.4.0."""

    model: str | None = attribute(
        "Device that the guest sees: `virtio` (the default), `virtio-transitional` or `virtio-non-transitional`.",
        searchable=True,
    )
    cid: Long | None = attribute(
        "Context identifier, the guest's address on the host's vsock; the host itself is 2.",
        xml="address",
        within="cid",
        searchable=True,
    )
    auto_cid: YesNo | None = attribute(
        "Whether libvirt picks a free context identifier at each start.", xml="auto", within="cid"
    )
    driver: VirtioOptions | None = child("How virtio reaches the guest's memory.", since="7.1.0")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """`virtio vsock, CID 4`."""
        yield "model" in device and f"{device['model']} vsock"
        yield f"CID {device['cid']}" if "cid" in device else device.get("autoCid") and "automatic CID"
