"""The virtual clock jumps, keeps the order of timers, and ends what can never end."""

from __future__ import annotations

import asyncio
import time

import pytest

from testwright.inside import virtual_time


def test_an_hour_takes_no_time() -> None:
    async def nap() -> float:
        loop = asyncio.get_running_loop()
        before = loop.time()
        await asyncio.sleep(3600)
        return loop.time() - before

    before = time.process_time()
    assert virtual_time.run(nap()) == pytest.approx(3600)
    assert time.process_time() - before < 60


def test_timers_keep_their_order() -> None:
    order: list[int] = []

    async def later(seconds: int) -> None:
        await asyncio.sleep(seconds)
        order.append(seconds)

    async def main() -> None:
        await asyncio.gather(later(300), later(20), later(1000), later(0))

    virtual_time.run(main())
    assert order == [0, 20, 300, 1000]


def test_time_outs_fire() -> None:
    async def main() -> None:
        async with asyncio.timeout(5):
            await asyncio.sleep(50)

    with pytest.raises(TimeoutError):
        virtual_time.run(main())


def test_a_deadlock_is_an_error() -> None:
    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RuntimeError, match="deadlock"):
        virtual_time.run(main())


def test_a_task_that_swallows_its_cancelling_ends_too() -> None:
    async def stubborn() -> None:
        while True:
            try:
                await asyncio.get_running_loop().create_future()
            except asyncio.CancelledError:
                continue

    with pytest.raises(RuntimeError, match="deadlock"):
        virtual_time.run(stubborn())


def test_sleeping_for_ever_ends() -> None:
    async def main() -> None:
        while True:
            await asyncio.sleep(1)

    with pytest.raises(RuntimeError, match="sleeps without an end"):
        virtual_time.run(main())


def test_spinning_for_ever_ends() -> None:
    async def main() -> None:
        while True:
            await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="turns without an end"):
        virtual_time.run(main())


def test_work_in_threads_is_waited_for() -> None:
    async def main() -> int:
        return await asyncio.wait_for(asyncio.to_thread(lambda: time.sleep(0.05) or 4), 1)

    assert virtual_time.run(main()) == 4
