"""`<rng>`: the device that gives a guest random numbers.

Source: libvirt's domain XML, "Random number generator device".
"""

from collections.abc import Iterable

from ..chardev import CharacterDeviceBackend, host_end
from ..device import Device, device
from ..element import Document, Element, Variant, attribute, child, element, family, shape, text, value_at, variant
from ..parts import VirtioOptions
from ..scalars import Long


@element
class RngRate(Element):
    """How much randomness the guest may take in a period. Since libvirt 1.0.4."""

    bytes: Long | None = attribute("Bytes that the guest may take in each period.")
    period: int | None = attribute("Length of a period in milliseconds; 1000 where it is missing.")


@family(own="model")
class RngBackend(Variant):
    """Where the host takes the random numbers from."""


@shape("random")
class RandomRngBackend(RngBackend):
    """A character device of the host that numbers are read from."""

    path: str | None = text(
        "Host path of the device, best `/dev/urandom`; QEMU takes `/dev/random` where it is missing.", searchable=True
    )


@shape("egd")
class EgdRngBackend(RngBackend, CharacterDeviceBackend):
    """A daemon that speaks the protocol of EGD, the entropy gathering daemon, over a character device."""


@shape("builtin")
class BuiltinRngBackend(RngBackend):
    """QEMU's own generator, which asks the host's kernel (`getrandom`). Since libvirt 6.1.0."""


@shape("other")
class OtherRngBackend(RngBackend):
    """A backend that this release of virtgraph does not know."""

    model: str | None = attribute("libvirt's word for the backend.")


@device("rng")
class Rng(Device):
    """A generator of random numbers for the guest, fed by the host. Since libvirt 1.0.3."""

    model: str | None = attribute(
        "The device that the guest sees: `virtio`, `virtio-transitional` or `virtio-non-transitional`.",
        searchable=True,
    )
    rate: RngRate | None = child("How much the guest may take; as much as it likes where it is missing.")
    backend: RngBackend | None = variant("Where the host takes the numbers from.")
    driver: VirtioOptions | None = child("How virtio reaches the guest's memory.", since="3.5.0")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """`virtio rng, random /dev/urandom, 1234 bytes per 2000 ms`."""
        backend = device.get("backend", {})
        kind = backend.get("model") or backend.get("kind")
        count = value_at(device, "rate.bytes")
        yield "model" in device and f"{device['model']} rng"
        yield " ".join(part for part in (kind, backend.get("path"), host_end(backend)) if part)
        yield count is not None and f"{count} bytes per {value_at(device, 'rate.period') or 1000} ms"
