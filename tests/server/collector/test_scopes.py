"""When scopes are read again, and what hangs."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from server.collector import scopes as module
from server.collector.calls import Calls
from server.collector.inventory import Cause, ResourceObservation
from server.collector.readings import MOST_ALIKE, MOST_HUNG, Readings, Steps
from server.collector.scopes import REST_SECONDS, WHOLE, Scopes
from server.collector.source import ScopeFailed

SEEN = ResourceObservation("NODE_DEVICE", "computer", "<device/>")


async def one(scopes: Scopes, seconds: float = 5) -> str:
    """The next scope that is to be read."""
    return (await asyncio.wait_for(scopes.next(), seconds))[0]


async def test_many_events_are_one_reading_and_one_more_when_it_rested() -> None:
    scopes = Scopes()
    loop = asyncio.get_running_loop()
    times = []
    flood = [loop.call_later(number / 100, scopes.report, "node-devices") for number in range(150)]
    for _ in range(2):
        assert await one(scopes) == "node-devices"
        times.append(loop.time())
        scopes.done("node-devices")
    assert times[1] - times[0] >= REST_SECONDS
    assert await one(scopes) == "node-devices"
    assert all(handle.when() <= loop.time() for handle in flood), "the last reading came after the last event"


async def test_scopes_are_read_in_the_order_of_their_news() -> None:
    scopes = Scopes()
    scopes.report(*WHOLE)
    scopes.report(*WHOLE)
    assert [await one(scopes) for _ in WHOLE] == list(WHOLE)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(scopes.next(), 0.3)


async def test_news_that_come_while_a_scope_is_read_are_not_lost() -> None:
    scopes = Scopes()
    scopes.report("pools")
    assert await one(scopes) == "pools"
    scopes.report("pools")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(scopes.next(), 0.3)
    scopes.done("pools")
    assert await one(scopes, 6) == "pools"


async def test_the_hosts_own_news_are_the_cause_that_counts() -> None:
    event, reconciliation = Cause.EVENT, Cause.RECONCILIATION
    scopes = Scopes()
    scopes.report("pools", "networks", "secrets", cause=reconciliation)
    scopes.report("networks")
    scopes.report("nwfilters")
    scopes.report("nwfilters", cause=reconciliation)
    seen = dict([await asyncio.wait_for(scopes.next(), 5) for _ in range(4)])
    assert seen == {"pools": reconciliation, "networks": event, "secrets": reconciliation, "nwfilters": event}
    scopes.report("networks", cause=reconciliation)
    scopes.done("networks")
    assert await asyncio.wait_for(scopes.next(), 5) == ("networks", reconciliation), "each reading has its own cause"


async def test_a_long_reading_earns_a_long_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REST_SECONDS", 0.05)
    scopes = Scopes()
    scopes.report("node-devices")
    await scopes.next()
    await asyncio.sleep(0.1)
    scopes.done("node-devices")
    ended = asyncio.get_running_loop().time()
    scopes.report("node-devices")
    await asyncio.wait_for(scopes.next(), 5)
    assert asyncio.get_running_loop().time() - ended >= 0.9
    await asyncio.sleep(0.1)
    scopes.done("node-devices", read=False)
    scopes.report("node-devices")
    await asyncio.wait_for(scopes.next(), 0.5)


class TestReadings:
    @pytest.fixture
    def release(self) -> Iterator[threading.Event]:
        event = threading.Event()
        yield event
        event.set()

    @pytest.fixture
    async def calls(self) -> AsyncIterator[Calls]:
        calls = Calls("readings", MOST_HUNG + 2)
        yield calls
        calls.close()

    def hanging(self, release: threading.Event, begun: list[str], scope: str) -> Steps:
        def steps() -> Iterator[ResourceObservation]:
            begun.append(scope)
            release.wait()
            yield SEEN

        return steps

    async def test_what_hangs_is_said_not_repeated_and_read_anew_when_it_ends(
        self, release: threading.Event, calls: Calls
    ) -> None:
        scopes = Scopes()
        readings = Readings(calls, scopes, 0.1)
        begun: list[str] = []
        for _ in range(5):
            with pytest.raises(ScopeFailed, match="a call hangs"):
                await readings.read("pools", self.hanging(release, begun, "pools"))
        assert begun == ["pools"]
        assert await readings.read("networks", lambda: iter([SEEN])) == [SEEN]
        release.set()
        assert await one(scopes) == "pools"
        assert await readings.read("pools", lambda: iter([SEEN])) == [SEEN]

    async def test_what_hangs_is_bounded(self, release: threading.Event, calls: Calls) -> None:
        scopes = Scopes()
        readings = Readings(calls, scopes, 0.1)
        begun: list[str] = []
        asked = ["volumes/1", "volumes/2", "pools", "volumes/3", "networks", "secrets"]
        for scope in asked:
            with pytest.raises(ScopeFailed):
                await readings.read(scope, self.hanging(release, begun, scope))
        assert begun == ["volumes/1", "volumes/2", "pools", "networks"]
        assert (MOST_ALIKE, MOST_HUNG) == (3, 4)
        release.set()
        assert {await one(scopes) for _ in asked} == set(asked)

    async def test_a_reading_may_take_long_as_long_as_it_is_answered(self, calls: Calls) -> None:
        def steps() -> Iterator[ResourceObservation]:
            for _ in range(10):
                time.sleep(0.05)
                yield SEEN

        assert len(await Readings(calls, Scopes(), 0.2).read("node-devices", steps)) == 10

    async def test_errors_reach_whoever_asked(self, calls: Calls) -> None:
        def steps() -> Iterator[ResourceObservation]:
            yield SEEN
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await Readings(calls, Scopes(), 1).read("pools", steps)
