"""A whole `<domain>` to its definition and back.

A definition is `{name, uuid, domain, devices}`: plain JSON and BSON values, no host, no clock. `devices` holds one
list per kind of device, each device with an `id` of its own within the VM and its `kind`.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from .codec import read, write
from .devices import DEVICES, Devices
from .domain import Domain
from .element import Document, Element, child, element, text_child
from .identity import identify
from .xmltext import DefinitionError, Source, XmlError


@element
class _Head(Element):
    """What tells a domain from others."""

    name: str | None = text_child("Name of the VM; on a hypervisor no other has the same.")
    uuid: str | None = text_child("UUID of the VM; libvirt makes one up where it is missing.")


@element
class WholeDomain(Domain, _Head):
    """A `<domain>` with its head and its devices."""

    devices: Devices | None = child("What the guest is equipped with: one list per kind of device.")  # type: ignore[valid-type]


_BESIDE_DOMAIN = ("name", "uuid", "devices")
_ARRAYS = tuple(declared.array for declared in DEVICES.values())


def domain_from_xml(xml: str | bytes) -> Document:
    """The definition that a domain's XML describes.

    Raises XmlError for XML that is malformed, hostile (document types, entities), deeper than 64 levels, with a chain
    of more than 200 links, larger than 8 MiB or rooted in another element. Anything else is taken in without loss,
    known to libvirt or not.
    """
    source = Source(xml)
    if source.name != "domain":
        raise XmlError(f"the root element is <{source.name}>, not <domain>")
    return definition_of(with_ids(read(source, WholeDomain)))


def with_ids(domain: Document) -> Document:
    """A whole domain that was just read, in place, with its devices identified."""
    if "devices" in domain:
        identify(domain["devices"])
    return domain


def definition_of(domain: Document) -> Document:
    """The definition `{name, uuid, domain, devices}` that a whole domain is, whose keys stand side by side."""
    beside = {key: domain[key] for key in _BESIDE_DOMAIN if key in domain}
    devices = {"devices": beside.pop("devices")} if "devices" in beside else {}
    return {**beside, "domain": {key: domain[key] for key in domain if key not in _BESIDE_DOMAIN}, **devices}


def domain_to_xml(definition: Document) -> str:
    """The XML that a definition describes, the inverse of `domain_from_xml`.

    Raises DefinitionError for a value that no XML can hold or that is not of its field's type, naming the path.
    """
    if not isinstance(definition.get("domain"), dict):
        raise DefinitionError("a definition is an object with the key `domain`")
    parts = {key: definition[key] for key in _BESIDE_DOMAIN if key in definition}
    return str(write({**definition["domain"], **parts}, WholeDomain, "domain"))


def devices_of(definition: Document) -> Iterator[Document]:
    """All devices, in libvirt's order of kinds and the XML's order within a kind."""
    devices: dict[str, Any] = definition.get("devices", {})
    return chain.from_iterable(devices[array] for array in _ARRAYS if array in devices)
