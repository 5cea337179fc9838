"""What XML becomes in a stored document, apart from the envelope that the store wraps around it."""

import html
import json
import logging
import re

import bson

import schema
from server.store.connection import Document

_LOGGER = logging.getLogger(__name__)

_ENVELOPE = frozenset({"_id", "hostId", "sourceKey", "state", "revision", "changedAt", "declarations"})
_BESIDE_DEFINITION = frozenset({"attachments", "facets", "terms", "untyped", "error", "rawXml"})

LARGEST_CONTENT = 16 * 1024 * 1024 - 65536
"""Bytes: what MongoDB accepts as one document, less room for the envelope."""


def content_of(document: Document) -> Document:
    """What the host said: the stored document without the envelope."""
    return {key: value for key, value in document.items() if key not in _ENVELOPE}


def definition_of(document: Document) -> Document | None:
    """The definition `schema` knows, as it is stored; None where the XML was refused."""
    if "error" in document:
        return None
    return {key: value for key, value in content_of(document).items() if key not in _BESIDE_DEFINITION}


def content_from_xml(xml: str | bytes, previous: Document | None, name: str, host_id: str | None = None) -> Document:
    """The content that XML stands for, ids kept from the `previous` document; the refusal where it cannot be read.

    `name` is shown when the XML is refused and no name is found in it. `host_id` is given for the definition in force,
    whose `attachments` and `terms` are stored beside it.
    """
    try:
        definition: Document = schema.domain_from_xml(xml)
        if previous is not None and (known := definition_of(previous)) is not None:
            schema.keep_identity(known, definition)
        content = {**definition, "facets": schema.facets(definition)}
        if untyped := schema.untyped_counts(definition):
            content["untyped"] = untyped
        if host_id is not None and (attachments := schema.attachments(definition, host_id)):
            content["attachments"] = attachments
        if host_id is not None and (terms := schema.terms(definition)):
            content["terms"] = terms
        size = len(bson.encode(content))
    except schema.XmlError as error:
        return refused(xml, str(error), name)
    except Exception as error:  # One VM that brings a fault of ours to light must not stop its host.
        _LOGGER.exception("The definition of %s cannot be stored", name)
        return refused(xml, f"The definition cannot be stored: {type(error).__name__}: {error}", name)
    if size > LARGEST_CONTENT:
        return refused(xml, f"The definition takes {size:,} bytes as a document; MongoDB stores 16 MiB.", name)
    return content


def refused(xml: str | bytes, reason: str, name: str) -> Document:
    """The content of a VM whose definition is not stored: the reason, and the XML itself if it fits."""
    raw = xml.decode("utf-8", "backslashreplace") if isinstance(xml, bytes) else xml
    raw = raw.encode("utf-8", "backslashreplace").decode()
    content: Document = {"name": _found("name", raw) or name, "error": reason or "The XML was refused."}
    if uuid := _found("uuid", raw):
        content["uuid"] = uuid
    if terms := schema.terms(content):
        content["terms"] = terms
    if raw and len(raw.encode()) < LARGEST_CONTENT:
        content["rawXml"] = raw
    return content


def _found(element: str, raw: str) -> str | None:
    """Text of the first such element, for XML that no parser accepts."""
    match = re.search(rf"<{element}>([^<]{{1,1024}})</{element}>", raw)
    return html.unescape(match[1]).strip() if match else None


def same(one: Document, other: Document) -> bool:
    """Whether two contents say the same, types included (`1`, `1.0` and `true` differ).

    The order of keys says nothing: it is the XML's, and another one after promotion.
    """
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
