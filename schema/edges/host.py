"""What resources of a host name, and which names they answer to."""

import re
from collections.abc import Iterator

from ..element import Document, value_at
from .keys import by_uuid, credentials, lower, passphrase, path, pci
from .sources import located, shared_volume
from .spaces import (
    CHARACTER,
    DOMAIN,
    INTERFACE,
    IOMMU_GROUP,
    MDEV,
    NETWORK,
    NETWORK_PORT,
    NETWORK_VOLUME,
    NODE_DEVICE,
    NWFILTER,
    PATH,
    PCI,
    POOL,
    SCSI,
    SECRET,
    SECRET_USAGE,
    USB,
    VOLUME,
)
from .words import Also, Answer, Edge, Name, Named


def _pool_of(volume: Document) -> Named:
    facts = volume.get("facts", {})
    return facts.get("pool") or by_uuid(facts.get("poolUuid", ""))


def _network_of(port: Document) -> Named:
    facts = port.get("facts", {})
    return facts.get("network") or by_uuid(facts.get("networkUuid", ""))


def _in_pool(volume: Document) -> Named:
    pool, name = value_at(volume, "facts.pool"), volume.get("name")
    return f"{pool}/{name}" if pool and name else None


def _pool_name(pool: Document) -> str | None:
    name: str | None = pool.get("name") or value_at(pool, "source.name")
    return name


def _others_of_group(capability: Document) -> Iterator[Named]:
    """The functions that go with a PCI function into one VM."""
    addresses = value_at(capability, "iommuGroup.addresses") or ()
    yield from (other for other in map(pci, addresses) if other != pci(capability))


def _usage(usage: Document) -> str | None:
    kind = usage.get("kind")
    name = usage.get("target") or usage.get("name")
    return f"{kind}:{name}" if kind != "volume" and name else None


def _secret_by_usage(usage: Document) -> Named:
    volume = usage.get("volume")
    return f"volume:{volume}" if usage.get("kind") == "volume" and volume else _usage(usage)


def _files(device: Document) -> Iterator[Named]:
    """The special files of a device: of disks among the paths, of others among the character devices."""
    kinds = {capability.get("kind") for capability in device.get("capabilities", ())}
    space = PATH if "storage" in kinds else CHARACTER
    yield from (Name(path(file.get("path", "")), space=space) for file in device.get("devnodes", ()))


def _pci(capability: Document) -> Named:
    return pci(capability) if {"bus", "slot", "function"} & capability.keys() else None


def _usb(capability: Document) -> Iterator[Named]:
    if {"bus", "device"} <= capability.keys():
        yield f"{capability['bus']}.{capability['device']}"
    vendor, product = (value_at(capability, f"{part}.id") for part in ("vendor", "product"))
    if isinstance(vendor, int) and isinstance(product, int):
        yield f"{vendor:04x}:{product:04x}"


def _scsi(capability: Document) -> Named:
    parts = ("hostNumber", "bus", "target", "lun")
    return ":".join(str(capability.get(part, 0)) for part in parts) if "hostNumber" in capability else None


_MDEV = re.compile(r"mdev_([0-9a-f]{8}(?:_[0-9a-f]{4}){3}_[0-9a-f]{12})(?:_.*)?", re.IGNORECASE)


def _mdev(device: Document) -> Iterator[Named]:
    """The UUID of a mediated device, which older libvirt tells in its name alone."""
    told = [one["uuid"] for one in device.get("capabilities", ()) if one.get("kind") == "mdev" and one.get("uuid")]
    match = _MDEV.fullmatch(device.get("name", ""))
    yield from map(lower, told or ([match[1].replace("_", "-")] if match else []))


