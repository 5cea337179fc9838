"""The schema over databases that are filled once: nobody writes to them."""

from collections.abc import AsyncIterator

import pytest
from graphql import GraphQLSchema

from server.collector.inventory import Observation
from server.store.embedded import EmbeddedMongo
from tests.schema.graph.api import Api, documents, observe_fleet, open_api, schema_of_the_api
from tests.shared import corpus, generated


@pytest.fixture
async def api(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """The schema over an empty database."""
    async with open_api(mongo.uri) as opened:
        yield opened


@pytest.fixture(scope="session")
async def fleet(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """The sample fleet on two hosts and, where they are at hand, every ninth of libvirt's own documents on a third.

    A fourth has the barest VM, so that most conditions divide the whole even without libvirt's documents, and one that
    no declaration knows all of.
    """
    async with open_api(mongo.uri) as opened:
        await observe_fleet(opened)
        bare = "<domain type='qemu'><name>bare</name><devices/></domain>"
        newer = "<domain type='qemu' news='1'><name>newer</name><devices><oracle of='rain'/></devices></domain>"
        observations = [Observation("bare", "SHUTOFF", bare), Observation("newer", "SHUTOFF", newer)]
        await opened.inventory.vms_observed("bare-metal", observations)
        await opened.inventory.vms_observed("corpus", documents(corpus()[::9]))
        yield opened


@pytest.fixture(scope="session")
async def libvirts_own(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """All of libvirt's own documents on one host, and documents made from its schemas on another."""
    async with open_api(mongo.uri) as opened:
        await opened.inventory.vms_observed("corpus", documents(corpus()))
        made = [Observation(name, "UNKNOWN", xml) for name, xml in generated().items()]
        await opened.inventory.vms_observed("generated", made)
        yield opened


@pytest.fixture(scope="session")
def graphql_schema() -> GraphQLSchema:
    return schema_of_the_api()._schema
