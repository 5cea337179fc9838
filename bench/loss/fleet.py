"""The driver: changes simulated domains at random through libvirt, and keeps the ledger of what they must be.

A program of its own, `python -m bench.loss.fleet`, that knows libvirt and its ledger and nothing of virtgraph. It
prints `ready` when every domain is defined, and ends after its time, or earlier on SIGTERM.
"""

import argparse
import random
import signal
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import libvirt

from bench.loss.ledger import Entry, Facts, Ledger

BURST = 200
"""Changes of one domain one after the other, as fast as libvirt takes them."""

BURST_CHANCE = 0.003
"""How likely a change is followed by a burst."""

_CACHES = ("none", "writeback", "writethrough", "directsync", "unsafe")
_TARGETS = ("vda", "vdb", "vdc", "vdd")


class Fleet:
    """The domains of several test hypervisors, and the one who changes them."""

    def __init__(self, hosts: dict[str, str], domains: int, ledger: Ledger, chance: random.Random) -> None:
        libvirt.registerErrorHandler(lambda _context, _error: None, None)
        self._connections = {name: libvirt.open(uri) for name, uri in hosts.items()}
        self._ledger = ledger
        self._chance = chance
        names = list(hosts)
        self._entries = [
            Entry(names[number % len(names)], f"vm-{number:03}", str(uuid.UUID(int=chance.getrandbits(128), version=4)))
            for number in range(domains)
        ]

    def define_all(self) -> None:
        """Define every domain for the first time."""
        for number in range(len(self._entries)):
            self._define(number)

    def change(self) -> None:
        """Make one random change to one random domain, or a burst of them."""
        number = self._chance.randrange(len(self._entries))
        self._one_of(_POSSIBLE[self._entries[number].state], number)
        if self._entries[number].stored and self._chance.random() < BURST_CHANCE:
            for _ in range(BURST):
                self._one_of(_ALWAYS, number)

    def _one_of(self, steps: "dict[_Step, int]", number: int) -> None:
        (step,) = self._chance.choices(list(steps), list(steps.values()))
        step(self, number)

    def _domain(self, number: int) -> Any:
        entry = self._entries[number]
        return self._connections[entry.host].lookupByUUIDString(entry.uuid)

    def _note(self, number: int, entry: Entry) -> None:
        self._entries[number] = entry
        self._ledger.write(entry)

    def _define(self, number: int) -> None:
        entry = self._entries[number]
        facts = self._varied(entry.stored) if entry.stored else self._new(entry.name)
        self._connections[entry.host].defineXML(_xml(entry, facts))
        self._note(number, entry.defined(facts))

    def _start(self, number: int) -> None:
        self._domain(number).create()
        self._note(number, self._entries[number].started())

    def _destroy(self, number: int) -> None:
        self._domain(number).destroy()
        self._note(number, self._entries[number].stopped())

    def _suspend(self, number: int) -> None:
        self._domain(number).suspend()
        self._note(number, replace(self._entries[number], state="PAUSED"))

    def _resume(self, number: int) -> None:
        self._domain(number).resume()
        self._note(number, replace(self._entries[number], state="RUNNING"))

    def _undefine(self, number: int) -> None:
        self._domain(number).undefine()
        self._note(number, self._entries[number].undefined())

    def _define_again(self, number: int) -> None:
        self._undefine(number)
        self._define(number)

    def _entitle(self, number: int) -> None:
        title = self._title()
        entry = self._entries[number]
        both = libvirt.VIR_DOMAIN_AFFECT_CONFIG | (libvirt.VIR_DOMAIN_AFFECT_LIVE if entry.live else 0)
        self._domain(number).setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, title, None, None, both)
        self._note(number, entry.titled(title))

    def _title(self) -> str:
        return f"{self._chance.choice(['web', 'mail', 'build <&> test', 'Datenbank für Köln'])} {self._chance.random()}"

    def _new(self, name: str) -> Facts:
        count = self._chance.randint(1, len(_TARGETS))
        disks = {target: (f"/images/{name}-{target}.qcow2", "none") for target in _TARGETS[:count]}
        return Facts(self._chance.randrange(65536, 4194304), self._chance.randint(1, 8), self._title(), disks)

    def _varied(self, facts: Facts) -> Facts:
        """The definition with one to three of its facts changed."""
        for vary in self._chance.sample([self._other_memory, self._other_vcpus, self._other_disk], 2):
            facts = vary(facts)
        return facts

    def _other_memory(self, facts: Facts) -> Facts:
        return replace(facts, memory=self._chance.randrange(65536, 4194304))

    def _other_vcpus(self, facts: Facts) -> Facts:
        return replace(facts, vcpus=self._chance.randint(1, 8))

    def _other_disk(self, facts: Facts) -> Facts:
        """Take a disk away where there is one at a random target, or change it; otherwise add one there."""
        target = self._chance.choice(_TARGETS)
        disks = dict(facts.disks)
        if target in disks and self._chance.random() < 0.5:
            del disks[target]
        else:
            image = f"/images/{self._chance.getrandbits(32):08x}.qcow2"
            disks[target] = (image, self._chance.choice(_CACHES))
        return replace(facts, disks=disks)


