"""What tests of single elements of a domain share."""

from typing import Any

import schema
from tests.shared import SHARED, difference


def stored(xml: str, namespaces: str = "") -> Any:
    """What is stored of children of `<domain>`, which must come back as they were."""
    whole = f"<domain {namespaces}>{xml}</domain>"
    definition = schema.domain_from_xml(whole)
    written = schema.domain_to_xml(definition)
    assert schema.domain_from_xml(written) == definition
    if SHARED.is_dir():
        assert difference(whole, written) is None
    return definition["domain"]


def computed(cls: Any, name: str, document: Any) -> Any:
    """What a derived field makes of a stored document."""
    (field,) = (field for field in cls.__strawberry_definition__.fields if field.python_name == name)
    return field.base_resolver.wrapped_func(document)
