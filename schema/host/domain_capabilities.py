"""`<domainCapabilities>`: what a VM can have with one emulator, machine type and accelerator of a host.

Source: libvirt's domain capabilities XML format.
"""

from ..element import Document, attribute, child, children, element, text_child
from ..resource import Resource, resource
from ..scalars import YesNo
from .cpu_support import CpuSupport
from .device_support import DeviceSupport
from .feature_support import FeatureSupport
from .support import Support


@element
class LoaderSupport(Support):
    """Firmware that a VM can name itself: settings `type`, `readonly` and `secure`."""

    paths: list[str] | None = children("Host paths of the firmware images that libvirt knows of.", xml="value")


@element
class OsSupport(Support):
    """How a VM can start; the setting `firmware` lists what libvirt can pick by itself (`bios`, `efi`)."""

    loader: LoaderSupport | None = child("Firmware images, and how a VM can use them.")


@resource("domainCapabilities", "DOMAIN_CAPABILITIES")
class DomainCapabilities(Resource):
    """What a VM can have with one emulator, machine type and accelerator of a host. Since libvirt 1.2.7."""

    emulator: str | None = text_child("Host path of the emulator that this is about.", xml="path", searchable=True)
    virt_type: str | None = text_child(
        "Hypervisor or accelerator, the word for `type` of a VM: `kvm`, `qemu`, `xen` or `bhyve`, for example.",
        xml="domain",
        searchable=True,
    )
    machine: str | None = text_child(
        "Machine type of the VM, such as `pc-q35-9.2`; missing where the hypervisor knows none.", searchable=True
    )
    arch: str | None = text_child("Architecture that the VM sees, such as `x86_64`.", searchable=True)
    max_vcpus: int | None = attribute("Virtual CPUs that a VM can have at most.", xml="max", within="vcpu")
    iothreads_supported: YesNo | None = attribute(
        "Whether a VM can have I/O threads for its disks.", xml="supported", within="iothreads"
    )
    os: OsSupport | None = child("How a VM can start, by which firmware.")
    cpu: CpuSupport | None = child("Ways to configure the VM's processor.")
    memory_backing: Support | None = child("What a VM's memory can be made of: `sourceType`, such as `memfd`.")
    device_support: DeviceSupport | None = child("Devices that a VM can have.", xml="devices")
    feature_support: FeatureSupport | None = child("What a VM can have beyond devices.", xml="features")

    @classmethod
    def name_of(cls, document: Document) -> str | None:
        """Architecture, machine type and accelerator: `x86_64 pc-q35-7.2 kvm`."""
        return " ".join(document[key] for key in ("arch", "machine", "virtType") if key in document) or None
