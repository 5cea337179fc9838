"""Long answers are taken apart into pieces of whole documents, and decoded as the driver does."""

from datetime import UTC, datetime

import bson
import pytest

from loaders import RequestLoaders
from loaders.decoding import pieces
from server.store.connection import Document, Store

DOCUMENTS = [{"_id": str(number), "text": "x" * number} for number in range(100)]
ENCODED = b"".join(map(bson.encode, DOCUMENTS))


@pytest.mark.parametrize("size", [1, 100, 1000, len(ENCODED), 10 * len(ENCODED)])
def test_the_pieces_are_all_documents_in_order(size: int) -> None:
    cut = list(pieces(ENCODED, size))
    assert b"".join(cut) == ENCODED
    assert [document for piece in cut for document in bson.decode_all(piece)] == DOCUMENTS
    assert all(size <= len(piece) < size + 200 for piece in cut[:-1])


def test_of_nothing_there_is_no_piece() -> None:
    assert list(pieces(b"")) == []


@pytest.mark.parametrize("number", [1, 8, 9, 1001])
async def test_few_and_many_documents_are_read_alike(store: Store, number: int) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    documents: list[Document] = [{"_id": f"{one:05}", "at": at, "inner": {"large": 2**40}} for one in range(number)]
    await store.database["some"].insert_many(documents)
    loaders = RequestLoaders(store.database, 10)
    for limit in (number, 0):
        assert await loaders._find("some", {}, sort=[("_id", 1)], limit=limit) == documents
    assert await loaders._find("some", {"_id": "none"}) == []
