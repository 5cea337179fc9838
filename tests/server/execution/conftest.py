"""A fleet to ask about."""

from tests.schema.graph.conftest import fleet

__all__ = ["fleet"]
