"""One run of the loss test, from the first mongod to the verdict."""

import asyncio
import random
import signal
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from bench.loss.api import Api, Balancer, answered
from bench.loss.chaos import Chaos, Disturbance
from bench.loss.hypervisors import Hypervisor
from bench.loss.ledger import read_ledger
from bench.loss.processes import VIRTGRAPH, Supervised, end, launch, until, virtgraph_environment
from bench.loss.replica_set import ReplicaSet
from bench.loss.subscribers import Subscriber, everybody
from bench.loss.verdict import Verdict, judge

HOSTS = 4
COLLECTORS = 2
APIS = 2

START_SECONDS = 60
SETTLE_SECONDS = 90
QUIET_SECONDS = 3
"""So long nothing may be missing any more before the verdict: what comes twice comes late."""
RESTART_SECONDS = (1.0, 4.0)
STAY_SECONDS = (5.0, 30.0)
"""How long a subscriber stays before it leaves by itself."""

Progress = Callable[[str, float], None]
"""Called with what is being done, and for how many seconds the fleet has been changing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run: seconds of changes, domains, changes a second, and the number that all chance follows from."""

    seconds: float
    domains: int
    rate: float
    seed: int


class Invalid(Exception):
    """The run proves nothing: something ended that nobody killed, or never started."""


async def run_trial(plan: Plan, directory: Path, progress: Progress) -> tuple[dict[str, Any], Verdict]:
    """Run it in an empty directory, where logs and ledger stay; the figures, and what was found."""
    this = asyncio.current_task()
    assert this
    async with AsyncExitStack() as stack:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
        trial = Trial(plan, directory, progress, stack)
        return await trial.run()


