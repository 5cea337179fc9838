"""Where the edges lead: every read of MongoDB that a request makes."""

from .requests import RequestLoaders

__all__ = ["RequestLoaders"]
