"""A wall clock that jumps, for one program: a library loaded into it adds seconds to the time it is told."""

import shutil
import subprocess
from pathlib import Path

from tests.hypervisor import missing

_SOURCE = r"""
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long offset(void) {
    char text[32] = "";
    int file = open(getenv("CLOCK_OFFSET_FILE"), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    if (read(file, text, sizeof text - 1) < 0)
        text[0] = 0;
    close(file);
    return atol(text);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && clock == CLOCK_REALTIME)
        now->tv_sec += offset();
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *now) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (now)
        *now = exact.tv_sec;
    return exact.tv_sec;
}
"""


class Clock:
    """The wall clock of programs that are started with `environment`; the monotonic one goes on as ever."""

    def __init__(self, directory: Path) -> None:
        compiler = shutil.which("gcc")
        if not compiler:
            missing("gcc")
        self._library = directory / "clock.so"
        self._offset = directory / "clock-offset"
        self.jump_to(0)
        command = [compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-x", "c", "-", "-o", str(self._library)]
        subprocess.run(command, input=_SOURCE, text=True, check=True)

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs in its environment to go by this clock."""
        return {"LD_PRELOAD": str(self._library), "CLOCK_OFFSET_FILE": str(self._offset)}

    def jump_to(self, seconds: int) -> None:
        """Let the clock be so many seconds ahead of the true time, from now on."""
        new = self._offset.with_suffix(".new")
        new.write_text(str(seconds))
        new.rename(self._offset)
