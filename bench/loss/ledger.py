"""What the fleet must finally be: written by the driver that changes it, read by the judge, known to nobody else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Facts:
    """What a definition says; `memory` is in KiB, `disks` has image and cache mode by target."""

    memory: int
    vcpus: int
    title: str
    disks: Mapping[str, tuple[str, str]]

    def as_json(self) -> dict[str, Any]:
        """As it stands in the ledger, and as the judge builds it from an answer of the API."""
        disks = {target: list(of) for target, of in sorted(self.disks.items())}
        return {"memory": self.memory, "vcpus": self.vcpus, "title": self.title, "disks": disks}


@dataclass(frozen=True, slots=True)
class Entry:
    """One domain: `state` is libvirt's, or `ABSENT`; `stored` is its definition, `live` that of the running guest."""

    host: str
    name: str
    uuid: str
    state: str = "ABSENT"
    stored: Facts | None = None
    live: Facts | None = None

    def defined(self, facts: Facts) -> "Entry":
        """After `virDomainDefineXML`: a running guest keeps what it has."""
        return replace(self, stored=facts, state="SHUTOFF" if self.state == "ABSENT" else self.state)

    def started(self) -> "Entry":
        """After `virDomainCreate`."""
        return replace(self, state="RUNNING", live=self.stored)

    def stopped(self) -> "Entry":
        """After `virDomainDestroy`."""
        return replace(self, state="SHUTOFF", live=None)

    def undefined(self) -> "Entry":
        """After `virDomainUndefine` of a domain that is off."""
        return replace(self, state="ABSENT", stored=None)

    def titled(self, title: str) -> "Entry":
        """After `virDomainSetMetadata` of the title, of both definitions where there are two."""
        assert self.stored
        live = replace(self.live, title=title) if self.live else None
        return replace(self, stored=replace(self.stored, title=title), live=live)

    def as_json(self) -> dict[str, Any]:
        """As it stands in the ledger: `facts` in force, and `next` of a running guest's next start."""
        facts = self.live or self.stored
        following = self.stored if self.live else None
        return {
            "host": self.host,
            "name": self.name,
            "uuid": self.uuid,
            "state": self.state,
            "facts": facts.as_json() if facts else None,
            "next": following.as_json() if following else None,
        }


@dataclass(slots=True)
class Ledger:
    """The file being written: one line for every change that libvirt has confirmed."""

    path: Path
    changes: int = 0
    _file: Any = field(default=None)

    def __enter__(self) -> Self:
        self._file = self.path.open("w", encoding="utf-8", buffering=1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, entry: Entry) -> None:
        """The domain was changed, and is this now."""
        self.changes += 1
        self._file.write(json.dumps({"change": self.changes, **entry.as_json()}) + "\n")


def read_ledger(path: Path) -> tuple[int, dict[tuple[str, str], dict[str, Any]]]:
    """How many changes were made, and what each domain must be, by host and UUID."""
    count = 0
    final: dict[tuple[str, str], dict[str, Any]] = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            count = entry.pop("change")
            final[entry["host"], entry["uuid"]] = entry
    return count, final
