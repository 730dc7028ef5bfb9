"""Cancelling on asyncio, in each of its ways: the request is gone at the API, not only in this process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

import pytest

from kernel_client import AsyncKernel, NotFoundError
from kernel_client.testing import World


def call(world: World, connection: str = "ma_login") -> Any:
    return world.async_client.auth.connections.login(connection)


async def received(world: World, requests: int = 1) -> None:
    await asyncio.to_thread(world.record, wait_requests=requests)


async def gone(world: World, requests: int = 1) -> None:
    """Waits until the world has seen so many requests given up, and no connection left of them."""
    record = await asyncio.to_thread(world.record, wait_aborted=requests, wait_idle=1)
    assert record["aborted"] == requests


async def cancelled(task: asyncio.Future[Any]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_before_the_first_step(world: World) -> None:
    async def main() -> None:
        await cancelled(asyncio.ensure_future(call(world)))

    asyncio.run(main())
    assert world.record()["connections_total"] == 0


def test_while_the_answer_is_waited_for(stalled: World) -> None:
    async def main() -> None:
        task = asyncio.ensure_future(call(stalled))
        await received(stalled)
        await cancelled(task)
        await gone(stalled)

    asyncio.run(main())


def test_in_the_middle_of_the_body(open_world: Callable[..., World]) -> None:
    world = open_world(faults=[{"stall": "body"}])

    async def main() -> None:
        task = asyncio.ensure_future(call(world))
        await received(world)
        await cancelled(task)
        await gone(world)

    asyncio.run(main())


def test_while_it_waits_for_the_next_attempt(open_world: Callable[..., World]) -> None:
    world = open_world(faults=[{"status": 503, "headers": {"retry-after": "30"}, "times": 2}])

    async def main() -> None:
        task = asyncio.ensure_future(call(world))
        await asyncio.to_thread(world.record, wait_completed=1)
        await asyncio.wait_for(cancelled(task), 5)

    asyncio.run(main())
    assert world.record()["requests_total"] == 1


def test_when_the_answer_is_there_already(world: World) -> None:
    async def main() -> None:
        task = asyncio.ensure_future(call(world))
        await asyncio.sleep(0)
        # The loop does not run, so it cannot hear of the answer.
        world.record(wait_completed=1)
        await cancelled(task)
        assert (await call(world)).id == "ma_login"

    asyncio.run(main())


def test_wait_for(stalled: World) -> None:
    async def main() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(call(stalled), 0.2)
        await gone(stalled, (await asyncio.to_thread(stalled.record))["requests_total"])

    asyncio.run(main())


def test_a_shielded_call_goes_on(open_world: Callable[..., World]) -> None:
    world = open_world(faults=[{"delay_ms": 300}])

    async def main() -> None:
        inner = asyncio.ensure_future(call(world))
        outer = asyncio.ensure_future(asyncio.shield(inner))
        await received(world)
        await cancelled(outer)
        assert (await inner).id == "ma_login"

    asyncio.run(main())
    assert world.record()["aborted"] == 0


def test_gather(stalled: World) -> None:
    async def main() -> None:
        together = asyncio.gather(*(call(stalled) for _ in range(8)))
        await received(stalled, 8)
        await cancelled(together)
        await gone(stalled, 8)

    asyncio.run(main())


def test_a_cancellation_that_is_caught(stalled: World, world: World) -> None:
    async def stubborn() -> str:
        try:
            await call(stalled)
        except asyncio.CancelledError:
            answer = await call(world)
            return str(answer.id)
        return ""

    async def main() -> None:
        task = asyncio.ensure_future(stubborn())
        await received(stalled)
        task.cancel()
        assert await task == "ma_login"
        await gone(stalled)

    asyncio.run(main())


def test_a_list_that_is_left(open_world: Callable[..., World]) -> None:
    world = open_world(faults=[{"on": "list", "pass": True}, {"on": "list", "stall": "headers"}])

    async def read() -> None:
        async for connection in world.async_client.auth.connections.list(limit=1):
            assert connection.id

    async def main() -> None:
        task = asyncio.ensure_future(read())
        await received(world, 2)
        await cancelled(task)
        await gone(world)

    asyncio.run(main())


def test_a_list_goes_on_where_it_was(open_world: Callable[..., World]) -> None:
    faults = [{"on": "list", "pass": True}, {"on": "list", "stall": "headers", "times": 20}]
    world = open_world(connections={"ma_1": "instant", "ma_2": "instant"}, faults=faults)

    async def main() -> None:
        connections = aiter(world.async_client.auth.connections.list(limit=1))
        assert (await anext(connections)).id == "ma_1"
        for turn in range(2, 22):
            waiting = asyncio.ensure_future(anext(connections))
            await received(world, turn)
            await cancelled(waiting)
        assert [connection.id async for connection in connections] == ["ma_2"]

    asyncio.run(main())


if sys.version_info >= (3, 11):

    def test_timeout(stalled: World) -> None:
        async def main() -> None:
            task: list[asyncio.Task[Any]] = []
            with pytest.raises(TimeoutError):  # noqa: PT012 - it is the block that is tested
                async with asyncio.timeout(None) as limit:
                    task.append(asyncio.create_task(call(stalled)))
                    await received(stalled)
                    limit.reschedule(asyncio.get_running_loop().time())
                    await task[0]
            await gone(stalled)
            assert task[0].cancelled()

        asyncio.run(main())

    def test_the_siblings_of_a_task_that_fails(stalled: World, world: World) -> None:
        async def fail() -> None:
            await received(stalled, 16)
            await call(world, "ma_unknown")

        async def main() -> None:
            with pytest.raises(ExceptionGroup) as raised:  # noqa: F821, PT012 - known from Python 3.11 on
                async with asyncio.TaskGroup() as group:
                    for _ in range(16):
                        group.create_task(call(stalled))
                    group.create_task(fail())
            assert [type(error) for error in raised.value.exceptions] == [NotFoundError]
            await gone(stalled, 16)

        asyncio.run(main())


def test_a_thousand_and_the_client_works(open_world: Callable[..., World]) -> None:
    world = open_world(faults=[{"stall": "headers", "times": 1000}])
    client = AsyncKernel(api_key="sk_test", base_url=world.base_url)

    async def main() -> None:
        for turn in range(1, 11):
            tasks = [asyncio.ensure_future(client.auth.connections.login("ma_login")) for _ in range(100)]
            await received(world, 100 * turn)
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert {type(error) for error in ended} == {asyncio.CancelledError}
        assert (await client.auth.connections.login("ma_login")).id == "ma_login"
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())
    assert world.record(wait_aborted=1000)["aborted"] == 1000
