"""The schema, built from the declarations."""

from datetime import datetime
from functools import cache
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter
from strawberry.types.scalar import ScalarDefinition

from ..definition import WholeDomain
from ..devices import DEVICES
from ..element import Variant, document_key
from ..host import RESOURCES
from ..referenced import ReferencedResource
from ..resource import roots
from ..scalars import DATE_TIME, JSON, LONG, NUMBER_OR_TEXT, Json, Long, NumberOrText
from ..tables import reachable
from .query import Query
from .subscription import Subscription


@cache
def _key(python_name: str) -> str:
    return document_key(python_name)


class _Names(NameConverter):
    """Names in GraphQL, each worked out once: Strawberry asks for all of an input type for each value."""

    def apply_naming_config(self, name: str) -> str:
        """The name in GraphQL of something that is called so in Python."""
        return _key(name)


def stored_value(document: Any, python_name: str) -> Any:
    """The value of a plain field: what is stored under the field's GraphQL name."""
    return document.get(_key(python_name))


def build_schema(schema_class: type[strawberry.Schema] = strawberry.Schema, **options: Any) -> strawberry.Schema:
    """A new executable schema, of a subclass of Strawberry's if one is given; `options` go to Strawberry."""
    shapes = dict.fromkeys(cls for root in roots(WholeDomain) for cls in reachable(root) if issubclass(cls, Variant))
    scalars: dict[object, ScalarDefinition] = {
        Long: LONG,
        NumberOrText: NUMBER_OR_TEXT,
        Json: JSON,
        datetime: DATE_TIME,
    }
    return schema_class(
        query=Query,
        subscription=Subscription,
        types=[*DEVICES.values(), *RESOURCES.values(), ReferencedResource, *shapes],
        config=StrawberryConfig(name_converter=_Names(), default_resolver=stored_value, scalar_map=scalars),
        **options,
    )
