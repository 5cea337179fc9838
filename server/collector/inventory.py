"""The seam between the collector, which observes hosts, and the store, which remembers them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class HostState(StrEnum):
    """How a host stands with the collector; the values are stored and served as they are."""

    CONNECTING = "CONNECTING"
    CONNECTED = "CONNECTED"
    DISCONNECTED = "DISCONNECTED"


class Cause(StrEnum):
    """What made the collector look, and so see a change; the values are stored and served as they are."""

    EVENT = "EVENT"
    """The host reported that something happened."""
    RECONCILIATION = "RECONCILIATION"
    """A complete reading: after connecting, now and then, and when the inventory was away."""
    FORGOTTEN = "FORGOTTEN"
    """Nobody watches the host any more, and what was remembered of it goes."""


class NotOwner(Exception):
    """Another collector owns the host now: nothing was written, and trying again is of no use."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What a host said about one domain at one moment."""

    source_key: str
    """The UUID on a hypervisor, the file name on a `files://` host."""
    state: str
    """UNKNOWN, NOSTATE, RUNNING, BLOCKED, PAUSED, SHUTDOWN, SHUTOFF, CRASHED or PMSUSPENDED."""
    xml: str | bytes
    """The definition in force: live when running. Bytes when they come from a file, exactly as they stand there."""
    persistent_xml: str | None = None
    """The other definition: the persistent one of a running, persistent domain."""
    error: str | None = None
    """Why the definition could not be read at all, one sentence; `xml` is then empty."""


@dataclass(frozen=True, slots=True)
class ResourceObservation:
    """What a host said about one resource at one moment."""

    kind: str
    """The `ResourceKind`, such as `STORAGE_POOL`."""
    source_key: str
    """What tells it from others of its kind on the host: a UUID, a name, `uuid of the pool/name of the volume`."""
    xml: str | bytes
    """What libvirt describes it by. Bytes when they come from a file, exactly as they stand there."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What libvirt says of it beside the XML, as it is stored: `active`, `persistent`, `pool` …"""
    error: str | None = None
    """Why its description could not be read at all, one sentence; `xml` is then empty."""


@dataclass(frozen=True, slots=True)
class HostFacts:
    """What a host says about itself when a connection is made."""

    hypervisor: str
    """libvirt's name of the driver, such as `QEMU`; `files` for a directory."""
    libvirt_version: str | None
    """Release of libvirt on the host, such as `9.0.0`; none for a directory."""
    hypervisor_version: str | None = None
    hostname: str | None = None


class Inventory(Protocol):
    """Where the collector delivers what it sees.

    Calls about the domains of one host never overlap, nor do calls about its resources; all others may. Any exception
    means "not now": the collector repeats the call until it is accepted and reads what it was about again afterwards.
    The one exception is `NotOwner`, which every call but `source_keys` may raise: the collector gives the host up.
    What is wrong with a single observation (XML that is refused, a document that is too large) is therefore stored as
    the error of that VM or resource, not raised.
    """

    async def host_connecting(self, host_id: str, uri: str) -> None:
        """The first attempt to reach a host begins."""
        ...

    async def host_connected(self, host_id: str, uri: str, facts: HostFacts) -> None:
        """The host answers; its domains are about to be read."""
        ...

    async def host_disconnected(self, host_id: str, uri: str, reason: str) -> None:
        """The host cannot be reached or was lost; `reason` is one sentence. Called again when the reason changes."""
        ...

    async def host_synchronized(self, host_id: str) -> None:
        """Every domain of the host has been read and those that are gone were reported."""
        ...

    async def vms_observed(
        self, host_id: str, observations: Sequence[Observation], cause: Cause = Cause.RECONCILIATION
    ) -> None:
        """Insert or update at most 200 domains; those that are unchanged write nothing."""
        ...

    async def vms_vanished(
        self, host_id: str, source_keys: Collection[str], cause: Cause = Cause.RECONCILIATION
    ) -> None:
        """These domains no longer exist on the host, nor what is listed of them; unknown keys are no error."""
        ...

    async def resources_observed(
        self,
        host_id: str,
        scope: str,
        observations: Sequence[ResourceObservation],
        cause: Cause = Cause.RECONCILIATION,
    ) -> None:
        """All that a scope holds now (see `server.collector.scopes`): what else was in it is gone.

        What is unchanged writes nothing. With a thing that is gone go the scopes of what is listed of it.
        """
        ...

    async def scope_failed(self, host_id: str, scope: str, reason: str, *, unsupported: bool = False) -> None:
        """A scope could not be read; its resources stay as last seen, and the host says `reason`, one sentence.

        `unsupported` where the host has no driver for it, so that there is nothing to be seen; the scope is then that
        of the whole listing, such as `ports`.
        """
        ...

    async def source_keys(self, host_id: str) -> set[str]:
        """The source keys of every VM that is remembered for the host."""
        ...
