"""`<capability type='ap_card'>` and the like: crypto adapters (adjunct processors) of s390.

Source: libvirt's node device XML format, "ap_card", "ap_queue" and "ap_matrix".
"""

from ...element import shape, text_child, variants
from ...scalars import Hex2, Hex4
from .capability import NodeDeviceCapability, NodeDeviceSubcapability


@shape("ap_card")
class ApCardCapability(NodeDeviceCapability):
    """A crypto adapter of s390."""

    ap_adapter: Hex2 | None = text_child("Number of the adapter, 0 to 255.", xml="ap-adapter", searchable=True)


@shape("ap_queue")
class ApQueueCapability(NodeDeviceCapability):
    """A queue of a crypto adapter of s390: one domain, with keys of its own, on one adapter."""

    ap_adapter: Hex2 | None = text_child("Number of the adapter, 0 to 255.", xml="ap-adapter", searchable=True)
    ap_domain: Hex4 | None = text_child("Number of the domain on the adapter.", xml="ap-domain", searchable=True)


@shape("ap_matrix")
class ApMatrixCapability(NodeDeviceCapability):
    """The matrix of crypto adapters and domains of s390, from which guests get queues."""

    capabilities: list[NodeDeviceSubcapability] | None = variants(
        "Types of mediated devices that queues can be gathered in.", xml="capability", since="6.10.0"
    )
