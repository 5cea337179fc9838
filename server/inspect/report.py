"""What there is to say about one document."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import schema
from schema.address import address_text
from schema.comparison import first_difference
from schema.coverage import pieces
from schema.device import summary
from schema.element import Document
from schema.secrets import HIDDEN, is_secret, without_secrets
from schema.xmltext import DefinitionError, XmlError
from server.inspect.reading import Unreadable, shown_name


@dataclass(frozen=True, slots=True)
class Unknown:
    """A piece of XML that no declaration took in: a value, or an element as XML; secrets are hidden."""

    path: str
    value: str | None
    xml: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """A document as virtgraph understands it; `difference` is None where the XML comes back exactly."""

    file: str
    definition: Document
    difference: str | None
    unknown: tuple[Unknown, ...]

    @property
    def exact(self) -> bool:
        """Whether the XML comes back with the same information."""
        return self.difference is None

    @property
    def unremarkable(self) -> bool:
        """Whether everything in the document is typed and comes back."""
        return self.exact and not self.unknown

    def devices(self) -> Iterator[Document]:
        """The devices in libvirt's order."""
        return schema.devices_of(self.definition)

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "file": self.file,
            "name": self.definition.get("name"),
            "uuid": self.definition.get("uuid"),
            "type": self.definition["domain"].get("type"),
            "exact": self.exact,
            "difference": self.difference,
            "unknown": [{"path": each.path, "value": each.value, "xml": each.xml} for each in self.unknown],
            "devices": [
                {
                    "id": device["id"],
                    "kind": device["kind"],
                    "summary": summary(device),
                    "address": place(device),
                    "alias": device.get("alias"),
                }
                for device in self.devices()
            ],
        }


def report(file: str, xml: bytes) -> Report:
    """Read a document and write it again; raises Unreadable."""
    try:
        definition = schema.domain_from_xml(xml)
        return Report(shown_name(file), definition, _difference(xml, definition), tuple(_unknown(definition)))
    except XmlError as error:
        raise Unreadable(file, f"{error}.") from None


def _difference(xml: bytes, definition: Document) -> str | None:
    try:
        found = first_difference(xml, schema.domain_to_xml(definition))
    except DefinitionError as error:
        return f"the XML cannot be written again: {error}"
    if found is not None and is_secret(found.path):
        return f"{found.path}: the value, a secret, changed"
    return None if found is None else str(found)


def _unknown(definition: Document) -> Iterator[Unknown]:
    for path, piece in pieces(definition):
        value, xml = piece.get("value"), piece.get("xml")
        if value is not None and is_secret(path):
            value = HIDDEN
        yield Unknown(path, value, None if xml is None else without_secrets(xml))


def place(device: Document) -> str | None:
    """Where a device sits, with the kind of bus in front: `pci 0000:04:00.0`; None where the XML does not say."""
    address = device.get("address")
    if address is None:
        return None
    kind = address.get("type", "unknown") if address["kind"] == "other" else address["kind"]
    text = address_text(address)
    return f"{kind} {text}" if text else str(kind)