EDGES = (
    Edge(
        "host-pool-vol", "The storage pool that a volume is in.", of="STORAGE_VOLUME", at="", to=POOL, by=_pool_of,
    ),
    Edge(
        "host-vol-backing", "What a volume holds only differences to.", of="STORAGE_VOLUME", at="backingStore.path",
        to=PATH, by=located,
    ),
    Edge(
        "host-pool-secret", "The secret that opens the server of a storage pool, or a volume.", of="STORAGE_POOL",
        at="source.auth", to=SECRET, by=credentials,
        also=(Also("STORAGE_VOLUME", "target.encryption.secrets", SECRET, passphrase),),
    ),
    Edge(
        "host-net-bridge", "The bridge that a network's guests are plugged into.", of="NETWORK", at="bridge.name",
        to=INTERFACE,
    ),
    Edge(
        "host-net-forward", "What of the host carries a network's traffic.", of="NETWORK",
        at="forward.dev forward.interfaces.dev forward.physicalFunction", to=INTERFACE,
        also=(Also("NETWORK", "forward.addresses", PCI, pci),),
    ),
    Edge(
        "host-net-port", "The VM whose interface is plugged into a port, and the network of the port.",
        of="NETWORK_PORT", at="owner.uuid", to=DOMAIN, by=lower, also=(Also("NETWORK_PORT", "", NETWORK, _network_of),),
    ),
    Edge(
        "host-nwfilter-tree", "A network filter that another one includes.", of="NWFILTER", at="filterrefs.filter",
        to=NWFILTER,
    ),
    Edge(
        "host-nwbinding", "The VM, the interface of the host and the filter that a filter binding brings together.",
        of="NWFILTER_BINDING", at="owner.uuid", to=DOMAIN, by=lower,
        also=(
            Also("NWFILTER_BINDING", "portdev linkdev", INTERFACE),
            Also("NWFILTER_BINDING", "filterref.filter", NWFILTER),
        ),
    ),
    Edge(
        "host-nodedev-parent", "The device of the host that another one hangs off.", of="NODE_DEVICE",
        at="parent.name", to=NODE_DEVICE,
    ),
    Edge(
        "host-nodedev-iommu", "The IOMMU group of a device of the host, and the other devices in it.",
        of="NODE_DEVICE", at="capabilities.iommuGroup.number", to=IOMMU_GROUP,
        also=(Also("NODE_DEVICE", "capabilities[pci]", PCI, _others_of_group),),
    ),
    Edge(
        "host-nodedev-vf", "The physical function of a virtual one, or the virtual ones of a physical one.",
        of="NODE_DEVICE",
        at="capabilities.capabilities[phys_function].address capabilities.capabilities[virt_functions].addresses",
        to=PCI, by=pci,
    ),
    Edge(
        "host-secret-usage", "What a secret is kept for: a volume, or a purpose that has a name.", of="SECRET",
        at="usage[volume].volume", to=PATH, by=path,
        also=(Also("SECRET", "usage[ceph|iscsi|tls|vtpm]", SECRET_USAGE, _usage),),
    ),
)  # fmt: skip

ANSWERS = (
    Answer("STORAGE_POOL", "", POOL, _pool_name),
    Answer("STORAGE_POOL", "uuid", POOL, by_uuid),
    Answer("STORAGE_VOLUME", "target.path key", PATH, located),
    Answer("STORAGE_VOLUME", "", VOLUME, _in_pool),
    Answer("STORAGE_VOLUME", "", NETWORK_VOLUME, shared_volume),
    Answer("NETWORK", "name", NETWORK),
    Answer("NETWORK", "uuid", NETWORK, by_uuid),
    Answer("NETWORK_PORT", "uuid", NETWORK_PORT, lower),
    Answer("HOST_INTERFACE", "name", INTERFACE),
    Answer("NODE_DEVICE", "name", NODE_DEVICE),
    Answer("NODE_DEVICE", "capabilities[pci]", PCI, _pci),
    Answer("NODE_DEVICE", "capabilities[usb_device]", USB, _usb),
    Answer("NODE_DEVICE", "capabilities[scsi]", SCSI, _scsi),
    Answer("NODE_DEVICE", "", MDEV, _mdev),
    Answer("NODE_DEVICE", "capabilities[net].interface", INTERFACE),
    Answer("NODE_DEVICE", "", PATH, _files),
    Answer("NODE_DEVICE", "capabilities[storage].block", PATH, path),
    Answer("NODE_DEVICE", "capabilities[vdpa].chardev capabilities[scsi_generic].char", CHARACTER, path),
    Answer("NWFILTER", "name", NWFILTER),
    Answer("SECRET", "uuid", SECRET, lower),
    Answer("SECRET", "usage", SECRET, _secret_by_usage),
)