_Step = Callable[[Fleet, int], None]
_ALWAYS: dict[_Step, int] = {Fleet._define: 40, Fleet._entitle: 15}
_POSSIBLE: dict[str, dict[_Step, int]] = {
    "ABSENT": {Fleet._define: 1},
    "SHUTOFF": _ALWAYS | {Fleet._start: 30, Fleet._undefine: 8, Fleet._define_again: 8},
    "RUNNING": _ALWAYS | {Fleet._destroy: 15, Fleet._suspend: 10},
    "PAUSED": _ALWAYS | {Fleet._resume: 25, Fleet._destroy: 10},
}


def _xml(entry: Entry, facts: Facts) -> str:
    disks = "".join(
        f"<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='{cache}'/><source file='{image}'/>"
        f"<target dev='{target}' bus='virtio'/></disk>"
        for target, (image, cache) in facts.disks.items()
    )
    return (
        f"<domain type='test'><name>{entry.name}</name><uuid>{entry.uuid}</uuid><title>{escape(facts.title)}</title>"
        f"<memory unit='KiB'>{facts.memory}</memory><vcpu>{facts.vcpus}</vcpu><os><type>hvm</type></os>"
        f"<devices>{disks}</devices></domain>"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Change the fleet for some seconds, then end."""
    parser = argparse.ArgumentParser(prog="python -m bench.loss.fleet", description=__doc__)
    parser.add_argument("--host", action="append", required=True, metavar="NAME=URI", help="a test hypervisor")
    parser.add_argument("--ledger", type=Path, required=True, help="file to write")
    parser.add_argument("--domains", type=int, default=200, help="domains on all hosts together (200)")
    parser.add_argument("--seconds", type=float, default=180, help="how long to change them (180)")
    parser.add_argument("--rate", type=float, default=20, help="changes a second, on average (20)")
    parser.add_argument("--seed", type=int, required=True, help="number that the random choices follow from")
    options = parser.parse_args(arguments)
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stopping.append(number))
    chance = random.Random(options.seed)
    hosts = dict(value.split("=", 1) for value in options.host)
    with Ledger(options.ledger) as ledger:
        fleet = Fleet(hosts, options.domains, ledger, chance)
        fleet.define_all()
        print("ready", flush=True)
        end = following = time.monotonic()
        end += options.seconds
        while not stopping and (now := time.monotonic()) < end:
            if now < following:
                time.sleep(min(following - now, 0.1))
                continue
            fleet.change()
            following += chance.expovariate(options.rate)
    sys.exit(0)


if __name__ == "__main__":
    main()
