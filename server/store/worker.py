"""A thread for calls that may never return."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar

_Result = TypeVar("_Result")


class _Call(NamedTuple):
    function: Callable[[], Any]
    answer: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop


class Worker:
    """Runs calls one after the other.

    A thread of an executor keeps the process until its call has returned; this one does not.
    """

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def call(self, function: Callable[..., _Result], *arguments: Any) -> "asyncio.Future[_Result]":
        """Run a function behind those that were given before; the future of what it returns or raises."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Result] = loop.create_future()
        self._calls.put(_Call(lambda: function(*arguments), answer, loop))
        return answer

    def end(self) -> None:
        """End the thread after the calls that were given; there must be no other ones."""
        self._calls.put(None)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            result: Any = None
            raised: Exception | None = None
            try:
                result = call.function()
            except Exception as error:
                raised = error
            try:
                call.loop.call_soon_threadsafe(_answer, call.answer, result, raised)
            except RuntimeError:
                return  # the loop is closed: nobody waits any more


def _answer(answer: "asyncio.Future[Any]", result: Any, raised: Exception | None) -> None:
    if answer.done():
        return
    if raised is None:
        answer.set_result(result)
    else:
        answer.set_exception(raised)
