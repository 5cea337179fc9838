"""`<capability type='scsi_host'>` and the like: SCSI adapters, targets and devices, Fibre Channel among them.

Source: libvirt's node device XML format, "scsi_host" and "scsi".
"""

import strawberry

from ...element import Document, derived, shape, text_child, variants
from ...scalars import Long
from .capability import NodeDeviceCapability, NodeDeviceSubcapability


@shape("scsi_host")
class ScsiHostCapability(NodeDeviceCapability):
    """A SCSI host: an adapter, real or virtual, that SCSI devices hang off."""

    host_number: Long | None = text_child(
        "Number of the adapter on the host, the 2 of `scsi_host2`; it may change with a reboot.",
        xml="host",
        searchable=True,
    )
    unique_id: int | None = text_child(
        "Number that tells the adapter from others of the same PCI function and outlives a reboot.",
        xml="unique_id",
        since="1.2.7",
    )
    capabilities: list[NodeDeviceSubcapability] | None = variants(
        "What it is beyond an adapter: a port of Fibre Channel, one that can make virtual adapters.", xml="capability"
    )


@shape("fc_host")
class FcHostCapability(NodeDeviceSubcapability):
    """It is a port of Fibre Channel."""

    wwnn: str | None = text_child(
        "World wide node name of the adapter, 16 hexadecimal digits.", searchable=True, term=True
    )
    wwpn: str | None = text_child(
        "World wide port name of the adapter, 16 hexadecimal digits.", searchable=True, term=True
    )
    fabric_wwn: str | None = text_child(
        "World wide name of the fabric that the port is connected to.", xml="fabric_wwn", searchable=True
    )


@shape("vport_ops")
class VportOperationsCapability(NodeDeviceSubcapability):
    """It can make virtual adapters (vports) with world wide names of their own, by N_Port ID virtualization."""

    max_vports: int | None = text_child("The most virtual adapters that it can have.", xml="max_vports")
    vports: int | None = text_child("How many virtual adapters it has now.")


@shape("scsi_target")
class ScsiTargetCapability(NodeDeviceCapability):
    """A SCSI target: what answers under one number of an adapter, with logical units inside."""

    target_name: str | None = text_child(
        "Name that the host has for the target, such as `target0:0:0`.", xml="target", searchable=True
    )
    capabilities: list[NodeDeviceSubcapability] | None = variants(
        "The port of Fibre Channel that the target is behind, if it is behind one.", xml="capability"
    )


@shape("fc_remote_port")
class FcRemotePortCapability(NodeDeviceSubcapability):
    """It is reached over Fibre Channel, through this port of the storage."""

    rport: str | None = text_child("Name that the host has for the port, such as `rport-0:0-0`.", searchable=True)
    wwpn: str | None = text_child(
        "World wide port name of the storage's port, in hexadecimal.", searchable=True, term=True
    )


@shape("scsi")
class ScsiCapability(NodeDeviceCapability):
    """A SCSI device: a logical unit of a target. SATA disks count as such too."""

    @derived("The address as `lsscsi` prints it, `0:0:1:0`: host, bus, target and LUN; null where it has no parts.")
    def text(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        parts = ("hostNumber", "bus", "target", "lun")
        known = any(part in document for part in parts)
        return ":".join(str(document.get(part, 0)) for part in parts) if known else None

    host_number: Long | None = text_child(
        "Number of the adapter that the device hangs off, the 2 of `scsi_host2`.", xml="host", searchable=True
    )
    bus: Long | None = text_child("Channel of that adapter, mostly 0.", searchable=True)
    target: Long | None = text_child("Number of the target on that channel.", searchable=True)
    lun: Long | None = text_child("Number of the logical unit in that target.", searchable=True)
    device_type: str | None = text_child(
        "What answers there, such as `disk`, `cdrom`, `tape`, `changer` or `enclosure`.", xml="type", searchable=True
    )


@shape("scsi_generic")
class ScsiGenericCapability(NodeDeviceCapability):
    """The raw side of a SCSI device, which takes any SCSI command."""

    char: str | None = text_child("Path of the character device, such as `/dev/sg0`.", searchable=True, term=True)
