"""`<crypto>`: the device that encrypts and decrypts for a guest.

Source: libvirt's domain XML, "Crypto".
"""

from collections.abc import Iterable

from ..device import Device, device
from ..element import Document, Element, attribute, child, element
from ..parts import VirtioOptions


@element
class CryptoBackend(Element):
    """What does the cryptographic work on the host."""

    model: str | None = attribute(
        "Who does the work: QEMU itself (`builtin`) or the host's kernel (`lkcf`).", searchable=True
    )
    queues: int | None = attribute("Number of virtqueues that the guest sends requests on.")


@device("crypto")
class Crypto(Device):
    """A device that encrypts and decrypts for the guest. Since libvirt 9.0.0."""

    model: str | None = attribute("Device that the guest sees, always `virtio`.", searchable=True)
    type: str | None = attribute("Which hypervisor serves it, always `qemu`.")
    backend: CryptoBackend | None = child("What does the work on the host, and on how many queues.")
    driver: VirtioOptions | None = child("How virtio reaches the guest's memory.")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """`virtio crypto, lkcf, 2 queues`."""
        backend = device.get("backend", {})
        yield "model" in device and f"{device['model']} crypto"
        yield backend.get("model")
        yield "queues" in backend and f"{backend['queues']} queue{'' if backend['queues'] == 1 else 's'}"
