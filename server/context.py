"""What a request carries: fresh loaders, the feed of changes, and how its events are delivered."""

from collections.abc import Callable
from typing import Self

from schema.graph.context import Changes, Delivery, Loaders


class RequestContext:
    """One operation's; many operations may come over one WebSocket, and each has a context of its own."""

    def __init__(self, changes: Changes, make_loaders: Callable[[], Loaders], delivery: Delivery | None = None) -> None:
        self.changes = changes
        self.delivery = delivery or Delivery()
        self._make_loaders = make_loaders
        self._loaders: Loaders | None = None

    @property
    def loaders(self) -> Loaders:
        """Reads of this operation. Most events of most subscriptions need none, and thousands wait for one."""
        if self._loaders is None:
            self._loaders = self._make_loaders()
        return self._loaders

    def anew(self) -> Self:
        """A context with loaders of its own for an operation that is delivered the way this one says."""
        return type(self)(self.changes, self._make_loaders, self.delivery)

    def renew(self) -> None:
        """Forget what was read: the next event of a subscription must see fresh documents."""
        self._loaders = None
