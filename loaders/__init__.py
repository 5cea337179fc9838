"""Where the edges lead: every read of MongoDB that a request makes."""

from .reading import Readers
from .requests import RequestLoaders

__all__ = ["Readers", "RequestLoaders"]
