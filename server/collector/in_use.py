"""Who uses a connection, and when it may be closed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Any

from server.collector.source import HostLost


class InUse:
    """Lends a connection to one thread at a time, or to any number where it is `shared`.

    It is closed when the last one has given it back, in the thread of that one: libvirt frees a connection that is
    closed, also under calls that still wait for an answer, and the process would end.
    """

    def __init__(self, connection: Any, close: Callable[[Any], None], *, shared: bool) -> None:
        self._connection = connection
        self._close = close
        self._shared = shared
        self._changed = Condition()
        self._users = 0
        self._closing = False

    @contextmanager
    def use(self) -> Iterator[Any]:
        """The connection, once nobody else uses it; raises `HostLost` when it is to be closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._shared or not self._users)
            if self._closing:
                raise HostLost("The connection was closed from here.")
            self._users += 1
        try:
            yield self._connection
        finally:
            if self._given_back():
                self._close(self._connection)

    def close(self) -> None:
        """Lend the connection no more, and close it as soon as nobody uses it."""
        with self._changed:
            last = not self._closing and not self._users
            self._closing = True
            self._changed.notify_all()
        if last:
            self._close(self._connection)

    def _given_back(self) -> bool:
        """Whether that was the last use of a connection that is to be closed."""
        with self._changed:
            self._users -= 1
            self._changed.notify()
            return self._closing and not self._users
