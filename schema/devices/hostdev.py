"""`<hostdev>`: devices of the host handed to the guest.

Source: libvirt's domain XML, "Host device assignment".
"""

from ..device import Device, device
from ..disk_source import NetworkHost, StartupPolicy
from ..element import (
    Element,
    Variant,
    attribute,
    child,
    children,
    element,
    family,
    flag,
    shape,
    text_child,
    variant,
)
from ..parts import Auth, HostPciAddress, IpAddress, IpRoute, Rom, Teaming
from ..scalars import AnyBase, Hex1, Hex4, OnOff, YesNo
from .disk import Sgio


@family(default="other")
class HostdevSource(Variant):
    """The host's device."""


@shape("pci")
class PciHostdevSource(HostdevSource):
    """A PCI function of the host."""

    address: HostPciAddress | None = child("Where the function is on the host.")
    write_filtering: YesNo | None = attribute("Whether Xen guards the device's configuration space.")


@shape("usb")
class UsbHostdevSource(HostdevSource):
    """A USB device of the host, named by what it is or by where it is plugged."""

    vendor: Hex4 | None = attribute("Vendor of the device.", xml="id", within="vendor", searchable=True)
    product: Hex4 | None = attribute("Product of the vendor.", xml="id", within="product", searchable=True)
    usb_address: "HostUsbAddress | None" = child("Where the device is plugged in.", xml="address")
    startup_policy: StartupPolicy | None = attribute("What happens when the device is missing at start.")
    guest_reset: str | None = attribute("When the guest may reset it: `off`, `uninitialized` or `on`.")


@element
class HostUsbAddress(Element):
    """Where a USB device is plugged into the host."""

    bus: AnyBase | None = attribute("USB bus of the host.", searchable=True)
    device: AnyBase | None = attribute("Number of the device on its bus, new each time it is plugged.", searchable=True)
    port: str | None = attribute("Port, with one number per hub on the way: `1.2`.", searchable=True)


@element
class HostScsiAddress(Element):
    """Where a SCSI device is on its host adapter."""

    bus: Hex1 | None = attribute("Channel of the adapter.")
    target: int | None = attribute("Target on the channel.")
    unit: str | None = attribute("Logical unit of the target.")


@element
class ParentAddress(Element):
    """The PCI function that a SCSI adapter is part of."""

    unique_id: int | None = attribute("Number of the adapter in that function.", xml="unique_id")
    address: HostPciAddress | None = child("Where the function is on the host.")


@element
class ScsiAdapter(Element):
    """The host adapter that a SCSI device hangs off."""

    type: str | None = attribute("Kind of adapter: `scsi_host` or `fc_host`.")
    name: str | None = attribute("Name of the adapter, such as `scsi_host2`.", searchable=True)
    parent: str | None = attribute("Adapter that a virtual one is made on.")
    managed: YesNo | None = attribute("Whether libvirt removes a virtual adapter at the end.")
    parent_wwnn: str | None = attribute("World wide node name of the parent.", xml="parent_wwnn")
    parent_wwpn: str | None = attribute("World wide port name of the parent.", xml="parent_wwpn")
    parent_fabric_wwn: str | None = attribute("Fabric that the parent is in.", xml="parent_fabric_wwn")
    wwnn: str | None = attribute("World wide node name of the adapter.")
    wwpn: str | None = attribute("World wide port name of the adapter.", searchable=True)
    parent_address: ParentAddress | None = child("PCI function of the parent.", xml="parentaddr")


@shape("scsi")
class ScsiHostdevSource(HostdevSource):
    """A SCSI device of the host, or an iSCSI LUN."""

    protocol: str | None = attribute("How it is reached: `adapter` (assumed) or `iscsi`.")
    name: str | None = attribute("iSCSI target and LUN.", searchable=True)
    adapter: ScsiAdapter | None = child("Host adapter that it hangs off.")
    scsi_address: HostScsiAddress | None = child("Where it is on the adapter.", xml="address")
    hosts: list[NetworkHost] | None = children("iSCSI portals of the target.", xml="host")
    auth: Auth | None = child("Credentials for the target.")
    initiator: str | None = attribute("iSCSI name that the host takes.", xml="name", within="initiator/iqn")


@shape("scsi_host")
class VhostScsiHostdevSource(HostdevSource):
    """A target of the kernel, served by vhost-scsi."""

    protocol: str | None = attribute("How it is reached, always `vhost`.")
    wwpn: str | None = attribute("World wide port name of the target, `naa.…`.", searchable=True)


@shape("mdev")
class MdevHostdevSource(HostdevSource):
    """A mediated device: a share of a GPU, of a crypto card or of a disk."""

    uuid: str | None = attribute("UUID of the mediated device.", within="address", searchable=True)


@shape("storage", "misc", "net")
class CapabilityHostdevSource(HostdevSource):
    """A device that a container gets."""

    block: str | None = text_child("Host path of a block device.", searchable=True)
    char: str | None = text_child("Host path of a character device.", searchable=True)
    interface: str | None = text_child("Name of a network interface of the host.", searchable=True)


@shape("other")
class OtherHostdevSource(HostdevSource):
    """A device of a type that this release does not know."""


@element
class HostdevDriver(Element):
    """How the hypervisor drives a host device."""

    name: str | None = attribute("Backend: `vfio`, `kvm` or `xen`.")
    model: str | None = attribute("Kernel driver that the device is bound to.")
    iommufd: YesNo | None = attribute("Whether the device is opened through iommufd.")


@device("hostdev", identity=("type", "source.address", "source.usbAddress", "source.scsiAddress", "source.uuid"))
class Hostdev(Device):
    """A device of the host that the guest drives itself."""

    mode: str | None = attribute("How it is handed over: `subsystem`, or `capabilities` for containers.")
    type: str | None = attribute(
        "Kind of device; decides the shape of `source`: `pci`, `usb`, `scsi`, `scsi_host`, `mdev`, `storage`, `misc` "
        "or `net`.",
        searchable=True,
    )
    managed: YesNo | None = attribute("Whether libvirt takes the device from its driver by itself.")
    model: str | None = attribute(
        "For mediated devices `vfio-pci`, `vfio-ccw` or `vfio-ap`; for SCSI hosts the form of virtio.", searchable=True
    )
    ramfb: OnOff | None = attribute("Whether a framebuffer shows the screen before the driver loads.")
    display: OnOff | None = attribute("Whether the device's screen is shown by the VM's graphics.")
    sgio: Sgio | None = attribute("Which SCSI commands are let through.")
    rawio: YesNo | None = attribute("Whether the VM needs the host's raw I/O capability.")
    source: HostdevSource | None = variant("The host's device.", by="type")
    driver: HostdevDriver | None = child("How the hypervisor drives it.")
    teaming: Teaming | None = child("Its half of a failover pair.")
    ips: list[IpAddress] | None = children("Addresses that a container gets on it.", xml="ip")
    routes: list[IpRoute] | None = children("Routes that a container gets on it.", xml="route")
    rom: Rom | None = child("Option ROM that the firmware finds.")
    readonly: bool | None = flag("Whether the guest cannot write to it.")
    shareable: bool | None = flag("Whether several running VMs may use it at once.")
