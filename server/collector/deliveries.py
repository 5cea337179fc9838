"""Handing over to an inventory that may be away."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    retry_if_not_exception_type,
    wait_random_exponential,
)

from server.collector.inventory import NotOwner

log = logging.getLogger(__name__)
Result = TypeVar("Result")

LONGEST_PAUSE = 5.0

PASSING = retry_if_exception_type(Exception) & retry_if_not_exception_type(NotOwner)
"""Failures that may be over when it is tried again."""


async def deliver(
    host_id: str, call: Callable[[], Awaitable[Result]], longest_pause: float, refused: Callable[[], None]
) -> Result:
    """Repeat a call of the inventory until it is accepted; `refused` is called whenever it is not.

    Raises `NotOwner` when the inventory does.
    """

    def again(attempt: RetryCallState) -> None:
        refused()
        if attempt.attempt_number == 1:
            log.warning("Host %s waits for the inventory: %s", host_id, failure(attempt))

    accepted = AsyncRetrying(
        retry=PASSING,
        wait=wait_random_exponential(multiplier=0.2, min=0.1, max=min(LONGEST_PAUSE, longest_pause)),
        before_sleep=again,
    )
    return await accepted(call)


def failure(attempt: RetryCallState) -> Exception | None:
    """What an attempt raised."""
    error = attempt.outcome.exception() if attempt.outcome else None
    return error if isinstance(error, Exception) else None
