"""`<devices>` of the domain capabilities: which devices a VM can have.

Source: libvirt's domain capabilities XML format, "Devices".
"""

from ..element import Element, child, element
from .support import Support


@element
class DeviceSupport(Element):
    """Which devices a VM can have, and what their settings may say; libvirt reports some kinds of devices only."""

    disk: Support | None = child("Disks: `diskDevice` (disk, cdrom …), `bus` of the target, and `model`.")
    graphics: Support | None = child("Remote displays: their `type`, such as `vnc` or `spice`.")
    video: Support | None = child("Graphics cards: `modelType`, the type of their model.")
    hostdev: Support | None = child(
        "Devices passed through from the host: `mode`, `startupPolicy`, `subsysType` and `capsType` (the type in each "
        "mode), `pciBackend` (driver of PCI devices)."
    )
    rng: Support | None = child("Random number generators: `model` and `backendModel`, the source of randomness.")
    filesystem: Support | None = child("Directories shared with the guest: `driverType`, such as `virtiofs`.")
    tpm: Support | None = child(
        "Trusted Platform Modules: `model`, `backendModel` (type of the backend) and `backendVersion`.", since="8.0.0"
    )
    redirdev: Support | None = child("USB devices redirected from a client: the `bus`.")
    channel: Support | None = child("Channels between guest and host: `type` of the host's end, such as `unix`.")
    crypto: Support | None = child("Virtual crypto devices: `model`, `type` and `backendModel`.")
    interface: Support | None = child("Network interfaces: `backendType`, such as `passt`.")
    panic: Support | None = child("Devices by which a guest reports its crash: `model`.")
