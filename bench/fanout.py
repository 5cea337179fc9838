"""A thousand WebSocket subscribers of one API process: how long a change takes to reach them, and what they cost.

Half of them ask for all changes with one shared query, half for those of one host in fifty, each with a filter of its
own. A change's time counts from just before it is written, and so includes the transaction.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.api import Process, api_process
from bench.subscribers import Arrival, subscribers
from server.collector.inventory import Observation
from server.store.collections import prepare
from server.store.connection import connect
from server.store.embedded import EmbeddedMongo
from server.store.inventory import MongoInventory

HOSTS = 50
_PROCESSES = 2
_WARM_UP = 50
_LONGEST_WAIT = 30.0

_EVENT = "cursor at name revision operation devices { kind paths { path } }"
_ALL = f"subscription {{ changes {{ ... on Change {{ {_EVENT} }} }} }}"
_FILTERED = "subscription Mine($filter: ChangeFilter) { changes(filter: $filter) { ... on Change { " + _EVENT + " } } }"

_MORE: list[dict[str, Any]] = [
    {},
    {"subjects": ["VM"]},
    {"operations": ["CHANGED"]},
    {"operations": ["CHANGED", "REMOVED"]},
    {"deviceKinds": ["DISK"]},
    {"deviceKinds": ["DISK", "INTERFACE"]},
    {"path": "devices"},
    {"path": "devices.disks"},
    {"path": "devices.disks.driver"},
    {"path": "devices.disks.driver.cache"},
]
"""What makes filters of the same host differ; every change meets all of them."""


def _host(number: int) -> str:
    return f"kvm-{number % HOSTS:02}"


def _payloads(number: int) -> tuple[list[dict[str, Any]], list[str | None]]:
    """What the subscribers ask for, shared and filtered by turns, and the host that each is to hear of."""
    payloads: list[dict[str, Any]] = []
    wanted: list[str | None] = []
    for index in range(number):
        if index % 2 == 0:
            payloads.append({"query": _ALL})
            wanted.append(None)
            continue
        mine = index // 2
        host = _host(mine)
        # A host that there is not makes even the five-hundred-and-first filter another one.
        hosts = [host, *(f"none-{lap}" for lap in range(mine // (HOSTS * len(_MORE))))]
        more = _MORE[mine // HOSTS % len(_MORE)]
        payloads.append({"query": _FILTERED, "variables": {"filter": {"hosts": hosts, **more}}})
        wanted.append(host)
    return payloads, wanted


class Writer:
    """Changes VMs the way a collector does, and notes when."""

    def __init__(self, inventory: MongoInventory) -> None:
        self._inventory = inventory
        self._revisions: Counter[str] = Counter()
        self.written: dict[tuple[str, int], float] = {}
        """When the change of a VM to a revision was about to be written."""

    async def change(self, number: int) -> None:
        """Change the VM of a host."""
        host = _host(number)
        self._revisions[host] += 1
        revision = self._revisions[host]
        cache = "none" if revision % 2 else "writeback"
        xml = (
            f"<domain type='kvm'><name>{host}</name><devices><disk type='file' device='disk'><driver name='qemu' "
            f"cache='{cache}'/><source file='/vm.img'/><target dev='vda' bus='virtio'/></disk></devices></domain>"
        )
        self.written[host, revision] = time.monotonic()
        await self._inventory.vms_observed(host, [Observation("vm", "RUNNING", xml)])

    async def run(self, seconds: float, per_second: float) -> None:
        """Change one VM after the other, evenly."""
        begin = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(round(seconds * per_second)):
                await asyncio.sleep(max(0.0, begin + number / per_second - time.monotonic()))
                group.create_task(self.change(number))


async def _trial(number: int, seconds: float, per_second: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="virtgraph-bench-") as directory:
        async with EmbeddedMongo(Path(directory)) as mongo:
            store = await connect(mongo.uri, "bench")
            try:
                await prepare(store)
                writer = Writer(MongoInventory(store))
                for host in range(HOSTS):
                    await writer.change(host)
                async with api_process(mongo.uri, "bench", Path(directory)) as (api, address):
                    url = address.replace("http", "ws", 1)
                    async with subscribers(url, _payloads(_WARM_UP)[0], 1) as parts:
                        await writer.run(_WARM_UP / 25, 25)
                        await asyncio.gather(*(part.stop() for part in parts))
                    return await _measured(api, url, writer, number, seconds, per_second)
            finally:
                await store.close()


async def _measured(
    api: Process, url: str, writer: Writer, number: int, seconds: float, per_second: float
) -> dict[str, Any]:
    await asyncio.sleep(2)
    before = api.resident_kib()
    payloads, wanted = _payloads(number)
    async with subscribers(url, payloads, _PROCESSES) as parts:
        writer.written.clear()
        resident, used, begun = api.resident_kib(), api.cpu_seconds(), time.monotonic()
        await writer.run(seconds, per_second)
        took, used = time.monotonic() - begun, api.cpu_seconds() - used
        written = list(writer.written)
        expected = [[change for change in written if host in (None, change[0])] for host in wanted]
        deadline = time.monotonic() + _LONGEST_WAIT
        while sum([await part.arrived() for part in parts]) < sum(map(len, expected)) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        await asyncio.sleep(0.5)
        resident = max(resident, api.resident_kib())
        stopped = await asyncio.gather(*(part.stop() for part in parts))
    arrivals = [stopped[index % _PROCESSES][index // _PROCESSES] for index in range(number)]
    exact = sum(_by_vm(got) == _by_vm(due) for got, due in zip(arrivals, expected, strict=True))
    shared = [arrival for index in range(0, number, 2) for arrival in arrivals[index]]
    filtered = [arrival for index in range(1, number, 2) for arrival in arrivals[index]]
    return {
        "subscribers": number,
        "changes": len(written),
        "expected": sum(map(len, expected)),
        "delivered": len(shared) + len(filtered),
        "exact_subscribers": exact,
        "latency_ms": _latency(shared + filtered, writer.written),
        "shared_latency_ms": _latency(shared, writer.written),
        "filtered_latency_ms": _latency(filtered, writer.written),
        "kib_per_subscriber": round((resident - before) / number, 1),
        "cpu_seconds_per_second": round(used / took, 3),
    }


def _by_vm(changes: Sequence[Arrival | tuple[str, int]]) -> dict[str, list[int]]:
    """The revisions of each VM in their order; two VMs may change in any."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for change in changes:
        found[change[0]].append(change[1])
    return found


