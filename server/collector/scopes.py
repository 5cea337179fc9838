"""What is listed of a host besides its domains, and what of that is to be read again.

A scope is one listing of libvirt: `pools`, `volumes/<uuid of the pool>`. The part after the slash is what the listing
is of; `snapshots` and `checkpoints` stand for those of all domains, `snapshots/<uuid>` for those of one.
"""

import asyncio

from server.collector.inventory import Cause

GATHER_SECONDS = 0.1
"""How long news of a scope are gathered before it is read."""
REST_SECONDS = 1.0
"""A scope is not read again sooner than this, whatever is reported."""
LEISURE = 10
"""A scope rests this many times as long as its reading took: a host with thousands of devices is not read all day."""

DUMPS = "dumps"
"""The one scope of a directory: whatever resources its files describe."""

KIND_OF = {
    "pools": "STORAGE_POOL",
    "volumes": "STORAGE_VOLUME",
    "networks": "NETWORK",
    "ports": "NETWORK_PORT",
    "interfaces": "HOST_INTERFACE",
    "node-devices": "NODE_DEVICE",
    "nwfilters": "NWFILTER",
    "nwfilter-bindings": "NWFILTER_BINDING",
    "secrets": "SECRET",
    "snapshots": "DOMAIN_SNAPSHOT",
    "checkpoints": "DOMAIN_CHECKPOINT",
    "capabilities": "CAPABILITIES",
    "domain-capabilities": "DOMAIN_CAPABILITIES",
}
"""The `ResourceKind` of what each listing has."""

BELOW = {"pools": "volumes", "networks": "ports"}
"""The listings of which there is one for each thing in another listing."""

OF_A_DOMAIN = ("snapshots", "checkpoints")
"""The listings that domains have."""

WHOLE = tuple(listing for listing in KIND_OF if listing not in BELOW.values())
"""The scopes that every host has; the others follow from what these bring."""

KINDS = frozenset(KIND_OF.values())


class Scopes:
    """The scopes to read again, each at most once and no more often than it may.

    A scope that is being read when news of it come is read once more afterwards. Used on the event loop only; other
    threads hand their news over with `call_soon_threadsafe`.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._due: dict[str, float] = {}
        self._causes: dict[str, Cause] = {}
        self._rests: dict[str, float] = {}
        self._reading: dict[str, float] = {}
        self._news = asyncio.Event()

    def report(self, *scopes: str, cause: Cause = Cause.EVENT) -> None:
        """These scopes may have changed; of two causes to read one, the host's own news is the one that counts."""
        now = self._loop.time()
        for scope in scopes:
            self._due.setdefault(scope, max(now + GATHER_SECONDS, self._rests.get(scope, 0)))
            if self._causes.get(scope) is not Cause.EVENT:
                self._causes[scope] = cause
        self._news.set()

    async def next(self) -> tuple[str, Cause]:
        """The scope to read now and why, once there is one; `done` must follow."""
        while True:
            self._news.clear()
            now = self._loop.time()
            self._rests = {scope: until for scope, until in self._rests.items() if until > now}
            waiting = {scope: due for scope, due in self._due.items() if scope not in self._reading}
            # Of several that are due, the one that was reported first.
            scope = next((scope for scope, due in waiting.items() if due <= now), None)
            if scope is not None:
                del self._due[scope]
                self._reading[scope] = now
                return scope, self._causes.pop(scope)
            soonest = min(waiting.values(), default=None)
            try:
                async with asyncio.timeout_at(soonest):
                    await self._news.wait()
            except TimeoutError:
                continue

    def done(self, scope: str, *, read: bool = True) -> None:
        """The reading of this scope has ended; one that failed says nothing about how long it takes."""
        now = self._loop.time()
        took = now - self._reading.pop(scope)
        rested = now + max(REST_SECONDS, LEISURE * took if read else 0)
        self._rests[scope] = rested
        if scope in self._due:
            self._due[scope] = max(self._due[scope], rested)
        self._news.set()
