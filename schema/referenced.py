"""Resources that no driver of libvirt describes: they are known by the key under which VMs name them.

A bare file, a socket, an image of a Ceph cluster; or a network, a volume, a device that a host should have and has not.
"""

from typing import Annotated, Any

import strawberry

from .edges import SPACES
from .element import Document, derived, element
from .node import node_id
from .resource import Resource

Info = strawberry.Info[Any, Any]

REFERENCED = {
    "AUDIO_SERVER": "An audio server of a host that sound of VMs is played on.",
    "CERTIFICATE": "A certificate in an NSS database of a host, which a smart card of a VM shows.",
    "CHARACTER_DEVICE": "A character device of a host, such as `/dev/vhost-vdpa-0`.",
    "CONTAINER_TEMPLATE": "A template from which OpenVZ makes the file system of a container.",
    "DOMAIN": "A VM that another VM or a resource of the host names.",
    "EMULATOR": "A program of a host that runs VMs.",
    "ENDPOINT": "An address and port that programs listen on or connect to.",
    "FC_TARGET": "A SCSI target that a host's kernel serves to VMs.",
    "GUEST_OS": "An operating system, by its libosinfo identifier.",
    "HOST_PATH": "A file, directory or block device of a host that no storage pool lists.",
    "HYPERVISOR_NETWORK": "A network inside a hypervisor, such as one of VirtualBox.",
    "IOMMU_GROUP": "PCI functions of a host that can only be assigned together.",
    "LOCK_LEASE": "A lease of a lock manager that one VM can hold at a time.",
    "MAC_ADDRESS": "A MAC address that network cards of VMs have.",
    "MACHINE_TYPE": "A kind of machine that a hypervisor can emulate.",
    "NETWORK_VOLUME": "An image, export or LUN on a storage server, reached over the network.",
    "NUMA_NODE": "A NUMA node of a host: memory and the CPUs next to it.",
    "SECRET_USAGE": "The name of a purpose that secrets are kept for, perhaps on several hosts.",
    "SHARED_MEMORY": "A piece of memory that VMs of one host share under a name.",
    "UNIX_SOCKET": "A unix socket of a host that programs bind or connect to.",
    "VIRTUAL_PORT": "A port or profile of a virtual or physical switch.",
    "VM_DISK": "A disk of a VM, by the name that snapshots and checkpoints of the VM call it.",
    "VLAN": "A VLAN, by the tag that its frames carry.",
    "VSOCK_CID": "A context identifier by which a host reaches a VM over vsock.",
}
"""Kinds of resources that are never more than a key."""


@element
class ReferencedResource(Resource):
    """A resource that is known only because something names it: libvirt describes no such thing, or not this one."""

    @derived("Opaque id, made of the key alone; `node` finds the resource by it.")
    def id(document: strawberry.Parent[Document]) -> strawberry.ID:  # noqa: D102
        return node_id("Resource", "", document["keys"][0])

    @derived(
        "Whether its host lists everything of this kind and this one is not among it, so that whatever names it names "
        "something that is not there; false for what no driver lists, such as files."
    )
    async def missing(document: strawberry.Parent[Document], info: Info) -> bool:  # noqa: D102
        key = document["keys"][0]
        if document["kind"] in _OF_VMS:
            return await _vm(document, info, frozenset({"_id"})) is None
        if not SPACES[key.partition("|")[0]].listed:
            return False
        host = await info.context.loaders.host(document.get("hostId", ""))
        return host is not None and document["kind"] in host.get("listedKinds", ())

    @derived(
        "The VM that it is, or whose disk it is; null for any other kind, and for a VM that the host does not have.",
        graphql_type=Annotated["VirtualMachine", strawberry.lazy("schema.graph.virtual_machine")] | None,  # noqa: F821
    )
    async def vm(document: strawberry.Parent[Document], info: Info) -> Any:  # noqa: D102
        from .graph.selection import Selected, vm_paths

        return await _vm(document, info, vm_paths(Selected.below(info)))

    @derived(
        "The disk of a VM that it is, as the VM has it now; null for any other kind, and for a disk that is gone.",
        graphql_type=Annotated["Disk", strawberry.lazy("schema.devices.disk")] | None,  # noqa: F821
    )
    async def disk(document: strawberry.Parent[Document], info: Info) -> Any:  # noqa: D102
        from .graph.selection import Selected, disk_paths
        from .graph.virtual_machine import disk_named

        vm = await _vm(document, info, disk_paths(Selected.below(info)))
        return None if vm is None else disk_named(vm, document["label"].partition("/")[2])


_OF_VMS = ("DOMAIN", "VM_DISK")


async def _vm(document: Document, info: Info, paths: frozenset[str]) -> Document | None:
    """The VM that a resource is, or that it is a part of."""
    if document["kind"] not in _OF_VMS:
        return None
    _, host, name = document["keys"][0].split("|", 2)
    key = f"domain|{host}|{name if document['kind'] == 'DOMAIN' else name.partition('/')[0]}"
    found: list[Document | None] = await info.context.loaders.resources.vms_named([key], paths)
    return found[0]
