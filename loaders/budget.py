"""The time that MongoDB may spend for a request."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .errors import TOO_LONG, ReadFailed


class Budget:
    """Seconds for all reads together; those that run at the same time spend them once. Any thread may use it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._running = 0
        self._since = 0.0
        self._reason = TOO_LONG

    @contextmanager
    def spending(self) -> Iterator[None]:
        """While a read runs; why it failed is also why later ones get no time."""
        with self._lock:
            if self._running == 0:
                self._since = time.monotonic()
            self._running += 1
        try:
            yield
        except ReadFailed as failure:
            self._reason = str(failure)
            raise
        finally:
            with self._lock:
                self._running -= 1
                if self._running == 0:
                    self._seconds -= time.monotonic() - self._since

    def milliseconds(self) -> int:
        """What is left, as MongoDB is told; raises ReadFailed where nothing is."""
        with self._lock:
            spent = time.monotonic() - self._since if self._running else 0.0
            left = int((self._seconds - spent) * 1000)
        if left <= 0:  # to MongoDB, 0 means without end
            raise ReadFailed(self._reason)
        return left
