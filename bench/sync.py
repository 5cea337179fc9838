"""The first synchronisation of a host, beside reading and parsing its domains' XML alone.

Domains are those of libvirt's test driver, all running, so that the collector reads two definitions of each. Every
round does both in turn, each in a process of its own: what either leaves in memory is not the other's. Both read
over as many threads as the collector has, and neither counts the time in which the driver loads its file.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import libvirt
from rich.console import Console
from rich.progress import track
from rich.table import Table

import schema
from bench.api import Process
from server.collector.collector import Collector
from server.collector.hosts import parse_host
from server.collector.inventory import HostFacts
from server.collector.watch import Pace
from server.store.collections import prepare
from server.store.connection import Store, connect
from server.store.embedded import EmbeddedMongo
from server.store.inventory import MongoInventory

_TARGETS = "abcdef"
_FIGURES = ("seconds", "cpu_seconds", "mongod_cpu_seconds")
_THREADS = Pace().calls_per_host


def write_fleet(file: Path, domains: int) -> str:
    """Write a host of so many domains for the test driver; its URI."""
    with file.open("w") as out:
        out.write("<node>\n")
        for number in range(domains):
            out.write(_domain(number))
        out.write("</node>\n")
    return f"test://{file}"


def _domain(number: int) -> str:
    """A common guest: one to four disks, one or two interfaces, and what management tools add to every one."""
    name = f"vm-{number:05}"
    disks = "".join(
        f"<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none' io='native' discard='unmap'/>"
        f"<source file='/var/lib/libvirt/images/{name}-{letter}.qcow2'/><target dev='vd{letter}' bus='virtio'/>"
        f"<serial>{name}-{letter}</serial><address type='pci' domain='0' bus='{5 + at}' slot='0' function='0'/></disk>"
        for at, letter in enumerate(_TARGETS[: 1 + number % 4])
    )
    interfaces = "".join(
        f"<interface type='network'><mac address='52:54:{at:02x}:{number >> 16:02x}:{number >> 8 & 255:02x}:"
        f"{number & 255:02x}'/><source network='{network}'/><target dev='vnet{2 * number + at}'/>"
        f"<model type='virtio'/><address type='pci' domain='0' bus='{1 + at}' slot='0' function='0'/></interface>"
        for at, network in enumerate(("default", "storage")[: 1 + number % 2])
    )
    return (
        f"<domain type='test'><name>{name}</name><uuid>{uuid.UUID(int=number + 1, version=4)}</uuid>"
        f"<title>Guest {number}</title><memory unit='KiB'>{1048576 * (1 + number % 8)}</memory>"
        f"<vcpu placement='static'>{1 + number % 8}</vcpu><os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type>"
        f"<boot dev='hd'/></os><features><acpi/><apic/></features><cpu mode='host-model' check='partial'/>"
        f"<clock offset='utc'><timer name='rtc' tickpolicy='catchup'/><timer name='hpet' present='no'/></clock>"
        f"<on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>destroy</on_crash><devices>"
        f"<emulator>/usr/bin/qemu-system-x86_64</emulator>{disks}"
        f"<disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>"
        f"<controller type='usb' index='0' model='qemu-xhci'/><controller type='sata' index='0'/>"
        f"<controller type='virtio-serial' index='0'/>{interfaces}"
        f"<console type='pty'><target type='serial' port='0'/></console>"
        f"<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/>"
        f"<address type='virtio-serial' controller='0' bus='0' port='1'/></channel>"
        f"<input type='tablet' bus='usb'/><graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'/>"
        f"<video><model type='virtio' heads='1' primary='yes'/></video><memballoon model='virtio'/>"
        f"<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng></devices></domain>\n"
    )


def read_and_parse(uri: str) -> dict[str, Any]:
    """Read the definitions of every domain, live and persistent, and parse them; nothing else."""
    connection = libvirt.open(uri)

    def both(key: str) -> int:
        domain = connection.lookupByUUIDString(key)
        definitions = [schema.domain_from_xml(domain.XMLDesc(flag)) for flag in (0, libvirt.VIR_DOMAIN_XML_INACTIVE)]
        return sum(len(devices) for devices in definitions[0]["devices"].values() if isinstance(devices, list))

    begun, used = time.perf_counter(), time.process_time()
    keys = [domain.UUIDString() for domain in connection.listAllDomains(0)]
    with ThreadPoolExecutor(_THREADS) as threads:
        devices = sum(threads.map(both, keys))
    took = {"seconds": time.perf_counter() - begun, "cpu_seconds": time.process_time() - used}
    return {**took, "domains": len(keys), "devices": devices}


class _Timed(MongoInventory):
    """An inventory that knows how long the first complete reading took."""

    def __init__(self, store: Store, mongod: Process) -> None:
        super().__init__(store)
        self._clocks = (time.perf_counter, _processor_seconds, mongod.cpu_seconds)
        self._begun: list[float] = []
        self.took: list[float] = []
        """Seconds, processor seconds of this process and those that it started, processor seconds of mongod."""
        self.done = asyncio.Event()

    async def host_connected(self, host_id: str, uri: str, facts: HostFacts) -> None:
        """The domains are about to be read."""
        await super().host_connected(host_id, uri, facts)
        self._begun = [clock() for clock in self._clocks]

    async def host_synchronized(self, host_id: str) -> None:
        """All domains are stored."""
        await super().host_synchronized(host_id)
        self.took = [clock() - begun for clock, begun in zip(self._clocks, self._begun, strict=True)]
        self.done.set()


def _processor_seconds() -> float:
    return time.process_time() + sum(Process(child.pid).cpu_seconds() for child in active_children() if child.pid)


def synchronize(uri: str) -> dict[str, Any]:
    """Let a collector read the host into an empty database until it says that it has everything."""
    return asyncio.run(_synchronize(uri))


async def _synchronize(uri: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="virtgraph-bench-") as directory:
        async with EmbeddedMongo(Path(directory)) as mongo:
            store = await connect(mongo.uri, "bench")
            try:
                await prepare(store)
                assert mongo.pid is not None
                inventory = _Timed(store, Process(mongo.pid))
                async with Collector([parse_host(f"fleet={uri}")], inventory):
                    await inventory.done.wait()
                counts = [
                    await collection.count_documents({}) for collection in (store.vms, store.definitions, store.changes)
                ]
            finally:
                await store.close()
    return dict(zip(_FIGURES, inventory.took, strict=True)) | {"stored": counts}


_PARTS: dict[str, Callable[[str], dict[str, Any]]] = {"read_and_parse": read_and_parse, "synchronize": synchronize}


def _apart(part: str, uri: str) -> dict[str, Any]:
    """What a part says that runs in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-m", "bench.sync", "--part", part, "--uri", uri], stdout=subprocess.PIPE, check=True
    )
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def measure(domains: int, rounds: int, *, quiet: bool = False) -> dict[str, Any]:
    """Seconds of both, medians of the rounds, and the median ratio of a synchronisation to reading and parsing."""
    with tempfile.TemporaryDirectory(prefix="virtgraph-bench-") as directory:
        uri = write_fleet(Path(directory) / "fleet.xml", domains)
        runs = [
            {part: _apart(part, uri) for part in _PARTS}
            for _ in track(range(rounds), "sync", transient=True, disable=quiet)
        ]
    for run in runs:
        if run["synchronize"]["stored"] != [domains] * 3:
            raise RuntimeError(f"Of {domains} domains these were stored: {run['synchronize']['stored']}")
    return {
        "domains": domains,
        "devices": runs[0]["read_and_parse"]["devices"],
        "rounds": rounds,
        **{
            figure: {
                part: statistics.median(run[part][figure] for run in runs) for part in _PARTS if figure in runs[0][part]
            }
            for figure in _FIGURES
        },
        "ratios": {
            "read_and_parse": statistics.median(
                run["synchronize"]["seconds"] / run["read_and_parse"]["seconds"] for run in runs
            )
        },
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or one JSON object with `--json`."""
    parser = argparse.ArgumentParser(prog="python -m bench.sync", description=__doc__)
    parser.add_argument("--domains", type=int, default=10_000, help="domains of the host (10,000)")
    parser.add_argument("--rounds", type=int, default=3, help="pairs of measurements (3)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--part", choices=_PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--uri", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.part:
        print(json.dumps(_PARTS[options.part](options.uri)))
        return
    if min(options.domains, options.rounds) < 1:
        parser.error("there must be a domain and a round")
    found = measure(options.domains, options.rounds, quiet=options.json)
    if options.json:
        print(json.dumps(found))
        return
    table = Table("part", "seconds", "processor seconds", "of mongod")
    table.title = f"first synchronisation of {found['domains']:,} domains, {found['devices']:,} devices"
    for part, seconds in found["seconds"].items():
        theirs = found["mongod_cpu_seconds"].get(part)
        table.add_row(
            part.replace("_", " "),
            f"{seconds:.2f}",
            f"{found['cpu_seconds'][part]:.2f}",
            "" if theirs is None else f"{theirs:.2f}",
        )
    table.caption = (
        f"{found['ratios']['read_and_parse']:.2f} times reading and parsing, median of {found['rounds']} rounds"
    )
    Console().print(table)


if __name__ == "__main__":
    main()
