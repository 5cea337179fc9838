"""Devices of the host that VMs are given, by the names that the host has for them."""

import re
from collections.abc import Iterator

from ..element import Document, value_at
from .keys import lower, path, pci, usb
from .sources import network_volume
from .spaces import CHARACTER, FC_TARGET, INTERFACE, MDEV, NETWORK_VOLUME, PATH, PCI, SCSI, USB
from .words import Access, Also, Answer, Edge, Named


def _function(address: Document) -> Named:
    return pci(address) if {"domain", "bus", "slot", "function"} & address.keys() else None


def _usb(source: Document) -> Named:
    return usb(source.get("usbAddress", {}), source)


_ADAPTER = re.compile(r"scsi_host(\d+)", re.ASCII)


def _scsi(source: Document) -> Named:
    """A SCSI device by the number of its adapter and its place on it."""
    adapter = _ADAPTER.fullmatch(value_at(source, "adapter.name") or "")
    address = source.get("scsiAddress")
    if adapter is None or address is None:
        return None
    return ":".join((str(int(adapter[1])), *(str(address.get(part, 0)) for part in ("bus", "target", "unit"))))


def _lun(source: Document) -> Named:
    """A LUN of an iSCSI target, with the same name that a disk would have."""
    name = source.get("name")
    return network_volume("iscsi", source.get("hosts", []), name) if name else None


def _scsi_access(hostdev: Document) -> Access:
    """libvirt gives a SCSI device to a second VM only where both say that they share it."""
    if not hostdev.get("shareable"):
        return "EXCLUSIVE"
    return "READ" if hostdev.get("readonly") else "SHARE"


def _lun_access(hostdev: Document) -> Access:
    if hostdev.get("readonly"):
        return "READ"
    return "SHARE" if hostdev.get("shareable") else "WRITE"


_PORT = re.compile(r"\d+-\d+(?:\.\d+)*", re.ASCII)


def _usb_port(device: Document) -> Iterator[Named]:
    """The port of a USB device, which the host tells only in its sysfs path: `…/usb1/1-1/1-1.2`."""
    if any(capability.get("kind") == "usb_device" for capability in device.get("capabilities", ())):
        name = (device.get("path") or "").rpartition("/")[2]
        yield name if _PORT.fullmatch(name) else None


EDGES = (
    Edge(
        "hostdev-pci", "The PCI function of the host that a guest gets.", of="hostdev", at="source[pci].address",
        to=PCI, by=_function, access="EXCLUSIVE", source=True,
    ),
    Edge(
        "hostdev-usb", "The USB device of the host that a guest gets.", of="hostdev", at="source[usb]", to=USB,
        by=_usb, access="EXCLUSIVE", source=True,
    ),
    Edge(
        "hostdev-scsi", "The SCSI device of the host, or the LUN on an iSCSI server, that a guest gets.", of="hostdev",
        at="source[scsi]", to=SCSI, by=_scsi, access=_scsi_access, source=True,
        also=(Also("hostdev", "source[scsi]", NETWORK_VOLUME, _lun, _lun_access),),
    ),
    Edge(
        "hostdev-scsi-host", "The SCSI target in the host's kernel that a guest gets.", of="hostdev",
        at="source[scsi_host].wwpn", to=FC_TARGET, by=lower, access="EXCLUSIVE", source=True,
    ),
    Edge(
        "hostdev-mdev", "The mediated device of the host that a guest gets.", of="hostdev", at="source[mdev].uuid",
        to=MDEV, by=lower, access="EXCLUSIVE", source=True,
    ),
    Edge(
        "hostdev-caps", "The block device, character device or network interface that a container gets.",
        of="hostdev", at="source[storage].block", to=PATH, by=path, access="WRITE", source=True,
        also=(
            Also("hostdev", "source[misc].char", CHARACTER, path, "CONNECT"),
            Also("hostdev", "source[net].interface", INTERFACE, access="EXCLUSIVE"),
        ),
    ),
)  # fmt: skip

ANSWERS = (Answer("NODE_DEVICE", "", USB, _usb_port),)
