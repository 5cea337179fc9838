"""The schema over a real MongoDB, without a server in between, and the commands that each request sends there."""

import uuid
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import strawberry
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from loaders import RequestLoaders
from loaders.resources import ResourceReads
from schema.element import Document
from schema.graph.context import AttachmentRequest, LinkRequest, Page, Paths
from schema.graph.schema import build_schema
from schema.node import parse_node_id
from server.collector.inventory import HostFacts, Observation, ResourceObservation
from server.collector.scopes import BELOW, KIND_OF, OF_A_DOMAIN
from server.context import RequestContext
from server.store.collections import STATES, prepare
from server.store.connection import Store, close
from server.store.feed import ChangeFeed
from server.store.inventory import MongoInventory

SAMPLE = Path(__file__).parents[3] / "server" / "sample" / "domains"
SECONDS = 20.0
FACTS = HostFacts(hypervisor="QEMU", libvirt_version="11.3.0", hypervisor_version="9.2.0", hostname="sample")


class Sent(CommandListener):
    """The reads that a client sent: `(command, collection, body)`."""

    def __init__(self) -> None:
        self.reads: list[tuple[str, str, Document]] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name in ("find", "aggregate", "count", "getMore", "distinct"):
            body = dict(event.command)
            key = "collection" if event.command_name == "getMore" else event.command_name
            self.reads.append((event.command_name, str(body[key]), body))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass

    def summary(self) -> list[str]:
        """The reads in order, without the continuations of a long answer: `find vms`."""
        return [f"{name} {collection}" for name, collection, _ in self.reads if name != "getMore"]

    def finds(self, collection: str) -> list[Document]:
        """The bodies of the `find` commands on a collection."""
        return [body for name, of, body in self.reads if name == "find" and of == collection]


class WholeResources(ResourceReads):
    """Reads of resources and attachments that ignore which paths a query needs."""

    async def by_id(self, resource_id: str, paths: Paths) -> Document | None:
        return await super().by_id(resource_id, None)

    async def by_key(self, key: str, paths: Paths) -> Document:
        return await super().by_key(key, None)

    async def by_keys(self, keys: Sequence[str | None], paths: Paths) -> Sequence[Document | None]:
        return await super().by_keys(keys, None)

    async def page(
        self, kind: str | None, condition: Any, host_id: str | None, limit: int, after: str | None, paths: Paths
    ) -> Page:
        return await super().page(kind, condition, host_id, limit, after, None)

    async def attachments(self, many: Sequence[Collection[str]], request: AttachmentRequest) -> Sequence[Page]:
        return await super().attachments(many, replace(request, vm_paths=None))

    async def naming(self, keys: Collection[str], request: LinkRequest) -> Page:
        return await super().naming(keys, replace(request, paths=None))

    async def backing_chain(self, volume_id: str, paths: Paths) -> Sequence[Document]:
        return await super().backing_chain(volume_id, None)

    async def neighbours(
        self, vm: Document, roles: frozenset[str] | None, limit: int, after: str | None, vm_paths: Paths
    ) -> Page:
        return await super().neighbours(vm, roles, limit, after, None)

    async def vms_named(self, keys: Sequence[str | None], vm_paths: Paths) -> Sequence[Document | None]:
        return await super().vms_named(keys, None)

    async def unused(self, host_id: str, capability: str, limit: int, after: str | None, paths: Paths) -> Page:
        return await super().unused(host_id, capability, limit, after, None)


class WholeDocuments(RequestLoaders):
    """Loaders that ignore which paths a query needs: the judge of projections."""

    def __init__(self, database: AsyncIOMotorDatabase[Document], seconds: float) -> None:
        super().__init__(database, seconds)
        self.resources = WholeResources(self._reading)

    async def vm(self, vm_id: str, paths: Paths = None, *, raw: bool = False) -> Document | None:
        return await super().vm(vm_id, None, raw=raw)

    async def vms(self, condition: Any, host_id: str | None, page: Any, paths: Paths, *, raw: bool = False) -> Any:
        return await super().vms(condition, host_id, page, None, raw=raw)


@cache
def schema_of_the_api() -> strawberry.Schema:
    return build_schema()


