"""The words in which edges are written: one row for each way that one thing names another.

    Edge("disk-file", "The image file of a disk.", of="disk", at="source[file].file", to=PATH, source=True)

says: a disk whose `source` is of the kind `file` names in its `file` something in the space `PATH`. What can be
named says in rows of its own which names it answers to:

    Answer(of="STORAGE_VOLUME", at="target.path", to=PATH)

Neither side is looked up when a row is applied: each gives keys out of its own document, and equal keys meet when
they are read. So a VM is never rewritten because a pool was refreshed.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from ..element import Document

Access = Literal["READ", "WRITE", "SHARE", "EXCLUSIVE", "CONNECT"]
"""READ: it only reads or refers. WRITE: it may change it and counts on being the only one. SHARE: it may change it, and
so may others. EXCLUSIVE: only one running VM can have it. CONNECT: it takes part in it, as in a network."""

Scope = Literal["HOST", "FLEET", "VM"]


@dataclass(frozen=True, slots=True)
class Space:
    """A space of names, in which equal names mean the same thing: on one host, in the fleet, or within one VM."""

    name: str
    kind: str
    """The `ResourceKind` of what nothing but its name is known of; for a space within a VM, the `PartKind`."""
    scope: Scope = "HOST"
    listed: bool = False
    """Whether libvirt lists everything that has a name here, so that a name nobody answers to is a dangling one."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a space; its scope where it differs from the space's, its space where it differs from the row's."""

    value: str
    scope: Scope | None = None
    space: Space | None = None
    implied: bool = False
    """Within a VM: the document does not say it, it follows from the rest; where nothing answers, it was not meant."""


Named = str | Name | None
"""What a function that makes names returns; None or an empty text: there is no name."""


@dataclass(frozen=True, slots=True)
class Row:
    """Where names come from: `of` a kind of thing, `at` a path in its document, made `by` a function, `to` a space.

    `of` is libvirt's element of a device (several separated by spaces; `*` for all), `domain` for a VM's definition,
    or a `ResourceKind`. A path steps through objects and lists alike; `source[file].file` takes only objects of that
    kind. An empty path is the document itself; several paths are separated by spaces.
    """

    of: str
    at: str
    to: Space
    by: Callable[[Any], Named | Iterable[Named]] = str

    def names(self, document: Document) -> Iterator[Name]:
        """The names that a document gives, each once."""
        found: dict[Name, None] = {}
        for value in values(document, self.at):
            made = self.by(value)
            for name in (made,) if made is None or isinstance(made, (str, Name)) else made:
                if name:
                    found[name if isinstance(name, Name) else Name(name)] = None
        yield from found

    def keys(self, document: Document, host_id: str) -> Iterator[str]:
        """The keys of these names for a document of this host."""
        for name in self.names(document):
            yield key(name.space or self.to, name, host_id)


class Answer(Row):
    """A name that a thing answers to."""


@dataclass(frozen=True, slots=True)
class Also(Row):
    """A further place where an edge's names come from: another path, space or owner."""

    access: Access | Callable[[Document], Access] | None = None
    """What the owner does with what is named here, where that differs from the rest of the edge."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A way in which one thing names another; names that come from several places are `also` rows of one edge.

    An edge of a snapshot or checkpoint to a space within a VM leads into the VM that it is of.
    """

    role: str
    """Its name, as the API shows it: `disk-file`."""
    description: str
    of: str
    at: str
    to: Space
    by: Callable[[Any], Named | Iterable[Named]] = str
    access: Access | Callable[[Document], Access] = "READ"
    """What the owner does with it; computed from the device where that depends."""
    source: bool = False
    """Whether what is named (first) is what the device is made of: its `resource`."""
    also: tuple[Also, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """Where the names come from."""
        return (Row(self.of, self.at, self.to, self.by), *self.also)

    def access_of(self, owner: Document, row: Row | None = None) -> Access:
        """What the owner does with what it names, in this of the edge's rows."""
        access = self.access_in(row)
        return access(owner) if callable(access) else access

    def access_in(self, row: Row | None) -> Access | Callable[[Document], Access]:
        """What owners do with what they name in this of the edge's rows, or what tells it."""
        return (row.access if isinstance(row, Also) else None) or self.access


def key(space: Space, name: Name, host_id: str) -> str:
    """The key of a name: space, host (empty where the name means the same on all hosts), value."""
    scope = name.scope or space.scope
    return f"{space.name}|{host_id if scope == 'HOST' else ''}|{name.value}"


_STEP = re.compile(r"(?P<key>\w+)(?:\[(?P<kinds>[\w| -]+)\])?")


_Steps = tuple[tuple[str, frozenset[str]], ...]


@cache
def _ways(paths: str) -> tuple[_Steps, ...]:
    return tuple(_steps(path) for path in paths.split(" "))


def _steps(path: str) -> _Steps:
    steps = []
    for step in path.split(".") if path else ():
        match = _STEP.fullmatch(step)
        if match is None:
            raise ValueError(f"{path!r} is no path of an edge")
        steps.append((match["key"], frozenset((match["kinds"] or "").split("|")) - {""}))
    return tuple(steps)


def heads(paths: str) -> tuple[str, ...]:
    """The keys of a document that the paths begin with, none where one is the document itself."""
    ways = _ways(paths)
    return tuple(steps[0][0] for steps in ways) if all(ways) else ()


def values(document: Document, path: str) -> list[Any]:
    """The values under a path, lists walked through: `backingStores.source[file|block]`; of several paths in turn."""
    found: list[Any] = []
    for steps in _ways(path):
        _gather(document, steps, 0, found)
    return found


def _gather(value: Any, steps: _Steps, at: int, found: list[Any]) -> None:
    if isinstance(value, list):
        for item in value:
            _gather(item, steps, at, found)
    elif at == len(steps):
        found.append(value)
    elif isinstance(value, dict) and steps[at][0] in value:
        name, kinds = steps[at]
        inner = value[name]
        for one in inner if isinstance(inner, list) else (inner,):
            if not kinds or one.get("kind") in kinds:
                _gather(one, steps, at + 1, found)
