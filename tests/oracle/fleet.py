"""The database that queries are about, and what is known of it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pymongo import ReplaceOne

from schema.element import Document
from schema.node import parse_node_id
from server.collector.collector import Collector
from server.collector.hosts import parse_hosts
from server.collector.inventory import Observation
from server.collector.watch import Pace
from server.sample import sample_hosts
from server.store.feed import ChangeFeed
from tests.schema.graph.api import Api, numbered, observe_resources, open_api
from tests.server.test_sample_graph import RESOURCES, VMS
from tests.shared import corpus

from .queries import Known
from .survey import SURVEY, in_focus, known_from

CORPUS = "corpus"
KINDS = {
    "domainsnapshot": "DOMAIN_SNAPSHOT", "interface": "HOST_INTERFACE", "network": "NETWORK", "nodedev": "NODE_DEVICE",
    "nwfilter": "NWFILTER", "secret": "SECRET", "storagepool": "STORAGE_POOL", "storagevol": "STORAGE_VOLUME",
}  # fmt: skip
"""Directories of libvirt's documents, and the resources that they describe."""

EVERY_DOMAIN = 60
EVERY_RESOURCE = 7


@dataclass
class Fleet:
    """An open database, the documents that queries are mostly about, and values that lead to them."""

    api: Api
    known: Known
    documents: Mapping[str, Sequence[Document]]

    async def put(self, documents: Mapping[str, Sequence[Document]]) -> None:
        """Store these documents in the place of those with their ids, whatever the validators say of them."""
        for collection, changed in documents.items():
            await self.api.store.database[collection].bulk_write(
                [ReplaceOne({"_id": one["_id"]}, one) for one in changed], bypass_document_validation=True
            )

    async def restore(self, changed: Mapping[str, Sequence[Document]]) -> None:
        """Put the documents of the fleet back in the place of changed ones."""
        for name, some in changed.items():
            ids = {one["_id"] for one in some}
            await self.put({name: [one for one in self.documents[name] if one["_id"] in ids]})


@asynccontextmanager
async def open_fleet(uri: str) -> AsyncIterator[Fleet]:
    """The sample and, where they are at hand, some of libvirt's own documents; dropped afterwards."""
    async with open_api(uri) as api:
        async with Collector(parse_hosts(sample_hosts()), api.inventory, Pace()), asyncio.timeout(60):
            while not await _complete(api):  # noqa: ASYNC110 (the database tells nobody)
                await asyncio.sleep(0.1)
        await _add_corpus(api)
        await _drop_indexes(api)
        api.feed = ChangeFeed(api.store)  # one for all, never started: its cursor of now is always the same
        survey = await api.data(SURVEY)
        yield Fleet(api, known_from(survey), await _documents(api, survey))


async def _complete(api: Api) -> bool:
    counts = [await api.store.database[name].count_documents({}) for name in ("vms", "resources")]
    return counts == [VMS, RESOURCES]


async def _drop_indexes(api: Api) -> None:
    """Few documents need none, and some refuse damaged ones; the search names the one it reads."""
    for name in ("vms", "definitions", "resources"):
        collection = api.store.database[name]
        for index in await collection.index_information():
            if not index.startswith(("_id", "terms")):
                await collection.drop_index(index)


async def _add_corpus(api: Api) -> None:
    """Domains that were others a moment ago, so that they have a history, each with the next one's definition."""
    texts = [path.read_text() for path in corpus()[::EVERY_DOMAIN]]
    for state, shift in (("SHUTOFF", 2), ("RUNNING", 0)):
        turned = texts[shift:] + texts[:shift]
        following = turned[1:] + turned[:1]
        seen = zip(turned, following, strict=True)
        await api.inventory.vms_observed(
            CORPUS, [Observation(f"{number:02}", state, *both) for number, both in enumerate(seen)]
        )
    resources = [
        one
        for directory, kind in KINDS.items()
        for one in numbered(kind, (path.read_bytes() for path in corpus(directory)[::EVERY_RESOURCE]))
    ]
    await observe_resources(api, CORPUS, resources)


async def _documents(api: Api, survey: Any) -> dict[str, list[Document]]:
    """The stored documents of what is known, and the other definitions of the VMs among them."""
    found: dict[str, list[Document]] = {"hosts": await api.store.database["hosts"].find().to_list(None)}
    for collection, of in (("vms", "vms"), ("definitions", "vms"), ("resources", "resources")):
        edges = survey[of]["edges"]
        parsed = [parse_node_id(edge["node"]["id"]) for edge in edges[in_focus(edges)]]
        ids = [key[0] for _, key in filter(None, parsed)]
        found[collection] = await api.store.database[collection].find({"_id": {"$in": ids}}).sort("_id").to_list(None)
    return found
