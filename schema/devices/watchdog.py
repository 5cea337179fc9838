"""`<watchdog>`: the clock that resets a guest which no longer answers.

Source: libvirt's domain XML, "Watchdog devices".
"""

from collections.abc import Iterable
from enum import Enum

from ..device import Device, device
from ..element import Document, attribute
from ..scalars import word, words


@words
class WatchdogAction(Enum):
    """What happens to a VM whose watchdog fires."""

    RESET = word("reset", "The VM is reset by force; assumed where nothing is said")
    SHUTDOWN = word("shutdown", "The guest is asked to shut down, which a hung one will hardly do")
    POWEROFF = word("poweroff", "The VM is switched off by force")
    PAUSE = word("pause", "The VM is paused and stays in memory")
    NONE = word("none", "The VM just goes on as before")
    DUMP = word("dump", "The VM's memory is saved to a file, then the VM goes on", since="0.8.7")
    INJECT_NMI = word("inject-nmi", "The guest gets a non-maskable interrupt", since="1.2.17")


@device("watchdog", identity=("model",))
class Watchdog(Device):
    """A timer that acts when a daemon in the guest stops resetting it; without one it does nothing.

    Since libvirt 0.7.3.
    """

    model: str | None = attribute(
        "The watchdog that is emulated: `i6300esb` (a PCI device), `itco` (part of every q35 machine), `ib700` (an "
        "ISA device) or `diag288` (s390).",
        searchable=True,
    )
    action: WatchdogAction | None = attribute(
        "What happens to the VM when the time is up; a reset where it is missing.", searchable=True
    )

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """`itco watchdog, action reset`."""
        yield "model" in device and f"{device['model']} watchdog"
        yield "action" in device and f"action {device['action']}"
