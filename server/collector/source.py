"""What the collector needs of a connected host, whatever it is."""

from collections.abc import Sequence
from typing import Protocol

from server.collector.changes import Changes
from server.collector.inventory import HostFacts, Observation


class HostLost(Exception):
    """The host cannot be reached or no longer answers; the text is one sentence."""


class Source(Protocol):
    """One connection to a host. Every method but `close` raises `HostLost` when the host is gone."""

    changes: Changes

    async def facts(self) -> HostFacts:
        """What the host says about itself."""
        ...

    async def source_keys(self) -> list[str]:
        """Every domain there is now."""
        ...

    async def read(self, source_keys: Sequence[str]) -> list[Observation]:
        """Read these domains; one that does not exist is left out."""
        ...

    async def close(self) -> None:
        """Release the connection within seconds, also when the host no longer answers."""
        ...
