import asyncio
import threading
import time

import pytest

from server.collector.calls import Calls


async def test_calls_are_bounded_in_number() -> None:
    calls = Calls("host", 2)
    lock = threading.Lock()
    running, most = 0, 0

    def call() -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1
        return threading.current_thread().name

    names = await asyncio.gather(*(calls.run(call, 5) for _ in range(8)))
    assert most == 2
    assert set(names) == {"host-host"}
    calls.close()


async def test_a_call_that_hangs_ends_in_time_and_leaves_the_other_threads() -> None:
    calls = Calls("host", 2)
    release = threading.Event()
    with pytest.raises(TimeoutError):
        await calls.run(release.wait, 0.05)
    assert await calls.run(lambda: 7, 1) == 7
    release.set()
    calls.close()


async def test_a_cancelled_call_that_waits_is_never_made() -> None:
    calls = Calls("host", 1)
    release = threading.Event()
    made: list[str] = []
    first = calls.submit(release.wait)
    second = calls.submit(lambda: made.append("second"))
    third = calls.submit(lambda: made.append("third"))
    second.cancel()
    release.set()
    await third
    assert first.result()
    assert made == ["third"]
    calls.close()


async def test_errors_reach_the_caller_and_threads_end() -> None:
    calls = Calls("ending", 3)
    with pytest.raises(ZeroDivisionError):
        await calls.run(lambda: 1 // 0, 1)
    calls.close()
    for thread in threading.enumerate():
        if thread.name == "host-ending":
            await asyncio.to_thread(thread.join, 2)
            assert not thread.is_alive()
