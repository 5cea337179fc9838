"""Asking GraphQL about a domain that is given as XML, without a store in between."""

from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig

import schema
from schema.domain import Domain
from schema.element import Document, document_key
from schema.scalars import LONG, Long
from tests.shared import difference


def _domain(xml: str) -> Any:
    return schema.domain_from_xml(xml)["domain"]


@strawberry.type
class _Query:
    domain: Domain = strawberry.field(resolver=_domain)


_SCHEMA = strawberry.Schema(
    query=_Query,
    config=StrawberryConfig(
        default_resolver=lambda document, name: document.get(document_key(name)), scalar_map={Long: LONG}
    ),
)


def stored(content: str) -> Document:
    """What is stored of a domain with this content, which must come back as it was."""
    xml = f"<domain>{content}</domain>"
    definition = schema.domain_from_xml(xml)
    assert difference(xml, schema.domain_to_xml(definition)) is None
    domain: Document = definition["domain"]
    return domain


def answer(content: str, selection: str) -> Any:
    """The selected fields of a domain with this content."""
    result = _SCHEMA.execute_sync(
        f"query ($xml: String!) {{ domain(xml: $xml) {{ {selection} }} }}",
        variable_values={"xml": f"<domain>{content}</domain>"},
    )
    assert result.errors is None
    assert result.data is not None
    return result.data["domain"]
