"""The databases are those of the tests of the schema."""

from tests.schema.graph.conftest import api, fleet, graphql_schema

__all__ = ["api", "fleet", "graphql_schema"]
