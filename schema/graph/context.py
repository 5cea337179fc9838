"""What resolvers may ask for: the loaders, seen from the schema."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import strawberry

from ..changes.condition import ChangeCondition
from ..element import Document

Paths = frozenset[str] | None
"""Paths of a stored document that a query needs; None for all of it."""


@dataclass(frozen=True, slots=True)
class StoredPath:
    """A path of stored VMs that ends at single values, and which of the paths on the way hold lists."""

    path: str
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A field of a stored VM and the direction to sort by it."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What part of a list is wanted: `first` after a cursor, or `last` before one, never both."""

    order: Order
    limit: int
    after: str | None = None
    before: str | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list, each document with its cursor."""

    documents: Sequence[Document]
    cursor: Callable[[int], str]
    """The cursor of the document at an index; most queries want those of the first and the last, or none."""
    has_previous: bool
    has_next: bool


class Coverage(Protocol):
    """What VMs hold that no declaration knows, on one host or on all; ValueError for text that nothing can hold."""

    async def paths(self, host_id: str | None, prefix: str, limit: int, after: str | None) -> Page:
        """Part of the untyped paths with this prefix, the most frequent first; ValueError for a bad cursor."""

    async def path_count(self, host_id: str | None, prefix: str) -> int:
        """How many different untyped paths there are with this prefix."""

    async def vm_count(self, host_id: str | None) -> int:
        """How many VMs there are."""

    async def unreadable_count(self, host_id: str | None) -> int:
        """How many VMs have XML that cannot be read."""

    async def untyped_vm_count(self, host_id: str | None, prefix: str) -> int:
        """How many VMs hold an untyped path with this prefix."""


class Search(Protocol):
    """What can be found by a text that somebody holds in hand."""

    async def hits(self, text: str, limit: int, after: str | None) -> Page:
        """Part of what begins with a text, exact hits first: `{collection, key, device, field, value, exact}`.

        ValueError for a text that nobody can search for, and for a bad cursor.
        """


class Fleet(Protocol):
    """Counts over all VMs."""

    async def groups(self, path: StoredPath, condition: Any, limit: int, after: str | None) -> tuple[Page, int]:
        """Part of the values of a path in the VMs that meet a `VmFilter`, and how many there are in all.

        Each is `{value, vmCount, count}`, the most frequent first; ValueError for a bad cursor.
        """


@dataclass(frozen=True, slots=True)
class AttachmentRequest:
    """Part of the attachments to a resource: `limit` of them after a cursor, with what is read of each VM."""

    limit: int
    after: str | None = None
    roles: frozenset[str] | None = None
    """Only attachments in these roles; None for all."""
    vm_paths: Paths = None


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """Part of the resources that name another one: `limit` of them after a cursor, with what is read of each."""

    limit: int
    after: str | None = None
    roles: frozenset[str] | None = None
    kinds: frozenset[str] | None = None
    paths: Paths = None


class Resources(Protocol):
    """Reads of resources and of who is attached to them, each batched over all that one level of a query asks for."""

    async def by_id(self, resource_id: str, paths: Paths) -> Document | None:
        """A stored resource by its id."""

    async def by_key(self, key: str, paths: Paths) -> Document:
        """What answers to a key; where nothing does, what the key alone tells: a `ReferencedResource`."""

    async def by_keys(self, keys: Sequence[str | None], paths: Paths) -> Sequence[Document | None]:
        """What answers to each key, as of `by_key`; None for None."""

    async def page(
        self, kind: str | None, condition: Any, host_id: str | None, limit: int, after: str | None, paths: Paths
    ) -> Page:
        """Part of the stored resources, by kind and name; ValueError for a bad cursor."""

    async def count(self, kind: str | None, condition: Any, host_id: str | None) -> int:
        """How many resources there are on all such pages."""

    async def referenced_page(
        self, kind: str, condition: Any, host_id: str | None, limit: int, after: str | None
    ) -> Page:
        """Part of the resources of a kind that are only named, by key; ValueError for a bad cursor."""

    async def referenced_count(self, kind: str, condition: Any, host_id: str | None) -> int:
        """How many resources of a kind are only named."""

    async def attachments(self, many: Sequence[Collection[str]], request: AttachmentRequest) -> Sequence[Page]:
        """For each list of keys part of the attachments to what answers to them: `{vm, device, role, key, access}`.

        By VM; ValueError for a bad cursor.
        """

    async def attachment_count(self, keys: Collection[str], roles: frozenset[str] | None) -> int:
        """How many attachments there are to what answers to these keys."""

    async def naming(self, keys: Collection[str], request: LinkRequest) -> Page:
        """Part of the resources that name what answers to these keys, by name."""

    async def backing_chain(self, volume_id: str, paths: Paths) -> Sequence[Document]:
        """The volumes below a volume, the nearest first; where the chain runs in a circle, each once."""

    async def neighbours(
        self, vm: Document, roles: frozenset[str] | None, limit: int, after: str | None, vm_paths: Paths
    ) -> Page:
        """Part of the VMs that share something with a VM: `{vm, shared: [attachment of that VM]}`, by VM."""

    async def vms_named(self, keys: Sequence[str | None], vm_paths: Paths) -> Sequence[Document | None]:
        """The VM that each key of the space `domain` names; None for None."""

    async def unused(self, host_id: str, capability: str, limit: int, after: str | None, paths: Paths) -> Page:
        """Part of a host's node devices of a capability that a VM could be given and none has, by name."""


