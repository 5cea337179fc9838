"""Whether anything was lost: what subscribers got beside the API's revisions, and its answers beside the ledger."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.loss.subscribers import Event, Revision, Subscriber

Json = dict[str, Any]
LedgerEntries = Mapping[tuple[str, str], Json]


@dataclass
class Verdict:
    """Counts, each of which must be 0, and a sentence for each thing that was found."""

    missing: int = 0
    """Revisions that a subscriber should have got and did not, over all subscribers."""
    wrong: int = 0
    """Domains of which an API says something else than the ledger."""
    duplicated: int = 0
    """Revisions that a subscriber got again."""
    unexpected: int = 0
    """Revisions that a filter should have kept away from a subscriber."""
    disordered: int = 0
    """Revisions that arrived after a later one of the same VM or resource."""
    inconsistent: int = 0
    """Operations that do not follow from the ones before, and last states that are not the last."""
    gaps: int = 0
    """Numbers missing in the sequences of the hosts."""
    findings: list[str] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """Missing revisions and wrong domains."""
        return self.missing + self.wrong

    @property
    def clean(self) -> bool:
        """Whether there is nothing to say."""
        return not (
            self.lost or self.duplicated or self.unexpected or self.disordered or self.inconsistent or self.gaps
        )

    def find(self, what: str) -> None:
        """Keep a sentence about something that should not be."""
        self.findings.append(what)


def judge(subscribers: Sequence[Subscriber], answers: Mapping[str, Sequence[Json]], ledger: LedgerEntries) -> Verdict:
    """Judge what subscribers got and what each API answers at last, by its name."""
    verdict = Verdict()
    for api, vms in answers.items():
        _compare_with_ledger(verdict, api, vms, ledger)
    current = {vm["id"]: vm for vms in answers.values() for vm in vms}
    whole = [one for one in subscribers if one.interest.filter is None]
    known = {event.id: event for one in whole for event in one.events}
    last = _last_revisions(known, current)
    for one in subscribers:
        expected = (
            {(key, revision) for key, n in last.items() for revision in range(1, n + 1)}
            if one in whole
            else {revision for revision, event in known.items() if one.interest.chosen(event)}
        )
        _compare(verdict, one, expected)
        if one in whole:
            _follow(verdict, one, current)
            _count_gaps(verdict, one)
    return verdict


def _last_revisions(known: Iterable[Revision], current: Mapping[str, Json]) -> dict[str, int]:
    """The last revision of everything: of a VM that exists what the API says, otherwise the last that anybody saw."""
    last: dict[str, int] = {}
    for key, revision in known:
        last[key] = max(last.get(key, 0), revision)
    return last | {key: vm["revision"] for key, vm in current.items()}


def _compare(verdict: Verdict, one: Subscriber, expected: set[Revision]) -> None:
    got = Counter(event.id for event in one.events)
    for revision, times in got.items():
        if times > 1:
            verdict.duplicated += times - 1
            verdict.find(f"{one.name} got {revision} {times} times")
    for revision in sorted(expected - got.keys()):
        verdict.missing += 1
        verdict.find(f"{one.name} did not get {revision}")
    for revision in sorted(got.keys() - expected):
        verdict.unexpected += 1
        verdict.find(f"{one.name} got {revision}, which it should not have")
    latest: dict[str, int] = {}
    for event in one.events:
        if event.revision < latest.get(event.key, 0):
            verdict.disordered += 1
            verdict.find(f"{one.name} got {event.id} after {latest[event.key]}")
        latest[event.key] = max(event.revision, latest.get(event.key, 0))


def _follow(verdict: Verdict, one: Subscriber, current: Mapping[str, Json]) -> None:
    """Live through the events of each VM in the order of the revisions: it must come before it changes or goes."""
    by_key: dict[str, dict[int, Event]] = defaultdict(dict)
    for event in one.events:
        by_key[event.key][event.revision] = event
    for key, events in by_key.items():
        there = False
        state = None
        for _, event in sorted(events.items()):
            if there == (event.operation == "ADDED"):
                verdict.inconsistent += 1
                verdict.find(f"{one.name} got {event.operation} as {event.id}")
            there = event.operation != "REMOVED"
            state = (event.state or state) if event.operation == "CHANGED" else None
        if event.subject == "VM" and there != (key in current):
            verdict.inconsistent += 1
            verdict.find(f"{one.name} got {event.operation} as the last of {key}")
        if state and key in current and state != current[key]["state"]:
            verdict.inconsistent += 1
            verdict.find(f"{one.name} was told that {key} is {state}, it is {current[key]['state']}")


def _count_gaps(verdict: Verdict, one: Subscriber) -> None:
    by_host: dict[str, set[int]] = defaultdict(set)
    for event in one.events:
        by_host[event.host].add(event.sequence)
    for host, numbers in by_host.items():
        if gaps := max(numbers) - min(numbers) + 1 - len(numbers):
            verdict.gaps += gaps
            verdict.find(f"{one.name} lacks {gaps} numbers of the sequence of {host}")


def _compare_with_ledger(verdict: Verdict, api: str, vms: Sequence[Json], ledger: LedgerEntries) -> None:
    found = {(vm["host"]["name"], vm["uuid"]): vm for vm in vms}
    for key in sorted(found.keys() | ledger.keys()):
        expected = _said(ledger[key]) if key in ledger else None
        answered = _answered(found[key]) if key in found else None
        if expected != answered:
            verdict.wrong += 1
            verdict.find(f"{api} says {answered} of {key}, the ledger {expected}")


def _said(entry: Json) -> Json | None:
    return None if entry["state"] == "ABSENT" else {part: entry[part] for part in ("name", "state", "facts", "next")}


def _answered(vm: Json) -> Json:
    following = vm["persistentDefinition"]
    return {
        "name": vm["name"],
        "state": vm["state"],
        "facts": _facts(vm),
        "next": _facts(following) if following else None,
    }


def _facts(definition: Json) -> Json | None:
    """The facts of a definition in the ledger's shape; None of one that could not be read."""
    domain = definition["domain"]
    if not domain:
        return None
    return {
        "memory": int(domain["memory"]["value"]),
        "vcpus": domain["vcpu"]["value"],
        "title": domain["title"],
        "disks": {
            disk["target"]["dev"]: [disk["source"]["file"], disk["driver"]["cache"].lower()]
            for disk in sorted(definition["disks"], key=lambda disk: str(disk["target"]["dev"]))
        },
    }
