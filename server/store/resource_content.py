"""What a resource's XML becomes in a stored document, apart from the envelope that the store wraps around it."""

import logging
from collections.abc import Mapping
from typing import Any

import bson

import schema
from server.store.connection import Document
from server.store.content import LARGEST_CONTENT, refused

_LOGGER = logging.getLogger(__name__)

_ENVELOPE = frozenset({"_id", "hostId", "sourceKey", "revision", "changedAt", "declarations"})


def content_of(document: Document) -> Document:
    """What the host said of the resource: the stored document without the envelope."""
    return {key: value for key, value in document.items() if key not in _ENVELOPE}


def content_from_xml(
    xml: str | bytes, kind: str, facts: Mapping[str, Any], *, host_id: str, source_key: str
) -> Document:
    """The content that XML of a resource and the facts beside it stand for; the refusal where it cannot be read."""
    try:
        content: Document = {**schema.resource_from_xml(xml), "facts": dict(facts)}
        if content["kind"] != kind:
            return refusal(xml, f"The XML describes a {content['kind']}.", kind, facts, source_key)
        content["label"] = schema.called(content) or source_key
        content["keys"] = schema.resource_keys(content, host_id)
        content["links"] = schema.resource_links(content, host_id)
        if untyped := schema.untyped_counts(content):
            content["untyped"] = untyped
        content["terms"] = schema.terms(content)
        size = len(bson.encode(content))
    except schema.XmlError as error:
        return refusal(xml, str(error), kind, facts, source_key)
    except Exception as error:  # One resource that brings a fault of ours to light must not stop its host.
        _LOGGER.exception("The %s %s cannot be stored", kind, source_key)
        return refusal(xml, f"It cannot be stored: {type(error).__name__}: {error}", kind, {}, source_key)
    if size > LARGEST_CONTENT:
        return refusal(xml, f"It takes {size:,} bytes as a document; MongoDB stores 16 MiB.", kind, {}, source_key)
    return content


def refusal(xml: str | bytes, reason: str, kind: str, facts: Mapping[str, Any], source_key: str) -> Document:
    """The content of a resource whose definition is not stored: the reason, and the XML itself if it fits.

    Without the facts where they may be what cannot be stored.
    """
    content = refused(xml, reason, source_key)
    known: Document = {"kind": kind, "facts": dict(facts), "label": content["name"]}
    return known | content | {"terms": schema.terms(known | content)}


def promoted(document: Document) -> Document:
    """The document as today's declarations store it: definition → XML → definition, the facts as they are.

    Revision and time stay, for the resource did not change. Whatever the codec raises over a document it cannot write
    is passed on.
    """
    known = "error" not in document
    xml: str | None = schema.resource_to_xml(document) if known else document.get("rawXml")
    content = content_of(document)
    if xml is not None:
        identity = {"host_id": document["hostId"], "source_key": document["sourceKey"]}
        again = content_from_xml(xml, document["kind"], document["facts"], **identity)
        if known and "error" in again:
            raise ValueError(f"the promoted resource is refused: {again['error']}")
        content = again
    envelope = {key: value for key, value in document.items() if key in _ENVELOPE}
    return {**envelope, "declarations": schema.DECLARATIONS_HASH, **content}
