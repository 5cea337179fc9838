"""`deviceTree`: a VM's buses and what is plugged into them."""

from dataclasses import asdict
from enum import Enum
from typing import Any

import strawberry

from ..device import Device, summary
from ..element import Document, derived
from ..node import node_id
from ..tree import MOST_FREE_SLOTS, BusKind, FreeSlots, TreeNode, device_tree

_BUSES = {
    BusKind.MACHINE: "The machine itself, the root of the tree.",
    BusKind.PCI: "Conventional PCI, or a controller that does not say which kind of PCI it provides.",
    BusKind.PCI_EXPRESS: "PCI Express: its root, or a port with a single slot.",
    BusKind.USB: "Ports of a USB controller or of a USB hub.",
    BusKind.SCSI: "A SCSI controller with targets and units.",
    BusKind.SATA: "A SATA controller with a port for each drive.",
    BusKind.IDE: "An IDE controller with two cables for two drives each.",
    BusKind.FDC: "A floppy controller for at most two drives.",
    BusKind.NVME: "An emulated NVMe controller with its namespaces.",
    BusKind.VIRTIO_SERIAL: "A virtio-serial controller with ports for channels and consoles.",
    BusKind.CCID: "A smart card reader with a slot for a card.",
    BusKind.ISA: "The legacy bus of PCs, with I/O ports and interrupt lines.",
    BusKind.SPAPR_VIO: "The virtual I/O bus of pseries guests, whose places are registers.",
    BusKind.CCW: "A channel subsystem of s390, with subchannels.",
    BusKind.VIRTIO_MMIO: "Memory-mapped virtio transports of some ARM and RISC-V machines, which have no numbers.",
    BusKind.XENBUS: "The bus of Xen's paravirtual devices, which have no addresses on it.",
    BusKind.MEMORY: "Slots for memory modules that are plugged beside the initial memory.",
    BusKind.UNATTACHED: "No bus: devices that need none, or that libvirt has not placed yet.",
}

_kinds: Any = Enum(  # type: ignore[misc]
    "BusKind",
    {kind.value: strawberry.enum_value(kind.value, description=told) for kind, told in _BUSES.items()},
)
BusKindEnum: type[Enum] = strawberry.enum(_kinds, description="What a bus of a VM is, as guests know buses.")


@strawberry.type(description="The places on a bus that no device of the VM claims by its address.")
class FreeBusSlots:
    """What is left of a bus."""

    count: int = strawberry.field(
        description="How many there are. Devices that libvirt has not placed yet may still take some."
    )
    slots: list[str] = strawberry.field(
        description="The addresses that devices there would have, in the notation of `Address.text`: "
        f"`0000:00:05.0`. At most the first {MOST_FREE_SLOTS}."
    )


@strawberry.type(
    description="A device in the tree of a VM's buses, or a bus that no device provides, such as the slots for memory."
)
class DeviceTreeNode:
    """A node of the tree."""

    id: strawberry.ID = strawberry.field(
        description="Opaque id of this place in the tree, unique in the whole API and the same as long as the device "
        "exists; it is not the device's, and `node` does not know it."
    )
    parent: strawberry.ID | None = strawberry.field(
        description="The `id` of the node that this one is plugged into, which comes before it; null for the root."
    )
    depth: int = strawberry.field(description="How many nodes are above this one, 0 for the root.")
    bus: BusKindEnum | None = strawberry.field(  # type: ignore[valid-type]
        description="Which kind of bus this node provides for others; null for one that nothing is plugged into. Of "
        "controllers that share a number, as USB companions do, one provides the bus."
    )
    bus_number: int | None = strawberry.field(
        description="The number by which addresses name that bus: a controller's `index`, or a channel subsystem's."
    )
    address: str | None = strawberry.field(
        description="Its place on the parent's bus, as `Address.text` writes it. Of a controller without an address, "
        "where machines of this type have it; null where nobody says."
    )
    implicit: bool = strawberry.field(
        description="Whether an address names this controller or hub, but the XML does not list it. libvirt adds such "
        "ones, or refuses the VM."
    )
    collision: strawberry.ID | None = strawberry.field(
        description="The `id` of another node that claims the same address, or the same number as a controller; null "
        "as a rule."
    )
    device: Device | None = strawberry.field(
        description="What the XML lists here; null for a bus that no element stands for, and for the root."
    )

    @derived("The node in one line: the device's own summary, or what the bus is.")
    def summary(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        node: TreeNode = document["node"]
        return node.summary or summary(node.device or {})

    @derived(
        "Places on the bus that are left, of the slots, ports and units that libvirt and QEMU give such a bus; null "
        "for a node without a bus, and where the size is not known.",
        graphql_type=FreeBusSlots | None,
    )
    def free_slots(document: strawberry.Parent[Document]) -> Any:  # noqa: D102
        node: TreeNode = document["node"]
        free: FreeSlots | None = node.free_slots()
        return None if free is None else asdict(free)


@strawberry.type(
    description="A VM's buses as a tree. GraphQL has no recursion, so it is a flat list: `parent` and `depth` of each "
    "node say where it belongs."
)
class DeviceTree:
    """The tree of a definition."""

    nodes: list[DeviceTreeNode] = strawberry.field(
        description="Every device once, and the buses, depth first: the machine, then each bus followed by all that is "
        "plugged into it, in the order of the addresses. Controllers that are plugged into each other in a circle are "
        "cut apart: one of them hangs off the machine."
    )


def tree_document(definition: Document) -> Document:
    """The document of a `DeviceTree`, of a VM or of another definition of it, each device knowing whose it is."""
    owner: Document = definition.get("resource") or definition.get("vm") or definition
    which = (definition["key"],) if "resource" in definition else ("persistent",) if "vm" in definition else ()

    def opaque(name: str | None) -> strawberry.ID | None:
        return None if name is None else node_id("DeviceTreeNode", owner["_id"], name, *which)

    return {
        "nodes": [
            {
                "node": node,
                "id": opaque(node.id),
                "parent": opaque(node.parent.id if node.parent else None),
                "depth": node.depth,
                "bus": node.bus,
                "busNumber": node.bus_number,
                "address": node.address,
                "implicit": node.implicit,
                "collision": opaque(node.collision),
                "device": node.device and {**node.device, "vm": definition},
            }
            for node in device_tree(definition)
        ]
    }
