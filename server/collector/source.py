"""What the collector needs of a connected host, whatever it is."""

from collections.abc import Collection, Sequence
from typing import Protocol

from server.collector.changes import Changes
from server.collector.inventory import Cause, HostFacts, Observation, ResourceObservation
from server.collector.scopes import Scopes


class HostLost(Exception):
    """The host cannot be reached or no longer answers; the text is one sentence."""


class ScopeFailed(Exception):
    """A scope cannot be read now; the text is one sentence."""

    def __init__(self, reason: str, *, unsupported: bool = False) -> None:
        super().__init__(reason)
        self.unsupported = unsupported


class Source(Protocol):
    """One connection to a host. Every method but `close` raises `HostLost` when the host is gone."""

    changes: Changes
    scopes: Scopes

    async def facts(self) -> HostFacts:
        """What the host says about itself."""
        ...

    async def source_keys(self) -> list[str]:
        """Every domain there is now."""
        ...

    async def read(self, source_keys: Sequence[str], cause: Cause = Cause.RECONCILIATION) -> list[Observation]:
        """Read these domains; one that does not exist is left out. The scopes they lead to are read for that cause."""
        ...

    def whole(self) -> Sequence[str]:
        """The scopes that a complete reading begins with."""
        ...

    def scopes_of(self, source_keys: Collection[str]) -> Sequence[str]:
        """The scopes of these domains, which may have changed with them."""
        ...

    def scopes_below(self, scope: str) -> Sequence[str]:
        """The scopes of what was found in this one when it was last read."""
        ...

    async def read_scope(self, scope: str) -> list[ResourceObservation]:
        """Everything that a scope holds now; raises `ScopeFailed` when that cannot be told."""
        ...

    async def close(self) -> None:
        """Release the connection within seconds, also when the host no longer answers."""
        ...
