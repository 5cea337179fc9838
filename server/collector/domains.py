"""Definitions of domains, read by several threads."""

from collections import deque
from collections.abc import Iterable
from threading import Condition
from typing import Any

import libvirt

from server.collector.inventory import Observation
from server.collector.listings import sentence

STATES = {
    libvirt.VIR_DOMAIN_NOSTATE: "NOSTATE",
    libvirt.VIR_DOMAIN_RUNNING: "RUNNING",
    libvirt.VIR_DOMAIN_BLOCKED: "BLOCKED",
    libvirt.VIR_DOMAIN_PAUSED: "PAUSED",
    libvirt.VIR_DOMAIN_SHUTDOWN: "SHUTDOWN",
    libvirt.VIR_DOMAIN_SHUTOFF: "SHUTOFF",
    libvirt.VIR_DOMAIN_CRASHED: "CRASHED",
    libvirt.VIR_DOMAIN_PMSUSPENDED: "PMSUSPENDED",
}


class DomainReading:
    """Domains to read, each by whichever thread comes first; a thread whose connection dies hands its domain back.

    One thread leads and ends last. The others help as long as there is something to take: one that never gets a
    connection holds nothing up.
    """

    def __init__(self, source_keys: Iterable[str]) -> None:
        self._changed = Condition()
        self._left = deque(source_keys)
        self._under_way = 0
        self._stopped = False
        self.seen: list[Observation] = []

    @property
    def done(self) -> bool:
        """Whether every domain was read."""
        return not self._left and not self._under_way

    def lead(self, connection: Any, most: int) -> None:
        """Read at most so many domains; at the end, wait for the helpers, which may hand theirs back."""
        for _ in range(most):
            with self._changed:
                self._changed.wait_for(lambda: self._left or not self._under_way or self._stopped)
            if not self._read_next(connection):
                return

    def help(self, connection: Any) -> None:
        """Read while there is something to take."""
        while self._read_next(connection):
            pass

    def stop(self) -> None:
        """Let nobody begin another domain, nor wait for one."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _read_next(self, connection: Any) -> bool:
        with self._changed:
            if self._stopped or not self._left:
                return False
            key = self._left.popleft()
            self._under_way += 1
        seen: Observation | None = None
        read = False
        try:
            seen = _read(connection, key)
            read = True
        finally:
            with self._changed:
                self._under_way -= 1
                if not read:
                    self._left.append(key)
                if seen:
                    self.seen.append(seen)
                self._changed.notify_all()
        return True


def _read(connection: Any, source_key: str) -> Observation | None:
    try:
        domain = connection.lookupByUUIDString(source_key)
        xml = domain.XMLDesc(0)
        state, _reason = domain.state()
        persistent_xml = None
        # The lookup told its id: one call less than to ask whether it is active.
        if domain.ID() != -1 and domain.isPersistent():
            persistent_xml = domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN:
            return None
        if not connection.isAlive():
            raise
        return Observation(source_key, "UNKNOWN", "", error=f"libvirt could not give the definition: {sentence(error)}")
    return Observation(source_key, STATES.get(state, "UNKNOWN"), xml, persistent_xml)
