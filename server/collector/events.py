"""libvirt's event loop: one thread per process that delivers events, keepalive and the end of connections."""

import logging
import time
from threading import Lock, Thread

import libvirt

log = logging.getLogger(__name__)

_starting = Lock()
_started: list[Thread] = []


def run_event_loop() -> None:
    """Start libvirt's event loop once for the process; must be called before the first connection is opened.

    libvirt keeps one event loop per process and cannot take it back, so this is process-wide like the loop itself.
    It also silences libvirt's printing of errors to stderr: they are raised, and reported by whoever catches them.
    """
    with _starting:
        if _started:
            return
        libvirt.registerErrorHandler(lambda _context, _error: None, None)
        libvirt.virEventRegisterDefaultImpl()
        thread = Thread(target=_run, name="libvirt-events", daemon=True)
        thread.start()
        _started.append(thread)


def _run() -> None:
    while True:
        try:
            libvirt.virEventRunDefaultImpl()
        except libvirt.libvirtError:
            log.exception("libvirt's event loop failed and goes on.")
            time.sleep(1)
