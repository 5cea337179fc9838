"""Clients of the feed: each keeps its last cursor, and comes again with it whenever and however it was cut off."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import websockets

from bench.loss.api import Balancer

Json = dict[str, Any]

ALIVE_SECONDS = 5
"""An API that does not answer a ping for so long is given up."""

_SUBSCRIPTION = """
subscription Feed($filter: ChangeFilter, $after: String) {
  changes(filter: $filter, after: $after) {
    __typename
    ... on Change {
      cursor subject operation revision sequence at hostName vmId resourceId
      devices { kind operation paths { path } }
      paths { path new }
      persistent { devices { kind operation paths { path } } paths { path } }
    }
    ... on Lagged { missed after: cursor }
    ... on CursorExpired { readableFrom lost }
  }
}
"""

Revision = tuple[str, int]
"""What changed, by its id in the API, and the revision it then had."""


@dataclass(frozen=True, slots=True)
class Event:
    """A change as it arrived."""

    key: str
    revision: int
    operation: str
    subject: str
    host: str
    sequence: int
    at: float
    arrived: float
    kinds: frozenset[str]
    """Kinds of the devices that changed, in the definition in force or in the other one."""
    touched: frozenset[str]
    """Full paths beside the devices that changed, in either definition; `domain` and the like of a whole VM."""
    state: str | None
    """What the state became, where the event says so."""

    @property
    def id(self) -> Revision:
        """What changed to which revision."""
        return self.key, self.revision

    @classmethod
    def of(cls, change: Json) -> "Event":
        """An event out of the answer of the API."""
        parts = [change, change["persistent"]] if change["persistent"] else [change]
        whole = {"domain"} if change["operation"] != "CHANGED" else set[str]()
        states = [one["new"] for one in change["paths"] if one["path"] == "state"]
        return cls(
            key=change["vmId"] or change["resourceId"],
            revision=change["revision"],
            operation=change["operation"],
            subject=change["subject"],
            host=change["hostName"],
            sequence=int(change["sequence"]),
            at=datetime.fromisoformat(change["at"]).timestamp(),
            arrived=time.time(),
            kinds=frozenset(device["kind"] for part in parts for device in part["devices"]),
            touched=frozenset(path["path"] for part in parts for path in part["paths"]) | whole,
            state=states[0] if states else None,
        )


@dataclass(frozen=True, slots=True)
class Interest:
    """A filter in the API's words, and the same said here: what `chosen` says of an unfiltered event decides."""

    hosts: Collection[str] | None = None
    subjects: Collection[str] | None = None
    operations: Collection[str] | None = None
    kinds: Collection[str] | None = None
    path: str | None = None

    @property
    def filter(self) -> Json | None:
        """The variable `filter`; None for everything."""
        said = {
            "hosts": self.hosts,
            "subjects": self.subjects,
            "operations": self.operations,
            "deviceKinds": self.kinds,
            "path": self.path,
        }
        return {name: value for name, value in said.items() if value is not None} or None

    def chosen(self, event: Event) -> bool:
        """Whether the event is of interest."""
        return (
            (self.hosts is None or event.host in self.hosts)
            and (self.subjects is None or event.subject in self.subjects)
            and (self.operations is None or event.operation in self.operations)
            and (self.kinds is None or not event.kinds.isdisjoint(self.kinds))
            and (self.path is None or any(_meet(self.path, path) for path in event.touched))
        )


def _meet(wanted: str, touched: str) -> bool:
    return f"{touched}.".startswith(f"{wanted}.") or f"{wanted}.".startswith(f"{touched}.")


@dataclass
class Subscriber:
    """One client; `events` is everything it got, in the order in which it came."""

    name: str
    interest: Interest
    cursor: str
    stays: Callable[[], float | None] = lambda: None
    """After how many seconds it leaves by itself each time, to come again; None where it stays."""
    events: list[Event] = field(default_factory=list)
    connections: int = 0
    lagged: int = 0
    expired: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    """Why connections ended, and how often."""

    async def run(self, apis: Balancer) -> None:
        """Follow the feed until cancelled."""
        while True:
            if not (address := apis.address()):
                await asyncio.sleep(0.1)
                continue
            try:
                why = await self._follow(f"ws{address.removeprefix('http')}/graphql")
            except (OSError, TimeoutError, websockets.WebSocketException) as error:
                why = type(error).__name__
            self.ends[why] += 1
            await asyncio.sleep(0.1)

    async def _follow(self, url: str) -> str:
        """One connection from beginning to end; why it ended."""
        protocol = websockets.Subprotocol("graphql-transport-ws")
        async with websockets.connect(
            url,
            subprotocols=[protocol],
            proxy=None,
            open_timeout=ALIVE_SECONDS,
            ping_interval=ALIVE_SECONDS,
            ping_timeout=ALIVE_SECONDS,
            close_timeout=1,
            max_size=None,
        ) as socket:
            try:
                async with asyncio.timeout(self.stays()):
                    await socket.send(json.dumps({"type": "connection_init"}))
                    while True:
                        message: Json = json.loads(await socket.recv())
                        if why := await self._heard(socket, message):
                            return why
            except TimeoutError:
                # Without a goodbye, as when a cable is pulled.
                socket.transport.abort()
                return "left by itself"

    async def _heard(self, socket: websockets.ClientConnection, message: Json) -> str | None:
        match message["type"]:
            case "connection_ack":
                self.connections += 1
                variables = {"filter": self.interest.filter, "after": self.cursor}
                payload = {"query": _SUBSCRIPTION, "variables": variables}
                await socket.send(json.dumps({"type": "subscribe", "id": "feed", "payload": payload}))
            case "ping":
                await socket.send(json.dumps({"type": "pong"}))
            case "next" if message["payload"].get("errors"):
                return f"errors: {message['payload']['errors'][0]['message']}"
            case "next":
                return self._got(message["payload"]["data"]["changes"])
            case "error":
                return f"error: {message['payload'][0]['message']}"
            case "complete":
                return "complete"
        return None

    def _got(self, event: Json) -> str | None:
        match event["__typename"]:
            case "Change":
                self.events.append(Event.of(event))
                self.cursor = event["cursor"]
                return None
            case "Lagged":
                self.lagged += 1
                self.cursor = event["after"] or self.cursor
            case "CursorExpired":
                self.expired += 1
        return str(event["__typename"])


def everybody(hosts: Sequence[str], cursor: str, stays: Callable[[], float | None]) -> Iterator[Subscriber]:
    """The subscribers of the loss test: four who want everything, and four who want a part each.

    One of those who want everything never leaves by itself.
    """
    yield Subscriber("everything-0", Interest(), cursor)
    for number in range(1, 4):
        yield Subscriber(f"everything-{number}", Interest(), cursor, stays)
    yield Subscriber("half the hosts", Interest(hosts=list(hosts[: len(hosts) // 2])), cursor, stays)
    yield Subscriber("coming and going", Interest(subjects=["VM"], operations=["ADDED", "REMOVED"]), cursor, stays)
    yield Subscriber("disks", Interest(subjects=["VM"], kinds=["DISK"]), cursor, stays)
    yield Subscriber("memory", Interest(subjects=["VM"], path="domain.memory"), cursor, stays)
