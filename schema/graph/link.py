"""`DeviceLink`: what a device, or the domain itself, names within its VM, walkable from either end."""

from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import strawberry

from ..definition import devices_of
from ..device import Device
from ..device_links import local_links
from ..edges import SPACES
from ..element import Document, derived
from ..roles import EdgeRole

PARTS = {
    "ACPI_INDEX": "A number from which the guest makes the name of a network card.",
    "ALIAS": "A device, by the name that libvirt or a user gave it.",
    "AUDIO_BACKEND": "A way for sound to get out to the host, by its number.",
    "BOOT_ORDER": "A turn when the firmware looks for a system to start.",
    "BUS_ADDRESS": "A place on a bus that the machine itself has, such as a slot for memory.",
    "CONTROLLER": "A controller by its type and number, or a USB hub by the ports that lead to it.",
    "DISK_IDENTITY": "What the guest tells a disk by: its serial number, world wide name, vendor or product.",
    "DISPLAY": "A display of SPICE or D-Bus, whose viewers get more than the picture.",
    "GUEST_PROGRAM": "A program in the guest, by the name of the channel that it opens: "
    "`org.qemu.guest_agent.0` is QEMU's guest agent.",
    "IOTUNE_GROUP": "A quota of I/O that several disks use up together.",
    "IO_THREAD": "A thread of the hypervisor that serves disks, by its number.",
    "NUMA_CELL": "A NUMA cell of the guest: virtual CPUs and the memory next to them.",
    "REDIRECTION": "The rules for devices that viewers may bring along, by their bus.",
    "SERIAL_PORT": "The first serial port, which a console may show a second time.",
    "SYSINFO": "The values that the guest's SMBIOS tables are made of.",
    "THROTTLE_GROUP": "A limit on I/O that several disks are under together.",
}
"""What can be named within a VM, by the kinds of the spaces of names."""

_kinds: Any = Enum(  # type: ignore[misc]
    "PartKind", {kind: strawberry.enum_value(kind, description=told) for kind, told in PARTS.items()}
)
PartKind: type[Enum] = strawberry.enum(_kinds, description="What a name within a VM is the name of.")


@strawberry.type(description="A part of a VM that is no device, or that no device stands for.")
class DomainPart:
    """A part of a VM: the document holds the kind and the name."""

    kind: PartKind = strawberry.field(description="What the name is the name of.")  # type: ignore[valid-type]
    name: str = strawberry.field(description="How it is called in the VM, such as `2` for the second I/O thread.")


@strawberry.type(description="A tie within a VM: what one of its devices, or the domain itself, names in it.")
class DeviceLink:
    """A tie within a VM: the document holds `owner`, and what the definition says of the tie."""

    key: str = strawberry.field(description="The name by which it is meant, behind its space: `controller||pci:1`.")

    @derived("In which way it is named.", graphql_type=EdgeRole)
    def role(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        return str(document["role"])

    @derived("The device that names it; null where the domain itself does.", graphql_type=Device | None)
    def device(document: strawberry.Parent[Document]) -> Any:  # noqa: D102
        return _device(document, "device")

    @derived(
        "The device that it is; null for a part of the domain, and for what is not there.", graphql_type=Device | None
    )
    def target(document: strawberry.Parent[Document]) -> Any:  # noqa: D102
        return _device(document, "target")

    @derived("The part of the domain that it is, or should be; null where a device answers.")
    def part(document: strawberry.Parent[Document]) -> DomainPart | None:  # noqa: D102
        if "target" in document:
            return None
        space, _, name = document["key"].split("|", 2)
        part: Any = {"kind": SPACES[space].kind, "name": name}
        return part  # type: ignore[no-any-return]

    @derived(
        "Whether something of this name should be there and is not, such as an I/O thread; missing controllers are "
        "added by libvirt itself when it is given the definition."
    )
    def missing(document: strawberry.Parent[Document]) -> bool:  # noqa: D102
        return bool(document.get("missing"))


@dataclass(frozen=True, slots=True)
class _Within:
    """The ties of one definition, from all sides."""

    links: list[Document]
    devices: dict[str, Document]
    by: dict[str, dict[str, list[Document]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))


_MEMO = "within"
"""Where the ties are kept in a definition that was read, as each of its devices may be asked for them."""


def _within(owner: Document) -> _Within:
    found: _Within | None = owner.get(_MEMO)
    if found is None:
        links = [{**link, "owner": owner} for link in local_links(owner)]
        found = owner[_MEMO] = _Within(links, {one["id"]: {**one, "vm": owner} for one in devices_of(owner)})
        for link in links:
            for end in ("device", "target"):
                if end in link:
                    found.by[end][link[end]].append(link)
    return found


def _device(link: Document, end: str) -> Document | None:
    return _within(link["owner"]).devices[link[end]] if end in link else None


def links_of(owner: Document, roles: frozenset[str] | None = None) -> list[Document]:
    """The ties within a VM or another definition of one."""
    return [link for link in _within(owner).links if roles is None or link["role"] in roles]


def links_from(device: Document) -> list[Document]:
    """What a device names within its VM."""
    return _within(device["vm"]).by["device"].get(device["id"], [])


def links_to(device: Document) -> list[Document]:
    """What names a device within its VM."""
    return _within(device["vm"]).by["target"].get(device["id"], [])
