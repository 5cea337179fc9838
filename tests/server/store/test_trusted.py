"""Trusted documents in a collection of MongoDB."""

import pytest

from server.execution.trusted import TrustedDocument
from server.store.connection import Store
from server.store.errors import StoreError
from server.store.trusted import stored_documents


async def test_a_collection_has_documents_by_their_ids(store: Store) -> None:
    await store.database["trusted"].insert_many(
        [{"_id": "two", "text": "{ __typename }"}, {"_id": "one", "text": "{ hosts { name } }", "owner": "ui"}]
    )
    assert await stored_documents(store, "trusted") == [
        TrustedDocument("{ hosts { name } }", "trusted, one", "one"),
        TrustedDocument("{ __typename }", "trusted, two", "two"),
    ]


async def test_what_cannot_be_trusted_is_told_why(store: Store) -> None:
    with pytest.raises(StoreError, match="has no trusted documents"):
        await stored_documents(store, "trusted")
    with pytest.raises(StoreError, match="The trusted documents cannot be read"):
        await stored_documents(store, "")
    await store.database["trusted"].insert_one({"_id": "one", "body": "{ __typename }"})
    with pytest.raises(StoreError, match="trusted, 'one': a trusted document has a string `_id` and a `text`"):
        await stored_documents(store, "trusted")
