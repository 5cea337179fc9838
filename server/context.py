"""What a request carries: fresh loaders, the feed of changes, and how its events are delivered."""

from collections.abc import Callable, Mapping

from schema.graph.context import Changes, Delivery, Loaders
from schema.graph.selection import Selected


class RequestContext:
    """One operation's; of the many that may come over one WebSocket each has a context of its own."""

    def __init__(self, changes: Changes, make_loaders: Callable[[], Loaders], delivery: Delivery | None = None) -> None:
        self.changes = changes
        self.delivery = delivery or Delivery()
        self.selections: Mapping[int, Selected] = {}
        self.written = False
        """Whether whoever asks wants JSON in the end: VMs may then come as that, in `orjson.Fragment`s."""
        self._make_loaders = make_loaders
        self._loaders: Loaders | None = None

    @property
    def loaders(self) -> Loaders:
        """Reads of this operation. Most events of most subscriptions need none, and thousands wait for one."""
        if self._loaders is None:
            self._loaders = self._make_loaders()
        return self._loaders

    def renew(self) -> None:
        """Forget what was read: the next event of a subscription must see fresh documents."""
        self._loaders = None

    def close(self) -> None:
        """End what is still read: the operation is over, whether it came to its end or not."""
        if self._loaders is not None:
            self._loaders.close()
