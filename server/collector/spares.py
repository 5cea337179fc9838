"""Connections beside the one that events come over, each used by one thread at a time."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Any

import libvirt

from server.collector.listings import sentence
from server.collector.source import HostLost

log = logging.getLogger(__name__)

REFUSED_SECONDS = 60.0
"""How long a host that refused a connection is not asked for another."""


class NoSpare(Exception):
    """There is no connection to be had; the text is one sentence."""


class Spares:
    """Opens a connection for whoever asks while the others are in use, and keeps it for the next one.

    A thread has its connection for itself: libvirt's client before release 10.3 may end the process when two threads
    wait for answers on one connection (CVE-2024-4418), and libvirtd answers only five calls of each.
    """

    def __init__(self, open_one: Callable[[], Any]) -> None:
        self._open = open_one
        self._changed = Condition()
        self._free: list[Any] = []
        self._lent = 0
        self._refusal = ""
        self._refused_until = 0.0
        self._closed = False

    @contextmanager
    def use(self, patience: float = 0) -> Iterator[Any]:
        """A connection that nobody else uses; for threads, as it may have to be opened.

        Raises `NoSpare` when the host refuses another, and none that it has comes back within `patience` seconds.
        """
        connection = self._take(patience)
        try:
            yield connection
        finally:
            self._back(connection)

    def close(self) -> None:
        """Close what nobody uses; the others are closed after their use."""
        with self._changed:
            self._closed = True
            free, self._free = self._free, []
            self._changed.notify_all()
        for connection in free:
            _close(connection)

    def _take(self, patience: float) -> Any:
        deadline = time.monotonic() + patience
        while True:
            if connection := self._kept(deadline):
                return connection
            try:
                return self._open()
            except (libvirt.libvirtError, NoSpare) as error:
                log.debug("There is no further connection: %s", error)
                self._refuse(sentence(error) if isinstance(error, libvirt.libvirtError) else str(error))

    def _kept(self, deadline: float) -> Any | None:
        """A connection that was given back; none where another is to be opened."""
        with self._changed:
            while True:
                if self._closed:
                    raise HostLost("The connection was closed from here.")
                self._free = [one for one in self._free if _is_alive(one)]
                now = time.monotonic()
                if self._free or now >= self._refused_until:
                    self._lent += 1
                    return self._free.pop() if self._free else None
                if not self._lent or now >= deadline:
                    raise NoSpare(self._refusal)
                self._changed.wait(deadline - now)

    def _refuse(self, reason: str) -> None:
        with self._changed:
            self._lent -= 1
            self._refusal = reason
            self._refused_until = time.monotonic() + REFUSED_SECONDS
            self._changed.notify_all()

    def _back(self, connection: Any) -> None:
        alive = _is_alive(connection)
        with self._changed:
            self._lent -= 1
            keep = alive and not self._closed
            if keep:
                self._free.append(connection)
            self._changed.notify_all()
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