class Trial:
    """The processes of one run and what is known of them."""

    def __init__(self, plan: Plan, directory: Path, progress: Progress, stack: AsyncExitStack) -> None:
        self._plan = plan
        self._directory = directory
        self._progress = progress
        self._stack = stack
        self._chance = random.Random(plan.seed)
        self._apis: list[Api] = []
        self._collectors: list[Supervised] = []
        self._takeovers = 0

    async def run(self) -> tuple[dict[str, Any], Verdict]:
        """See `run_trial`."""
        self._progress("starting", 0)
        hypervisors = [await self._stack.enter_async_context(Hypervisor(f"host-{n}")) for n in range(HOSTS)]
        replica_set = await self._stack.enter_async_context(ReplicaSet(self._directory, self._away))
        for number in range(APIS):
            self._apis.append(Api(f"api-{number}", replica_set.uri, self._directory, self._away))
            await self._start(self._apis[-1])
        cursor: str = await answered(self._apis[0].cursor, START_SECONDS)
        subscribers = list(everybody([one.name for one in hypervisors], cursor, self._stay))
        balancer = Balancer(self._apis)
        self._in_background(*(one.run(balancer) for one in subscribers))
        await until(lambda: all(one.connections for one in subscribers), "every subscriber is connected", START_SECONDS)
        hosts = [part for one in hypervisors for part in ("--host", f"{one.name}={one.uri}")]
        for number in range(COLLECTORS):
            self._collectors.append(self._collector(f"collector-{number}", hosts, replica_set.uri))
            await self._start(self._collectors[-1])
        chaos = Chaos(replica_set, self._apis, self._collectors, self._chance)
        self._in_background(self._watch_leases(replica_set.uri))
        seconds = await self._drive(hosts, chaos)
        if died := [one.name for one in hypervisors if one.failed]:
            raise Invalid(f"The libvirtd of {', '.join(died)} ended, and its domains with it.")
        if died := [one.name for one in replica_set.members if one.ends]:
            raise Invalid(f"{', '.join(died)} ended, and nobody killed it.")
        operations, ledger = read_ledger(self._directory / "ledger")
        settled = time.monotonic()
        verdict = await self._settle(replica_set, subscribers, ledger)
        settled = time.monotonic() - settled
        changes = {event.id for one in subscribers for event in one.events}
        figures = {
            "changes": len(changes),
            "kills": sum(one.what.startswith("kill") for one in chaos.done),
            "lost": verdict.lost,
            "duplicated": verdict.duplicated,
            "unexpected": verdict.unexpected,
            "disordered": verdict.disordered,
            "inconsistent": verdict.inconsistent,
            "gaps": verdict.gaps,
            "seconds": round(seconds, 1),
            "settled_in": round(settled, 1),
            "domains": self._plan.domains,
            "operations": operations,
            "changes_per_second": round(len(changes) / seconds, 1),
            "events": sum(len(one.events) for one in subscribers),
            "subscribers": len(subscribers),
            "reconnects": sum(one.connections - 1 for one in subscribers),
            "lagged": sum(one.lagged for one in subscribers),
            "expired": sum(one.expired for one in subscribers),
            "takeovers": self._takeovers,
            "disturbances": dict(sorted(Counter(one.what for one in chaos.done).items())),
            "delivery": delivery(subscribers),
            "slowest_recovery": slowest_recovery(subscribers, chaos.done),
            "ended_by_themselves": {one.name: one.ends for one in (*self._apis, *self._collectors) if one.ends},
            "tracebacks": sum("Traceback" in line for line in self._logged()),
            "refusals": sum("MongoDB refuses" in line for line in self._logged()),
            "why_connections_ended": dict(sum((one.ends for one in subscribers), Counter()).most_common()),
            "seed": self._plan.seed,
        }
        return figures, verdict

    def _stay(self) -> float:
        return self._chance.uniform(*STAY_SECONDS)

    def _away(self) -> float:
        return self._chance.uniform(*RESTART_SECONDS)

    def _collector(self, name: str, hosts: Sequence[str], mongodb_uri: str) -> Supervised:
        return Supervised(
            name,
            [*VIRTGRAPH, "collect", *hosts, "--mongodb-uri", mongodb_uri],
            self._directory / f"{name}.log",
            restart_after=self._away,
            environment=virtgraph_environment(),
        )

    async def _start(self, process: Supervised) -> None:
        self._stack.push_async_callback(process.stop)
        await process.start()

    def _in_background(self, *works: Any) -> None:
        for work in works:
            task = asyncio.create_task(work)
            self._stack.push_async_callback(end, task)

    async def _drive(self, hosts: Sequence[str], chaos: Chaos) -> float:
        """Let the driver change the fleet while things are disturbed; the seconds it took."""
        plan = self._plan
        log = self._directory / "driver.log"
        command = [
            *("--", sys.executable, "-m", "bench.loss.fleet", "--ledger", str(self._directory / "ledger"), *hosts),
            *("--domains", str(plan.domains), "--seconds", str(plan.seconds), "--rate", str(plan.rate)),
            *("--seed", str(plan.seed)),
        ]
        driver = await launch(command, log, virtgraph_environment())
        self._stack.callback(_kill, driver)
        await until(lambda: driver.returncode is not None or "ready" in log.read_text(), "the fleet is defined", 60)
        began = time.monotonic()
        disturbing = asyncio.create_task(chaos.run())
        self._stack.push_async_callback(end, disturbing)
        ending = asyncio.create_task(driver.wait())
        while not ending.done():
            await asyncio.wait([ending, disturbing], timeout=0.5, return_when=asyncio.FIRST_COMPLETED)
            self._progress(f"{len(chaos.done)} disturbances", min(time.monotonic() - began, plan.seconds))
            if disturbing.done():
                disturbing.result()
        await end(disturbing)
        if driver.returncode:
            raise Invalid(f"The driver of the fleet failed:\n{log.read_text()}")
        return time.monotonic() - began

    async def _settle(self, replica_set: ReplicaSet, subscribers: Sequence[Subscriber], ledger: Any) -> Verdict:
        """Wait until nothing is missing, for a bounded time, and a little longer for what should not come."""
        self._progress("everything comes up again", self._plan.seconds)
        await replica_set.until_whole(START_SECONDS)
        await until(lambda: all(one.running for one in self._collectors), "the collectors run", START_SECONDS)
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            verdict = await self._judge(subscribers, ledger)
            if not (verdict.lost or verdict.gaps) or time.monotonic() > deadline:
                break
            self._progress(f"settling, {verdict.lost} still missing", self._plan.seconds)
            await asyncio.sleep(1)
        await asyncio.sleep(QUIET_SECONDS)
        return await self._judge(subscribers, ledger)

    async def _judge(self, subscribers: Sequence[Subscriber], ledger: Any) -> Verdict:
        answers = {api.name: await answered(api.vms, START_SECONDS) for api in self._apis}
        return judge(subscribers, answers, ledger)

    async def _watch_leases(self, uri: str) -> None:
        """Count how often a host came to another owner."""
        owners: dict[str, str] = {}
        async with AsyncMongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=1000) as client:
            while True:
                try:
                    async for lease in client["virtgraph"]["leases"].find({}, {"owner": 1}):
                        before = owners.get(lease["_id"])
                        owners[lease["_id"]] = lease["owner"]
                        self._takeovers += before not in (None, lease["owner"])
                except PyMongoError:
                    pass
                await asyncio.sleep(0.5)

    def _logged(self) -> list[str]:
        logs = [one.log for one in (*self._apis, *self._collectors)]
        return [line for log in logs for line in log.read_text(errors="replace").splitlines()]


def delivery(subscribers: Sequence[Subscriber]) -> dict[str, float]:
    """Seconds from the observation of a change to its arrival: the median, and the longest, whatever was broken."""
    seconds = sorted(event.arrived - event.at for one in subscribers for event in one.events)
    return {"median": round(statistics.median(seconds), 3), "longest": round(seconds[-1], 1)} if seconds else {}


def slowest_recovery(subscribers: Sequence[Subscriber], disturbances: Sequence[Disturbance]) -> dict[str, float]:
    """For each kind of disturbance the longest time until a subscriber of everything got a newer change of each host.

    In seconds, from the disturbance to the arrival of a change that was observed after it.
    """
    slowest: dict[str, float] = {}
    for one in subscribers:
        if one.interest.filter is not None:
            continue
        for disturbance in disturbances:
            first: dict[str, float] = {}
            for event in one.events:
                if event.at > disturbance.at:
                    first.setdefault(event.host, event.arrived - disturbance.at)
            slowest[disturbance.what] = max(slowest.get(disturbance.what, 0.0), *first.values(), 0.0)
    return {what: round(seconds, 1) for what, seconds in sorted(slowest.items())}


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
