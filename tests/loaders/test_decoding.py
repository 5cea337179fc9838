"""Long answers are taken apart into pieces of whole documents, and decoded as the driver does."""

from datetime import UTC, datetime

import bson
import pytest

from loaders import Readers, RequestLoaders
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


@pytest.mark.parametrize("by_loop", [True, False])
@pytest.mark.parametrize("number", [1, 60, 1001])
async def test_few_and_many_documents_are_read_alike(store: Store, number: int, by_loop: bool) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    inner = {"large": 2**40, "text": "x" * 4000}
    documents: list[Document] = [{"_id": f"{one:05}", "at": at, "inner": inner} for one in range(number)]
    await store.database["some"].insert_many(documents)
    loaders = RequestLoaders(store.database, 10, Readers(store.direct if by_loop else None))
    sort = [("_id", 1)]
    for limit in (number, 0):
        for paths in (None, frozenset({"_id", "at", "inner"})):
            assert await loaders._find("some", {}, paths, sort=sort, limit=limit) == documents
            raw = await loaders._find("some", {}, paths, sort=sort, limit=limit, raw=True)
            assert [bson.decode(one.raw, store.database.codec_options) for one in raw] == documents  # type: ignore[attr-defined]
    assert await loaders._find("some", {"_id": "none"}) == []
