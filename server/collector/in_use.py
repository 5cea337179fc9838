"""When a connection may be closed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from server.collector.source import HostLost


class InUse:
    """Closes a connection when the last call that is under way on it has ended, in the thread of that call.

    libvirt frees a connection that is closed, also under calls that still wait for an answer: the process would end.
    """

    def __init__(self, close: Callable[[], None]) -> None:
        self._close = close
        self._lock = Lock()
        self._calls = 0
        self._closing = False

    @contextmanager
    def call(self) -> Iterator[None]:
        """The time of a call; raises `HostLost` when the connection is to be closed."""
        with self._lock:
            if self._closing:
                raise HostLost("The connection was closed from here.")
            self._calls += 1
        try:
            yield
        finally:
            if self._ended():
                self._close()

    def close(self) -> None:
        """Let no call begin any more, and close the connection as soon as none is under way."""
        with self._lock:
            last = not self._closing and not self._calls
            self._closing = True
        if last:
            self._close()

    def _ended(self) -> bool:
        with self._lock:
            self._calls -= 1
            return self._closing and not self._calls
