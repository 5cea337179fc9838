"""`<cpu>`: the processor that the guest sees.

Source: libvirt's domain XML, "CPU model and topology".
"""

from enum import Enum
from math import prod

import strawberry

from ..element import Document, Element, attribute, child, children, derived, element, text, text_child
from ..scalars import Long, OnOff, word, words
from .numa import Numa


@words
class CpuMode(Enum):
    """How the guest's CPU is derived from the one of the host."""

    CUSTOM = word("custom", "As the model and features say, the same on every host")
    HOST_MODEL = word("host-model", "The named model closest to the host's CPU, settled when the VM starts")
    HOST_PASSTHROUGH = word("host-passthrough", "The host's own CPU, down to what libvirt knows nothing of")
    MAXIMUM = word(
        "maximum", "Everything that the accelerator or the emulation of the CPU is able to offer", since="7.1.0"
    )


@words
class CpuMatch(Enum):
    """How closely the host's CPU must meet what is asked for."""

    MINIMUM = word("minimum", "The guest gets at least this, and what the host has beyond it")
    EXACT = word("exact", "The guest gets just this, or does not start")
    STRICT = word("strict", "The host's CPU itself must be just this, or the guest does not start")


@words
class CpuCheck(Enum):
    """Who checks that the guest got the CPU that was asked for."""

    NONE = word("none", "Nobody but the hypervisor, and QEMU only warns")
    PARTIAL = word("partial", "libvirt before the start, then the hypervisor, which may still differ")
    FULL = word("full", "libvirt, against the CPU that the hypervisor really made")


@words
class CpuFallback(Enum):
    """What happens when the hypervisor cannot offer the CPU model."""

    ALLOW = word("allow", "The closest model that it does offer takes its place")
    FORBID = word("forbid", "The VM does not start at all")


@words
class CpuFeaturePolicy(Enum):
    """What is demanded of a single CPU feature."""

    FORCE = word("force", "The guest is told that it is there, whatever the host has")
    REQUIRE = word("require", "The guest has it, or does not start")
    OPTIONAL = word("optional", "The guest has it where the host has it")
    DISABLE = word("disable", "The guest does not have it, whatever the host has")
    FORBID = word("forbid", "The guest does not start on a host that has it")


@words
class CpuCacheMode(Enum):
    """What the guest learns about the CPU's caches."""

    EMULATE = word("emulate", "Data that the hypervisor makes up")
    PASSTHROUGH = word("passthrough", "What the host's CPU says of its own caches")
    DISABLE = word("disable", "That the CPU has no such cache")


@words
class PhysicalAddressMode(Enum):
    """Where the width of the guest's physical addresses comes from."""

    EMULATE = word("emulate", "The hypervisor reports the given number of bits")
    PASSTHROUGH = word("passthrough", "The host's CPU, so that the guest sees its number of bits")


@element
class CpuModel(Element):
    """The CPU model that the guest gets, and what may take its place."""

    name: str | None = text(
        "Model from libvirt's CPU map, such as `Skylake-Server-IBRS` or `EPYC`. The mode `host-model` takes none, "
        "except for the older processor that a POWER guest is to be compatible with, such as `power9`.",
        searchable=True,
    )
    fallback: CpuFallback | None = attribute(
        "What happens when the hypervisor does not offer the model; `allow` where it is missing.", since="0.9.10"
    )
    vendor_id: str | None = attribute(
        "Vendor string of twelve characters that the guest reads, such as `GenuineIntel`; the host's own where it is "
        "missing.",
        xml="vendor_id",
        since="0.10.0",
    )


@element
class CpuTopology(Element):
    """How the virtual CPUs are spread over sockets, dies, clusters, cores and threads."""

    sockets: int | None = attribute("Number of CPU sockets of the guest.")
    dies: int | None = attribute("Dies in each socket; 1 where it is missing.", since="6.1.0")
    clusters: int | None = attribute("Clusters of cores in each die; 1 where it is missing.", since="10.1.0")
    cores: int | None = attribute("Cores in each cluster, or in each socket where nothing lies between.")
    threads: int | None = attribute("Hardware threads in each core; 2 looks like hyper-threading.")

    @derived("Virtual CPUs that the topology has room for; null where sockets, cores or threads are missing.")
    def vcpus(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        if not {"sockets", "cores", "threads"} <= document.keys():
            return None
        return Long(prod(document.get(level, 1) for level in ("sockets", "dies", "clusters", "cores", "threads")))


@element
class CpuCache(Element):
    """The caches that the guest's CPU seems to have.

    Since libvirt 3.3.0.
    """

    level: int | None = attribute("Cache level that is meant, 1 to 3; all of them where it is missing.")
    mode: CpuCacheMode | None = attribute("Where the data about the caches comes from.")


@element
class PhysicalAddressSize(Element):
    """The width of a processor's physical addresses, which bounds the memory that it can reach.

    Since libvirt 8.7.0.
    """

    mode: PhysicalAddressMode | None = attribute("Whether the width is given here or is the host's own.")
    bits: int | None = attribute(
        "Bits of an address in the mode `emulate`, at most those that the hypervisor supports, such as 42."
    )
    limit: int | None = attribute(
        "Most bits that the mode `passthrough` hands on from a host that has more.", since="9.3.0"
    )


@element
class CpuFeature(Element):
    """A single CPU feature, demanded or taken away beyond what the model has."""

    name: str | None = attribute(
        "Feature in the words of libvirt's CPU map, such as `vmx`, `pcid` or `ssbd`.", searchable=True
    )
    policy: CpuFeaturePolicy | None = attribute("What is demanded of it; `require` where it is missing.")


@element
class Cpu(Element):
    """The processor that the guest sees: model, features, topology and NUMA cells.

    Since libvirt 0.7.5.
    """

    mode: CpuMode | None = attribute(
        "How the CPU follows from the host's; `custom` where it is missing.", searchable=True, since="0.9.10"
    )
    match: CpuMatch | None = attribute(
        "How closely the host must meet the model and features; `exact` where it is missing. Not for the mode "
        "`host-model`."
    )
    check: CpuCheck | None = attribute(
        "Who checks that the guest got this CPU; libvirt replaces it in a running VM by what keeps the CPU the same "
        "during migration.",
        since="3.2.0",
    )
    migratable: OnOff | None = attribute(
        "Whether features that block migration are taken out, for the modes `host-passthrough` and `maximum`. It does "
        "not make a move to a different host safe.",
        since="6.5.0",
    )
    deprecated_features: OnOff | None = attribute(
        "Whether features that the hypervisor calls deprecated are switched on or off, for s390 guests.",
        xml="deprecated_features",
        since="11.0.0",
    )
    model: CpuModel | None = child("The CPU model that is asked for.")
    vendor: str | None = text_child(
        "Vendor that the host's CPU must have, such as `Intel` or `AMD`; any where it is missing.",
        searchable=True,
        since="0.8.3",
    )
    topology: CpuTopology | None = child("How the virtual CPUs are spread over sockets, cores and threads.")
    cache: CpuCache | None = child("The caches that the guest sees; a sensible default where it is missing.")
    max_phys_addr: PhysicalAddressSize | None = child(
        "The width of physical addresses; the hypervisor's default where it is missing.", xml="maxphysaddr"
    )
    features: list[CpuFeature] | None = children("Features added to the model or taken from it.", xml="feature")
    numa: Numa | None = child("The NUMA cells that the guest's CPUs and memory are split into.", since="0.9.8")