class Conflicts(Protocol):
    """Reads of what VMs are in each other's way over: `{kind, key, parties, running}`."""

    async def page(self, kinds: Collection[str] | None, host_id: str | None, limit: int, after: str | None) -> Page:
        """Part of the conflicts of the fleet, or of a host; ValueError for a bad cursor."""

    async def of_vm(self, vm: Document) -> Sequence[Document]:
        """The conflicts that a VM is party to."""


class History(Protocol):
    """Changes of the past, and documents as they were."""

    async def page(
        self,
        condition: ChangeCondition,
        since: datetime | None,
        until: datetime | None,
        *,
        newest_first: bool,
        limit: int,
        after: str | None,
    ) -> Page:
        """Part of the change records in the order of their times; ValueError for a bad cursor."""

    async def of(self, key: str, device_id: str | None, limit: int, after: str | None) -> Page:
        """Part of the records of a VM or resource, or of one device of a VM, the newest revision first."""

    async def vm_at(self, vm_id: str, at: datetime) -> Document | None:
        """A VM as it was at a moment; None where there was none. Its other definition is at `persistent`, or missing.

        ValueError for a moment that the history does not reach back to.
        """


class Loaders(Protocol):
    """Every read of a request, batched within it."""

    @property
    def conflicts(self) -> Conflicts:
        """Reads of conflicts."""

    @property
    def resources(self) -> Resources:
        """Reads of resources and attachments."""

    @property
    def coverage(self) -> Coverage:
        """Reads of what no declaration knows."""

    @property
    def search(self) -> Search:
        """Reads of what begins with a text."""

    @property
    def fleet(self) -> Fleet:
        """Counts over all VMs."""

    @property
    def history(self) -> History:
        """Reads of what was."""

    async def vm(self, vm_id: str, paths: Paths = None, *, raw: bool = False) -> Document | None:
        """A VM by its key; with `raw`, as MongoDB's bytes."""

    async def vms(
        self, condition: Any, host_id: str | None, page: PageRequest, paths: Paths, *, raw: bool = False
    ) -> Page:
        """Part of the VMs that meet a `VmFilter` and are on the host, if one is named; with `raw`, as MongoDB's bytes.

        Raises ValueError for a bad cursor.
        """

    async def vm_count(self, condition: Any, host_id: str | None) -> int:
        """How many VMs meet a `VmFilter`."""

    async def other_definition(self, vm_id: str) -> Document | None:
        """The persistent definition of a running VM, where it has one beside the live one."""

    async def host(self, host_id: str) -> Document | None:
        """A host by its name."""

    async def hosts_of(self, documents: Sequence[Document]) -> Sequence[Document | None]:
        """The host of each VM or resource: of one that nobody connects to its name, of what has none None."""

    async def hosts(self) -> Sequence[Document]:
        """All hosts by name."""

    def close(self) -> None:
        """End what is still read: nobody waits for it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change record, and the cursor after which the feed goes on."""

    record: Document
    cursor: str


@dataclass(frozen=True, slots=True)
class Lagged:
    """A reader was too slow: changes were left out, and it ends here; it may come again after the cursor."""

    missed: int
    cursor: str | None
    """Of the last change that was handed over; None where there was none."""


@dataclass(frozen=True, slots=True)
class CursorExpired:
    """MongoDB's log no longer reaches back to a cursor."""

    readable_from: datetime
    """From this moment on the history can be read instead; it overlaps with what was handed over before."""
    lost: bool
    """Whether changes after the cursor are gone from the history, too."""


class Changes(Protocol):
    """The feed of changes, seen from the schema."""

    def follow(
        self, condition: ChangeCondition, after: str | None
    ) -> AsyncGenerator[Change | Lagged | CursorExpired, None]:
        """Every change that meets the condition after a cursor, or from now on; in order, none twice, none left out.

        Ends after `Lagged` and `CursorExpired`, and with the process. ValueError for a cursor that no feed gave.
        Whoever stops closes it.
        """

    def news(self, vm_id: str | None) -> AsyncGenerator[None, None]:
        """Yields when a VM changed, or where None is given when anything did: once for all since the last time."""

    def cursor(self) -> str:
        """The cursor of now: what is read from here on has all that happened up to it."""


@dataclass(slots=True)
class Delivery:
    """How the events of one subscription are handed over, as its resolver and its transport tell each other."""

    cursor: str | None = None
    """Of the event that is handed over now."""
    latest_only: bool = False
    """Each event replaces the ones before it; one that says the same as the last is not delivered."""
    failed: bool = False
    """The last event had errors: what could not be read may be read by now."""
    from_now: bool = False
    """Somebody else who asks for the same may join at any time."""
    lagged: Lagged | None = None
    """Given by the transport to a subscription that is only to say this, and to end."""


class Context(Protocol):
    """What a request carries."""

    @property
    def loaders(self) -> Loaders:
        """Reads of this request."""

    @property
    def changes(self) -> Changes:
        """Changes as they come."""

    @property
    def delivery(self) -> Delivery:
        """How the events of this subscription are handed over."""

    @property
    def selections(self) -> Mapping[int, Any]:
        """What is selected below fields of an operation that is executed often, by the identity of their nodes.

        The lists of nodes live at least as long as this mapping, so that no other list can have such an identity.
        """

    def renew(self) -> None:
        """Forget what was read: the next event of a subscription must see fresh documents."""


Info = strawberry.Info[Context, None]

__all__ = ["Changes", "Collection", "Context", "Info", "Loaders", "Order", "Page", "PageRequest"]
