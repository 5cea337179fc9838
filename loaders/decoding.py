"""How long answers of MongoDB are decoded: piece by piece, because nothing else runs in the process meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from struct import Struct
from typing import Any, cast

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.cursor import AsyncRawBatchCursor
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.cursor import RawBatchCursor

from schema.element import Document

from .budget import Budget

BATCH = 100
"""Documents per answer of MongoDB where the driver decodes each answer at once."""

_LARGE_BATCH = 1000
_FEW_VALUES = 2000
"""Documents by the paths that are read of each, which the driver decodes at once: to cut them apart costs more."""

_PIECE = 128 * 1024
"""Bytes that are decoded at once, in a millisecond or two."""

_size = Struct("<i").unpack_from


Asked = dict[str, Any]
"""The arguments of the driver's `find` besides those that all reads have."""


def found(
    collection: Collection[Document], limit: int, asked: Asked, budget: Budget, raw: bool, session: ClientSession
) -> list[Document]:
    """What the driver's `find` finds, in a thread that may wait; all of it without a limit.

    With `raw`, documents are RawBSONDocuments, which decode themselves if anybody looks into them.
    """
    options = _options(limit, asked, budget)
    cursor: RawBatchCursor[Any] = collection.find_raw_batches(**options, session=session)
    documents: list[Document] = []
    with cursor as batches:
        for batch in cast("Iterator[bytes]", batches):
            for piece in pieces(batch):
                documents += decoded(piece, collection.codec_options, raw)
    return documents


async def found_directly(
    collection: AsyncCollection[Document], limit: int, asked: Asked, budget: Budget, raw: bool, about: int
) -> list[Document]:
    """The same by the event loop, where others have their turn after each piece; `about` so many are expected."""
    options = _options(limit, asked, budget)
    if not raw and about and (shown := asked.get("projection")) and about * len(shown) <= _FEW_VALUES:
        return await collection.find(**options).to_list()
    cursor: AsyncRawBatchCursor[Any] = collection.find_raw_batches(**options)
    documents: list[Document] = []
    async with cursor as batches:
        async for batch in cast("AsyncIterator[bytes]", batches):
            for piece in pieces(batch):
                if documents:
                    await asyncio.sleep(0)
                documents += decoded(piece, collection.codec_options, raw)
    return documents


def _options(limit: int, asked: Asked, budget: Budget) -> dict[str, Any]:
    """What the driver is asked for: bytes, because it would decode an answer in one step that nothing interrupts.

    All that a page can have comes with one answer, and MongoDB ends an answer at 16 MiB.
    """
    return {**asked, "limit": limit, "batch_size": limit or _LARGE_BATCH, "max_time_ms": budget.milliseconds()}


def decoded(piece: bytes, options: CodecOptions[Document], raw: bool) -> list[Document]:
    """The documents of a piece; with `raw`, as they are."""
    return undecoded(piece) if raw else bson.decode_all(piece, options)


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
