"""Identical subscriptions are executed and serialised once: all who asked for the same are handed the same text."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import GraphQLError
from strawberry.schema import BaseSchema
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from schema.graph.context import Lagged
from server import encoding
from server.context import RequestContext
from server.mistakes import OUR_MISTAKE

_LOGGER = logging.getLogger(__name__)

CAPACITY = 1024
"""How many payloads may wait for one member."""

LARGEST_QUEUE = 32 * 1024 * 1024
"""Characters of the payloads that may wait for one member, however few they are; one alone may be longer."""


class Payload(NamedTuple):
    """What one event is for all members of a group."""

    text: str
    cursor: str | None
    """Of the change that it tells of."""


class NotExecuted(Exception):
    """The operation was refused, or could not be executed to its end."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(" ".join(error.message for error in errors))
        self.errors = errors


def graphql_text(result: ExecutionResult) -> str:
    """The result as GraphQL's JSON, on one line."""
    payload: dict[str, Any] = {"data": result.data}
    if result.errors:
        payload["errors"] = [error.formatted for error in result.errors]
    if result.extensions:
        payload["extensions"] = result.extensions
    return encoding.text(payload)


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client asks for, and how its results are written."""

    query: str
    variables: dict[str, Any] | None = None
    name: str | None = None
    """Which of the document's operations; None where it has only one."""
    encode: Callable[[ExecutionResult], str] = graphql_text

    def key(self) -> Hashable:
        """Equal for operations that everybody may share. What a reader may see, once it differs, is part of this."""
        variables = json.dumps(self.variables or {}, sort_keys=True, separators=(",", ":"))
        return self.query, variables, self.name, self.encode


class Member:
    """One client's place in a group, and what waits for it: nothing, most of the time."""

    __slots__ = ("_capacity", "_ended", "_errors", "_length", "_room", "_waiter", "_waiting", "cursor", "missed")

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._waiting: deque[Payload] | None = None
        self._length = 0
        self._waiter: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._ended = False
        self._errors: list[GraphQLError] = []
        self.missed = 0
        """How many payloads there was no room for; from the first of them on, none is taken."""
        self.cursor: str | None = None
        """Of the last payload that was handed over."""

    def hand(self, payload: Payload, *, latest_only: bool) -> None:
        """Put a payload behind those that wait, or in their place."""
        if self._waiting is None or latest_only:
            self._waiting, self._length = deque(), 0
        length = self._length + len(payload.text)
        if self.missed or len(self._waiting) >= self._capacity or (self._waiting and length > LARGEST_QUEUE):
            self.missed += 1
        else:
            self._waiting.append(payload)
            self._length = length
        _wake(self._waiter)

    def end(self, errors: list[GraphQLError]) -> None:
        """Nothing comes any more; what waits can still be read."""
        self._ended = True
        self._errors = errors
        _wake(self._waiter)

    async def next(self) -> Payload | None:
        """The next payload; None where some are missing, or nothing comes any more. Raises NotExecuted."""
        while not self._waiting:
            if self._errors:
                raise NotExecuted(self._errors)
            if self.missed or self._ended:
                return None
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        payload = self._waiting.popleft()
        self._length -= len(payload.text)
        if not self._waiting:
            self._waiting = None
            _wake(self._room)
        self.cursor = payload.cursor
        return payload

    async def emptied(self) -> None:
        """Wait until nothing waits."""
        while self._waiting:
            self._room = asyncio.get_running_loop().create_future()
            await self._room


def _wake(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)


