"""What a case of an edge says: documents as libvirt writes them, and which of them names which."""

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import tests.edges
from schema.edges.words import Access

Given = tuple[str, dict[str, Any]]
"""A resource of a host: its XML, and the facts that libvirt tells beside it."""

NAME = "case"
UUID = "11111111-2222-4333-8444-555555555555"


@dataclass(frozen=True)
class Case:
    """One edge: who has it, where it leads, and what is there."""

    role: str
    owner: str
    """The device's id, such as `disk/vda`; empty for the domain; `KIND/name` for a resource of the host."""
    key: str
    """The key that both sides give, `{host}` for the id of their host: `path|{host}|/a.qcow2`; of an edge within a
    VM `iothread||1`."""
    kind: str
    """The kind of what is reached: a `ResourceKind`, a `DeviceKind`, or a `PartKind` of a VM."""
    answered: str = ""
    """Which of the documents answers: a device's id, `domain`, or `KIND/name`. Empty: none does, so that it is known
    by its key alone."""
    access: Access = "READ"
    source: bool = False
    """Whether it is what the device is made of."""
    devices: str = ""
    """What stands in the domain's `<devices>`."""
    domain: str = ""
    """What stands in the domain beside them; a whole `<domain>` where its own attributes matter."""
    resources: tuple[Given, ...] = ()
    """Resources of the host."""

    @property
    def xml(self) -> str:
        """The domain."""
        if self.domain.startswith("<domain"):
            return self.domain
        return (
            f"<domain type='kvm'><name>{NAME}</name><uuid>{UUID}</uuid>{self.domain}"
            f"<devices>{self.devices}</devices></domain>"
        )

    def key_on(self, host_id: str) -> str:
        """The key where the documents are of this host."""
        return self.key.replace("{host}", host_id)

    def __str__(self) -> str:
        return f"{self.role}: {self.owner or 'domain'} -> {self.key}"


def all_cases() -> list[Case]:
    """The cases of all families: the `CASES` of each module `cases_…`."""
    modules = (module.name for module in iter_modules(tests.edges.__path__) if module.name.startswith("cases_"))
    return [case for name in modules for case in import_module(f"tests.edges.{name}").CASES]
