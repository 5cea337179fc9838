"""`<capabilities>`: what the host has, and which guests it can run.

Source: libvirt's driver capabilities XML format.
"""

from enum import Enum

from ..element import Document, Element, attribute, child, children, element, flag, text, text_child
from ..resource import Resource, resource
from ..scalars import YesNo, word, words
from .guest_capabilities import GuestCapabilities
from .host_cpu import HostCpu
from .host_resctrl import HostCache, HostMemoryBandwidth
from .host_topology import HostTopology


@words
class MigrationTransport(Enum):
    """How the data of a migrating VM travels, the scheme of the migration's URI."""

    TCP = word("tcp", "Over a TCP connection, the usual way")
    RDMA = word("rdma", "Straight from memory to memory, over InfiniBand or RoCE")
    VPXMIGR = word("vpxmigr", "By VMware's vMotion, on orders of a vCenter")
    VZMIGR = word("vzmigr", "By the migration of Virtuozzo itself")


@element
class HostMigration(Element):
    """How VMs can leave the host and come to it."""

    live: bool | None = flag("Whether VMs can move while they run.")
    uri_transports: list[MigrationTransport] | None = children(
        "Ways that the data of a VM can travel.", xml="uri_transport", within="uri_transports"
    )


@element
class HostPowerManagement(Element):
    """The ways in which the host itself can sleep; none where it cannot."""

    suspend_to_memory: bool | None = flag("Whether it can sleep with its memory powered (S3).", xml="suspend_mem")
    suspend_to_disk: bool | None = flag("Whether it can hibernate, its memory saved to disk (S4).", xml="suspend_disk")
    suspend_hybrid: bool | None = flag(
        "Whether it can save its memory to disk and still sleep with it powered.", xml="suspend_hybrid"
    )


@element
class SecurityBaseLabel(Element):
    """The label that a security driver starts from for VMs of one type."""

    type: str | None = attribute("Type of the VMs, `kvm` or `qemu`.")
    label: str | None = text("The label: an SELinux context, or owner and group of processes as `+107:+107`.")


@element
class SecurityModel(Element):
    """A security driver that keeps the host's VMs apart."""

    model: str | None = text_child(
        "Which driver it is: `selinux`, `apparmor`, `dac` (owners of files and processes), or `none`.", searchable=True
    )
    doi: str | None = text_child("Domain of interpretation, which tells policies of one driver apart; always `0`.")
    base_labels: list[SecurityBaseLabel] | None = children(
        "Labels that VMs get by default, by their type.", xml="baselabel"
    )


@resource("capabilities", "CAPABILITIES")
class HostCapabilities(Resource):
    """What a host has, processors, memory and caches above all, and which guests it can run."""

    uuid: str | None = text_child(
        "UUID of the host, from its firmware or libvirt's configuration.", within="host", searchable=True
    )
    cpu: HostCpu | None = child("The processor of the host.", within="host")
    power_management: HostPowerManagement | None = child(
        "How the host can sleep; missing where libvirt could not find out.", xml="power_management", within="host"
    )
    iommu_support: YesNo | None = attribute(
        "Whether an IOMMU is at work, without which no PCI device can be passed through.",
        xml="support",
        within="host/iommu",
    )
    migration: HostMigration | None = child(
        "How VMs can move to and from the host.", xml="migration_features", within="host"
    )
    topology: HostTopology | None = child("NUMA cells, and the place of each CPU.", within="host")
    cache: HostCache | None = child("Caches of the processors, and how they can be shared out.", within="host")
    memory_bandwidth: HostMemoryBandwidth | None = child(
        "Ways to memory, and how their bandwidth can be shared out.", xml="memory_bandwidth", within="host"
    )
    security_models: list[SecurityModel] | None = children(
        "Security drivers that keep VMs apart.", xml="secmodel", within="host"
    )
    guests: list[GuestCapabilities] | None = children("Kinds of guests that the host can run.", xml="guest")

    @classmethod
    def name_of(cls, document: Document) -> str | None:
        """The UUID of the host, or its architecture."""
        arch: str | None = document.get("cpu", {}).get("arch")
        return document.get("uuid") or arch
