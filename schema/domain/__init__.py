"""`<domain>` without its devices."""

from .domain import Domain

__all__ = ["Domain"]
