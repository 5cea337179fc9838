"""`Subscription`: what happens, as it happens."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import strawberry

from ..element import Document, document_key
from . import context
from .change import Change, Where, change_document
from .change_filter import change_condition, stored_key
from .context import Info
from .reach import stays_within
from .selection import Selected, vm_paths
from .virtual_machine import VirtualMachine


@strawberry.type(
    description="The reader was too slow, and changes were left out: the subscription ends after this, and may be made "
    "again with `after`."
)
class Lagged:
    """A reader was too slow."""

    missed: int = strawberry.field(description="How many changes were left out, at least.")
    cursor: str = strawberry.field(description="The `after` that brings what was left out.")

    @classmethod
    def is_type_of(cls, document: Document, _info: Any) -> bool:
        """Tell it from other members of the union."""
        return "missed" in document


@strawberry.type(
    description="MongoDB's log no longer reaches back to the cursor: the subscription ends after this. Take a new "
    "`changeCursor`, read what happened meanwhile with the query `changes`, and subscribe again."
)
class CursorExpired:
    """A cursor is too old."""

    readable_from: datetime = strawberry.field(
        description="As `since`, the moment from which the query `changes` has what followed the cursor; some of it "
        "was delivered before, and `revision` tells which."
    )
    lost: bool = strawberry.field(
        description="Whether the history no longer has all that followed the cursor: read the VMs themselves again."
    )

    @classmethod
    def is_type_of(cls, document: Document, _info: Any) -> bool:
        """Tell it from other members of the union."""
        return "lost" in document


ChangeEvent = Annotated[
    Change | Lagged | CursorExpired,
    strawberry.union(
        "ChangeEvent", description="What followers of changes are told: a change, or why they must come again."
    ),
]

Following = Annotated[
    str | None,
    strawberry.argument(
        description="Everything after the change with this cursor, and then what happens from now on; only the latter "
        "where it is missing. `changeCursor` is the cursor of now."
    ),
]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a VM that could not be read is read again; each time twice as many."""

_subscription: Any = strawberry.subscription


@strawberry.type(
    description="What can be watched: changes are told as they happen, over a WebSocket or as server-sent events."
)
class Subscription:
    """What happens, as it happens."""

    @_subscription(  # type: ignore[untyped-decorator]
        graphql_type=ChangeEvent,
        description="Every change of a VM or resource, in order, none twice and none left out. After an interruption "
        "of any kind, go on with the cursor of the last change as `after`.",
    )
    async def changes(  # noqa: D102
        self, info: Info, filter: Where = None, after: Following = None
    ) -> AsyncIterator[Any]:
        condition = change_condition(filter)
        delivery = info.context.delivery
        delivery.from_now = after is None
        if delivery.lagged is not None:
            yield _document(delivery.lagged)
            return
        async with aclosing(info.context.changes.follow(condition, after)) as events:
            async for event in events:
                info.context.renew()
                if isinstance(event, context.Change):
                    delivery.cursor = event.cursor
                    yield change_document(event.record, event.cursor)
                else:
                    yield _document(event)

    @_subscription(  # type: ignore[untyped-decorator]
        graphql_type=VirtualMachine | None,
        description="A VM as it is now, and again whenever something that is selected changed; null while there is no "
        "such VM. Of several changes in a row, only what they led to may be delivered.",
    )
    async def vm(  # noqa: D102
        self,
        info: Info,
        id: Annotated[
            strawberry.ID, strawberry.argument(description="Opaque id of the VM, as in `VirtualMachine.id`.")
        ],
    ) -> AsyncIterator[Any]:
        if (vm_id := stored_key(id, "VirtualMachine")) is None:
            raise ValueError("`id` is not the id of a virtual machine.")
        paths = vm_paths(Selected.below(info))
        delivery = info.context.delivery
        delivery.latest_only = delivery.from_now = True
        async with aclosing(_occasions(info, vm_id if stays_within(info._raw_info) else None)) as occasions:
            async for _ in occasions:
                info.context.renew()
                # Awaited where the event is carried out: a reading that fails is an error of this event alone.
                yield info.context.loaders.vm(vm_id, paths)


async def _occasions(info: Info, vm_id: str | None) -> AsyncGenerator[None, None]:
    """Yields when there is something to read: at once, and whenever a VM, or anything at all, changed since then.

    What could not be read is read again after a while.
    """
    ended = object()
    pause = _FIRST_PAUSE
    async with aclosing(info.context.changes.news(vm_id)) as news:
        coming = asyncio.ensure_future(anext(news, ended))
        try:
            await asyncio.sleep(0)  # now the news are followed: nothing falls between them and the first reading
            while True:
                yield
                failed = info.context.delivery.failed
                pause = min(2 * pause, _LONGEST_PAUSE) if failed else _FIRST_PAUSE
                await asyncio.wait([coming], timeout=pause if failed else None)
                if not coming.done():
                    continue
                if coming.result() is ended:
                    return
                coming = asyncio.ensure_future(anext(news, ended))
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


def _document(event: context.Lagged | context.CursorExpired) -> Document:
    return {document_key(name): value for name, value in asdict(event).items()}
