"""The running program: collector, store, GraphQL API and pages."""

__version__ = "0.1.0"
