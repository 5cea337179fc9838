"""Connections beside the one that events come over, each used by one thread at a time."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import libvirt

from server.collector.listings import Listings
from server.collector.source import HostLost

log = logging.getLogger(__name__)


class Spares:
    """Opens a connection for whoever asks while the others are in use, and keeps it for the next one.

    A call that hangs has its connection for itself: libvirt's client before release 10.3 may end the process when
    two threads wait for answers on one connection (CVE-2024-4418), and libvirtd answers only five calls of each.
    """

    def __init__(self, open_one: Callable[[], Any]) -> None:
        self._open = open_one
        self._lock = Lock()
        self._free: list[Any] = []
        self._closed = False

    @contextmanager
    def use(self) -> Iterator[Listings]:
        """The listings of a connection that nobody else uses; for threads, as it may have to be opened."""
        with self._lock:
            if self._closed:
                raise HostLost("The connection was closed from here.")
            connection = self._free.pop() if self._free else None
        connection = connection or self._open()
        try:
            yield Listings(connection)
        finally:
            self._back(connection)

    def close(self) -> None:
        """Close what nobody uses; the others are closed after their use."""
        with self._lock:
            self._closed = True
            free, self._free = self._free, []
        for connection in free:
            _close(connection)

    def _back(self, connection: Any) -> None:
        alive = _is_alive(connection)
        with self._lock:
            keep = alive and not self._closed
            if keep:
                self._free.append(connection)
        if not keep:
            _close(connection)


def _is_alive(connection: Any) -> bool:
    try:
        return bool(connection.isAlive())
    except libvirt.libvirtError:
        return False


def _close(connection: Any) -> None:
    try:
        connection.close()
    except libvirt.libvirtError as error:
        log.debug("While closing a connection: %s", error)
