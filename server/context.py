"""What a request carries: fresh loaders, and the feed of changes."""

from collections.abc import AsyncGenerator, Callable
from typing import Self

from schema.graph.context import Loaders, MissedChanges, VmChange
from server.store.feed import Lagged, VmFeed


class FeedChanges:
    """The process's feed as the schema sees it."""

    def __init__(self, feed: VmFeed) -> None:
        self._feed = feed

    async def vm_changes(self) -> AsyncGenerator[VmChange, None]:
        """Every change from now on; raises MissedChanges where some are lost to this reader."""
        async with self._feed.subscribe() as events:
            async for event in events:
                if isinstance(event, Lagged):
                    missed = event.missed or "Some"
                    raise MissedChanges(f"{missed} changes were missed: read what you need again and subscribe anew.")
                yield VmChange(event.operation, event.vm_id, event.host_id, event.name, event.revision, event.at)


class RequestContext:
    """One operation's; many operations may come over one WebSocket, and each has a context of its own."""

    def __init__(self, changes: FeedChanges, make_loaders: Callable[[], Loaders]) -> None:
        self.changes = changes
        self.loaders = make_loaders()
        self._make_loaders = make_loaders

    def anew(self) -> Self:
        """A context for another operation, with loaders of its own."""
        return type(self)(self.changes, self._make_loaders)

    def renew(self) -> None:
        """Forget what was read: the next event of a subscription must see fresh documents."""
        self.loaders = self._make_loaders()