@dataclass
class Api:
    """One database and the schema over it; every operation gets a context of its own."""

    store: Store
    sent: Sent
    feed: ChangeFeed | None = None
    schema: strawberry.Schema = field(default_factory=schema_of_the_api)

    @property
    def inventory(self) -> MongoInventory:
        return MongoInventory(self.store)

    def context(self, loaders: Callable[..., RequestLoaders] = RequestLoaders) -> RequestContext:
        changes = self.feed or ChangeFeed(self.store)
        return RequestContext(changes, lambda: loaders(self.store.database, SECONDS))

    async def data(self, query: str, /, **variables: Any) -> Any:
        """The data of an operation that must succeed; its reads stand in `sent` afterwards."""
        return await self._data(RequestLoaders, query, variables)

    async def data_of_whole_documents(self, query: str, /, **variables: Any) -> Any:
        """The same, made of whole documents."""
        return await self._data(WholeDocuments, query, variables)

    async def _data(self, loaders: type[RequestLoaders], query: str, variables: dict[str, Any]) -> Any:
        self.sent.reads.clear()
        result = await self.schema.execute(query, variables, context_value=self.context(loaders))
        assert result.errors is None, [str(error) for error in result.errors]
        return result.data

    async def refusal(self, query: str, /, **variables: Any) -> str:
        """The message of the one error of an operation that must fail."""
        result = await self.schema.execute(query, variables, context_value=self.context())
        assert result.errors is not None, result.data
        (error,) = result.errors
        assert error.original_error is None or isinstance(error.original_error, ValueError), repr(error.original_error)
        return error.message

    async def explained(self, query: str, /, **variables: Any) -> Document:
        """How MongoDB carries out the one `find` on VMs that an operation sends: executionStats."""
        await self.data(query, **variables)
        (body,) = self.sent.finds("vms")
        kept = {key: body[key] for key in ("find", "filter", "sort", "projection", "limit") if key in body}
        explained: Document = await self.store.database.command(
            {"explain": kept, "verbosity": "executionStats"}, maxTimeMS=10_000
        )
        return explained


async def pages(api: Api, queries: Mapping[str, str], host: str) -> AsyncIterator[dict[str, Document]]:
    """The answers of queries for the VMs of a host, put together by VM, a page at a time."""
    after = None
    while True:
        found: dict[str, Document] = {}
        for query in queries.values():
            page = (await api.data(query, host=host, after=after))["vms"]
            for vm in page["nodes"]:
                found.setdefault(vm["sourceKey"], {}).update(vm)
        if not found:
            return
        yield found
        after = page["pageInfo"]["endCursor"]


async def resource_pages(api: Api, queries: Sequence[str], host: str) -> AsyncIterator[dict[str, Document]]:
    """The answers of queries for resources of a host, put together by their keys on the host, a page at a time."""
    after = None
    while True:
        found: dict[str, Document] = {}
        for query in queries:
            page = (await api.data(query, host=host, after=after))["resources"]
            for one in page["nodes"]:
                _put_together(found.setdefault(one["id"], {}), one)
        if not found:
            return
        yield {_source_key(opaque): one for opaque, one in found.items()}
        after = page["pageInfo"]["endCursor"]


def _put_together(known: Document, part: Document) -> None:
    for name, value in part.items():
        if isinstance(value, dict) and isinstance(known.get(name), dict):
            _put_together(known[name], value)
        else:
            known[name] = value


def _source_key(opaque: str) -> str:
    parsed = parse_node_id(opaque)
    assert parsed is not None
    return parsed[1][0].split("/", 2)[2]


async def observe_resources(api: Api, host: str, seen: Sequence[ResourceObservation]) -> None:
    """Resources of a host by themselves; keys of what lies below others, such as volumes, begin with `0/`."""
    scopes: dict[str, list[ResourceObservation]] = {}
    for one in seen:
        listing = _LISTINGS[one.kind]
        below = listing in (*BELOW.values(), *OF_A_DOMAIN)
        scopes.setdefault(f"{listing}/0" if below else listing, []).append(one)
    for scope in sorted(scopes, key=lambda scope: "/" in scope):
        await api.inventory.resources_observed(host, scope, scopes[scope])


def numbered(kind: str, documents: Iterable[bytes]) -> list[ResourceObservation]:
    """Documents of a kind as observations."""
    below = _LISTINGS[kind] in (*BELOW.values(), *OF_A_DOMAIN)
    return [
        ResourceObservation(kind, f"{'0/' if below else ''}{number:04}", xml) for number, xml in enumerate(documents)
    ]


_LISTINGS = {kind: listing for listing, kind in KIND_OF.items()}


@asynccontextmanager
async def open_api(uri: str, *, prepared: bool = True) -> AsyncIterator[Api]:
    """An empty database of its own, dropped afterwards; one that is not `prepared` is never spoken to here."""
    sent = Sent()
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(uri, tz_aware=True, w="majority", event_listeners=[sent])
    name = f"test-{uuid.uuid4().hex}"
    store = Store(client, client[name], uri, "6.0.5")
    try:
        if prepared:
            await prepare(store)
        yield Api(store, sent)
    finally:
        if prepared:
            await client.drop_database(name)
        await close(client)


async def observe_fleet(api: Api) -> None:
    """Two hosts that share the sample fleet; every third VM runs beside another persistent definition."""
    for number, host in enumerate(("alpha", "beta")):
        observations = list(sample()) if host == "alpha" else list(sample())[::3]
        await api.inventory.host_connected(host, f"test:///{host}", FACTS)
        await api.inventory.vms_observed(host, observations[number:])
        await api.inventory.host_synchronized(host)


def sample() -> Iterable[Observation]:
    """The sample fleet, in every state; every third domain has another persistent definition."""
    paths = sorted(SAMPLE.glob("*.xml"))
    for number, path in enumerate(paths):
        other = paths[number - 1].read_text() if number % 3 == 0 else None
        yield Observation(path.stem, STATES[number % len(STATES)], path.read_text(), other)


def documents(paths: Sequence[Path]) -> list[Observation]:
    """Documents of a directory, as the collector sees them."""
    return [Observation(path.name, "UNKNOWN", path.read_bytes()) for path in paths]