class Group:
    """The members that share one execution; it ends with the last of them, and they end with it."""

    def __init__(self, schema: BaseSchema, operation: Operation, context: RequestContext) -> None:
        self._schema = schema
        self._operation = operation
        self._context = context
        self._members: set[Member] = set()
        self._latest: Payload | None = None
        self._ended = False
        self.task = asyncio.create_task(self._run(), name="fanout")

    @property
    def open(self) -> bool:
        """Whether somebody else may join."""
        return self._context.delivery.from_now and not self._ended

    def join(self, capacity: int) -> Member:
        """A new member; it is handed at once what replaced everything before."""
        member = Member(capacity)
        if self._latest is not None:
            member.hand(self._latest, latest_only=True)
        self._members.add(member)
        return member

    async def leave(self, member: Member) -> None:
        """End a membership; with the last one, the source of the events is closed."""
        self._members.discard(member)
        if not self._members and not self.task.done():
            self._ended = True
            self.task.cancel()
            await asyncio.wait([self.task])

    async def _run(self) -> None:
        errors: list[GraphQLError] = []
        try:
            async with aclosing(results(self._schema, self._operation, self._context)) as payloads:
                async for payload in payloads:
                    await self._hand(payload)
        except NotExecuted as refusal:
            errors = refusal.errors
        except Exception:
            _LOGGER.exception("A subscription ended")
            errors = [GraphQLError(OUR_MISTAKE)]
        finally:
            self._ended = True
            for member in self._members:
                member.end(errors)

    async def _hand(self, payload: Payload) -> None:
        delivery = self._context.delivery
        if delivery.latest_only:
            self._latest = payload
        for member in self._members:
            member.hand(payload, latest_only=delivery.latest_only)
        if delivery.from_now:
            # Events may have come faster than one by one: members that can take them do so before there are more.
            await asyncio.sleep(0)
        else:
            # Its own events wait where they are, not here: a backlog may be longer than any queue.
            for member in tuple(self._members):
                await member.emptied()


async def results(schema: BaseSchema, operation: Operation, context: RequestContext) -> AsyncGenerator[Payload, None]:
    """Execute an operation of any type, and serialise each result. Raises NotExecuted."""
    stream = await schema.stream(
        operation.query,
        variable_values=operation.variables,
        context_value=context,
        operation_name=operation.name,
    )
    async with aclosing(stream):
        async for result in stream:
            if isinstance(result, PreExecutionError):
                raise NotExecuted(result.errors or [GraphQLError(OUR_MISTAKE)])
            assert isinstance(result, ExecutionResult), "incremental delivery is not enabled"
            yield Payload(operation.encode(result), context.delivery.cursor)


class Fanout:
    """All operations of a process whose results come one after another, each in its group.

    A group has a context of its own. Others may join it where its resolver says so (`delivery.from_now`); what is
    resumed somewhere, or has a single result, is executed for its one member. A member that leaves more than `capacity`
    payloads unread misses what follows; it gets what waits, then a `Lagged`, and ends.
    """

    def __init__(
        self, schema: BaseSchema, make_context: Callable[[], RequestContext], *, capacity: int = CAPACITY
    ) -> None:
        self._schema = schema
        self._make_context = make_context
        self._capacity = capacity
        self._groups: dict[Hashable, Group] = {}

    @property
    def groups(self) -> int:
        """How many executions go on that others may join."""
        return sum(group.open for group in self._groups.values())

    async def follow(self, operation: Operation) -> AsyncGenerator[Payload, None]:
        """The results of an operation; whoever stops closes it. Raises NotExecuted."""
        key = operation.key()
        if key in self._groups:
            # The resolver of a group that was just opened says with its first step whether others may join.
            await asyncio.sleep(0)
        group = self._groups.get(key)
        if group is None or not group.open:
            group = self._opened(key, operation)
        member = group.join(self._capacity)
        try:
            while (payload := await member.next()) is not None:
                yield payload
        finally:
            await group.leave(member)
        if member.missed:
            context = self._make_context()
            context.delivery.lagged = Lagged(member.missed, member.cursor)
            async with aclosing(results(self._schema, operation, context)) as payloads:
                async for payload in payloads:
                    yield payload

    def _opened(self, key: Hashable, operation: Operation) -> Group:
        group = Group(self._schema, operation, self._make_context())

        def forget(_: asyncio.Task[None]) -> None:
            if self._groups.get(key) is group:
                del self._groups[key]

        group.task.add_done_callback(forget)
        self._groups[key] = group
        return group
