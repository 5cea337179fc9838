"""What tests of single elements share: storing XML and asking for it, without a server or a store in between."""

from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig

import schema
from schema.domain import Domain
from schema.graph.schema import stored_value
from schema.scalars import LONG, Long
from tests.shared import difference


def _domain(xml: str) -> Any:
    return schema.domain_from_xml(xml)["domain"]


@strawberry.type
class _Query:
    domain: Domain = strawberry.field(resolver=_domain)


_SCHEMA = strawberry.Schema(
    query=_Query, config=StrawberryConfig(default_resolver=stored_value, scalar_map={Long: LONG})
)


def stored(content: str, namespaces: str = "") -> Any:
    """What is stored of a domain with this content, which must come back as it was."""
    xml = f"<domain {namespaces}>{content}</domain>"
    definition = schema.domain_from_xml(xml)
    written = schema.domain_to_xml(definition)
    assert schema.domain_from_xml(written) == definition
    assert difference(xml, written) is None
    return definition["domain"]


def answer(content: str, selection: str) -> Any:
    """The selected fields of a domain with this content."""
    result = _SCHEMA.execute_sync(
        f"query ($xml: String!) {{ domain(xml: $xml) {{ {selection} }} }}",
        variable_values={"xml": f"<domain>{content}</domain>"},
    )
    assert result.errors is None
    assert result.data is not None
    return result.data["domain"]


def computed(declared: Any, name: str, document: Any) -> Any:
    """What a derived field of a declared class makes of a stored document."""
    (field,) = (field for field in declared.__strawberry_definition__.fields if field.python_name == name)
    return field.base_resolver.wrapped_func(document)
