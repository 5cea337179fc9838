"""`<hostdev>`: devices of the host handed to the guest.

Source: libvirt's domain XML, "Host device assignment".
"""

from collections.abc import Iterable
from enum import Enum

import strawberry

from ..device import Device, device
from ..disk_source import NetworkHost, StartupPolicy
from ..element import (
    Document,
    Element,
    Variant,
    attribute,
    child,
    children,
    derived,
    element,
    family,
    flag,
    shape,
    text_child,
    value_at,
    variant,
)
from ..parts import Auth, HostPciAddress, IpAddress, IpRoute, Rom, Teaming, pci_text
from ..scalars import AnyBase, Hex4, Long, OnOff, YesNo, word, words
from ..scsi_adapter import ScsiAdapter
from .disk import Sgio


@family(default="other")
class HostdevSource(Variant):
    """The device as the host knows it."""


@shape("pci")
class PciHostdevSource(HostdevSource):
    """A PCI function of the host: a GPU, a network card or one of its virtual functions. Since libvirt 0.6.0."""

    address: HostPciAddress | None = child("Where the function is on the host.", term=True)
    startup_policy: StartupPolicy | None = attribute("What happens when the device is missing at start.")
    write_filtering: YesNo | None = attribute(
        "Whether Xen lets the guest write only values known to be safe into the device's configuration space, as it "
        "does where this is missing.",
        since="6.8.0",
    )


@words
class GuestReset(Enum):
    """What happens when the guest resets a USB device of the host."""

    OFF = word("off", "The guest's resets are ignored, for devices whose firmware would crash")
    UNINITIALIZED = word("uninitialized", "Only a device that is not initialized yet is reset")
    ON = word("on", "The device is reset each time")


def usb_address_text(address: Document) -> str | None:
    """The place of a USB device as `lsusb -s` takes it, or as the kernel names the port; None where it is open."""
    if "device" in address:
        return f"{address.get('bus', 0):03d}:{address['device']:03d}"
    return f"{address.get('bus', 0)}-{address['port']}" if "port" in address else None


def usb_id_text(source: Document) -> str | None:
    """Vendor and product of a USB device as `lsusb` prints them; None where they are open."""
    if "vendor" not in source and "product" not in source:
        return None
    return f"{source.get('vendor', 0):04x}:{source.get('product', 0):04x}"


