"""What a VM is: declarations of libvirt's XML, the codec they drive and the GraphQL surface. No I/O, no clock."""

from .changes.difference import difference, is_spelling, only_spelling, touched
from .changes.pending import pending
from .changes.undo import undone
from .changes.values import public_path
from .coverage import typed_share, untyped, untyped_counts
from .definition import devices_of, domain_from_xml, domain_to_xml
from .devices import DEVICES, DeviceKind
from .edges import attachments, resource_keys, resource_links
from .facets import DECLARATIONS_HASH, facets
from .host import ResourceKind
from .identity import keep_identity
from .resource import RESOURCES, called, resource_from_xml, resource_to_xml
from .terms import terms
from .xmltext import DefinitionError, XmlError

DEVICE_KINDS = {declared.array: declared.kind_name for declared in DEVICES.values()}
"""The lists of devices in a definition and the kind that each holds."""

RESOURCE_KINDS = {declared.tag: declared.kind_name for declared in RESOURCES.values()}
"""The root elements of resources and the kind that each is."""

__all__ = [
    "DECLARATIONS_HASH",
    "DEVICE_KINDS",
    "RESOURCE_KINDS",
    "DefinitionError",
    "DeviceKind",
    "ResourceKind",
    "XmlError",
    "attachments",
    "called",
    "devices_of",
    "difference",
    "domain_from_xml",
    "domain_to_xml",
    "facets",
    "is_spelling",
    "keep_identity",
    "only_spelling",
    "pending",
    "public_path",
    "resource_from_xml",
    "resource_keys",
    "resource_links",
    "resource_to_xml",
    "terms",
    "touched",
    "typed_share",
    "undone",
    "untyped",
    "untyped_counts",
]
