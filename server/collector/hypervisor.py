"""A connection to one libvirt daemon or driver."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from threading import Semaphore
from typing import Any, TypeVar

import libvirt

from server.collector import resource_events
from server.collector.calls import Calls
from server.collector.changes import Changes
from server.collector.domains import DomainReading
from server.collector.events import run_event_loop
from server.collector.hosts import Host
from server.collector.in_use import InUse
from server.collector.inventory import Cause, HostFacts, Observation, ResourceObservation
from server.collector.listings import UNSUPPORTED, Listings, sentence
from server.collector.readings import Readings
from server.collector.scopes import BELOW, OF_A_DOMAIN, WHOLE, Scopes
from server.collector.source import HostLost, ScopeFailed
from server.collector.spares import NoSpare, Spares
from server.collector.unlisted import Unlisted

log = logging.getLogger(__name__)
Result = TypeVar("Result")

CALL_SECONDS = 30.0
CLOSE_SECONDS = 2.0
OPENING_SECONDS = 2.0
SPARE_SECONDS = 10.0
"""How long a reading of resources waits for a connection, where the host gives no more of them."""
KEEPALIVE_PROBES = 3

# Left out: what changes no definition (graphics clients, watchdog, I/O errors) and what never rests (balloon).
EVENTS = (
    "AGENT_LIFECYCLE",
    "BLOCK_JOB_2",
    "DEVICE_ADDED",
    "DEVICE_REMOVAL_FAILED",
    "DEVICE_REMOVED",
    "DISK_CHANGE",
    "JOB_COMPLETED",
    "LIFECYCLE",
    "MEMORY_DEVICE_SIZE_CHANGE",
    "METADATA_CHANGE",
    "NIC_MAC_CHANGE",
    "PMSUSPEND",
    "PMSUSPEND_DISK",
    "PMWAKEUP",
    "REBOOT",
    "RTC_CHANGE",
    "TRAY_CHANGE",
    "TUNABLE",
)

CLOSE_REASONS = {
    libvirt.VIR_CONNECT_CLOSE_REASON_ERROR: "was broken by an I/O error",
    libvirt.VIR_CONNECT_CLOSE_REASON_EOF: "was closed by the other side",
    libvirt.VIR_CONNECT_CLOSE_REASON_KEEPALIVE: "was given up because keepalive probes went unanswered",
    libvirt.VIR_CONNECT_CLOSE_REASON_CLIENT: "was closed from here",
}


class Connector:
    """Opens connections to one libvirt URI, one at a time.

    An opening that hangs is kept and picked up by the next attempt, so that a frozen daemon costs one thread
    however often it is tried.
    """

    def __init__(self, host: Host, calls: Calls, resource_calls: Calls, keepalive_seconds: int) -> None:
        self._host = host
        self._calls = calls
        self._resource_calls = resource_calls
        self._keepalive_seconds = keepalive_seconds
        self._opening: asyncio.Future[Any] | None = None
        # libvirtd does not refuse a client that is too many, it lets it wait: one thread is left for the others.
        self._spare_openings = Semaphore(max(1, calls.limit - 1))

    async def connect(self) -> "Hypervisor":
        """Open a connection with events and keepalive; raises `HostLost`."""
        run_event_loop()
        if self._opening is None:
            self._opening = self._calls.submit(self._open)
        await asyncio.wait([self._opening], timeout=max(5, self._keepalive_seconds * KEEPALIVE_PROBES))
        if not self._opening.done():
            raise HostLost(f"{self._host.uri} does not answer.")
        opening, self._opening = self._opening, None
        try:
            connection = opening.result()
        except libvirt.libvirtError as error:
            raise HostLost(f"{self._host.uri} cannot be reached: {sentence(error)}") from error
        # A driver of this process has no client: its one connection may answer any number of threads.
        spares = None if self._host.in_process else Spares(self._open_spare)
        hypervisor = Hypervisor(self._host, connection, self._calls, self._resource_calls, spares)
        try:
            await hypervisor.listen(self._keepalive_seconds)
        except BaseException:
            await hypervisor.close()
            raise
        return hypervisor

    def _open(self) -> Any:
        # libvirt's test driver has libxml2 print to stderr about a file that is missing.
        if (fleet := self._host.test_node) and not fleet.is_file():
            raise HostLost(f"{self._host.uri} cannot be reached: there is no file {fleet}.")
        return libvirt.open(self._host.unattended_uri)

    def _open_spare(self) -> Any:
        if not self._spare_openings.acquire(timeout=OPENING_SECONDS):
            raise NoSpare(f"{self._host.uri} gives no further connection.")
        try:
            connection = self._open()
        finally:
            self._spare_openings.release()
        try:
            connection.setKeepAlive(self._keepalive_seconds, KEEPALIVE_PROBES)
        except libvirt.libvirtError as error:
            log.debug("%s has no keepalive: %s", self._host.uri, error)
        return connection

    def close(self) -> None:
        """Drop an opening that still hangs."""
        if self._opening:
            self._opening.cancel()


class Hypervisor:
    """One open connection; see `Source`. Never asks for secure XML, so secrets stay with libvirt."""

    def __init__(self, host: Host, connection: Any, calls: Calls, resource_calls: Calls, spares: Spares | None) -> None:
        self.changes = Changes()
        self.scopes = Scopes()
        self._host = host
        self._calls = calls
        self._first = InUse(connection, _close, shared=spares is None)
        self._spares = spares
        self._readings = Readings(resource_calls, self.scopes, CALL_SECONDS)
        self._found: dict[str, list[str]] = {}
        self._below: dict[str, set[str]] = {}
        self._unlisted = Unlisted()

    async def listen(self, keepalive_seconds: int) -> None:
        """Register for events, the end of the connection and keepalive, each where the driver has it."""
        loop = asyncio.get_running_loop()
        changes = self.changes

        def post(deliver: Callable[..., None], *texts: str) -> None:
            try:
                loop.call_soon_threadsafe(deliver, *texts)
            except RuntimeError:
                log.debug("An event of %s came after the event loop was closed.", self._host.id)

        def changed(_connection: Any, domain: Any, *details: Any) -> None:
            post(changes.report, domain.UUIDString())
            if details[-1] in resource_events.PLUGGING:
                post(self._plugged)

        uri = self._host.uri

        def closed(_connection: Any, reason: int, _opaque: Any) -> None:
            post(changes.lose, f"The connection to {uri} {CLOSE_REASONS.get(reason, 'was closed')}.")

        def register(connection: Any) -> None:
            attempt = partial(_where_supported, connection)
            attempt(connection.registerCloseCallback, closed, None)
            attempt(connection.setKeepAlive, keepalive_seconds, KEEPALIVE_PROBES)
            for name in EVENTS:
                if (event := getattr(libvirt, f"VIR_DOMAIN_EVENT_ID_{name}", None)) is not None:
                    attempt(connection.domainEventRegisterAny, None, event, changed, name)
            resource_events.register(connection, attempt, partial(post, self.scopes.report))

        await self._call(register)

    async def facts(self) -> HostFacts:
        """See `Source`."""

        def ask(connection: Any) -> HostFacts:
            version = _where_supported(connection, connection.getVersion)
            return HostFacts(
                hypervisor=connection.getType(),
                libvirt_version=dotted(connection.getLibVersion()),
                hypervisor_version=dotted(version) if version else None,
                hostname=_where_supported(connection, connection.getHostname),
            )

        return await self._call(ask)

    async def source_keys(self) -> list[str]:
        """See `Source`; the keys are UUIDs."""
        return await self._call(lambda connection: [domain.UUIDString() for domain in connection.listAllDomains(0)])

    async def read(self, source_keys: Sequence[str], cause: Cause = Cause.RECONCILIATION) -> list[Observation]:
        """See `Source`; spreads the domains over the threads of the host, each with another connection."""
        reading = DomainReading(source_keys)
        share = -(-len(source_keys) // self._calls.limit)
        helpers = [self._calls.submit(partial(self._help, reading)) for _ in source_keys[1 : self._calls.limit]]
        try:
            while not reading.done:
                await self._call(partial(reading.lead, most=share))
        finally:
            reading.stop()
            for helper in helpers:
                helper.cancel()
        self.scopes.report(*await asyncio.to_thread(self._unlisted.scopes, reading.seen), cause=cause)
        return reading.seen

    def whole(self) -> Sequence[str]:
        """See `Source`."""
        self._below.clear()
        return WHOLE

    def scopes_of(self, source_keys: Collection[str]) -> Sequence[str]:
        """See `Source`; a snapshot has no event of its own."""
        return [f"{listing}/{key}" for listing in OF_A_DOMAIN for key in source_keys]

    def scopes_below(self, scope: str) -> Sequence[str]:
        """See `Source`; in a complete reading all there are, afterwards those that are new."""
        if not (listing := BELOW.get(scope)):
            return ()
        there = [f"{listing}/{one}" for one in self._found.get(scope, ())]
        before = self._below.get(scope, set[str]())
        self._below[scope] = set(there)
        return [one for one in there if one not in before]

    async def read_scope(self, scope: str) -> list[ResourceObservation]:
        """See `Source`."""
        try:
            seen = await self._readings.read(scope, partial(self._scope, scope))
        except (libvirt.libvirtError, NoSpare) as error:
            reason, code = str(error), None
            if isinstance(error, libvirt.libvirtError):
                reason, code = sentence(error), error.get_error_code()
            if not await self._call(lambda connection: connection.isAlive()):
                raise HostLost(f"{self._host.uri} failed: {reason}") from error
            raise ScopeFailed(reason, unsupported=code in UNSUPPORTED) from error
        await asyncio.to_thread(self._unlisted.listed, scope, seen)
        if scope in BELOW:
            self._found[scope] = [one.source_key for one in seen]
        return seen

    def _plugged(self) -> None:
        """What a domain has of the host's networks and filters may have changed."""
        self.scopes.report("nwfilter-bindings", *(f"ports/{network}" for network in self._found.get("networks", ())))

    async def close(self) -> None:
        """See `Source`."""
        self.changes.close()
        self._readings.close()
        closing = [self._calls.submit(self._first.close)]
        if self._spares:
            closing.append(self._calls.submit(self._spares.close))
        await asyncio.wait(closing, timeout=CLOSE_SECONDS)

    def _another(self, patience: float = 0) -> AbstractContextManager[Any]:
        """A connection to use beside the first; a driver of this process has only that one."""
        return self._spares.use(patience) if self._spares else self._first.use()

    def _scope(self, scope: str) -> Iterator[ResourceObservation]:
        with self._another(SPARE_SECONDS) as connection:
            yield from Listings(connection).read(scope)

    def _help(self, reading: DomainReading) -> None:
        try:
            with self._another() as connection:
                reading.help(connection)
        except (HostLost, NoSpare, libvirt.libvirtError) as error:
            log.debug("%s is read over fewer connections: %s", self._host.uri, error)

    async def _call(self, call: Callable[[Any], Result]) -> Result:
        """Make a call over the first connection."""

        def alone() -> Result:
            with self._first.use() as connection:
                return call(connection)

        try:
            return await self._calls.run(alone, CALL_SECONDS)
        except TimeoutError:
            raise HostLost(f"{self._host.uri} did not answer within {CALL_SECONDS:.0f} seconds.") from None
        except libvirt.libvirtError as error:
            raise HostLost(f"{self._host.uri} failed: {sentence(error)}") from error


def dotted(version: int) -> str:
    """libvirt's number for a release, such as 9000000, as `9.0.0`."""
    return f"{version // 1_000_000}.{version // 1_000 % 1_000}.{version % 1_000}"


def _where_supported(connection: Any, call: Callable[..., Result], *arguments: object) -> Result | None:
    try:
        return call(*arguments)
    except libvirt.libvirtError:
        # Drivers and older daemons refuse what they do not know with various codes.
        if not connection.isAlive():
            raise
        return None


def _close(connection: Any) -> None:
    # Every registered callback holds the connection open on the side of the daemon.
    for callback in list(connection.domainEventCallbackID):
        _ignoring_errors(connection.domainEventDeregisterAny, callback)
    resource_events.deregister(connection, _ignoring_errors)
    _ignoring_errors(connection.unregisterCloseCallback)
    _ignoring_errors(connection.close)


def _ignoring_errors(call: Callable[..., object], *arguments: object) -> None:
    try:
        call(*arguments)
    except libvirt.libvirtError as error:
        log.debug("While closing a connection: %s", error)
