"""Writes a fleet into an empty database, as fast as MongoDB takes it."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

import bson
from bson.int64 import Int64
from bson.raw_bson import RawBSONDocument
from pymongo.write_concern import WriteConcern

from bench.filling.examples import Templates, Written, templates
from bench.filling.layout import MOST_HOSTS, MOST_VMS, host_id, shape_of, words_of
from bench.filling.template import gaps
from server.store.collections import INDEXES, prepare
from server.store.connection import Document, Store

Progress = Callable[[int, int], None]
"""Told how many VMs are written and how many there will be."""

_Stored = tuple[str, RawBSONDocument]
"""A document and the collection that it belongs in."""

VMS_PER_HOST = 100
_BATCH = 1000
"""Documents in one insert."""

_AT_ONCE = 3
"""Inserts under way at the same time."""

_LARGE = ("vms", "resources", "changes")
"""What gets its indexes afterwards: made at once of all documents they cost a fraction."""


class NotEmpty(Exception):
    """There is something in the database already."""


async def fill_if_empty(store: Store, vms: int, progress: Progress) -> bool:
    """Fill a database without VMs, on usual hosts, as `fill` does; whether it was empty."""
    empty = await store.vms.find_one({}, {"_id": 1}) is None
    if empty:
        await fill(store, vms, max(1, vms // VMS_PER_HOST), progress)
    return empty


async def fill(store: Store, vms: int, hosts: int, progress: Progress = lambda _done, _all: None) -> None:
    """Write VMs on so many hosts, with what they use, as the collector would after it first saw them.

    The same numbers give the same fleet, but for the times. Raises NotEmpty where the database has something in it;
    when it is cancelled or fails, it leaves the database as it was.
    """
    if not 1 <= vms <= MOST_VMS:
        raise ValueError(f"A fleet has 1 to {MOST_VMS:,} VMs.")
    if not 1 <= hosts <= MOST_HOSTS:
        raise ValueError(f"A fleet has 1 to {MOST_HOSTS:,} hosts.")
    for name in INDEXES:
        if await store.database[name].find_one({}, {"_id": 1}):
            raise NotEmpty(f"The database {store.database.name!r} is not empty: choose another name, or drop it first.")
    try:
        made = await templates(store, {shape_of(number, hosts) for number in range(vms)})
        await prepare(store)
        for name in _LARGE:
            await store.database[name].drop_indexes()
        await _inserted(store, made, vms, hosts, progress)
        for name in _LARGE:
            await store.database[name].create_indexes(INDEXES[name])
    except BaseException:
        await store.client.drop_database(store.database.name)
        raise


async def _inserted(store: Store, made: Templates, vms: int, hosts: int, progress: Progress) -> None:
    """Insert all documents, some batches at a time."""
    turns = asyncio.Semaphore(_AT_ONCE)
    done = 0

    async def insert(name: str, documents: list[RawBSONDocument]) -> None:
        nonlocal done
        try:
            # Durable in the end; what a crash on the way leaves is not used.
            collection = store.database[name].with_options(write_concern=WriteConcern(w=1, j=False))
            await collection.insert_many(documents, ordered=False)
        finally:
            turns.release()
        if name == "vms":
            done += len(documents)
            progress(done, vms)

    progress(0, vms)
    async with asyncio.TaskGroup() as group:
        for name, documents in _batches(_documents(made, vms, hosts)):
            await turns.acquire()
            group.create_task(insert(name, documents))


def _batches(documents: Iterator[_Stored]) -> Iterator[tuple[str, list[RawBSONDocument]]]:
    gathered: defaultdict[str, list[RawBSONDocument]] = defaultdict(list)
    for name, document in documents:
        gathered[name].append(document)
        if len(gathered[name]) == _BATCH:
            yield name, gathered.pop(name)
    yield from gathered.items()


def _documents(made: Templates, vms: int, hosts: int) -> Iterator[_Stored]:
    sequences: Counter[str] = Counter()

    def recorded(host: str, collection: str, one: Written, words: dict[str, bytes]) -> Iterator[_Stored]:
        sequences[host] += 1
        yield collection, one.document.filled(words)
        yield "changes", one.record.filled(words | {"sequence": sequences[host].to_bytes(8, "little")})

    for number in range(hosts):
        # A host's own words are those of its first VM.
        words = gaps(words_of(number, hosts))
        for one in made.hosts:
            yield "hosts", one.filled(words)
        for resource in made.resources:
            yield from recorded(host_id(number), "resources", resource, words)
    for number in range(vms):
        words, shape = gaps(words_of(number, hosts)), shape_of(number, hosts)
        host = host_id(number % hosts)
        for volume in made.volumes[shape.family]:
            yield from recorded(host, "resources", volume, words)
        yield from recorded(host, "vms", made.vms[shape], words)
    for host, sequence in sequences.items():
        lease: Document = {**made.lease, "_id": host, "sequence": Int64(sequence)}
        yield "leases", RawBSONDocument(bson.encode(lease))
