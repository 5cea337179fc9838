"""`<clock>`: the guest's clock and its timers.

Source: libvirt's domain XML, "Time keeping".
"""

import re
from enum import Enum
from typing import cast

import strawberry

from ..element import Document, Element, attribute, child, children, derived, element
from ..scalars import Long, YesNo, word, words

_SECONDS = re.compile(r"[+-]?[0-9]+", re.ASCII)


@words
class ClockOffset(Enum):
    """What the guest's clock is set by when it starts."""

    UTC = word("utc", "The time in UTC, which most guests expect")
    LOCALTIME = word("localtime", "The time in the host's time zone, which Windows expects")
    TIMEZONE = word("timezone", "The time in the zone that `timezone` names", since="0.7.7")
    VARIABLE = word(
        "variable", "A distance from `basis`, which the guest's own changes of its clock alter", since="0.7.7"
    )
    ABSOLUTE = word("absolute", "The moment in `start`, the same at every start", since="8.4.0")


@words
class ClockBasis(Enum):
    """The time that a clock's adjustment is counted from."""

    UTC = word("utc", "The host's time in UTC, assumed where nothing is said")
    LOCALTIME = word("localtime", "The host's time in its own time zone")


@words
class TimerName(Enum):
    """A source of time that a guest may find."""

    PLATFORM = word("platform", "A timer of the platform; no hypervisor of libvirt has it")
    RTC = word("rtc", "The battery-backed real-time clock of a PC")
    TSC = word("tsc", "The time stamp counter of an x86 processor")
    HPET = word("hpet", "The high precision event timer of a PC")
    PIT = word("pit", "The programmable interval timer of old PCs")
    ARMVTIMER = word("armvtimer", "The virtual timer of an Arm processor", since="6.1.0")
    KVMCLOCK = word("kvmclock", "KVM's paravirtual clock, for Linux guests")
    HYPERVCLOCK = word("hypervclock", "Hyper-V's paravirtual reference time, for Windows guests", since="1.2.2")


@words
class TimerTrack(Enum):
    """The time that a timer follows."""

    BOOT = word("boot", "A time that is counted from boot; not with QEMU")
    GUEST = word("guest", "The guest's time, which stands still while the guest does not run")
    WALL = word("wall", "The host's time of day, with its corrections")
    REALTIME = word("realtime", "A clock of the host that only goes forward, whatever happens to its time of day")


@words
class TickPolicy(Enum):
    """What becomes of timer ticks that were missed, as when the guest was paused."""

    DELAY = word("delay", "They are sent late at the normal rate: the guest's time stays behind")
    CATCHUP = word("catchup", "They are sent at a higher rate until the guest's time is right again")
    MERGE = word("merge", "They become one tick: the guest's time may stay behind")
    DISCARD = word("discard", "They are dropped: the guest sees its time jump")


@words
class TimerMode(Enum):
    """How a guest reads the time stamp counter."""

    AUTO = word("auto", "In the way that the hypervisor picks")
    NATIVE = word("native", "The guest reads the processor's counter directly")
    EMULATE = word("emulate", "Each reading is answered by the hypervisor")
    PARAVIRT = word("paravirt", "Directly, by a guest that corrects the readings")
    SMPSAFE = word("smpsafe", "In a way that is safe with several processors")


@element
class TimerCatchup(Element):
    """How ticks are caught up that the guest has missed."""

    threshold: int | None = attribute(
        "Arrears from which on missed ticks are caught up, a positive number in no documented unit."
    )
    slew: int | None = attribute("Pace at which ticks are caught up, a positive number in no documented unit.")
    limit: int | None = attribute("Bound of what is caught up, a positive number in no documented unit.")


@element
class ClockTimer(Element):
    """A source of time in the guest: whether it is there and how it behaves."""

    name: TimerName | None = attribute("The source of time that is meant.", searchable=True)
    present: YesNo | None = attribute(
        "Whether the guest has the timer at all; the hypervisor's default applies where it is missing."
    )
    tickpolicy: TickPolicy | None = attribute("What becomes of ticks that were missed.")
    track: TimerTrack | None = attribute("The time that an `rtc` or `platform` timer follows.")
    frequency: Long | None = attribute("Frequency in Hz that a `tsc` timer runs at, such as 2400000000.")
    mode: TimerMode | None = attribute("How the guest reads a `tsc` timer; all others are emulated.")
    catchup: TimerCatchup | None = child("How missed ticks are caught up, with the tick policy `catchup`.")


@element
class Clock(Element):
    """How the guest's clock is set when it starts, and the timers that it may use."""

    offset: ClockOffset | None = attribute(
        "What the clock is set by; UTC for a domain without a clock.", searchable=True
    )
    adjustment: str | None = attribute(
        "Seconds between `basis` and the guest's clock, such as `3600`, for `variable`. With `utc` and `localtime`, a "
        "number turns the clock into a `variable` one that starts so far off, and `reset` forbids that, so that the "
        "guest's own changes are lost at each start."
    )
    timezone: str | None = attribute(
        "Time zone of the guest's clock, such as `Europe/Paris`, for `timezone`.", searchable=True, since="0.7.7"
    )
    basis: ClockBasis | None = attribute(
        "The time that the adjustment of a `variable` clock is counted from; UTC where it is missing.", since="0.9.11"
    )
    start: Long | None = attribute(
        "Moment that an `absolute` clock starts at, in seconds since 1970 in UTC.", since="8.4.0"
    )
    timers: list[ClockTimer] | None = children("The guest's sources of time, one by one.", xml="timer", since="0.8.0")

    @derived("The adjustment as a number of seconds; null where there is none and for `reset`.")
    def adjustment_seconds(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        adjustment = document.get("adjustment", "")
        return cast(Long, int(adjustment)) if _SECONDS.fullmatch(adjustment) else None
