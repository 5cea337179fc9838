"""What the API computes from a stored object, without a server or a store in between."""

from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.element import Document
from schema.scalars import LONG, Long


def computed(declared: type, document: Document, *fields: str) -> dict[str, Any]:
    """The values of a declared class's derived fields for this document."""
    asked = strawberry.Schema(query=declared, config=StrawberryConfig(scalar_map={Long: LONG}))
    result = asked.execute_sync(f"{{ {' '.join(fields)} }}", root_value=document)
    assert result.errors is None
    assert result.data is not None
    return result.data