def _latency(arrivals: Sequence[Arrival], written: dict[tuple[str, int], float]) -> dict[str, float]:
    """Milliseconds from the write to the arrival."""
    took = sorted(
        1000 * (at - written[name, revision]) for name, revision, at in arrivals if (name, revision) in written
    )
    if not took:
        return {}
    return {
        name: round(took[min(int(share * len(took)), len(took) - 1)], 1)
        for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or one JSON object with `--json`."""
    parser = argparse.ArgumentParser(prog="python -m bench.fanout", description=__doc__)
    parser.add_argument("--subscribers", type=int, default=1000, help="WebSocket connections (1000)")
    parser.add_argument("--seconds", type=float, default=30, help="how long VMs change (30)")
    parser.add_argument("--changes-per-second", type=float, default=10, help="how many VMs change each second (10)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    if min(options.subscribers, options.seconds * options.changes_per_second) < 1:
        parser.error("there must be a subscriber and a change")
    found = asyncio.run(_trial(options.subscribers, options.seconds, options.changes_per_second))
    if options.json:
        print(json.dumps(found))
        return
    table = Table("what", "value", title=f"{found['subscribers']} subscribers of one API process")
    for name, value in found.items():
        for part, one in value.items() if isinstance(value, dict) else [("", value)]:
            table.add_row(f"{name} {part}".replace("_", " "), f"{one:,}")
    Console().print(table)


if __name__ == "__main__":
    main()
