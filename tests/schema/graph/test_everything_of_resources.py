"""Queries for everything, over libvirt's own documents of resources and over documents made from its schemas.

Every attribute and text of the XML is in the answer at its own place, and nothing else is.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from graphql import GraphQLSchema

from schema.element import Document
from schema.host.saved_domain import DEFINITIONS
from schema.resource import RESOURCES
from server.bounds import LARGEST_REQUEST
from server.endpoint import served_schema
from server.store.embedded import EmbeddedMongo
from tests.conftest import Say
from tests.schema.graph.api import Api, numbered, observe_resources, open_api, resource_pages
from tests.schema.graph.places import whole
from tests.schema.graph.selections import full_depth_of_resources
from tests.schema.graph.test_everything import Tally
from tests.schema.host.test_resources import documents, every_kind, generated
from tests.shared import needs_corpus, needs_schemas

pytestmark = [needs_corpus, needs_schemas]


@pytest.fixture(scope="module")
async def bounded(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """An empty database behind the bounds that the server holds requests to."""
    async with open_api(mongo.uri) as opened:
        yield replace(opened, schema=served_schema())


def put_together(answer: Document) -> Document:
    """The answer for a resource with the definitions that it keeps as XML has them."""
    saved = {key: whole(answer[key]) for key in DEFINITIONS if answer.get(key)}
    return {**answer, **saved}


@every_kind
async def test_every_value_of_the_xml_is_at_its_place(
    bounded: Api, graphql_schema: GraphQLSchema, kind: str, say: Say
) -> None:
    seen = numbered(kind, (*documents(kind), *generated(kind)))
    await observe_resources(bounded, kind, seen)
    queries = full_depth_of_resources(graphql_schema, kind)
    assert max(map(len, queries)) < LARGEST_REQUEST
    served = {one.source_key: one.xml for one in seen}
    tally = Tally(graphql_schema)
    async for page in resource_pages(bounded, queries, kind):
        for key, answer in page.items():
            assert answer["error"] is None
            xml = served[key]
            assert isinstance(xml, bytes)
            tally.check(key, xml, put_together(answer), RESOURCES[kind])
    say(f"{kind}: {tally.values.total()} values of {tally.documents} documents at their own place in answers")
    assert tally.missing == {}
    assert tally.surplus == []
    assert tally.documents == len(seen) > 0
