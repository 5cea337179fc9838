"""`<rng>`: the device that gives a guest random numbers.

Source: libvirt's domain XML, "Random number generator device".
"""

from ..chardev import CharacterDeviceBackend
from ..device import Device, device
from ..element import Element, Variant, attribute, child, element, family, shape, text, variant
from ..parts import VirtioOptions


@element
class RngRate(Element):
    """Limit on the random numbers that a guest may take."""

    bytes: int | None = attribute("Bytes that may be taken in each period.")
    period: int | None = attribute("Length of the period in milliseconds; one second where it is missing.")


@family(own="model")
class RngBackend(Variant):
    """Where the random numbers come from."""


@shape("random")
class RandomRngBackend(RngBackend):
    """A device of the host."""

    path: str | None = text("Host path of the device, such as `/dev/urandom`.", searchable=True)


@shape("egd")
class EgdRngBackend(RngBackend, CharacterDeviceBackend):
    """A daemon that speaks the EGD protocol."""


@shape("builtin")
class BuiltinRngBackend(RngBackend):
    """The hypervisor's own generator."""


@shape("other")
class OtherRngBackend(RngBackend):
    """A backend that this release does not know."""

    model: str | None = attribute("libvirt's word for the backend.")


@device("rng")
class Rng(Device):
    """A generator of random numbers for the guest."""

    model: str | None = attribute("Form of virtio that the guest sees.", searchable=True)
    rate: RngRate | None = child("Limit on what the guest may take.")
    backend: RngBackend | None = variant("Where the numbers come from.")
    driver: VirtioOptions | None = child("How it reaches the guest's memory.")
