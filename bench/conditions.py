"""Inputs of GraphQL as the loaders take them, made from what a client would send as variables."""

from typing import Any, cast

import strawberry
from graphql import GraphQLInputObjectType, Undefined, coerce_input_value
from strawberry.types.arguments import convert_argument

from schema.graph.filters import VmFilter


def vm_filter(schema: strawberry.Schema, value: dict[str, Any]) -> VmFilter:
    """The `VmFilter` that a variable stands for; raises ValueError for one that is none."""
    core = schema._schema
    coerced = coerce_input_value(value, cast(GraphQLInputObjectType, core.type_map["VmFilter"]))
    if coerced is Undefined:
        raise ValueError(f"This is no VmFilter: {value}")
    converter = schema.schema_converter
    return cast(VmFilter, convert_argument(coerced, VmFilter, converter.scalar_registry, schema.config))
