"""`VirtualMachine`: a domain on a host, and its other definition."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from ..definition import devices_of, domain_to_xml
from ..devices import DEVICES, Device, DeviceKind
from ..domain import Domain
from ..edges import answers_of
from ..edges.saved import disk_names
from ..edges.spaces import DOMAIN
from ..element import Document, Documents, Extra, derived, derived_together, first_sentence, is_document
from ..node import Node, node_id
from ..roles import Roles, wanted_roles
from .arguments import After, First
from .context import Info
from .device_tree import DeviceTree, tree_document
from .filters import VmState

if TYPE_CHECKING:
    from .attachment import Attachment
    from .conflict import Conflict
    from .difference import DefinitionDifference
    from .host import Host
    from .link import DeviceLink


def _devices(document: Document) -> list[Document]:
    """The devices of a VM or of its other definition, each knowing whose it is.

    They are copies: one definition may be read for several fields, each with a document of the VM of its own.
    """
    return [{**device, "vm": document} for device in devices_of(document)]


def _of_kind(array: str) -> Any:
    def resolve(document: strawberry.Parent[Document]) -> Any:
        return [{**device, "vm": document} for device in document.get("devices", {}).get(array, ())]

    return resolve


def _lists() -> type:
    """A base class with one field per kind of device."""
    namespace: dict[str, Any] = {
        "__annotations__": {},
        "__doc__": "One list per kind of device.",
        "__module__": __name__,
    }
    for declared in DEVICES.values():
        described = f"{first_sentence(declared)} All `{declared.tag}` devices, in the order of the XML."
        namespace[declared.array] = derived(described, graphql_type=list[declared])(_of_kind(declared.array))  # type: ignore[valid-type]
    return strawberry.type(type("DeviceLists", (), namespace))


@strawberry.type
class DefinitionFields(_lists()):  # type: ignore[misc]
    """What a VM and its other definition have in common."""

    name: str | None = strawberry.field(description="Name of the VM; on a hypervisor no other has the same.")
    error: str | None = strawberry.field(description="Why the VM's XML cannot be read; null when it can.")
    domain: Domain | None = strawberry.field(
        description="What the VM is besides its devices: memory, CPUs, firmware and so on; null for unreadable XML."
    )

    @derived("Host path of the program that runs the VM.")
    def emulator(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        emulator: str | None = document.get("devices", {}).get("emulator")
        return emulator

    @derived(
        "All devices of the VM, in libvirt's order of kinds and the XML's order within a kind.",
        graphql_type=list[Device],
    )
    def devices(  # noqa: D102
        document: strawberry.Parent[Document],
        kinds: Annotated[
            list[DeviceKind] | None,  # type: ignore[valid-type]
            strawberry.argument(description="Only devices of these kinds; all where it is missing."),
        ] = None,
    ) -> Any:
        if kinds is None:
            return _devices(document)
        wanted = {kind.value for kind in kinds}  # type: ignore[attr-defined]
        return [device for device in _devices(document) if device["kind"] in wanted]

    @derived(
        "The VM's buses and devices as a tree: what is plugged into what, and what is left; null for unreadable XML.",
        graphql_type=DeviceTree | None,
    )
    def device_tree(document: strawberry.Parent[Document]) -> Any:  # noqa: D102
        return tree_document(document) if "domain" in document else None

    @derived(
        "What the XML says of the VM and no field of this API stands for; of devices, each has an `extra` of its own."
    )
    def extra(document: strawberry.Parent[Document]) -> list[Extra]:  # noqa: D102
        kept = document.get("devices", {}).get("extra", [])
        devices = [{**piece, "path": f"devices/{piece['path']}" if "path" in piece else "devices"} for piece in kept]
        return [*document.get("domain", {}).get("extra", []), *devices]

    @derived(
        "XML paths of everything in `extra`, here and in all that is below, each once: "
        "`domain/devices/disk/driver/@news`. `…` stands for what a document holds beyond 1,000 different ones."
    )
    def untyped(document: strawberry.Parent[Document]) -> list[str]:  # noqa: D102
        return [counted["path"] for counted in document.get("untyped", [])]

    @derived(
        "Everything outside of the VM that it or one of its devices names, in the order of the devices.",
        graphql_type=list[Annotated["Attachment", strawberry.lazy("schema.graph.attachment")]],
    )
    def attachments(document: strawberry.Parent[Document], roles: Roles = None) -> Any:  # noqa: D102
        from .attachment import attachments_of

        return attachments_of(document, wanted_roles(roles))

    @derived(
        "What its devices and the domain itself name within the VM: controllers, I/O threads, each other; in the order "
        "of the devices.",
        graphql_type=list[Annotated["DeviceLink", strawberry.lazy("schema.graph.link")]],
    )
    def links(document: strawberry.Parent[Document], roles: Roles = None) -> Any:  # noqa: D102
        from .link import links_of

        return links_of(document, wanted_roles(roles))

    @derived("The whole domain as libvirt XML; of an unreadable one, the text as it came.")
    def xml(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        if "domain" not in document:
            raw: str | None = document.get("rawXml")
            return raw
        return domain_to_xml({key: document[key] for key in ("name", "uuid", "domain", "devices") if key in document})


@strawberry.type(description="The persistent definition of a running VM: what its next start will use.")
class PersistentDefinition(DefinitionFields):
    """The definition that is not in force."""


@strawberry.type(description="A virtual machine: a libvirt domain on one host.")
class VirtualMachine(DefinitionFields, Node):
    """A domain on a host, with the definition in force: the live one while it runs."""

    uuid: str | None = strawberry.field(description="UUID of the VM; two hosts may have VMs with the same one.")
    source_key: str = strawberry.field(description="Its key on the host: the UUID on a hypervisor, a file's name.")
    revision: int = strawberry.field(description="Counts the changes of this VM, from 1.")
    changed_at: datetime = strawberry.field(description="When its last change was seen.")

    state: str = strawberry.field(
        description="What the guest is doing, as its hypervisor last said.", graphql_type=VmState
    )

    @derived("Opaque id, the same as long as the host knows the VM.")
    def id(document: strawberry.Parent[Document]) -> strawberry.ID:  # noqa: D102
        return node_id("VirtualMachine", document["_id"])

    @derived_together(
        "The libvirt connection or directory that it was found on.",
        graphql_type=Annotated["Host", strawberry.lazy("schema.graph.host")],
    )
    def host(documents: Documents, info: Info) -> Any:  # noqa: D102
        return info.context.loaders.hosts_of(documents)

    @derived(
        "What its next start will use, where that is kept apart: of a running, persistent VM. `pending` tells in what "
        "it differs.",
        graphql_type=PersistentDefinition | None,
    )
    async def persistent_definition(document: strawberry.Parent[Document], info: Info) -> Document | None:  # noqa: D102
        from .past import other_definition

        found = await other_definition(document, info)
        return None if found is None else {**found, "vm": document}

    @derived(
        "What the next start of the VM will change: the difference from the definition in force to the persistent one, "
        "without what only a running VM has; null for a VM without a persistent definition that is kept apart, and "
        "where one of the two cannot be read.",
        graphql_type=Annotated["DefinitionDifference", strawberry.lazy("schema.graph.difference")] | None,
    )
    async def pending(document: strawberry.Parent[Document], info: Info) -> Any:  # noqa: D102
        from .past import difference_of_next_start

        return await difference_of_next_start(document, info)

    @derived(
        "The changes of the VM, the newest first, as long as they are kept.",
        graphql_type=Annotated["ChangeConnection", strawberry.lazy("schema.graph.change")],  # noqa: F821
    )
    async def history(  # noqa: D102
        document: strawberry.Parent[Document], info: Info, first: First = None, after: After = None
    ) -> Any:
        from .change import history_connection

        return await history_connection(info, document["_id"], None, first, after)

    @derived(
        "What differs between the VM of one moment and that of another, in the definitions in force then.",
        graphql_type=Annotated["DefinitionDifference", strawberry.lazy("schema.graph.difference")],
    )
    async def diff(  # noqa: D102
        document: strawberry.Parent[Document],
        info: Info,
        before: Annotated[
            datetime, strawberry.argument(name="from", description="The moment that the difference starts from.")
        ],
        after: Annotated[
            datetime | None,
            strawberry.argument(name="to", description="The moment that the difference leads to; now, if missing."),
        ] = None,
    ) -> Any:
        from .past import difference_of_moments

        return await difference_of_moments(document["_id"], info, before, after)

    @derived(
        "The VMs that share with this one something that one of the two may change: a disk, a device of the host, "
        "a piece of memory. With `roles`, those that share anything in such a role, a network for instance.",
        graphql_type=Annotated["NeighbourConnection", strawberry.lazy("schema.graph.attachment")],  # noqa: F821
    )
    async def neighbours(  # noqa: D102
        document: strawberry.Parent[Document], info: Info, first: First = None, after: After = None, roles: Roles = None
    ) -> Any:
        from .attachment import neighbour_connection

        return await neighbour_connection(document, info, first, after, roles)

    @derived(
        "What the VM is in the way of others over, or cannot start for: a disk that two VMs write, a network that is "
        "missing.",
        graphql_type=list[Annotated["Conflict", strawberry.lazy("schema.graph.conflict")]],
    )
    async def conflicts(document: strawberry.Parent[Document], info: Info) -> Any:  # noqa: D102
        return await info.context.loaders.conflicts.of_vm(document)

    @derived(
        "The resources that name this VM, by kind and name: its snapshots and checkpoints, the ports of networks and "
        "the filter bindings of its interfaces.",
        graphql_type=Annotated["ResourceConnection", strawberry.lazy("schema.graph.resources")],  # noqa: F821
    )
    async def referenced_by(  # noqa: D102
        document: strawberry.Parent[Document], info: Info, first: First = None, after: After = None, roles: Roles = None
    ) -> Any:
        from .resources import naming_connection

        keys = {"keys": names_of(document)}
        return await naming_connection(keys, info, first, after, roles=wanted_roles(roles))

    @derived_together(
        "What other VMs have to do with this one: devices that a driver domain of Xen serves.",
        graphql_type=Annotated["AttachmentConnection", strawberry.lazy("schema.graph.attachment")],  # noqa: F821
    )
    def dependents(  # noqa: D102
        documents: Documents, info: Info, first: First = None, after: After = None, roles: Roles = None
    ) -> Any:
        from .attachment import attachment_connections

        named = [{"keys": names_of(document)} for document in documents]
        return attachment_connections(named, info, first, after, roles)

    is_type_of = staticmethod(is_document)


def names_of(vm: Document) -> list[str]:
    """The keys by which others name a VM."""
    return [key for answer in answers_of("domain") if answer.to is DOMAIN for key in answer.keys(vm, vm["hostId"])]


def device_of(vm: Document, device_id: str) -> Document | None:
    """The device of a VM's document with this local id."""
    return next(({**device, "vm": vm} for device in devices_of(vm) if device["id"] == device_id), None)


def disk_named(vm: Document, name: str) -> Document | None:
    """The disk of a VM's document that a snapshot or block job calls so."""
    disks = vm.get("devices", {}).get("disks", ())
    return next(({**disk, "vm": vm} for disk in disks if name in disk_names(disk)), None)
