"""`<numatune>`: which NUMA nodes of the host the guest's memory comes from.

Source: libvirt's domain XML, "NUMA Node Tuning".
"""

from enum import Enum

from ..element import Element, attribute, child, children, element
from ..scalars import word, words


@words
class NumaMemoryMode(Enum):
    """How strictly memory is taken from the given NUMA nodes of the host."""

    STRICT = word("strict", "From these nodes only; allocation fails when they are full")
    PREFERRED = word("preferred", "From these nodes as long as they have some, else from others")
    INTERLEAVE = word("interleave", "Spread evenly over these nodes, page by page")
    RESTRICTIVE = word(
        "restrictive", "By the host's default policy, with only cgroups keeping it to these nodes, so that it can move"
    )


@words
class NumaPlacement(Enum):
    """Who decides which NUMA nodes of the host the memory comes from."""

    STATIC = word("static", "The given set of nodes decides")
    AUTO = word("auto", "The daemon numad is asked when the VM starts")


@element
class NumaMemory(Element):
    """Where the memory of the whole VM comes from."""

    mode: NumaMemoryMode | None = attribute(
        "How strictly the memory is taken from the nodes; `STRICT` where it is missing."
    )
    nodeset: str | None = attribute(
        "NUMA nodes of the host that the memory comes from, such as `1-4,^3`; ignored when numad decides.",
        searchable=True,
    )
    placement: NumaPlacement | None = attribute(
        "Who decides on the nodes; where it is missing the same as for `vcpu`, or the given set.", since="0.9.12"
    )


@element
class NumaMemoryNode(Element):
    """Where the memory of one NUMA node of the guest comes from."""

    cell_id: int | None = attribute("Number of the guest's NUMA node, as its CPU topology counts them.", xml="cellid")
    mode: NumaMemoryMode | None = attribute("How strictly this node's memory is taken from the host's nodes.")
    nodeset: str | None = attribute(
        "NUMA nodes of the host that this node's memory comes from, such as `1` or `2-3`.", searchable=True
    )


@element
class NumaTuning(Element):
    """Which NUMA nodes of the host the guest's memory comes from."""

    memory: NumaMemory | None = child("Where the memory of the whole VM comes from.")
    memory_nodes: list[NumaMemoryNode] | None = children(
        "Where the memory of single NUMA nodes of the guest comes from; `memory` holds for the others.",
        xml="memnode",
        since="1.2.7",
    )