@element
class HostUsbAddress(Element):
    """Where a USB device is plugged into the host: a bus, and a device number or a port."""

    @derived("Bus and device number as `lsusb -s` takes them, `001:004`, or else the kernel's port name, `1-1.2`.")
    def text(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        return usb_address_text(document)

    bus: AnyBase | None = attribute("Number of the USB bus on the host.", searchable=True)
    device: AnyBase | None = attribute(
        "Number of the device on its bus; the host gives a new one each time the device is plugged in.",
        searchable=True,
    )
    port: str | None = attribute(
        "Port that the device is plugged into, with one number for each hub on the way: `1.2`. It stays the same when "
        "the device is plugged in again.",
        searchable=True,
    )


@shape("usb")
class UsbHostdevSource(HostdevSource):
    """A USB device of the host, named by what it is or by where it is plugged in. Since libvirt 0.4.4."""

    @derived("Vendor and product as `lsusb` prints them, `046d:c52b`; null for a device named by its place alone.")
    def usb_id(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        return usb_id_text(document)

    vendor: Hex4 | None = attribute(
        "USB number of the company that made the device.", xml="id", within="vendor", searchable=True
    )
    product: Hex4 | None = attribute(
        "Number that the company gave to this model of device.", xml="id", within="product", searchable=True
    )
    usb_address: HostUsbAddress | None = child("Where the device is plugged in.", xml="address")
    startup_policy: StartupPolicy | None = attribute("What happens when the device is missing at start.", since="1.0.0")
    guest_reset: GuestReset | None = attribute("What happens when the guest resets the device.", since="8.6.0")


@element
class HostScsiAddress(Element):
    """Where a SCSI device is on its host adapter."""

    @derived("Channel, target and LUN, the last three numbers of an `lsscsi` address: `0:2:1`.")
    def text(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        return scsi_address_text(document)

    bus: int | None = attribute("Channel of the adapter that the device is on, mostly 0.")
    target: Long | None = attribute("Number of the target on that channel.")
    unit: Long | None = attribute("Number of the logical unit (LUN) in that target.")


def scsi_address_text(address: Document) -> str:
    """Where a SCSI device is on its adapter, as the end of an `lsscsi` address."""
    return ":".join(str(address.get(part, 0)) for part in ("bus", "target", "unit"))


@shape("scsi")
class ScsiHostdevSource(HostdevSource):
    """A SCSI device of the host, or an iSCSI LUN that the hypervisor logs in to. Since libvirt 1.0.6."""

    protocol: str | None = attribute(
        "How the device is reached: `adapter` (assumed), a host adapter, or `iscsi`.", since="1.2.8"
    )
    name: str | None = attribute(
        "Name of the iSCSI target, with the LUN behind a slash: `iqn.2014-08.com.example:pool/1`.",
        searchable=True,
        term=True,
    )
    adapter: ScsiAdapter | None = child("Host adapter that the device hangs off.")
    scsi_address: HostScsiAddress | None = child("Where the device is on the adapter.", xml="address")
    hosts: list[NetworkHost] | None = children("Portals (servers) of the iSCSI target.", xml="host")
    auth: Auth | None = child("Credentials that the iSCSI target asks for.")
    initiator: str | None = attribute(
        "Name (IQN) under which the hypervisor logs in to the iSCSI target.",
        xml="name",
        within="initiator/iqn",
        since="6.7.0",
    )


@shape("scsi_host")
class VhostScsiHostdevSource(HostdevSource):
    """All LUNs of a SCSI target that the host's kernel serves by vhost-scsi. Since libvirt 2.5.0."""

    protocol: str | None = attribute("How the target is reached, always `vhost`.")
    wwpn: str | None = attribute(
        "World wide port name of the target in the host's configfs: `naa.` and 16 hexadecimal digits.",
        searchable=True,
        term=True,
    )


@shape("mdev")
class MdevHostdevSource(HostdevSource):
    """A mediated device: a share of a GPU (vGPU), a channel device or crypto domains of s390. Since libvirt 3.2.0."""

    uuid: str | None = attribute(
        "UUID of the mediated device on the host.", within="address", searchable=True, term=True
    )


@shape("storage", "misc", "net")
class CapabilityHostdevSource(HostdevSource):
    """A device that a container gets; one of the fields is set. In libvirt releases after 1.0.1."""

    block: str | None = text_child("Host path of a block device, for the type `storage`.", searchable=True, term=True)
    char: str | None = text_child("Host path of a character device, for the type `misc`.", searchable=True, term=True)
    interface: str | None = text_child(
        "Name of a network interface of the host, for the type `net`.", searchable=True, term=True
    )


@shape("other")
class OtherHostdevSource(HostdevSource):
    """A device of a type that this release does not know."""


@element
class HostdevDriver(Element):
    """How the hypervisor drives a PCI device of the host."""

    name: str | None = attribute(
        "Way of assigning the device: `vfio`, `kvm` or `xen`. libvirt ignores it; the hypervisor decides."
    )
    model: str | None = attribute(
        "Kernel driver of the host that the device is bound to, such as `vfio-pci-igb`. libvirt takes the best match "
        "that the kernel has, or `vfio-pci`, where it is missing.",
        since="10.0.0",
    )
    iommufd: YesNo | None = attribute(
        "Whether the device is opened through the host kernel's IOMMUFD instead of the older VFIO interface; the "
        "domain's own `iommufd` applies where it is missing.",
        since="12.1.0",
    )


@device(
    "hostdev",
    # Not the USB address: where vendor and product name the device, libvirt fills it in while the VM runs.
    identity=(
        "type",
        "source.address",
        "source.vendor",
        "source.product",
        "source.adapter.name",
        "source.scsiAddress",
        "source.name",
        "source.wwpn",
        "source.uuid",
        "source.block",
        "source.char",
        "source.interface",
    ),
)
class Hostdev(Device):
    """A device of the host that the guest drives itself (passthrough)."""

    mode: str | None = attribute("How it is handed over: `subsystem`, or `capabilities` for containers.")
    type: str | None = attribute(
        "Kind of device; decides the shape of `source`: `pci`, `usb`, `scsi`, `scsi_host`, `mdev`, or for containers "
        "`storage`, `misc` or `net`.",
        searchable=True,
    )
    managed: YesNo | None = attribute(
        "Whether libvirt takes a PCI device from its host driver at start and gives it back at the end; otherwise that "
        "is the administrator's part. Means nothing for other types."
    )
    model: str | None = attribute(
        "For mediated devices the interface that the guest sees: `vfio-pci`, `vfio-ccw` (since libvirt 4.4.0) or "
        "`vfio-ap` (since 4.9.0). For `scsi_host` the form of virtio (since 5.2.0): `virtio`, `virtio-transitional` or "
        "`virtio-non-transitional`.",
        searchable=True,
    )
    ramfb: OnOff | None = attribute(
        "Whether a framebuffer in memory shows the screen until the guest's GPU driver has loaded; needs `display`. "
        "Off where it is missing.",
        since="5.10.0",
    )
    display: OnOff | None = attribute(
        "Whether the screen of a vGPU is shown by the VM's graphics. Off where it is missing.", since="4.6.0"
    )
    sgio: Sgio | None = attribute(
        "Which SCSI commands are let through, by default the filtered ones. No hypervisor heeds it any more.",
        since="1.0.6",
    )
    rawio: YesNo | None = attribute("Whether a SCSI device needs the host's raw I/O capability.", since="1.2.9")
    source: HostdevSource | None = variant("The device as the host knows it.", by="type")
    driver: HostdevDriver | None = child("How the hypervisor drives it.")
    teaming: Teaming | None = child("Its half of a failover pair, where it is a network card.", since="7.1.0")
    ips: list[IpAddress] | None = children("Addresses that a container gets on it.", xml="ip")
    routes: list[IpRoute] | None = children("Routes that a container gets on it.", xml="route")
    rom: Rom | None = child("Option ROM that the firmware finds on a PCI device.")
    readonly: bool | None = flag("Whether the guest cannot write to it; for SCSI devices.", since="1.0.6")
    shareable: bool | None = flag("Whether several running VMs may use it at once; for SCSI devices.", since="1.0.6")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:  # noqa: D102
        yield from source_parts(device.get("source", {}))
        yield f"{device['type']} passthrough" if "type" in device else None
        yield device.get("model")
        yield value_at(device, "driver.model")
        yield "read-only" if device.get("readonly") else None


def source_parts(source: Document) -> Iterable[object]:
    """What the host calls a device, in the notation of its own tools."""
    match source.get("kind"):
        case "pci" if "address" in source:
            yield pci_text(source["address"])
        case "usb":
            yield usb_id_text(source)
            yield usb_address_text(source.get("usbAddress", {}))
        case "scsi":
            adapter, address = source.get("adapter", {}), source.get("scsiAddress")
            parts = (adapter.get("name") or adapter.get("wwpn"), address and scsi_address_text(address))
            yield source.get("name")
            yield " ".join(part for part in parts if part)
        case _:
            yield from (source.get(key) for key in ("wwpn", "uuid", "block", "char", "interface"))
