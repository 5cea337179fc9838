"""How long answers of MongoDB are decoded: piece by piece, because nothing else runs in the process meanwhile."""

from collections.abc import Iterator
from struct import Struct
from typing import Any, cast

import bson
from bson.raw_bson import RawBSONDocument
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.cursor import RawBatchCursor

from schema.element import Document

from .budget import Budget

FEW = 8
"""Documents that are decoded at once, whatever their size: taking an answer apart costs more than it gives."""

BATCH = 100
"""Documents per answer of MongoDB where the driver decodes each answer at once."""

_LARGE_BATCH = 1000
_PIECE = 128 * 1024
"""Bytes that are decoded at once, in a millisecond or two."""

_size = Struct("<i").unpack_from


def found(
    collection: Collection[Document],
    limit: int,
    asked: dict[str, Any],
    budget: Budget,
    raw: bool,
    session: ClientSession,
) -> list[Document]:
    """What the driver's `find` finds with the arguments `asked`, in a thread that may wait; all of it without a limit.

    The driver decodes an answer in one step that no other thread can interrupt. With `raw`, documents are
    RawBSONDocuments, which decode themselves if anybody looks into them.
    """
    milliseconds = budget.milliseconds()
    options: dict[str, Any] = {**asked, "limit": limit, "session": session, "max_time_ms": milliseconds}
    documents: list[Document] = []
    # All that a page can have comes with one answer, and MongoDB ends an answer at 16 MiB.
    cursor_of_batches: RawBatchCursor[Any] = collection.find_raw_batches(**options, batch_size=limit or _LARGE_BATCH)
    with cursor_of_batches as batches:
        for batch in cast("Iterator[bytes]", batches):  # which the driver's types call documents
            if raw:
                documents += undecoded(batch)
                continue
            for piece in pieces(batch):
                documents += bson.decode_all(piece, collection.codec_options)
    return documents


async def found_directly(collection: AsyncCollection[Document], raw: bool, options: dict[str, Any]) -> list[Document]:
    """What the driver's `find` finds with these options, decoded at once: for few documents."""
    if not raw:
        return await collection.find(**options).to_list()
    batches = cast("list[bytes]", await collection.find_raw_batches(**options).to_list())
    return [document for batch in batches for document in undecoded(batch)]


def undecoded(batch: bytes) -> list[Document]:
    """Documents that stand one behind another, each of which decodes itself if anybody looks into it."""
    return cast("list[Document]", [RawBSONDocument(one) for one in pieces(batch, 1)])


def pieces(batch: bytes, size: int = _PIECE) -> Iterator[bytes]:
    """Documents that stand one behind another, in pieces of whole ones: each of this size, and what is begun of one."""
    start = end = 0
    while end < len(batch):
        end += _size(batch, end)[0]
        if end - start >= size or end == len(batch):
            yield batch[start:end]
            start = end
