"""A thread of its own for what may never return."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from server.store.worker import Worker
from tests.server.store.conftest import until

ROOT = Path(__file__).parents[3]


async def test_calls_are_run_in_their_order_in_one_thread() -> None:
    worker = Worker("test-worker")
    calls = [worker.call(lambda number: (number, threading.current_thread().name), number) for number in range(5)]
    worker.end()
    assert await asyncio.gather(*calls) == [(number, "test-worker") for number in range(5)]
    await until(lambda: all(thread.name != "test-worker" for thread in threading.enumerate()))


async def test_what_a_call_raises_is_raised() -> None:
    worker = Worker("test-worker")
    with pytest.raises(ZeroDivisionError):
        await worker.call(lambda: 1 / 0)
    assert await worker.call(int, "7") == 7
    worker.end()


async def test_whoever_does_not_wait_any_more_does_not_stop_it() -> None:
    worker = Worker("test-worker")
    going = threading.Event()
    abandoned = worker.call(going.wait)
    abandoned.cancel()
    going.set()
    assert await worker.call(int, "7") == 7
    worker.end()


def test_a_call_that_never_returns_does_not_keep_the_process() -> None:
    program = """
import asyncio, threading
from server.store.worker import Worker

async def main():
    worker = Worker("never")
    await asyncio.wait([worker.call(threading.Event().wait)], timeout=0.1)

asyncio.run(main())
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=20, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
